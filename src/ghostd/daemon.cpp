// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/daemon.hpp"

#include <malloc.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include "ghostd/log.hpp"
#include "ghostd/must.hpp"
#include "net/leftovers.hpp"
#include "net/raw_socket.hpp"

namespace ghost::daemon {
namespace {

// If the service manager passes no sockets (a test, an old unit), ghostd makes them itself, where that is allowed.
net::RawSender raw_sender(Inherited& inherited) {
  const auto socket = [&](const char* name, Family family) {
    if (auto given = inherited.sockets.extract(name)) return std::move(given.mapped());
    auto made = net::open_raw_socket(family);
    if (!made) log(LOG_WARNING, "", made.error().what + "; packets that wait for a call cannot be sent");
    return made ? std::move(*made) : UniqueFd();
  };
  return {socket("raw4", Family::v4), socket("raw6", Family::v6)};
}

}  // namespace

Daemon::Daemon(loop::EventLoop& loop, core::Config config, const Paths& paths)
    : loop_(loop),
      appear_paths_(paths.appear),
      roots_(paths.links),
      inherited_(inherited()),
      host_(paths.state_dir, raw_sender(inherited_)),
      supervisor_(
          loop, paths.supervisor_socket, [this](ppp::Message m) { supervisor_says(std::move(m)); },
          [this](const std::string& why) { supervisor_lost(why); }),
      roll_timer_(loop,
                  [this] {
                    want(roll_.time_passed(loop::now()));
                    see_calls();
                  }),
      places_(loop, [this] { set_up_places(); }),
      queue_([this](const std::string& link, core::LinkEvent event) { handle(link, std::move(event)); }),
      turn_end_(loop, [this](const TurnEnd::Seen& seen) { tell(seen); }) {
  auto& tuns = inherited_.tuns;
  autoconf_.emplace(loop_, host_, std::move(inherited_.sockets["icmp6"]),
                    [this](const std::string& link, const IpAddress& address) { return may_have(link, address); });
  // A link keeps the index that an earlier ghostd gave it, because its routes, also those of a living call, carry the index. Of a
  // standby link these are only the call's.
  auto known = must(net::known_ranks(host_.rtnl().socket()));
  std::set<unsigned> taken;
  for (const auto& [name, index] : known) taken.insert(index);
  for (auto& link : config.links) {
    auto inherited = tuns.extract(link.name);
    auto tun = inherited ? std::move(inherited.mapped()) : must(make_stored_tun(link.name));
    unsigned index = 0;
    if (const auto before = known.extract(link.metric ? supervisor_.interface_of(link.name) : demand_interface(link.name)))
      index = before.mapped();
    else
      while (!taken.insert(index).second) ++index;
    add_link(std::move(link), std::move(tun), index);
  }
  for (const auto& [vanished, fd] : tuns) remove_stored_tun(vanished);
  tuns.clear();  // an interface that nobody reads goes, and its routes with it
  keep();
  must(take_over());

  try {
    bus_ = std::make_unique<bus::BusService>(loop, *this, [this](const std::string& why) {
      log(LOG_ERR, "", "the bus is gone: " + why + "; calls continue, but ghostctl cannot reach ghostd until it is restarted");
      names_.end();
      online_.end();
      sleep_.reset();
      if (clock_) clock_->give_up();
      clock_.reset();
      bus_.reset();
    });
    publish();
    bus_->request_name();
    for (const auto& [name, link] : links_)
      if (link->decides().scheduled()) watch_timer(name);
  } catch (const std::runtime_error& e) {
    // ghostd continues without the bus, because a host with a broken bus still needs its link.
    log(LOG_ERR, "", std::string("no D-Bus: ") + e.what());
    bus_.reset();
    publish();
  }
  tell_manager();

  // The links learn of an earlier ghostd's calls before the first packet. Otherwise this packet would start a second call.
  want(roll_.begin());
}

Daemon::~Daemon() = default;

// [Appear] Name=, or the host's name.
core::LinkConfig Daemon::named(core::LinkConfig config) {
  std::array<char, 256> name{};
  if (config.appear.name.empty())
    config.appear.name = ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
  return config;
}

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
  links_[name] = std::make_unique<Link>(
      Link::Shared{loop_, host_, supervisor_, *this, *this, appear_paths_, [this](auto answer) { ask_clock(std::move(answer)); }},
      named(std::move(config)), index, std::move(tun), [this, name](core::LinkEvent e) { post(name, std::move(e)); },
      [this, name] { make_again(name); });
  if (links_[name]->decides().scheduled()) watch_timer(name);
  for (const auto& event : announced_.still(loop::now())) post(name, event);
  if (roll_.known()) links_[name]->listen();
}

void Daemon::make_again(const std::string& name) {
  remove_stored_tun(name);
  auto tun = make_stored_tun(name);
  log(LOG_WARNING, name,
      demand_interface(name) + (tun ? " was deleted; ghostd has created it again" : " was deleted: " + tun.error().what));
  if (!tun) return;
  links_.at(name)->read_from(std::move(*tun));
  keeper_->look_soon();
}

// The link has parted(): it has neither a call nor routes.
void Daemon::remove_link(const std::string& name) {
  autoconf_->end(name);
  remove_stored_tun(name);
  links_.erase(name);
  status_line_.remove(name);
  host_.counts().forget(name);
  names_.forget(name);
  online_.forget(name);
  forget_timer(name);
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
  ::malloc_trim(0);  // the table of 100 links takes megabytes of JSON for a moment
  return loaded;
}

net::Result<void> Daemon::take_over() {
  const auto links = placed();
  // With a hundred links on a slow machine, each of these takes seconds. The loop cannot answer the watchdog meanwhile.
  const auto alive = [] { sd_notify(0, "WATCHDOG=1"); };
  // Whatever fails below, the keeper tries it again.
  if (keeper_) keeper_->look_soon();
  // A failure is not fatal: without the table no packet makes a call, and the keeper tries again.
  if (auto ok = load_ruleset(); !ok) log(LOG_ERR, "", ok.error().what);
  alive();
  if (auto ok = host_.prepare(links); !ok) return ok;
  alive();
  if (auto ok = host_.take_over(links); !ok) return ok;
  alive();
  tell_what_stands_beside();
  // The monitor reports everything anew, because a newly shared prefix may have its interface already.
  if (roll_.known()) watch_kernel();
  return {};
}

bool Daemon::any_call() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const auto& l) { return l.second->machine().serial() != CallSerial::none; });
}

bool Daemon::any_waits() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& l) { return l.second->machine().waits(); });
}

bool Daemon::any_call_before_sleep() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& l) {
    const auto& machine = l.second->machine();
    return machine.serial() != CallSerial::none && machine.config().call.on_sleep == core::OnSleep::hangup;
  });
}

void Daemon::see_calls() {
  want(roll_.seen(any_call(), any_waits()));
  if (sleep_ && !any_call_before_sleep()) sleep_->ready();
}

// ---- the queue -------------------------------------------------------------------------------------------------------

void Daemon::post(const std::string& link, core::LinkEvent event) { queue_.post(link, std::move(event)); }

// Before packets may make a call, asks whether the table has judged them.
void Daemon::judge(const Link& link, core::LinkEvent& event) {
  auto* const call = std::get_if<core::Event>(&event);
  auto* const packets = call ? std::get_if<core::PacketsArrived>(call) : nullptr;
  if (packets && link.machine().waits_for_packets() && keeper_) packets->judged = !keeper_->table_was_lost();
}

void Daemon::handle(const std::string& name, core::LinkEvent event) {
  const auto at = links_.find(name);
  if (at == links_.end()) return;  // removed by a reload meanwhile
  auto& link = *at->second;
  judge(link, event);
  auto step = link.step(std::move(event));
  for (const auto& t : step.transitions) log_transition(link.name(), t);
  turn_end_.saw(link.name(), step.only_packets,
                !step.transitions.empty() && std::holds_alternative<core::Down>(link.machine().state()));
  link.run(std::move(step.effects));
}

void Daemon::show(const Link& link) {
  const auto status = link.status();
  status_line_.put(status);
  names_.see(link, status);
  online_.see(link.machine());
  if (bus_) bus_->publish(status);
}

void Daemon::tell(const TurnEnd::Seen& seen) {
  for (const auto& name : seen.links)
    if (const auto at = links_.find(name); at != links_.end()) show(*at->second);
  if (seen.only_packets) return;  // the rest looks at each link, which is too much per waiting packet
  see_who_stands_in_front();
  names_.tell();
  tell_manager();
  see_calls();
  // A call's packets, and libnftables' and libnl's messages about it, took megabytes for a moment. The next call may be days
  // away.
  if (seen.came_to_rest) ::malloc_trim(0);
}

void Daemon::publish() {
  for (const auto& [name, link] : links_) show(*link);
  names_.tell();
}

void Daemon::tell_manager() {
  if (const auto line = status_line_.news()) sd_notify(0, ("STATUS=" + *line).c_str());
}

}  // namespace ghost::daemon
