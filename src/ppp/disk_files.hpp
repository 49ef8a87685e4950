// SPDX-License-Identifier: GPL-2.0-or-later
// pppd's files on the disk, and the devices of this machine.
#pragma once
#include <string>

#include "ppp/option_files.hpp"

namespace ghost::ppp {

class DiskFiles : public OptionFiles {
 public:
  // `root`: the directory that stands for /; empty: / itself.
  explicit DiskFiles(std::string root = {}) : root_(std::move(root)) {}
  // Never waits: a FIFO is not a file. /dev/null is an empty one.
  tl::expected<std::string, NoText> text_of(const std::string& path) override;
  Device device_at(const std::string& path) override;
  bool is_ethernet(const std::string& interface) override;

 private:
  std::string root_;
};

}  // namespace ghost::ppp
