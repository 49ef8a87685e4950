// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/overloaded.hpp"
#include "daemon/log.hpp"
#include "net/raw_socket.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {

// A supervisor that was running answers at once; one that has to be started may take a while, and the links wait so long.
constexpr core::Duration kListPatience = std::chrono::seconds(20);

template <class T>
T must(net::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

net::Result<UniqueFd> new_tun(const std::string& link) {
  auto made = net::make_tun(demand_interface(link));
  if (made) store_tun(link, made->get());
  return made;
}

// By a service manager that has none for us (a test, an old unit), they are made here, where that is allowed.
net::RawSender raw_sender(Inherited& inherited) {
  const auto socket = [&](const char* name, Family family) {
    if (auto given = inherited.sockets.extract(name)) return std::move(given.mapped());
    auto made = net::open_raw_socket(family);
    if (!made) log(LOG_WARNING, "", made.error().what + "; packets that wait for a call cannot be sent");
    return made ? std::move(*made) : UniqueFd();
  };
  return {socket("raw4", Family::v4), socket("raw6", Family::v6)};
}

std::string timer_of(const std::string& link) { return "ghost-appear@" + link + ".timer"; }

// [Appear] Name=, or the host's.
core::LinkConfig named(core::LinkConfig config) {
  std::array<char, 256> name{};
  if (config.appear.name.empty()) config.appear.name = ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
  return config;
}

}  // namespace

Daemon::Daemon(loop::EventLoop& loop, core::Config config, const Paths& paths)
    : loop_(loop),
      appear_paths_(paths.appear),
      inherited_(inherited()),
      host_(paths.state_dir, raw_sender(inherited_)),
      supervisor_(
          loop, paths.supervisor_socket, [this](ppp::Message m) { supervisor_says(std::move(m)); },
          [this](const std::string& why) { supervisor_lost(why); }),
      list_timeout_(loop, [this] { listen(); }),
      parted_(loop, [this] { farewells_said(); }),
      queue_([this](const std::string& link, core::LinkEvent event) { handle(link, std::move(event)); }),
      turn_end_(loop, [this](const TurnEnd::Seen& seen) { tell(seen); }) {
  auto& tuns = inherited_.tuns;
  autoconf_.emplace(loop_, host_, std::move(inherited_.sockets["icmp6"]),
                    [this](const std::string& link, const IpAddress& address) { return may_have(link, address); });
  // A link keeps the index that an earlier ghostd gave it: its routes, those of its living call among them, carry it.
  auto known = must(host_.rtnl().known_links());
  std::set<unsigned> taken;
  for (const auto& [name, index] : known) taken.insert(index);
  for (auto& link : config.links) {
    auto inherited = tuns.extract(link.name);
    auto tun = inherited ? std::move(inherited.mapped()) : must(new_tun(link.name));
    unsigned index = 0;
    if (const auto before = known.extract(link.name)) index = before.mapped();
    else while (!taken.insert(index).second) ++index;
    add_link(std::move(link), std::move(tun), index);
  }
  for (const auto& [vanished, fd] : tuns) remove_stored_tun(vanished);
  keeper_.emplace(loop, host_, keeper_port());
  host_.on_handover([this] { return keeper_->table_must_stand(); });
  must(take_over());

  try {
    bus_ = std::make_unique<bus::BusService>(loop, *this, [this](const std::string& why) {
      log(LOG_ERR, "", "the bus is gone: " + why + "; calls continue, but ghostctl cannot reach ghostd until it is restarted");
      names_.end();
      bus_.reset();
    });
    publish();
    bus_->request_name();
    for (const auto& [name, link] : links_)
      if (link->decides().scheduled()) watch_timer(name);
  } catch (const std::runtime_error& e) {
    // A host whose bus is broken still needs its line.
    log(LOG_ERR, "", std::string("no D-Bus: ") + e.what());
    bus_.reset();
    publish();
  }
  tell_manager();

  // Calls that an earlier ghostd began come before the first packet, or that would ask for a second.
  if (supervisor_.send(ppp::List{})) list_timeout_.arm(loop::now() + kListPatience);
  else listen();
}

Daemon::~Daemon() = default;

// ---- links -----------------------------------------------------------------------------------------------------------

std::vector<Placed> Daemon::placed() const {
  std::vector<Placed> out;
  for (const auto& [name, link] : links_) out.push_back(link->placed());
  return out;
}

unsigned Daemon::free_index() const {
  std::set<unsigned> taken;
  for (const auto& l : placed()) taken.insert(l.index);
  unsigned index = 0;
  while (taken.contains(index)) ++index;
  return index;
}

void Daemon::add_link(core::LinkConfig config, UniqueFd tun, unsigned index) {
  const auto name = config.name;
  links_[name] = std::make_unique<Link>(Link::Shared{loop_, host_, supervisor_, *this, appear_paths_}, named(std::move(config)), index,
                                        std::move(tun), [this, name](core::LinkEvent e) { post(name, std::move(e)); },
                                        [this, name] { make_again(name); });
  if (links_[name]->decides().scheduled()) watch_timer(name);
  if (stopping_) post(name, core::LeaveAsked{});
  if (listening_) links_[name]->listen();
}

void Daemon::make_again(const std::string& name) {
  remove_stored_tun(name);
  auto tun = new_tun(name);
  log(LOG_WARNING, name,
      demand_interface(name) + (tun ? " was deleted; ghostd has created it again" : " was deleted: " + tun.error().what));
  if (!tun) return;
  links_.at(name)->read_from(std::move(*tun));
  keeper_->look_soon();
}

void Daemon::remove_link(const std::string& name) {
  auto& link = *links_.at(name);
  const auto warn = [&](const net::Result<void>& result) {
    if (!result) log(LOG_WARNING, name, result.error().what);
  };
  if (const auto serial = link.machine().serial(); serial != CallSerial::none) {
    warn(link.path().route_back());
    for (const auto& address : link.machine().status().local_addresses) warn(link.netfilter().forget(address));
    (void)supervisor_.hang_up(name, serial);
  }
  warn(host_.give_up(link.placed()));
  remove_stored_tun(name);
  links_.erase(name);
  status_line_.remove(name);
  if (bus_) bus_->forget(timer_of(name));
  if (bus_) bus_->remove(name);
}

std::vector<std::string> Daemon::blocked() const {
  std::vector<std::string> out;
  for (const auto& [name, link] : links_)
    if (link->machine().blocked()) out.push_back(name);
  return out;
}

net::Result<void> Daemon::load_ruleset() {
  auto loaded = host_.load_ruleset(placed(), blocked());
  ::malloc_trim(0);  // the table of 100 links is megabytes of JSON for a moment
  return loaded;
}

net::Result<void> Daemon::apply(core::Config config) {
  std::map<std::string, core::LinkConfig> wanted;
  for (auto& link : config.links) wanted[link.name] = named(link);
  // First what can fail.
  std::map<std::string, UniqueFd> fresh;
  for (const auto& [name, wants] : wanted) {
    if (links_.contains(name)) continue;
    auto tun = new_tun(name);
    if (!tun) {
      for (const auto& [made, fd] : fresh) remove_stored_tun(made);
      return tl::unexpected(tun.error());
    }
    fresh[name] = std::move(*tun);
  }
  std::vector<std::string> vanished;
  for (const auto& [name, link] : links_)
    if (!wanted.contains(name)) vanished.push_back(name);
  for (const auto& name : vanished)
    if (auto ok = part_from(name, std::nullopt); !ok) return ok;

  for (auto& [name, wants] : wanted) {
    const auto at = links_.find(name);
    if (at == links_.end()) {
      add_link(std::move(wants), std::move(fresh.at(name)), free_index());
      continue;
    }
    const auto before = at->second->placed();
    // Its conversations cannot outlive their address: the call ends, then the routes change.
    if (parting_.contains(name) || before.config.routes != wants.routes || before.config.stable != wants.stable ||
        before.config.metric != wants.metric) {
      if (auto ok = part_from(name, std::move(wants)); !ok) return ok;
    } else {
      post(name, core::Reconfigured{std::move(wants)});
    }
  }
  return take_over();
}

net::Result<void> Daemon::part_from(const std::string& name, std::optional<core::LinkConfig> wants) {
  post(name, core::DisconnectAsked{});
  if (!says_farewell(name)) {
    parting_.erase(name);
    return put_in_place(name, std::move(wants));
  }
  parting_[name] = std::move(wants);
  return {};
}

net::Result<void> Daemon::put_in_place(const std::string& name, std::optional<core::LinkConfig> wants) {
  if (!wants) {
    remove_link(name);
    return {};
  }
  if (auto ok = host_.give_up(links_.at(name)->placed()); !ok) return ok;
  post(name, core::Reconfigured{std::move(*wants)});
  return {};
}

bool Daemon::says_farewell(const std::string& name) const {
  const auto at = links_.find(name);
  return at != links_.end() && at->second->decides().leaving();
}

void Daemon::farewells_said() {
  std::vector<std::string> done;
  for (const auto& [name, wants] : parting_)
    if (!says_farewell(name)) done.push_back(name);
  if (done.empty()) return;
  const auto warn = [](const net::Result<void>& result) {
    if (!result) log(LOG_ERR, "", result.error().what);
  };
  for (const auto& name : done) {
    auto wants = std::move(parting_.extract(name).mapped());
    if (links_.contains(name)) warn(put_in_place(name, std::move(wants)));
  }
  warn(take_over());
  publish();
  tell_left();
}

net::Result<void> Daemon::take_over() {
  const auto links = placed();
  // Each of these takes seconds with a hundred links on a slow machine, and the loop does not answer the watchdog meanwhile.
  const auto alive = [] { sd_notify(0, "WATCHDOG=1"); };
  // Without the table no packet calls, and the keeper tries again.
  if (auto ok = load_ruleset(); !ok) log(LOG_ERR, "", ok.error().what);
  alive();
  if (auto ok = host_.prepare(links); !ok) return ok;
  alive();
  if (auto ok = host_.take_over(links); !ok) return ok;
  alive();
  tell_what_stands_beside();
  if (keeper_) keeper_->look_soon();
  // Everything there is is told again: a prefix that is shared since now may have its interface already.
  if (listening_) watch_kernel();
  return {};
}

bus::Accepted Daemon::reload() {
  auto loaded = config::load();
  if (!loaded) {
    std::string message;
    for (const auto& d : loaded.error()) message += (message.empty() ? "" : "\n") + d.str();
    log(LOG_ERR, "", "ghostd keeps the old configuration:\n" + message);
    return tl::unexpected(bus::RequestError{bus::RequestError::Kind::ConfigInvalid, message});
  }
  for (const auto& d : loaded->warnings) log(LOG_WARNING, "", d.str());
  if (auto ok = apply(std::move(loaded->config)); !ok) {
    log(LOG_ERR, "", ok.error().what);
    publish();
    return tl::unexpected(bus::RequestError{bus::RequestError::Kind::Failed, ok.error().what});
  }
  publish();
  turn_end_.tell_now();
  tell_manager();
  if (listening_) tell_names();
  leave_idle_supervisor();
  tell_left();
  log(LOG_INFO, "", fmt::format("configuration loaded, {} links", links_.size()));
  return {};
}

// ---- what people ask -------------------------------------------------------------------------------------------------

bus::Accepted Daemon::may_call(const std::string& link) const {
  using Error = bus::RequestError;
  const auto& machine = links_.at(link)->machine();
  if (machine.blocked()) return tl::unexpected(Error{Error::Kind::Blocked, link + " is blocked; unblock it first"});
  if (machine.barred())
    return tl::unexpected(Error{Error::Kind::Failed, "ghostd is about to stop; if it is not, run: ghostctl unblock " + link});
  return {};
}

bus::Accepted Daemon::connect(const std::string& link) {
  if (auto may = may_call(link); !may) return may;
  return ask(link, core::ConnectAsked{});
}

void Daemon::asked(const std::string& act, const std::string& link, const bus::Asker& by) { log_asked(link, act, by.uid, by.pid, by.unit); }

void Daemon::look(const std::string& link) {
  host_.counts().look(loop::now());
  if (const auto at = links_.find(link); bus_ && at != links_.end()) bus_->publish(at->second->status());
}

bus::Accepted Daemon::disconnect(const std::string& link) { return ask(link, core::DisconnectAsked{}); }

bus::Accepted Daemon::block(const std::string& link) { return ask(link, core::BlockAsked{}); }

bus::Accepted Daemon::unblock(const std::string& link) { return ask(link, core::UnblockAsked{}); }

tl::expected<bool, bus::RequestError> Daemon::leave() {
  std::vector<std::string> names;
  for (const auto& [name, link] : links_) names.push_back(name);
  stopping_ = true;
  for (const auto& name : names) post(name, core::LeaveAsked{});
  turn_end_.tell_now();
  leaving_ = any_call() || !listening_;  // which calls live already is not known yet
  return leaving_;
}

void Daemon::tell_left() {
  if (!leaving_ || !listening_ || any_call()) return;
  leaving_ = false;
  if (bus_) bus_->left();
}

bool Daemon::any_call() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& l) { return l.second->machine().serial() != CallSerial::none; });
}

bus::Accepted Daemon::appear(const std::string& link, core::Duration hold) {
  if (auto may = may_call(link); !may) return may;
  return ask(link, core::AppearAsked{hold});
}

tl::expected<bus::TickAnswer, bus::RequestError> Daemon::appear_tick(const std::string& name, core::TickKind kind,
                                                                     std::optional<core::WallTime> timer_next) {
  watch_timer(name);
  post(name, core::TickAsked{kind, timer_next});
  turn_end_.tell_now();
  const auto& link = *links_.at(name);
  return bus::TickAnswer{link.judged().due, link.judged().next, link.machine().config().appear.wake_system};
}

tl::expected<std::vector<core::AppearanceRecord>, bus::RequestError> Daemon::appearances(const std::string& link) {
  return links_.at(link)->decides().memory().past;
}

bus::Accepted Daemon::ask(const std::string& link, core::LinkEvent event) {
  post(link, std::move(event));
  turn_end_.tell_now();  // whoever asked sees what came of it
  return {};
}

void Daemon::answer_tick(const std::string& link, const core::Due& due) { links_.at(link)->judged(due); }

void Daemon::appeared(const std::string& link, const core::TellAppeared& appearance) {
  if (bus_) bus_->appeared(link, appearance.addresses, appearance.until, appearance.next);
}

void Daemon::vanished(const std::string& link, const std::string& reason) {
  if (bus_) bus_->vanished(link, reason);
}

void Daemon::watch_timer(const std::string& name) {
  if (bus_) bus_->watch_active(timer_of(name), [this, name](bool active) { post(name, core::TimerSeen{active}); });
}

// A person who has stopped the link's timer wants no more appearances.
void Daemon::ask_timer(const std::string& name, core::TimerQuestion question) {
  if (!bus_) return;
  bus_->ask_active(timer_of(name), [this, name, question](bool active) {
    if (active) post(name, core::TimerIsActive{question});
  });
}

// ---- the queue -------------------------------------------------------------------------------------------------------

void Daemon::post(const std::string& link, core::LinkEvent event) { queue_.post(link, std::move(event)); }

// Before it calls: what nobody has judged asks for nothing.
bool Daemon::unjudged(const Link& link, const core::LinkEvent& event) {
  const auto* call = std::get_if<core::Event>(&event);
  return call && std::holds_alternative<core::PacketsArrived>(*call) && std::holds_alternative<core::Down>(link.machine().state()) &&
         !link.machine().impaired() && keeper_ && keeper_->table_was_lost();
}

void Daemon::handle(const std::string& name, core::LinkEvent event) {
  const auto at = links_.find(name);
  if (at == links_.end()) return;  // removed by a reload meanwhile
  auto& link = *at->second;
  if (!unjudged(link, event)) return step(link, std::move(event));
  step(link, core::Impaired{true});
  step(link, std::move(event));
  step(link, core::Impaired{false});
}

void Daemon::step(Link& link, core::LinkEvent event) {
  auto step = link.step(std::move(event));
  for (const auto& t : step.transitions) log_transition(link.name(), link.machine().serial(), t);
  turn_end_.saw(link.name(), step.only_packets, !step.transitions.empty() && std::holds_alternative<core::Down>(link.machine().state()));
  if (!parting_.empty()) parted_.run_soon();
  link.run(std::move(step.effects));
}

void Daemon::show(const Link& link) {
  const auto status = link.status();
  status_line_.put(status);
  if (bus_) bus_->publish(status);
}

void Daemon::tell(const TurnEnd::Seen& seen) {
  for (const auto& name : seen.links)
    if (const auto at = links_.find(name); at != links_.end()) show(*at->second);
  if (seen.only_packets) return;  // the rest looks at every link: not for each packet that waits
  see_who_stands_in_front();
  names_.update(links_);
  tell_manager();
  tell_left();
  leave_idle_supervisor();
  // A call's packets, and libnftables' and libnl's talk about it, were megabytes for a moment; what waits for the next one
  // may be days.
  if (seen.came_to_rest) ::malloc_trim(0);
}

void Daemon::leave_idle_supervisor() {
  if (!any_call() && listening_) supervisor_.close();
}

void Daemon::publish() {
  names_.update(links_);
  for (const auto& [name, link] : links_) show(*link);
}

void Daemon::tell_manager() {
  if (const auto line = status_line_.news()) sd_notify(0, ("STATUS=" + *line).c_str());
}

// ---- edges -----------------------------------------------------------------------------------------------------------

void Daemon::supervisor_says(ppp::Message message) {
  std::visit(Overloaded{
                 [&](core::CallNews& news) {
                   const bool started = std::holds_alternative<core::CallStarted>(news.what);
                   post(news.link, core::CallReport{news.serial, std::move(news.what)});
                   if (started) hang_up_orphan(news.link, news.serial);
                 },
                 [&](const ppp::Refused& refused) {
                   log(LOG_WARNING, refused.link, "ghost-supervisor refused: " + refused.why);
                   if (refused.link.empty()) return;
                   post(refused.link, core::CallReport{refused.serial, core::CallGone{core::CallEnd::Failed, refused.why}});
                 },
                 [&](const ppp::Listed&) { listen(); },
             },
             message);
}

// A call that no machine has taken for its own: of a link that is configured no more, or given up for lost. It costs money.
void Daemon::hang_up_orphan(const std::string& link, CallSerial serial) {
  const auto at = links_.find(link);
  if (at != links_.end() && at->second->machine().serial() == serial) return;
  log(LOG_WARNING, link, "hung up a call that belongs to no link");
  (void)supervisor_.hang_up(link, serial);
}

void Daemon::supervisor_lost(const std::string& why) {
  bool calls = false;
  std::vector<std::string> names;
  for (const auto& [name, link] : links_) {
    calls = calls || link->machine().serial() != CallSerial::none;
    names.push_back(name);
  }
  if (calls) log(LOG_ERR, "", "the connection to ghost-supervisor broke: " + why);
  for (const auto& name : names) post(name, core::SupervisorGone{});
  // If it lives after all, what it still runs is told again, and hung up: the links count on nothing from before.
  if (calls) (void)supervisor_.send(ppp::List{});
  listen();
}

// Only where there are any: a supervisor of an earlier version that has calls knows no such word.
void Daemon::tell_names() {
  const bool any = std::any_of(links_.begin(), links_.end(), [](const auto& l) { return !l.second->machine().config().dns.empty(); });
  if (std::exchange(names_told_, any) || any) (void)supervisor_.send(ppp::Names{});
}

// From here on the kernel's interfaces are watched and packets may ask for calls.
void Daemon::listen() {
  list_timeout_.disarm();
  if (std::exchange(listening_, true)) return;
  watch_kernel();
  for (const auto& [name, link] : links_) link->listen();
  tell_names();
  // Not before living calls are known: their name servers would be taken away, and given back.
  if (bus_) names_.begin(loop_, bus_->connection());
  names_.update(links_);
  leave_idle_supervisor();
  tell_left();
}

void Daemon::watch_kernel() {
  monitor_io_.reset();
  monitor_.emplace(must(net::RtnetlinkMonitor::open()));
  monitor_io_ = loop::IoSource(loop_, monitor_->fd(), EPOLLIN, [this](std::uint32_t revents) { kernel_says(revents); });
  monitor_io_.set_priority(loop::kPriorityImportant);  // a route that is gone is known before the next packet is sent on
}

// Addresses that somebody here has, or has a right to: behind a router inside, a part of From= is on none of our interfaces.
std::vector<net::HeldAddress> Daemon::held() const {
  auto out = monitor_->table().held();
  for (const auto& [name, link] : links_)
    for (const auto& prefix : link->machine().config().share)
      if (const auto& stable = link->machine().config().stable;
          std::none_of(stable.begin(), stable.end(), [&](const IpAddress& a) { return prefix.contains(a); }))
        out.push_back({"[Share] From= of link " + name, prefix.network(), prefix.network(), prefix.length});
  return out;
}

// Before the interface gets it.
bool Daemon::may_have(const std::string& link, const IpAddress& address) {
  const auto why = net::own_conflict(link, address, held());
  if (why) post(link, core::AddressConflicts{*why});
  return !why;
}

// Links whose calls have an address that they must not have. It is before any of them is handed over, or as soon as somebody
// here gets one that a call has.
std::set<std::string> Daemon::end_conflicting_calls() {
  std::set<std::string> conflicting;
  const auto held = this->held();
  for (const auto& [name, link] : links_) {
    if (link->machine().serial() == CallSerial::none) continue;
    const auto why = net::call_conflict(name, held);
    if (!why) continue;
    conflicting.insert(name);
    post(name, core::AddressConflicts{*why});
  }
  return conflicting;
}

void Daemon::kernel_says(std::uint32_t) {
  auto changes = monitor_->read();
  if (!changes) throw std::runtime_error(changes.error().what);
  bool guard_first = false;
  std::vector<net::SysctlWrite> opening;
  const bool more = std::any_of(changes->begin(), changes->end(),
                                [](const auto& c) { return std::holds_alternative<net::AddressUp>(c); });
  const auto conflicting = more ? end_conflicting_calls() : std::set<std::string>{};
  const auto with_link = [this](const std::string& ifname, auto&& act) {
    if (!ifname.starts_with("ppp-")) return;
    if (const auto at = links_.find(ifname.substr(4)); at != links_.end()) act(*at->second);
  };
  for (const auto& change : *changes)
    std::visit(Overloaded{
                   [&](const net::InterfaceAppeared& c) { with_link(c.ifname, [this](Link& l) { post(l.name(), core::InterfaceAppeared{}); }); },
                   // Its addresses were told gone before.
                   [&](const net::InterfaceGone& c) { with_link(c.ifname, [this](Link& l) { autoconf_->end(l.name()); }); },
                   [&](const net::AddressUp& c) {
                     // pppd sets its address first and the peer's second; that takes the first away again, and with it
                     // every route of the interface. What counts is the second.
                     if (c.ifname.starts_with("ppp-") && c.family() == Family::v4 && c.peer == c.local) return;
                     bool of_a_call = false;
                     with_link(c.ifname, [&](Link& l) {
                       of_a_call = true;
                       if (auto gone = host_.rtnl().remove_kernel_routes(c.ifname); !gone)
                         log(LOG_WARNING, l.name(), gone.error().what);
                       if (!conflicting.contains(l.name())) l.address_up(c.local, c.peer);
                     });
                     if (of_a_call) return;  // what the far end gave makes no LAN
                     if (auto one = host_.opening(placed(), c.ifname, c.local)) {
                       guard_first = guard_first || one->guard_first;
                       opening.insert(opening.end(), one->writes.begin(), one->writes.end());
                     }
                   },
                   [&](const net::AddressGone& c) {
                     with_link(c.ifname, [&](Link& l) {
                       l.address_gone(c.local);
                       // The far end has withdrawn it, or let it run out. Its other ones count now.
                       for (const auto& other : monitor_->table().usable(c.ifname, Family::v6))
                         if (c.family() == Family::v6) l.address_up(other, other);
                     });
                   },
                   [&](const net::LinkLocalUp& c) {
                     with_link(c.ifname, [&](Link& l) {
                       if (l.placed().config.stable_for(Family::v6)) autoconf_->begin(l.name(), c.index, c.local);
                     });
                   },
               },
               change);
  if (guard_first)
    if (auto ok = load_ruleset(); !ok) return log(LOG_ERR, "", ok.error().what);
  if (auto ok = host_.sysctls().apply(opening); !ok) log(LOG_WARNING, "", ok.error().what);
}

// ---- beside others ---------------------------------------------------------------------------------------------------

Keeper::Port Daemon::keeper_port() {
  return {.kept =
              [this] {
                std::vector<Kept> out;
                for (const auto& [name, link] : links_) out.push_back(link->kept());
                return out;
              },
          .blocked = [this] { return blocked(); },
          .load_table = [this] { return load_ruleset(); },
          .changed =
              [this](const std::string& degraded, bool can_carry) {
                for (const auto& [name, link] : links_) {
                  link->set_degraded(degraded);
                  post(name, core::Impaired{!can_carry});
                }
                publish();
              },
          .looked = [this] { tell_what_stands_beside(); }};
}

// Standby links depend on others' default routes and on each other: one that could not call makes room, one whose call goes on
// behind a better route is told so.
void Daemon::see_who_stands_in_front() {
  if (std::none_of(links_.begin(), links_.end(), [](const auto& l) { return l.second->machine().config().metric.has_value(); })) return;
  std::vector<net::LinkRouting> routings;
  std::vector<bool> able;
  for (const auto& [name, link] : links_) {
    routings.push_back(link->placed().routing());
    const auto& machine = link->machine();
    const auto& state = machine.state();
    const bool retries = std::holds_alternative<core::Dialing>(state) && machine.status().failures > 0;
    able.push_back(!machine.blocked() && !std::holds_alternative<core::Waiting>(state) && !retries);
  }
  const auto now = net::standing(routings, able, host_.foreign_defaults());
  std::size_t i = 0;
  bool changed = false;
  for (const auto& [name, link] : links_) {
    const auto& stands = now[i++];
    const auto before = link->standing();
    if (stands == before) continue;
    link->stand(stands);
    changed = true;
    if (stands.withdrawn != before.withdrawn) {
      log(LOG_INFO, name,
          stands.withdrawn ? "cannot call now, so its default route gives way to the next link"
                           : "its default route is restored");
      auto routing = link->placed().routing();
      routing.withdrawn = false;
      auto routes = net::demand_routes(routing);
      std::erase_if(routes, [](const net::Route& r) { return r.prefix.length != 0; });
      const auto done = stands.withdrawn ? host_.rtnl().remove(routes) : host_.rtnl().add(routes);
      if (!done) log(LOG_WARNING, name, done.error().what);
    }
    if (stands.front != before.front)
      log(LOG_INFO, name, stands.front.empty() ? "is now the preferred default route" : "gives way to " + stands.front);
    show(*link);
    if (stands.behind != before.behind) post(name, core::StandsBehind{stands.behind});
  }
  if (changed) names_.update(links_);
}

void Daemon::tell_what_stands_beside() {
  see_who_stands_in_front();
  std::vector<net::LinkRouting> routings;
  for (const auto& link : placed()) routings.push_back(link.routing());
  auto now = net::explain(host_.foreign_defaults(), routings);
  if (now == beside_) return;
  for (const auto& line : now)
    if (std::find(beside_.begin(), beside_.end(), line) == beside_.end()) log(LOG_NOTICE, "", line);
  beside_ = std::move(now);
}

}  // namespace ghost::daemon
