// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/bus_service.hpp"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/unique_fd.hpp"
#include "bus/clean_text.hpp"
#include "bus/names.hpp"
#include "bus/objects.hpp"
#include "bus/sdbus_seam.hpp"
#include "loop/bus_pump.hpp"
#include "loop/sources.hpp"

namespace ghost::bus {
namespace {

std::chrono::microseconds real_now() {
  timespec ts{};
  if (::clock_gettime(CLOCK_REALTIME, &ts) < 0) throw std::system_error(errno, std::generic_category(), "clock_gettime");
  return std::chrono::seconds(ts.tv_sec) + std::chrono::microseconds(ts.tv_nsec / 1000);
}

[[noreturn]] void refuse(RequestError::Kind kind, const std::string& message) {
  throw sdbus::Error(ErrorName(error_name(kind)), clean_text(message, true));
}

std::string encoded_path(const char* prefix, const std::string& name) {
  char* path = nullptr;
  if (const int r = sd_bus_path_encode(prefix, name.c_str(), &path); r < 0)
    throw std::system_error(-r, std::generic_category(), "sd_bus_path_encode");
  const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
  return path;
}

constexpr const char* kSystemd = "org.freedesktop.systemd1";
constexpr const char* kUnitInterface = "org.freedesktop.systemd1.Unit";
constexpr const char* kUnitPathPrefix = "/org/freedesktop/systemd1/unit";

bool is_word(const sdbus::Variant& value, const char* word) {
  return value.containsValueOfType<std::string>() && value.get<std::string>() == word;
}

// One property; nullptr: it could not be had.
void get_property(sdbus::IProxy& proxy, const char* interface, const char* property, std::function<void(const sdbus::Variant*)> answer) {
  proxy.callMethodAsync("Get")
      .onInterface("org.freedesktop.DBus.Properties")
      .withArguments(std::string(interface), std::string(property))
      .uponReplyInvoke([answer = std::move(answer)](AsyncError error, const sdbus::Variant& value) { answer(error ? nullptr : &value); });
}

std::string link_path(const std::string& link) { return encoded_path(kLinkPathPrefix, link); }

}  // namespace

class BusService::Impl final : private ManagerPort {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, Requests& requests, Lost lost)
      : loop_(loop),
        bus_(bus),
        requests_(requests),
        flush_(loop, [this] { flush(); }),
        clock_(loop, [this] { clock_was_set(); }),
        manager_(bus, *this),
        pump_(loop, bus, std::move(lost)) {
    wall_.observe(loop::now(), real_now());
  }
  Impl(loop::EventLoop& loop, std::unique_ptr<sdbus::IConnection> bus, Requests& requests, Lost lost)
      : Impl(loop, *bus, requests, std::move(lost)) {
    owned_.swap(bus);
  }

  sdbus::IConnection& connection() { return bus_; }
  void request_name() { bus_.requestName(BusName(kBusName)); }
  void publish(const core::LinkStatus& status);
  void remove(const std::string& name);
  void appeared(const std::string& link, const std::vector<IpAddress>& addresses, core::WallTime until,
                std::optional<core::WallTime> next);
  void vanished(const std::string& link, const std::string& reason);
  void ask_active(const std::string& unit, std::function<void(bool)> answer);
  void watch_active(const std::string& unit, std::function<void(bool)> told);
  void forget(const std::string& unit) { watched_.erase(unit); }

 private:
  struct Link {
    core::LinkStatus status;
    LinkProperties shown;     // what Get answers
    LinkProperties signalled;  // what whoever listens to the signals believes
    core::Time last_signal{};
    std::string path;
    std::optional<LinkObject> object;
  };

  std::vector<Row> list() override;
  std::string path_of(const std::string& link) override { return find(link).path; }
  void connect(const std::string& link) override { ask(link, &Requests::connect); }
  void disconnect(const std::string& link) override { ask(link, &Requests::disconnect); }
  void block(const std::string& link) override { ask(link, &Requests::block); }
  void unblock(const std::string& link) override { ask(link, &Requests::unblock); }
  void reload() override;
  void appear(const std::string& link, std::uint64_t hold_usec) override;
  Tick appear_tick(const std::string& link, const std::string& kind, std::uint64_t timer_next_usec) override;
  std::vector<AppearanceRow> appearances(const std::string& link) override;

  Link& find(const std::string& link);
  void ask(const std::string& link, Accepted (Requests::*request)(const std::string&));
  template <class Ask>
  auto answer(Ask ask) -> decltype(ask());
  void signal(Link& link);
  void flush();
  void clock_was_set();

  loop::EventLoop& loop_;
  std::unique_ptr<sdbus::IConnection> owned_;  // bus_, when it is ours
  sdbus::IConnection& bus_;
  Requests& requests_;
  WallClock wall_;
  std::map<std::string, Link> links_;
  loop::Timer flush_;
  bool flush_armed_ = false;
  loop::ClockSetSource clock_;
  std::map<std::string, std::unique_ptr<sdbus::IProxy>> units_;  // by name: those that were asked about
  std::unique_ptr<sdbus::IProxy> systemd_;                        // once a unit is watched
  std::map<std::string, std::unique_ptr<sdbus::IProxy>> watched_;  // by the unit's name
  ManagerObject manager_;
  loop::BusPump pump_;
};

void BusService::Impl::publish(const core::LinkStatus& status) {
  auto [it, is_new] = links_.try_emplace(status.name);
  auto& link = it->second;
  if (!is_new && link.status == status) return;
  link.status = status;
  link.shown = to_properties(status, wall_);
  if (!is_new) return signal(link);
  link.signalled = link.shown;
  link.path = link_path(status.name);
  link.object.emplace(bus_, link.path, link.shown, [this, name = status.name] { requests_.look(name); });
  try {
    link.object->emitInterfacesAddedSignal();
  } catch (const sdbus::Error&) {
    // The connection is gone, and the pump says so.
  }
}

void BusService::Impl::remove(const std::string& name) {
  const auto it = links_.find(name);
  if (it == links_.end()) return;
  try {
    it->second.object->emitInterfacesRemovedSignal();
  } catch (const sdbus::Error&) {
    // As above.
  }
  links_.erase(it);
}

void BusService::Impl::signal(Link& link) {
  const auto changed = changes(link.signalled, link.shown);
  if (changed.names.empty()) return;
  const auto now = loop::now();
  if (!changed.at_once && now < link.last_signal + kCounterPause) {
    if (!std::exchange(flush_armed_, true)) flush_.arm(link.last_signal + kCounterPause);
    return;
  }
  link.signalled = link.shown;
  link.last_signal = now;
  try {
    link.object->emitPropertiesChangedSignal(InterfaceName(kLinkInterface), property_names(changed.names));
  } catch (const sdbus::Error&) {
    // As above.
  }
}

void BusService::Impl::flush() {
  flush_armed_ = false;
  for (auto& [name, link] : links_) signal(link);
}

void BusService::Impl::clock_was_set() {
  if (!wall_.observe(loop::now(), real_now())) return;
  for (auto& [name, link] : links_) {
    link.shown = to_properties(link.status, wall_);
    signal(link);
  }
}

std::vector<ManagerPort::Row> BusService::Impl::list() {
  std::vector<Row> rows;
  for (const auto& [name, link] : links_) rows.push_back({name, link.path, link.shown.state});
  return rows;
}

BusService::Impl::Link& BusService::Impl::find(const std::string& name) {
  const auto it = links_.find(name);
  if (it == links_.end()) refuse(RequestError::Kind::NoSuchLink, "there is no link named '" + name + "'");
  return it->second;
}

// No exception but sdbus::Error may cross the C code that called us.
template <class Ask>
auto BusService::Impl::answer(Ask ask) -> decltype(ask()) {
  decltype(ask()) answered;
  try {
    answered = ask();
  } catch (...) {
    loop_.fail_with_current_exception();
    refuse(RequestError::Kind::Failed, "internal error: ghostd ends");
  }
  if (!answered) refuse(answered.error().kind, answered.error().message);
  return answered;
}

void BusService::Impl::ask(const std::string& link, Accepted (Requests::*request)(const std::string&)) {
  const auto name = find(link).shown.name;
  answer([&] { return (requests_.*request)(name); });
}

void BusService::Impl::reload() {
  answer([&] { return requests_.reload(); });
}

void BusService::Impl::appear(const std::string& link, std::uint64_t hold_usec) {
  const auto name = find(link).shown.name;
  if (hold_usec > static_cast<std::uint64_t>(Requests::kLongestHold.count()))
    refuse(RequestError::Kind::InvalidArgument, "hold_usec is longer than 366 days");
  answer([&] { return requests_.appear(name, core::Duration(static_cast<std::int64_t>(hold_usec))); });
}

ManagerPort::Tick BusService::Impl::appear_tick(const std::string& link, const std::string& word,
                                                std::uint64_t timer_next_usec) {
  const auto name = find(link).shown.name;
  const auto kind = core::parse_tick_kind(word);
  if (!kind) refuse(RequestError::Kind::InvalidArgument, "there is no kind '" + word + "'");
  const auto tick = answer([&] { return requests_.appear_tick(name, *kind, from_usec(timer_next_usec)); });
  return {tick->due, to_usec(tick->next), tick->wake_system};
}

std::vector<AppearanceRow> BusService::Impl::appearances(const std::string& link) {
  const auto name = find(link).shown.name;
  return to_rows(*answer([&] { return requests_.appearances(name); }));
}

void BusService::Impl::appeared(const std::string& link, const std::vector<IpAddress>& addresses, core::WallTime until,
                                std::optional<core::WallTime> next) {
  try {
    manager_.emitAppeared(clean_text(link), to_strings(addresses), to_usec(until), to_usec(next));
  } catch (const sdbus::Error&) {
    // The connection is gone, and the pump says so.
  }
}

void BusService::Impl::vanished(const std::string& link, const std::string& reason) {
  try {
    manager_.emitVanished(clean_text(link), clean_text(reason));
  } catch (const sdbus::Error&) {
    // As above.
  }
}

void BusService::Impl::ask_active(const std::string& unit, std::function<void(bool)> answer) {
  auto& proxy = units_[unit];
  try {
    if (!proxy)
      proxy = sdbus::createProxy(bus_, BusName(kSystemd), sdbus::ObjectPath(encoded_path(kUnitPathPrefix, unit)));
    get_property(*proxy, kUnitInterface, "ActiveState", [answer](const sdbus::Variant* state) { answer(state && is_word(*state, "active")); });
  } catch (const sdbus::Error&) {
    answer(false);
  }
}

// systemd tells of its units only while somebody has subscribed. What the signal says is taken; asking back would load a unit
// that has just gone, which is news again. A shutdown stops units, too, but what comes with the next boot is as good as
// active: so a stop is told only if it is none of that.
void BusService::Impl::watch_active(const std::string& unit, std::function<void(bool)> told) {
  auto& proxy = watched_[unit];
  if (proxy) return;
  try {
    if (!systemd_) {
      systemd_ = sdbus::createProxy(bus_, BusName(kSystemd), sdbus::ObjectPath("/org/freedesktop/systemd1"));
      systemd_->callMethodAsync("Subscribe").onInterface("org.freedesktop.systemd1.Manager").uponReplyInvoke([](AsyncError) {});
    }
    proxy = sdbus::createProxy(bus_, BusName(kSystemd), sdbus::ObjectPath(encoded_path(kUnitPathPrefix, unit)));
    proxy->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([this, told, changes = std::make_shared<unsigned>(0)](
                  const std::string& interface, const std::map<std::string, sdbus::Variant>& changed, const std::vector<std::string>&) {
          const auto state = changed.find("ActiveState");
          if (interface != kUnitInterface || state == changed.end()) return;
          const auto change = ++*changes;
          if (is_word(state->second, "active")) return told(true);
          get_property(*systemd_, "org.freedesktop.systemd1.Manager", "SystemState", [told, changes, change](const sdbus::Variant* system) {
            if (change == *changes && !(system && is_word(*system, "stopping"))) told(false);
          });
        });
#if GHOST_SDBUS_MAJOR < 2
    proxy->finishRegistration();
#endif
  } catch (const sdbus::Error&) {
    return told(false);
  }
  ask_active(unit, std::move(told));
}

BusService::BusService(loop::EventLoop& loop, Requests& requests, Lost lost)
    : impl_(std::make_unique<Impl>(loop, sdbus::createSystemBusConnection(), requests, std::move(lost))) {}
BusService::BusService(loop::EventLoop& loop, sdbus::IConnection& connection, Requests& requests, Lost lost)
    : impl_(std::make_unique<Impl>(loop, connection, requests, std::move(lost))) {}
BusService::~BusService() = default;

sdbus::IConnection& BusService::connection() { return impl_->connection(); }
void BusService::request_name() { impl_->request_name(); }
void BusService::publish(const core::LinkStatus& status) { impl_->publish(status); }
void BusService::remove(const std::string& link) { impl_->remove(link); }
void BusService::appeared(const std::string& link, const std::vector<IpAddress>& addresses, core::WallTime until,
                          std::optional<core::WallTime> next) {
  impl_->appeared(link, addresses, until, next);
}
void BusService::ask_active(const std::string& unit, std::function<void(bool)> answer) {
  impl_->ask_active(unit, std::move(answer));
}
void BusService::watch_active(const std::string& unit, std::function<void(bool)> told) {
  impl_->watch_active(unit, std::move(told));
}
void BusService::forget(const std::string& unit) { impl_->forget(unit); }
void BusService::vanished(const std::string& link, const std::string& reason) { impl_->vanished(link, reason); }

}  // namespace ghost::bus
