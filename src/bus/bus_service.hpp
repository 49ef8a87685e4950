// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd on the bus: org.ghostd1 with a Manager and one object per link, as in dbus/*.xml. It shows the values from publish()
// and passes requests on (requests.hpp). It decides nothing.
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
  // Called once, from the loop, when the bus is gone. From then on the service answers and signals nothing; publish() and
  // remove() may still be called. The callback may destroy the service.
  using Lost = std::function<void(const std::string& why)>;

  // How long changes that concern only counters are collected.
  static constexpr core::Duration kCounterPause = std::chrono::milliseconds(250);

  // On the system bus, or on the one that DBUS_SYSTEM_BUS_ADDRESS names. Throws sdbus::Error (a std::runtime_error) if it
  // cannot be reached. `loop` and `requests` must outlive the service.
  BusService(loop::EventLoop& loop, Requests& requests, Lost lost);
  // On a connection that is lent and outlives the service. Only the service may pump it.
  BusService(loop::EventLoop& loop, sdbus::IConnection& connection, Requests& requests, Lost lost);
  ~BusService();
  BusService(const BusService&) = delete;
  BusService& operator=(const BusService&) = delete;

  // The connection, for others in this loop; the service pumps it, and must outlive them.
  [[nodiscard]] sdbus::IConnection& connection();

  // Takes the bus name. Publish the links first, so that clients that wait for the name find them. Throws sdbus::Error if
  // another process has the name or the bus's policy refuses it.
  void request_name();

  // Shows the status of a link, new or shown before. An equal status signals nothing.
  void publish(const core::LinkStatus& status);
  // The link is no longer configured. A link that was never published is not an error.
  void remove(const std::string& link);

  // Asks systemd, which is on the same bus, whether the unit is active. Calls `answer` from the loop, once; with false also if
  // systemd does not answer. `answer` must stay valid as long as the service does.
  void ask_active(const std::string& unit, std::function<void(bool active)> answer);

  // Reports whether the unit is active, once soon and then with each change, until forget(). For a unit that is already watched
  // it does nothing. `told` as above.
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
