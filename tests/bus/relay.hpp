// SPDX-License-Identifier: GPL-2.0-or-later
// Stands between one client and a bus, passes everything on, and can then speak as a bus that has lost its mind.
#pragma once
#include <atomic>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"
#include "private_bus.hpp"

namespace ghost::test {

class Relay {
 public:
  explicit Relay(const PrivateBus& bus);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] std::string address() const { return "unix:path=" + path_; }
  void send_garbage();  // to the client, once it is connected

 private:
  void serve(const std::string& bus);

  std::string path_;
  UniqueFd listening_, wake_;
  std::atomic<bool> garbage_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace ghost::test
