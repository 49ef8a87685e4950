// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/call_path.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "core/hop_limit.hpp"
#include "net/nft.hpp"
#include "net/rcu_barrier.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {

// A flood must not keep us here for ever: what comes after so many packets is the loop's next turn.
constexpr std::size_t kDrainMax = 50'000;

// The same link with one family only.
net::LinkRouting only(const Placed& link, Family family) {
  auto routing = link.routing();
  std::erase_if(routing.prefixes, [family](const Prefix& p) { return p.family() != family; });
  std::erase_if(routing.stable, [family](const IpAddress& a) { return a.family() != family; });
  return routing;
}

std::optional<Family> family_of(const core::PacketBytes& packet) {
  if (packet.empty()) return std::nullopt;
  switch (packet[0] >> 4) {
    case 4: return Family::v4;
    case 6: return Family::v6;
    default: return std::nullopt;
  }
}

}  // namespace

bool CallPath::write(core::PacketBytes& packet) {
  core::give_back_hop(packet);  // it is forwarded once more than its sender meant
  return net::write_packet(tun_, packet).outcome == net::WriteOutcome::sent;
}

void CallPath::reinject(core::PacketBytes packet) { (void)write(packet); }

// What the TUN holds goes on through the call, behind what has gone before.
void CallPath::drain(core::HandedOver& outcome) {
  core::PacketBytes packet;
  for (std::size_t n = 0; n < kDrainMax && net::read_packet(tun_, packet).outcome == net::ReadOutcome::packet; ++n) {
    const auto family = family_of(packet);
    if (!family || std::find(carried_.begin(), carried_.end(), *family) == carried_.end()) keep_(packet);
    else ++(write(packet) ? outcome.replayed : outcome.lost);
  }
}

net::Result<void> CallPath::open_way(const Placed& link, Family family) {
  const auto ifname = ppp_interface(link.config.name);
  // Closed already for a new call's first family; open for its second, and for a call that an earlier ghostd began.
  if (auto ok = host_.queue().plug_again(ifname); !ok) return ok;
  return host_.rtnl().add(net::replay_routes(only(link, family), {family}));
}

core::HandedOver CallPath::hand_over(const Placed& link, CallSerial serial, Family family,
                                     std::vector<core::PacketBytes> packets) {
  core::HandedOver outcome{.serial = serial, .family = family, .error = {}};
  const auto ifname = ppp_interface(link.config.name);
  const auto failed = [&](const net::Error& error) {
    outcome.error = error.what;
    (void)host_.queue().release(ifname);  // the other family's packets may be behind the plug
    return outcome;
  };
  if (auto ok = open_way(link, family); !ok) {
    for (auto& packet : packets) keep_(std::move(packet));  // the next call's
    return failed(ok.error());
  }
  if (std::find(carried_.begin(), carried_.end(), family) == carried_.end()) carried_.push_back(family);
  for (auto& packet : packets) ++(write(packet) ? outcome.replayed : outcome.lost);
  drain(outcome);
  if (auto ok = host_.rtnl().add(net::call_routes(only(link, family), {family})); !ok) return failed(ok.error());
  (void)net::wait_for_packets_in_flight();  // without membarrier(2) a straggler may be overtaken, not lost
  drain(outcome);
  // A TUN without IFF_NAPI receives and forwards inside write(2) (tun.c, tun_rx_batched()): the whole replay stands in the call's
  // queue now, before anybody else's packet leaves it.
  if (auto ok = host_.queue().release(ifname); !ok) return failed(ok.error());
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(link.config.call.idle_timeout);
  (void)net::nft::keep_live(ifname, std::max(idle, std::chrono::seconds(1)));  // else it counts as idle, which is safe
  return outcome;
}

net::Result<void> CallPath::refuse(const Placed& link, Family family, bool refuse) {
  const auto routes = net::call_routes(only(link, family), {});
  return refuse ? host_.rtnl().add(routes) : host_.rtnl().remove(routes);
}

net::Result<void> CallPath::route_back(const Placed& link) {
  carried_.clear();
  net::Result<void> outcome;
  for (const auto family : {Family::v4, Family::v6}) {
    const auto routing = only(link, family);
    for (const auto& routes : {net::call_routes(routing, {family}), net::call_routes(routing, {}),
                               net::replay_routes(routing, {family})})
      if (auto ok = host_.rtnl().remove(routes); !ok) outcome = ok;
  }
  (void)net::wait_for_packets_in_flight();
  return outcome;
}

bool CallPath::drained(const Placed& link) {
  const auto backlog = host_.queue().backlog(ppp_interface(link.config.name));
  return !backlog || backlog->packets == 0;
}

bool CallPath::settle(const Placed& link, bool force) {
  const auto ifname = ppp_interface(link.config.name);
  const auto backlog = host_.queue().handover_backlog(ifname);
  if (backlog && backlog->packets != 0 && !force) return false;
  return host_.queue().normalize(ifname).has_value() || force;
}

}  // namespace ghost::daemon
