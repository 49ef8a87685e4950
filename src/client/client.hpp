// SPDX-License-Identifier: GPL-2.0-or-later
// ghostctl's and ghost-appear's end of the bus. Only client.cpp uses sdbus-c++; the interface has values and exit codes.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/time.hpp"
#include "bus/link_properties.hpp"
#include "client/exit_code.hpp"
#include "client/happening.hpp"
#include "loop/event_loop.hpp"

namespace ghost::client {

struct Failure {
  ExitCode code = ExitCode::failed;
  std::string message;  // for people; may have lines
};
template <class T>
using Result = tl::expected<T, Failure>;

class Client {
 public:
  // `address` empty: the system bus, or the one that DBUS_SYSTEM_BUS_ADDRESS names. `loop` must outlive the client.
  static Result<std::unique_ptr<Client>> open(loop::EventLoop& loop, const std::string& address);
  ~Client();

  // From now on, a request may wait for a person who is asked for a password, minutes perhaps.
  void ask_people();
  // Ok when ghostd has its name on the bus. Without this, a call starts ghostd by D-Bus activation.
  Result<void> require_running();
  Result<std::vector<bus::LinkProperties>> links();           // sorted by name
  Result<bus::LinkProperties> link(const std::string& name);  // no_such_link when there is none
  // "Connect", "Disconnect", "Block", "Unblock" with a link, "Reload" without.
  Result<void> call(const std::string& method, const std::string& link = {});
  Result<void> appear(const std::string& link, Duration hold);  // zero: as configured
  struct Tick {
    bool due = false;
    std::uint64_t next_usec = 0;  // since 1970; 0 for none
    bool wake_system = false;
  };
  Result<Tick> appear_tick(const std::string& link, const std::string& kind, std::uint64_t timer_next_usec);
  Result<std::vector<bus::AppearanceRow>> appearances(const std::string& link);  // the oldest first

  // From now on, in the loop: changes of links, and of ghostd itself. If the bus is lost, "bus-gone" comes and
  // nothing after it. The initial state is the last answer of links() or link().
  using Watcher = std::function<void(const Happening&)>;
  Result<void> watch(Watcher watcher);

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::client
