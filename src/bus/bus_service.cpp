// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/bus_service.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>

#include "base/unique_fd.hpp"
#include "bus/askers.hpp"
#include "bus/authority.hpp"
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

constexpr core::Duration kRefusalPause = std::chrono::seconds(5);

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

class BusService::Impl final : private ManagerObject, private LinkPort {
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
        authority_(loop, bus),
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
  using Path = sdbus::Result<sdbus::ObjectPath>;
  void Connect(Path&& result, std::string link) override { may_act(link, act::Connect{}, caller(), std::move(result)); }
  void Disconnect(Path&& result, std::string link) override { may_act(link, act::Disconnect{}, caller(), std::move(result)); }
  void Block(sdbus::Result<>&& result, std::string link) override { may_act(link, act::Block{}, caller(), std::move(result)); }
  void Unblock(sdbus::Result<>&& result, std::string link) override {
    may_act(link, act::Unblock{}, caller(), std::move(result));
  }
  void Appear(Path&& result, std::string link, std::uint64_t hold_usec) override {
    may_act(link, act::Appear{core::Duration(static_cast<std::int64_t>(hold_usec))}, caller(), std::move(result));
  }
  void Reload(sdbus::Result<>&& result) override;
  void Leave(sdbus::Result<bool>&& result) override;
  std::tuple<bool, std::uint64_t, bool> AppearTick(const std::string& link, const std::string& kind,
                                                   const std::uint64_t& timer_next_usec) override;
  Wire<std::vector<AppearanceRow>>::Type ListAppearances(const std::string& link) override;

  Link& find(const std::string& link);
  // The same, of a link's object.
  void act(const std::string& link, const LinkAct& act, const Caller& by, sdbus::Result<>&& result) override {
    may_act(link, act, by, std::move(result));
  }

  template <class Result>
  void may_act(const std::string& link, const LinkAct& act, const Caller& by, Result&& result) {
    const char* word = std::visit([](const auto& a) { return a.kWord; }, act);
    if_permitted(word, link, by, std::forward<Result>(result), [this, act, link] { return ask(link, act); });
  }
  sdbus::ObjectPath ask(const std::string& link, const LinkAct& act);
  // Acts once the caller's right to it is known, and answers. No link: what concerns all.
  template <class... Results, class Do>
  void if_permitted(const char* verb, const std::optional<std::string>& link, const Caller& by,
                    sdbus::Result<Results...>&& result, Do act);
  bool recorded(bool allowed);
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
  Authority authority_;
  core::Time next_refusal_{};  // that is recorded
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
  link.object.emplace(bus_, link.path, static_cast<LinkPort&>(*this), link.shown, [this, name = status.name] {
    if (telling_) return;
    try {
      requests_.look(name);
    } catch (...) {  // must not pass through sd-bus, which is C
      loop_.fail_with_current_exception();
    }
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

// The journal names the callers of refused requests, too, but not as often as a stranger likes.
bool BusService::Impl::recorded(bool allowed) {
  const auto now = loop::now();
  if (!allowed && now < next_refusal_) return false;
  if (!allowed) next_refusal_ = now + kRefusalPause;
  return true;
}

// The bus may be lost while polkit is asked. Then nobody waits for the answer, and the pump says so.
template <class... Results, class... Values>
void reply_with(sdbus::Result<Results...>& result, Values&&... values) {
  try {
    result.returnResults(std::forward<Values>(values)...);
  } catch (const sdbus::Error&) {
  }
}
template <class... Results>
void reply_with_error(sdbus::Result<Results...>& result, const sdbus::Error& error) {
  try {
    result.returnError(error);
  } catch (const sdbus::Error&) {
  }
}

// The link is looked up again when the answer has come: a reload may have removed it. The caller is looked up before: it may be gone then.
template <class... Results, class Do>
void BusService::Impl::if_permitted(const char* verb, const std::optional<std::string>& link, const Caller& by,
                                    sdbus::Result<Results...>&& result, Do act) {
  const auto name = link ? find(*link).shown.name : std::string();
  const auto action = std::string(kActionPrefix) + verb;
  // Told when both are known, in whichever order.
  struct Told {
    std::optional<Asker> asker;
    std::optional<bool> allowed;
  };
  const auto told = std::make_shared<Told>();
  const auto tell = [this, verb, name, told] {
    if (told->asker && told->allowed && recorded(*told->allowed)) requests_.asked(verb, name, *told->asker);
  };
  askers_.find(by.name, [told, tell](const Asker& asker) {
    told->asker = asker;
    tell();
  });
  Authority::Question question{by.name, action, {}, by.interactive};
  if (link) question.details.emplace("link", name);
  const auto reply = std::make_shared<sdbus::Result<Results...>>(std::move(result));
  authority_.ask(std::move(question), [told, tell, action, reply, act](Authority::Verdict verdict) {
    told->allowed = verdict == Authority::Verdict::allowed;
    tell();
    if (!*told->allowed) {
      const char* word = verdict == Authority::Verdict::needs_admin ? kErrorNeedsPerson : kErrorDenied;
      return reply_with_error(*reply, sdbus::Error(ErrorName(word), refusal(verdict, action)));
    }
    try {
      if constexpr (sizeof...(Results) == 0) {
        act();
        reply_with(*reply);
      } else {
        reply_with(*reply, act());
      }
    } catch (const sdbus::Error& e) {
      reply_with_error(*reply, e);
    }
  });
}

// The link's path: the request may take the link away.
sdbus::ObjectPath BusService::Impl::ask(const std::string& link, const LinkAct& act) {
  sdbus::ObjectPath path(find(link).path);
  const auto name = find(link).shown.name;
  // Negative: more than 2^63 microseconds.
  if (const auto* appear = std::get_if<act::Appear>(&act);
      appear && (appear->hold < core::Duration::zero() || appear->hold > act::Appear::kLongestHold))
    refuse(RequestError::Kind::InvalidArgument, "hold_usec is longer than 366 days");
  answer([&] { return requests_.ask(name, act); });
  return path;
}

void BusService::Impl::Reload(sdbus::Result<>&& result) {
  if_permitted("reload", {}, caller(), std::move(result), [this] { answer([&] { return requests_.reload(); }); });
}

void BusService::Impl::Leave(sdbus::Result<bool>&& result) {
  if_permitted("leave", {}, caller(), std::move(result), [this] { return *answer([&] { return requests_.leave(); }); });
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
