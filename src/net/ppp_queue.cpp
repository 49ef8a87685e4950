// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/ppp_queue.hpp"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <optional>
#include <stdexcept>

#include "net/interface.hpp"

namespace ghost::net {
namespace {

constexpr std::uint32_t handle(unsigned major) { return major << 16; }
constexpr std::uint32_t kRoot = handle(1);
// The qdisc of band n (1 to 3) is 1n:
constexpr std::uint32_t band_handle(unsigned band) { return handle(0x10 + band); }
constexpr std::uint32_t band_class(unsigned band) { return kRoot | band; }

template <class Options>
NlMessage qdisc(int flags, unsigned index, std::uint32_t parent, std::uint32_t own, const char* kind,
                const std::optional<Options>& options) {
  tcmsg head{};
  head.tcm_family = AF_UNSPEC;
  head.tcm_ifindex = static_cast<int>(index);
  head.tcm_parent = parent;
  head.tcm_handle = own;
  auto message = make_message(RTM_NEWQDISC, flags, head);
  must_fit(nla_put_string(message.get(), TCA_KIND, kind));
  if (options) must_fit(nla_put(message.get(), TCA_OPTIONS, sizeof *options, &*options));
  return message;
}

constexpr int kReplace = NLM_F_CREATE | NLM_F_REPLACE;
constexpr int kChange = 0;

// Everything without its own class goes to this band (1 to 3).
NlMessage prio(int flags, unsigned index, unsigned band) {
  tc_prio_qopt options{};
  options.bands = 3;
  std::fill(std::begin(options.priomap), std::end(options.priomap), static_cast<std::uint8_t>(band - 1));
  return qdisc<tc_prio_qopt>(flags, index, TC_H_ROOT, kRoot, "prio", options);
}

NlMessage pfifo(unsigned index, unsigned band, unsigned packets) {
  return qdisc<tc_fifo_qopt>(kReplace, index, band_class(band), band_handle(band), "pfifo", tc_fifo_qopt{packets});
}

NlMessage plug(int flags, unsigned index, int action, unsigned limit) {
  tc_plug_qopt options{};
  options.action = action;
  options.limit = limit;
  return qdisc<tc_plug_qopt>(flags, index, band_class(2), band_handle(2), "plug", options);
}

// Its defaults (5 ms, 100 ms) are for megabits: a modem needs 100 ms and more for a packet of 1500 bytes. RFC 8289 requires a
// larger target, and an interval of ten to twenty times the target. Otherwise packets are dropped although there is no queue.
NlMessage fq_codel(unsigned index, unsigned band) {
  constexpr std::uint32_t target = 100'000, interval = 1'000'000;  // µs
  const std::optional<tc_fq_codel_xstats> none;                    // any type: its options are attributes
  auto message = qdisc(kReplace, index, band_class(band), band_handle(band), "fq_codel", none);
  nlattr* options = nla_nest_start(message.get(), TCA_OPTIONS);
  if (options == nullptr) throw std::length_error("netlink message is full");
  must_fit(nla_put_u32(message.get(), TCA_FQ_CODEL_TARGET, target));
  must_fit(nla_put_u32(message.get(), TCA_FQ_CODEL_INTERVAL, interval));
  must_fit(nla_nest_end(message.get(), options));
  return message;
}

}  // namespace

Result<PppQueue> PppQueue::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return PppQueue(std::move(*socket));
}

Result<PppQueue::Order> PppQueue::prepare(const std::string& ifname, const QueueLimits& limits) {
  const std::string what = "queue of " + ifname;
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());

  ifinfomsg head{};
  head.ifi_family = AF_UNSPEC;
  head.ifi_index = static_cast<int>(*index);
  auto length = make_message(RTM_NEWLINK, 0, head);
  must_fit(nla_put_u32(length.get(), IFLA_TXQLEN, limits.transmit_queue));
  if (auto ok = socket_.request(*length, what + ", length"); !ok) return tl::unexpected(ok.error());

  // Everything waits in band 2 as soon as the root exists. Its child is in place before a packet of ours can
  // come.
  if (auto ok = socket_.request(*prio(kReplace, *index, 2), what + ", prio"); !ok) return tl::unexpected(ok.error());
  if (auto ok = socket_.request(*pfifo(*index, 1, limits.replay_packets), what + ", pfifo"); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = socket_.request(*fq_codel(*index, 3), what + ", fq_codel"); !ok) {
    // Normal life without fq_codel is the kernel's default fifo.
    if (ok.error().errno_value != ENOENT) return tl::unexpected(ok.error());
  }
  const auto plugged = socket_.request(*plug(kReplace, *index, TCQ_PLUG_LIMIT, limits.held_bytes), what + ", plug");
  if (plugged) return Order::kept;
  if (plugged.error().errno_value != ENOENT) return tl::unexpected(plugged.error());
  if (auto ok = socket_.request(*pfifo(*index, 2, limits.replay_packets), what + ", pfifo"); !ok) {
    return tl::unexpected(ok.error());
  }
  return Order::at_risk;
}

namespace {

Result<void> change_plug(NetlinkSocket& socket, const std::string& ifname, int action, const std::string& what) {
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());
  auto ok = socket.request(*plug(kChange, *index, action, 0), what);
  // EINVAL: another kind is in its place; ENOENT: nothing is. prepare() could not install a plug, so nothing is held back.
  if (!ok && (ok.error().errno_value == EINVAL || ok.error().errno_value == ENOENT)) return {};
  return ok;
}

}  // namespace

Result<void> PppQueue::release(const std::string& ifname) {
  return change_plug(socket_, ifname, TCQ_PLUG_RELEASE_INDEFINITE, "open the plug of " + ifname);
}

Result<void> PppQueue::plug_again(const std::string& ifname) {
  const std::string what = "close the plug of " + ifname;
  if (auto ok = change_plug(socket_, ifname, TCQ_PLUG_BUFFER, what); !ok) return ok;
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());
  // After normalize(), packets would pass the plug by.
  auto ok = socket_.request(*prio(kChange, *index, 2), what);
  if (!ok && (ok.error().errno_value == EINVAL || ok.error().errno_value == ENOENT)) return {};
  return ok;
}

Result<void> PppQueue::normalize(const std::string& ifname) {
  const std::string what = "normal queue of " + ifname;
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());
  return socket_.request(*prio(kChange, *index, 3), what);
}

namespace {

// Passes each qdisc of an interface to each(); a dump has those of all interfaces.
template <class Each>
Result<void> for_each_qdisc(NetlinkSocket& socket, unsigned index, const std::string& what, Each each,
                            const std::function<void()>& restart) {
  tcmsg head{};
  head.tcm_family = AF_UNSPEC;
  auto message = make_message(RTM_GETQDISC, 0, head);
  const auto part = [&](const NetlinkMessage& one) {
    if (one.head.nlmsg_type != RTM_NEWQDISC) return;
    const auto seen = parts_of<tcmsg>(one.body);
    if (seen && seen->header.tcm_ifindex == static_cast<int>(index)) each(seen->header, seen->attributes);
  };
  return socket.dump(*message, what, part, restart);
}

}  // namespace

Result<bool> PppQueue::stands(const std::string& ifname) {
  const unsigned index = ::if_nametoindex(ifname.c_str());
  if (index == 0) return true;
  bool root = false, first = false, second = false;
  const auto each = [&](const tcmsg& seen, Bytes attributes) {
    const auto kind = text(find_attribute(attributes, TCA_KIND).value_or(Bytes()));
    root = root || (seen.tcm_parent == TC_H_ROOT && seen.tcm_handle == kRoot && kind == "prio");
    first = first || (seen.tcm_parent == band_class(1) && seen.tcm_handle == band_handle(1));
    second = second || (seen.tcm_parent == band_class(2) && seen.tcm_handle == band_handle(2));
  };
  auto ok = for_each_qdisc(socket_, index, "queue of " + ifname, each, [&] { root = first = second = false; });
  if (!ok) return tl::unexpected(ok.error());
  return root && first && second;
}

Result<Backlog> PppQueue::sum(const std::string& ifname, unsigned bands) {
  Backlog total;
  const unsigned index = ::if_nametoindex(ifname.c_str());
  if (index == 0) return total;
  const auto each = [&](const tcmsg& seen, Bytes attributes) {
    if (seen.tcm_handle < band_handle(1) || seen.tcm_handle > band_handle(bands)) return;
    const auto stats = find_attribute(attributes, TCA_STATS2).value_or(Bytes());
    const auto waiting = take<gnet_stats_queue>(find_attribute(stats, TCA_STATS_QUEUE).value_or(Bytes()));
    if (!waiting) return;
    total.packets += waiting->qlen;
    total.bytes += waiting->backlog;
  };
  auto ok = for_each_qdisc(socket_, index, "backlog of " + ifname, each, [&] { total = {}; });
  if (!ok) return tl::unexpected(ok.error());
  return total;
}

Result<Backlog> PppQueue::handover_backlog(const std::string& ifname) { return sum(ifname, 2); }
Result<Backlog> PppQueue::backlog(const std::string& ifname) { return sum(ifname, 3); }

}  // namespace ghost::net
