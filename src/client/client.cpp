// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/client.hpp"

#include <map>
#include <utility>

#include "bus/bus_pump.hpp"
#include "bus/clean_text.hpp"
#include "bus/message_flags.hpp"
#include "bus/names.hpp"
#include "bus/sdbus_seam.hpp"
#include "bus/wire.hpp"

namespace ghost::client {
namespace {

using bus::InterfaceName;
using bus::LinkProperties;
using bus::PropertyName;
using Values = std::map<PropertyName, sdbus::Variant>;

constexpr auto kWithPeople = std::chrono::minutes(6);

template <class T>
void take(LinkProperties& link, const bus::Field<T>& field, const Values& values) {
  const auto it = values.find(PropertyName(field.dbus));
  if (it != values.end()) link.*field.member = bus::from_wire<T>(it->second.get<typename bus::Wire<T>::Type>());
}
void take(LinkProperties& link, const Values& values) {
  bus::for_each_field([&](const auto& field) { take(link, field, values); });
}

tl::unexpected<Failure> failure(const sdbus::Error& e) {
  const auto name = std::string(e.getName());
  const auto code = exit_code_of(name.c_str());
  auto message = bus::clean_text(e.getMessage(), true);
  if (code == ExitCode::denied) message = "access denied: " + message + " (as root it is allowed: use sudo)";
  if (code == ExitCode::unreachable) message = "cannot reach ghostd: " + message;
  return tl::unexpected(Failure{code, message});
}

// Runs `body` and turns exceptions of sdbus-c++ into a value.
template <class Body>
auto guarded(Body body) -> Result<decltype(body())> {
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return {};
    } else {
      return body();
    }
  } catch (const sdbus::Error& e) {
    return failure(e);
  }
}

}  // namespace

class Client::Impl {
 public:
  Impl(loop::EventLoop& loop, std::unique_ptr<sdbus::IConnection> bus)
      : loop_(loop), bus_(std::move(bus)), pump_(loop, *bus_, [this](const std::string&) { tell("bus-gone", {}); }) {}

  bool has_owner() {
    bool owned = false;
    const auto dbus = sdbus::createProxy(*bus_, bus::BusName("org.freedesktop.DBus"), sdbus::ObjectPath("/org/freedesktop/DBus"));
    bus::subscribe(*dbus);
    dbus->callMethod("NameHasOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(std::string(bus::kBusName))
        .storeResultsTo(owned);
    return owned;
  }

  // Of the Manager's, one that polkit may have to allow.
  template <class... Args>
  void request(const std::string& method, const Args&... args) {
    const auto manager = this->manager();
    auto m = manager->createMethodCall(InterfaceName(bus::kManagerInterface), bus::MethodName(method));
    (void)(m << ... << args);
    bus::MessageFlags::set_interactive(m, interactive_);
    // ghostd itself ends what takes too long (bus/authority.hpp).
    if (interactive_) manager->callMethod(m, kWithPeople);
    else manager->callMethod(m);
  }
  void ask_people() { interactive_ = true; }

  template <class... Result, class... Args>
  void ask(const char* method, std::tuple<Result&...> results, const Args&... args) {
    std::apply(
        [&](auto&... result) {
          manager()->callMethod(method).onInterface(bus::kManagerInterface).withArguments(args...).storeResultsTo(result...);
        },
        results);
  }

  std::vector<LinkProperties> links() {
    std::map<sdbus::ObjectPath, std::map<InterfaceName, Values>> objects;
    manager()->callMethod("GetManagedObjects").onInterface("org.freedesktop.DBus.ObjectManager").storeResultsTo(objects);
    known_.clear();
    std::map<std::string, LinkProperties> sorted;
    for (const auto& [path, interfaces] : objects) {
      const auto it = interfaces.find(InterfaceName(bus::kLinkInterface));
      if (it == interfaces.end()) continue;
      auto& link = known_[path];
      take(link, it->second);
      sorted[link.name] = link;
    }
    std::vector<LinkProperties> out;
    for (auto& [name, link] : sorted) out.push_back(link);
    return out;
  }

  void watch(Watcher watcher) {
    watcher_ = std::move(watcher);
    const std::string from = std::string("type='signal',sender='") + bus::kBusName + "',interface='org.freedesktop.DBus.";
    add_match(from + "Properties',member='PropertiesChanged',arg0='" + bus::kLinkInterface + "'", &Impl::on_changed);
    add_match(from + "ObjectManager',member='InterfacesAdded'", &Impl::on_added);
    add_match(from + "ObjectManager',member='InterfacesRemoved'", &Impl::on_removed);
    add_match(std::string("type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                          "member='NameOwnerChanged',arg0='") +
                  bus::kBusName + "'",
              &Impl::on_owner);
  }

 private:
  std::unique_ptr<sdbus::IProxy> manager() {
    auto proxy = sdbus::createProxy(*bus_, bus::BusName(bus::kBusName), sdbus::ObjectPath(bus::kManagerPath));
    bus::subscribe(*proxy);
    return proxy;
  }

  // No exception may cross the C code that calls a handler.
  void add_match(const std::string& rule, void (Impl::*handler)(sdbus::Message&)) {
    matches_.push_back(bus::add_match(*bus_, rule, [this, handler](sdbus::Message& message) {
      try {
        (this->*handler)(message);
      } catch (...) {
        loop_.fail_with_current_exception();
      }
    }));
  }

  void tell(const char* event, const LinkProperties& link, std::vector<std::string> changed = {}) {
    if (watcher_) watcher_({event, link, std::move(changed)});
  }

  void on_changed(sdbus::Message& message) {
    const auto it = known_.find(message.getPath());
    if (it == known_.end()) return;
    std::string interface;
    Values values;
    message >> interface >> values;
    take(it->second, values);
    std::vector<std::string> names;
    for (const auto& [name, value] : values) names.push_back(name);
    tell("changed", it->second, std::move(names));
  }
  void on_added(sdbus::Message& message) {
    sdbus::ObjectPath path;
    std::map<InterfaceName, Values> interfaces;
    message >> path >> interfaces;
    const auto it = interfaces.find(InterfaceName(bus::kLinkInterface));
    if (it == interfaces.end()) return;
    auto& link = known_[path];
    take(link, it->second);
    tell("added", link);
  }
  void on_removed(sdbus::Message& message) {
    sdbus::ObjectPath path;
    message >> path;
    const auto it = known_.find(path);
    if (it == known_.end()) return;
    const auto link = it->second;
    known_.erase(it);
    tell("removed", link);
  }
  void on_owner(sdbus::Message& message) {
    std::string name, before, after;
    message >> name >> before >> after;
    if (!before.empty()) tell("ghostd-gone", {});
    if (!after.empty()) tell("ghostd-back", {});
  }

  loop::EventLoop& loop_;
  std::unique_ptr<sdbus::IConnection> bus_;
  bool interactive_ = false;
  std::map<std::string, LinkProperties> known_;  // by object path
  Watcher watcher_;
  std::vector<sdbus::Slot> matches_;
  bus::BusPump pump_;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(loop::EventLoop& loop, const std::string& address) {
  try {
    return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(
        loop, address.empty() ? sdbus::createSystemBusConnection() : sdbus::createSessionBusConnectionWithAddress(address))));
  } catch (const sdbus::Error& e) {
    return tl::unexpected(Failure{ExitCode::unreachable, "cannot connect to the system bus: " + std::string(e.getMessage())});
  }
}

void Client::ask_people() { impl_->ask_people(); }

Result<void> Client::require_running() {
  const auto owned = guarded([&] { return impl_->has_owner(); });
  if (!owned) return tl::unexpected(owned.error());
  if (!*owned)
    return tl::unexpected(Failure{ExitCode::unreachable, "ghostd is not running (to start it: systemctl start ghostd)"});
  return {};
}

Result<std::vector<bus::LinkProperties>> Client::links() {
  return guarded([&] { return impl_->links(); });
}

Result<bus::LinkProperties> Client::link(const std::string& name) {
  auto all = links();
  if (!all) return tl::unexpected(all.error());
  for (auto& link : *all)
    if (link.name == name) return link;
  return tl::unexpected(Failure{ExitCode::no_such_link, "there is no link named '" + bus::clean_text(name) + "'"});
}

Result<void> Client::call(const std::string& method, const std::string& link) {
  return guarded([&] {
    if (link.empty()) impl_->request(method);
    else impl_->request(method, link);
  });
}

Result<void> Client::appear(const std::string& link, Duration hold) {
  return guarded([&] { impl_->request("Appear", link, static_cast<std::uint64_t>(hold.count())); });
}

Result<Client::Tick> Client::appear_tick(const std::string& link, const std::string& kind, std::uint64_t timer_next_usec) {
  return guarded([&] {
    Tick tick;
    impl_->ask("AppearTick", std::tie(tick.due, tick.next_usec, tick.wake_system), link, kind, timer_next_usec);
    return tick;
  });
}

Result<std::vector<bus::AppearanceRow>> Client::appearances(const std::string& link) {
  return guarded([&] {
    bus::Wire<std::vector<bus::AppearanceRow>>::Type rows;
    impl_->ask("ListAppearances", std::tie(rows), link);
    return bus::from_wire<std::vector<bus::AppearanceRow>>(rows);
  });
}

Result<void> Client::watch(Watcher watcher) {
  return guarded([&] { impl_->watch(std::move(watcher)); });
}

}  // namespace ghost::client
