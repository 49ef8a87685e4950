// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/kernel_counts.hpp"

#include <algorithm>
#include <fstream>

#include "base/ids.hpp"
#include "loop/event_loop.hpp"
#include "net/nft.hpp"

namespace ghost::daemon {
namespace {

constexpr core::Duration kMoment = std::chrono::milliseconds(250);
constexpr int kShare = 10;  // reading takes at most 1/10 of the time

// The number of packets for which the TUN's queue had no room. Documentation/ABI/testing/sysfs-class-net-statistics
std::uint64_t tun_dropped(const std::string& link) {
  std::ifstream file("/sys/class/net/" + demand_interface(link) + "/statistics/tx_dropped");
  std::uint64_t count = 0;
  file >> count;
  return count;
}

}  // namespace

void KernelCounts::read_table() {
  const auto counters = net::nft::counters();
  if (!counters) return;  // there is no table yet, or it is gone
  for (const auto& [name, count] : *counters) table_[name].see(count.packets);
}

void KernelCounts::after_reset() {
  for (auto& [name, counter] : table_) counter.begin_again();
}

void KernelCounts::forget(const std::string& link) {
  for (const auto counter : net::kCounters) table_.erase(net::counter_name(counter, link));
  tuns_.erase(link);
}

void KernelCounts::look(core::Time now) {
  if (now < next_look_) return;
  read_table();
  const auto done = loop::now();
  next_look_ = core::after(done, std::max(kMoment, kShare * (done - now)));
}

void KernelCounts::add_to(core::LinkStatus& status) {
  const auto now = tun_dropped(status.name);
  auto& tun = tuns_.try_emplace(status.name, Tun{now, {0, now}}).first->second;
  tun.dropped.see(now);
  status.drops[core::Drop::tun] += tun.dropped.value() - tun.start;
  const auto count = [&](net::Counter which) {
    const auto at = table_.find(net::counter_name(which, status.name));
    return at == table_.end() ? 0 : at->second.value();
  };
  status.drops[core::Drop::blocked] += count(net::Counter::refused);
  status.drops[core::Drop::foreign] += count(net::Counter::foreign);
  status.stopped = {count(net::Counter::noise), count(net::Counter::unasked), count(net::Counter::escaped)};
}

}  // namespace ghost::daemon
