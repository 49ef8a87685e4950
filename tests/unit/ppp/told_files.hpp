// SPDX-License-Identifier: GPL-2.0-or-later
// pppd's files as a test tells them. A directory ends in '/', and what a user may not read is "!". All ttys but ttyS9 are there.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "ppp/option_files.hpp"

namespace ghost::ppp {

class ToldFiles : public OptionFiles {
 public:
  explicit ToldFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  tl::expected<std::string, NoText> text_of(const std::string& path) override {
    if (files_.contains(path + "/")) return tl::unexpected(NoText{NoText::Why::not_a_file, "is a directory, not a file"});
    const auto found = files_.find(path);
    if (found == files_.end()) return tl::unexpected(NoText{NoText::Why::missing, "No such file or directory"});
    if (found->second == "!") return tl::unexpected(NoText{NoText::Why::forbidden, "Permission denied"});
    return found->second.substr(0, kOptionFileMax + 1);
  }
  Device device_at(const std::string& path) override {
    if (path == "/dev/net") return Device::other;
    return path.starts_with("/dev/tty") && path != "/dev/ttyS9" ? Device::terminal : Device::absent;
  }
  bool is_ethernet(const std::string& interface) override { return interface == "eth0"; }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace ghost::ppp
