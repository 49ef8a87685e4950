// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd on the bus: org.ghostd1 with a Manager and an object a link, as dbus/*.xml say. It shows what publish() was given
// and passes on what is asked (requests.hpp); it decides nothing.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/requests.hpp"
#include "core/link_status.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class BusService {
 public:
  // Called once, from the loop, when the bus is gone. Nothing is served or signalled from then on; publish() and remove()
  // may still be called. The callback may destroy the service.
  using Lost = std::function<void(const std::string& why)>;

  // How long changes of counters alone are gathered.
  static constexpr core::Duration kCounterPause = std::chrono::milliseconds(250);

  // On the system bus, or on what DBUS_SYSTEM_BUS_ADDRESS names. Throws sdbus::Error (a std::runtime_error) when it cannot
  // be reached. `loop` and `requests` must outlive the service.
  BusService(loop::EventLoop& loop, Requests& requests, Lost lost);
  // On a connection that is lent and outlives the service. Nobody else may pump it.
  BusService(loop::EventLoop& loop, sdbus::IConnection& connection, Requests& requests, Lost lost);
  ~BusService();
  BusService(const BusService&) = delete;
  BusService& operator=(const BusService&) = delete;

  // The connection, for others in this loop; the service pumps it, and must outlive them.
  [[nodiscard]] sdbus::IConnection& connection();

  // Takes the bus name. Publish the links first: whoever waits for the name finds them there. Throws sdbus::Error when
  // the name belongs to another or the bus's policy refuses it.
  void request_name();

  // Shows the status of a link, a new one or one shown before; equal ones signal nothing.
  void publish(const core::LinkStatus& status);
  // The link is no longer configured. A link never published is no error.
  void remove(const std::string& link);

  // Asks systemd, which is on the same bus, whether the unit is active. Answered from the loop, once; false also when nobody
  // answers. `answer` must stay valid as long as the service does.
  void ask_active(const std::string& unit, std::function<void(bool active)> answer);

  // Says whether the unit is active, once soon and then with each change, until forget(). Asking for a unit that is watched
  // already does nothing. `told` as above.
  void watch_active(const std::string& unit, std::function<void(bool active)> told);
  void forget(const std::string& unit);

  // The Manager's signals.
  void left();
  void appeared(const std::string& link, const std::vector<IpAddress>& addresses, core::WallTime until,
                std::optional<core::WallTime> next);
  void vanished(const std::string& link, const std::string& reason);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
