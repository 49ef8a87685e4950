// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/call_path.hpp"

#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "net/interface.hpp"
#include "net/nft.hpp"
#include "net/rcu_barrier.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {

// Packets per drain. After these, the loop's next turn continues, because a flood must not keep ghostd here for ever.
constexpr std::size_t kDrainMax = 50'000;
constexpr std::size_t kBatch = 64;

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

// The buffer keeps one SYN of a connection. This finds the retransmit that was still in the TUN when the handover took the buffer.
bool is_retransmit(const core::PacketBytes& packet, std::set<core::SynKey>& sent) {
  const auto info = core::describe_packet(packet);
  return info && info->syn && !sent.insert(*info->syn).second;
}

}  // namespace

Replay::Way CallPath::way(const Placed& link) const {
  const auto& ifname = link.interface;
  return {::if_nametoindex(ifname.c_str()), net::mtu_of(ifname), &link.config.stable};
}

core::SentOn CallPath::send_on(const std::vector<core::PacketBytes>& packets) {
  core::SentOn outcome;
  replay_.send(packets, way(where_()), outcome);
  return outcome;
}

// Sends the TUN's content through the call, behind the packets that were sent before.
void CallPath::drain(const Placed& link, const std::vector<Family>& carried, std::set<core::SynKey>& sent_syns,
                     core::SentOn& outcome) {
  const auto there = way(link);
  std::size_t count = 0;
  for (bool more = true; more && count < kDrainMax;) {
    std::vector<core::PacketBytes> ours, others;
    while (ours.size() < kBatch) {
      auto read = net::read_packet(tun_);
      more = read.outcome == net::ReadOutcome::packet;
      if (!more) break;
      if (is_retransmit(read.packet, sent_syns)) {
        ++outcome.coalesced;
        ++count;
        continue;
      }
      const auto family = family_of(read.packet);
      const bool is_carried = family && std::find(carried.begin(), carried.end(), *family) != carried.end();
      (is_carried ? ours : others).push_back(std::move(read.packet));
    }
    count += ours.size() + others.size();
    replay_.send(ours, there, outcome);
    if (!others.empty()) keep_(std::move(others));
  }
}

core::HandedOver CallPath::hand_over(CallSerial serial, Family family, std::vector<core::PacketBytes> packets) {
  const auto link = where_();
  core::HandedOver outcome{.serial = serial, .family = family, .sent = {}, .error = {}, .kept = {}};
  const auto& ifname = link.interface;
  const auto failed = [&](const net::Error& error) {
    outcome.error = error.what;
    (void)host_.queue().release(ifname);  // the other family's packets may be behind the plug
    return outcome;
  };
  // For a new call's first family the plug is closed already. It is open for the second family, and for a call that an earlier
  // ghostd began.
  auto opened = host_.table_must_stand();
  if (opened) opened = host_.queue().plug_again(ifname);
  // Another program may have a route of its own in main at this place. That route stays, and ghostd does not carry its traffic.
  if (opened)
    if (auto added = host_.rtnl().add(net::call_routes(only(link, family), {family}));
        !added && added.error().errno_value != EEXIST)
      opened = std::move(added);
  if (!opened) {
    outcome.kept = std::move(packets);
    return failed(opened.error());
  }
  auto carried = link.carried;
  carried.push_back(family);
  std::set<core::SynKey> sent_syns;
  for (const auto& packet : packets) (void)is_retransmit(packet, sent_syns);
  replay_.send(packets, way(link), outcome.sent);
  drain(link, carried, sent_syns, outcome.sent);
  (void)net::wait_for_packets_in_flight();  // without membarrier(2) a straggler may be overtaken, not lost
  drain(link, carried, sent_syns, outcome.sent);
  if (auto ok = host_.queue().release(ifname); !ok) return failed(ok.error());
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(link.config.call.idle_timeout);
  (void)net::nft::keep_live(ifname, std::max(idle, std::chrono::seconds(1)));  // if not, it counts as idle, which is safe
  return outcome;
}

net::Result<void> CallPath::refuse(Family family, bool refuse) {
  const auto routing = only(where_(), family);
  return refuse ? host_.rtnl().add(net::call_routes(routing, {}))
                : host_.rtnl().remove(net::call_routes(net::in_full(routing), {}));
}

net::Result<void> CallPath::route_back(std::optional<Family> which) {
  const auto link = where_();
  net::Result<void> outcome;
  for (const auto family : {Family::v4, Family::v6}) {
    if (which && *which != family) continue;
    const auto routing = net::in_full(only(link, family));
    for (const auto& routes : {net::call_routes(routing, {family}), net::call_routes(routing, {})})
      if (auto ok = host_.rtnl().remove(routes); !ok) outcome = ok;
  }
  (void)net::wait_for_packets_in_flight();
  return outcome;
}

}  // namespace ghost::daemon
