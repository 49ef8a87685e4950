// SPDX-License-Identifier: GPL-2.0-or-later
// The queue in front of a PPP interface at the handover. ppp0's own holds 3 packets: a replay of 1000 lost 61
// in it. Packets that programs send after the route was switched overtake those still in the TUN.
// So, before the replay (tc-prio(8), sch_plug.c):
//
//   prio 1:  band 1:1  pfifo, big      the replay; its socket's priority is 1:1 (raw_socket.hpp)
//            band 1:2  plug            everything else, held until the TUN has run empty
//            band 1:3  fq_codel        where everything goes once the first two have drained
//
// Replacing a qdisc drops its packets, so nothing is replaced until the call ends. After the replay
// only the priority map changes. Band 2 is served before band 3, so the order also holds across that change.
// A big fifo for the whole life of a call would be bufferbloat at a modem's speed.
#pragma once
#include <cstdint>
#include <string>

#include "net/error.hpp"
#include "net/netlink_socket.hpp"

namespace ghost::net {

struct QueueLimits {
  unsigned replay_packets = 10000;         // band 1; at least the capacity of the buffer plus the TUN's queue
  unsigned held_bytes = 16 * 1024 * 1024;  // band 2: packets that programs send during the replay
  unsigned transmit_queue = 10000;         // txqueuelen, packets
  bool operator==(const QueueLimits&) const = default;
};

struct Backlog {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Backlog&) const = default;
};

class PppQueue {
 public:
  [[nodiscard]] static Result<PppQueue> open();

  enum class Order {
    kept,    // everything is in place
    at_risk  // the kernel has no sch_plug: band 2 is a pfifo that holds nothing back; packets may overtake
             // the replay
  };
  // Replaces the interface's queue. Call this only while that is empty: right after the interface
  // appeared.
  [[nodiscard]] Result<Order> prepare(const std::string& ifname, const QueueLimits& limits = {});
  // Is it there as prepare() left it? Also true if there is no such interface.
  [[nodiscard]] Result<bool> stands(const std::string& ifname);
  // Opens the plug for good: held packets leave in order, later ones pass. Does nothing if order is
  // at_risk.
  [[nodiscard]] Result<void> release(const std::string& ifname);
  // Closes it again (TCQ_PLUG_BUFFER), and leads everything behind it. Packets that are in band 3 already may be overtaken.
  [[nodiscard]] Result<void> plug_again(const std::string& ifname);
  // From now on everything uses band 3. Call this when handover_backlog() is empty.
  [[nodiscard]] Result<void> normalize(const std::string& ifname);

  // The packets in bands 1 and 2; zero if the interface or the queue is gone. Band 3 is normal traffic and not
  // counted.
  [[nodiscard]] Result<Backlog> handover_backlog(const std::string& ifname);
  // The packets in all three bands.
  [[nodiscard]] Result<Backlog> backlog(const std::string& ifname);

 private:
  explicit PppQueue(NetlinkSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] Result<Backlog> sum(const std::string& ifname, unsigned bands);
  NetlinkSocket socket_;
};

}  // namespace ghost::net
