// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/bus_service.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/unique_fd.hpp"
#include "bus/askers.hpp"
#include "bus/bus_pump.hpp"
#include "bus/clean_text.hpp"
#include "bus/encoded_path.hpp"
#include "bus/names.hpp"
#include "bus/objects.hpp"
#include "bus/sdbus_seam.hpp"
#include "bus/unit_watch.hpp"
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

std::string link_path(const std::string& link) { return encoded_path(kLinkPathPrefix, link); }

}  // namespace

class BusService::Impl final : private ManagerObject {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, Requests& requests, Lost lost)
      : ManagerObject(bus),
        loop_(loop),
        bus_(bus),
        requests_(requests),
        flush_(loop, [this] { flush(); }),
        clock_(loop, [this] { clock_was_set(); }),
        units_(loop, bus),
        askers_(loop, bus, units_),
        pump_(loop, bus, std::move(lost)) {
    wall_.observe(loop::now(), real_now());
    registerAdaptor();
  }
  ~Impl() { unregisterAdaptor(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
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
  void left();
  UnitWatch& units() { return units_; }

 private:
  struct Link {
    core::LinkStatus status;
    LinkProperties shown;      // what Get answers
    LinkProperties signalled;  // the state that listeners to the signals know
    core::Time last_signal{};
    std::string path;
    std::optional<LinkObject> object;
  };

  // The manager's methods; dbus/org.ghostd1.Manager.xml explains them.
  std::vector<sdbus::Struct<std::string, sdbus::ObjectPath, std::string>> ListLinks() override;
  sdbus::ObjectPath GetLink(const std::string& link) override { return sdbus::ObjectPath(find(link).path); }
  sdbus::ObjectPath Connect(const std::string& link) override { return ask("connect", link, &Requests::connect); }
  sdbus::ObjectPath Disconnect(const std::string& link) override { return ask("disconnect", link, &Requests::disconnect); }
  void Block(const std::string& link) override { ask("block", link, &Requests::block); }
  void Unblock(const std::string& link) override { ask("unblock", link, &Requests::unblock); }
  void Reload() override;
  bool Leave() override;
  sdbus::ObjectPath Appear(const std::string& link, const std::uint64_t& hold_usec) override;
  std::tuple<bool, std::uint64_t, bool> AppearTick(const std::string& link, const std::string& kind,
                                                   const std::uint64_t& timer_next_usec) override;
  Wire<std::vector<AppearanceRow>>::Type ListAppearances(const std::string& link) override;

  Link& find(const std::string& link);
  sdbus::ObjectPath ask(const char* act, const std::string& link, Accepted (Requests::*request)(const std::string&));
  void record(const char* act, const std::string& link);
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
  // A signal reads the properties, too: nobody has asked then, and the kernel is not asked for each link.
  bool telling_ = false;
  struct Telling {
    explicit Telling(bool& flag) : telling(flag) { telling = true; }
    ~Telling() { telling = false; }
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;
    bool& telling;
  };
  loop::ClockSetSource clock_;
  UnitWatch units_;
  Askers askers_;
  BusPump pump_;
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
  link.object.emplace(bus_, link.path, link.shown, [this, name = status.name] {
    if (!telling_) requests_.look(name);
  });
  try {
    const Telling now_telling(telling_);
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
    const Telling now_telling(telling_);
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

std::vector<sdbus::Struct<std::string, sdbus::ObjectPath, std::string>> BusService::Impl::ListLinks() {
  std::vector<sdbus::Struct<std::string, sdbus::ObjectPath, std::string>> rows;
  for (const auto& [name, link] : links_) rows.emplace_back(name, sdbus::ObjectPath(link.path), link.shown.state);
  return rows;
}

BusService::Impl::Link& BusService::Impl::find(const std::string& name) {
  const auto it = links_.find(name);
  if (it == links_.end()) refuse(RequestError::Kind::NoSuchLink, "there is no link named '" + name + "'");
  return it->second;
}

// Only sdbus::Error may cross the C code that called us.
template <class Ask>
auto BusService::Impl::answer(Ask ask) -> decltype(ask()) {
  decltype(ask()) answered;
  try {
    answered = ask();
  } catch (...) {
    loop_.fail_with_current_exception();
    refuse(RequestError::Kind::Failed, "internal error; ghostd exits");
  }
  if (!answered) refuse(answered.error().kind, answered.error().message);
  return answered;
}

// The journal also names the callers of refused requests.
void BusService::Impl::record(const char* act, const std::string& link) {
  askers_.find(sender(), [this, act, link](const Asker& by) { requests_.asked(act, link, by); });
}

// The link's path: the request may take the link away.
sdbus::ObjectPath BusService::Impl::ask(const char* act, const std::string& link,
                                        Accepted (Requests::*request)(const std::string&)) {
  sdbus::ObjectPath path(find(link).path);
  const auto name = find(link).shown.name;
  record(act, name);
  answer([&] { return (requests_.*request)(name); });
  return path;
}

void BusService::Impl::Reload() {
  record("reload", "");
  answer([&] { return requests_.reload(); });
}

bool BusService::Impl::Leave() {
  record("leave", "");
  return *answer([&] { return requests_.leave(); });
}

sdbus::ObjectPath BusService::Impl::Appear(const std::string& link, const std::uint64_t& hold_usec) {
  sdbus::ObjectPath path(find(link).path);
  const auto name = find(link).shown.name;
  if (hold_usec > static_cast<std::uint64_t>(Requests::kLongestHold.count()))
    refuse(RequestError::Kind::InvalidArgument, "hold_usec is longer than 366 days");
  record("appear", name);
  answer([&] { return requests_.appear(name, core::Duration(static_cast<std::int64_t>(hold_usec))); });
  return path;
}

std::tuple<bool, std::uint64_t, bool> BusService::Impl::AppearTick(const std::string& link, const std::string& word,
                                                                   const std::uint64_t& timer_next_usec) {
  const auto name = find(link).shown.name;
  const auto kind = core::parse_tick_kind(word);
  if (!kind) refuse(RequestError::Kind::InvalidArgument, "unknown kind '" + word + "'");
  const auto tick = answer([&] { return requests_.appear_tick(name, *kind, from_usec(timer_next_usec)); });
  return {tick->due, to_usec(tick->next), tick->wake_system};
}

Wire<std::vector<AppearanceRow>>::Type BusService::Impl::ListAppearances(const std::string& link) {
  const auto name = find(link).shown.name;
  return to_wire(to_rows(*answer([&] { return requests_.appearances(name); })));
}

void BusService::Impl::appeared(const std::string& link, const std::vector<IpAddress>& addresses, core::WallTime until,
                                std::optional<core::WallTime> next) {
  try {
    emitAppeared(clean_text(link), to_strings(addresses), to_usec(until), to_usec(next));
  } catch (const sdbus::Error&) {
    // The connection is gone, and the pump says so.
  }
}

void BusService::Impl::left() {
  try {
    emitLeft();
  } catch (const sdbus::Error&) {
    // The connection is gone, and the pump says so.
  }
}

void BusService::Impl::vanished(const std::string& link, const std::string& reason) {
  try {
    emitVanished(clean_text(link), clean_text(reason));
  } catch (const sdbus::Error&) {
    // As above.
  }
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
  impl_->units().ask(unit, std::move(answer));
}
void BusService::watch_active(const std::string& unit, std::function<void(bool)> told) {
  impl_->units().watch(unit, std::move(told));
}
void BusService::forget(const std::string& unit) { impl_->units().forget(unit); }
void BusService::left() { impl_->left(); }
void BusService::vanished(const std::string& link, const std::string& reason) { impl_->vanished(link, reason); }

}  // namespace ghost::bus
