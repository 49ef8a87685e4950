// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/resolved.hpp"

#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "bus/clean_text.hpp"
#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"
#include "loop/sources.hpp"

namespace ghost::bus {
namespace {

constexpr const char* kResolvedName = "org.freedesktop.resolve1";
constexpr const char* kResolvedPath = "/org/freedesktop/resolve1";
constexpr const char* kResolvedManager = "org.freedesktop.resolve1.Manager";
constexpr const char* kMatch =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.resolve1'";

using Server = sdbus::Struct<std::int32_t, std::vector<std::uint8_t>>;                  // family, address
using ServerOf = sdbus::Struct<std::int32_t, std::int32_t, std::vector<std::uint8_t>>;  // interface (0: all), family, address
using Domain = sdbus::Struct<std::string, bool>;                                        // domain, for routing only

std::vector<Server> servers_of(const core::InterfaceNames& names) {
  std::vector<Server> out;
  for (const auto& server : names.servers)
    out.emplace_back(server.family() == Family::v4 ? AF_INET : AF_INET6,
                     std::vector(server.bytes().begin(), server.bytes().end()));
  return out;
}

std::vector<Domain> domains_of(const core::InterfaceNames& names) {
  if (!names.asked) return {};
  return {Domain(".", true)};
}

Resolved::Outcome outcome_of(const std::string& error) {
  if (is_refusal(error)) return Resolved::Outcome::refused;
  static constexpr std::string_view kStandard = "org.freedesktop.DBus.Error.";
  if (!error.starts_with(kStandard)) return Resolved::Outcome::failed;
  const auto which = std::string_view(error).substr(kStandard.size());
  if (which == "NoReply" || which == "Timeout" || which == "TimedOut") return Resolved::Outcome::silent;
  return Resolved::Outcome::failed;
}

}  // namespace

class Resolved::Impl {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience, core::Duration first_pause)
      : loop_(loop), bus_(bus), said_(std::move(said)), patience_(patience), first_pause_(first_pause), again_(loop, [this] {
          tell();
        }) {
    const auto changed = [this](sdbus::Message& message) {
      std::string name, before, now;
      message >> name >> before >> now;
      guarded([&] { owner_is(now); });
    };
    match_ = add_match(bus_, kMatch, changed);
    daemon_ = sdbus::createProxy(bus_, BusName("org.freedesktop.DBus"), sdbus::ObjectPath("/org/freedesktop/DBus"));
    daemon_->callMethodAsync("GetNameOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(std::string(kResolvedName))
        .uponReplyInvoke([this](AsyncError error, const std::string& owner) {
          guarded([&] {
            if (!error && owner_.empty()) owner_is(owner);
          });
        });
  }

  void want(core::Names names, std::set<std::string> interfaces) {
    if (names == wanted_ && interfaces == ours_) return;
    wanted_ = std::move(names);
    ours_ = std::move(interfaces);
    tell();
  }

 private:
  template <class F>
  void guarded(F f) {
    bus::guarded(loop_, std::move(f))();
  }

  // The state of an interface in resolved, as far as we know.
  struct Interface {
    unsigned index = 0;                       // of the interface that was set; a later one of this name has nothing
    std::optional<core::InterfaceNames> has;  // unset: nothing is certain
    core::InterfaceNames telling;
    unsigned unanswered = 0;
    std::optional<std::pair<Outcome, std::string>> problem;  // of the current attempt
  };

  void owner_is(const std::string& owner) {
    owner_ = owner;
    resolved_.reset();  // and with it all pending calls
    interfaces_.clear();
    pause_ = {};
    again_.disarm();
    if (owner_.empty()) return;
    // By its own name: a question to the well-known one would start it if it has just ended.
    resolved_ = sdbus::createProxy(bus_, BusName(owner_), sdbus::ObjectPath(kResolvedPath));
    resolved_->callMethodAsync("Get")
        .onInterface("org.freedesktop.DBus.Properties")
        .withTimeout(patience_)
        .withArguments(std::string(kResolvedManager), std::string("DNS"))
        .uponReplyInvoke([this](AsyncError error, const sdbus::Variant& value) {
          guarded([&] {
            if (!error && value.containsValueOfType<std::vector<ServerOf>>()) take_back(value.get<std::vector<ServerOf>>());
          });
        });
    tell();
  }

  // Values from an earlier ghostd that nothing needs any more.
  void take_back(const std::vector<ServerOf>& known) {
    for (const auto& server : known) {
      char name[IF_NAMESIZE] = {};
      const auto index = std::get<0>(server);
      if (index <= 0 || ::if_indextoname(static_cast<unsigned>(index), name) == nullptr) continue;
      if (ours_.contains(name) && !wanted_.contains(name)) interfaces_.try_emplace(name);
    }
    tell();
  }

  void tell() {
    if (!resolved_) return;
    // Interfaces that resolved is to ask come before those that it is not to ask.
    for (const bool asked : {true, false})
      for (const auto& [name, names] : wanted_)
        if (names.asked == asked) tell(name, names);
    for (auto it = interfaces_.begin(); it != interfaces_.end();) {
      const auto at = it++;
      if (wanted_.contains(at->first)) continue;
      if (at->second.unanswered == 0 && (at->second.has == core::InterfaceNames{} || ::if_nametoindex(at->first.c_str()) == 0))
        interfaces_.erase(at);
      else tell(at->first, {});
    }
  }

  void tell(const std::string& name, const core::InterfaceNames& names) {
    const auto index = ::if_nametoindex(name.c_str());
    if (index == 0) return;  // not there yet, or just gone
    auto& interface = interfaces_[name];
    if (interface.unanswered > 0) return;
    if (interface.index != index) interface = {.index = index, .has = {}, .telling = {}, .unanswered = 0, .problem = {}};
    if (interface.has == names) return;
    interface.telling = names;
    interface.has.reset();
    interface.problem.reset();
    interface.unanswered = 3;
    const auto number = static_cast<std::int32_t>(index);
    const auto send = [&](const char* method, auto value) {
      try {
        resolved_->callMethodAsync(method)
            .onInterface(kResolvedManager)
            .withTimeout(patience_)
            .withArguments(number, value)
            .uponReplyInvoke([this, name](AsyncError error) { guarded([&] { answered(name, error); }); });
      } catch (const sdbus::Error& e) {
        // The connection is gone; its pump reports that.
        --interface.unanswered;
      }
    };
    // An interface gets its servers before its domain, and loses them after it.
    if (names.asked) send("SetLinkDNS", servers_of(names));
    send("SetLinkDefaultRoute", names.asked);
    send("SetLinkDomains", domains_of(names));
    if (!names.asked) send("SetLinkDNS", servers_of(names));
  }

  void answered(const std::string& name, AsyncError error) {
    const auto at = interfaces_.find(name);
    if (at == interfaces_.end()) return;
    auto& interface = at->second;
    if (error && !interface.problem) interface.problem.emplace(outcome_of(error->getName()), clean_text(error->getMessage()));
    if (--interface.unanswered > 0) return;
    if (!interface.problem) {
      interface.has = interface.telling;
      const bool good = std::all_of(interfaces_.begin(), interfaces_.end(),
                                    [](const auto& i) { return i.second.has || i.second.unanswered > 0; });
      if (good) pause_ = {};
      if (good && std::exchange(last_, Outcome::taken) != Outcome::taken) said_(Outcome::taken, name, "");
      return tell();
    }
    // An interface that disappeared meanwhile is not an error.
    if (::if_nametoindex(name.c_str()) != interface.index) {
      interfaces_.erase(at);
      return tell();
    }
    const auto [outcome, text] = *interface.problem;
    if (std::exchange(last_, outcome) != outcome) said_(outcome, name, text);
    pause_ = next_pause(pause_, first_pause_);
    again_.arm(loop::now() + pause_);
  }

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  Said said_;
  core::Duration patience_, first_pause_;
  core::Names wanted_;
  std::set<std::string> ours_;
  std::string owner_;
  std::map<std::string, Interface> interfaces_;
  Outcome last_ = Outcome::taken;
  core::Duration pause_{};
  loop::Timer again_;
  std::unique_ptr<sdbus::IProxy> daemon_, resolved_;
  sdbus::Slot match_;
};

Resolved::Resolved(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience, core::Duration first_pause)
    : impl_(std::make_unique<Impl>(loop, bus, std::move(said), patience, first_pause)) {}
Resolved::~Resolved() = default;
void Resolved::want(core::Names names, std::set<std::string> interfaces) { impl_->want(std::move(names), std::move(interfaces)); }

}  // namespace ghost::bus
