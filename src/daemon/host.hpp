// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd holds of the host's networking for all links together: rules, routes, the nftables table, sysctls. Taking
// over is idempotent, because after a crash or a restart most of it is there already; giving back is not done here but by
// `ghost-tun release`, which needs to remember nothing.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "daemon/kernel_counts.hpp"
#include "net/ppp_queue.hpp"
#include "net/raw_sender.hpp"
#include "net/routes.hpp"
#include "net/sysctl.hpp"

namespace ghost::daemon {

// A link as the kernel side needs it. The index is the link's rank and names its replay table; it stays while we run.
struct Placed {
  core::LinkConfig config;
  unsigned index = 0;
  [[nodiscard]] net::LinkRouting routing() const {
    return {config.name, index, config.routes, config.stable};
  }
};

class Host {
 public:
  // Throws std::runtime_error when the kernel's sockets or the journal of sysctls cannot be had.
  Host(const std::string& state_dir, net::RawSender sender);

  // The order matters: first the host's own sysctls, then the ruleset, then the links, so that nothing is let into a
  // demand interface unjudged.
  [[nodiscard]] net::Result<void> prepare(const std::vector<Placed>& links);
  // Sysctls, addresses and routes of these links, the rules of all of them. Their interfaces exist.
  [[nodiscard]] net::Result<void> take_over(const std::vector<Placed>& links);
  // Takes away the rules that an earlier ghostd left for a link that is configured no more.
  [[nodiscard]] net::Result<void> forget_rules(const std::string& link, unsigned index);
  // Routes of a link that is no more, or is about to get others.
  [[nodiscard]] net::Result<void> give_up(const Placed& link);
  // The table whole, for these links.
  [[nodiscard]] net::Result<void> load_ruleset(const std::vector<Placed>& links, const std::vector<std::string>& blocked);

  // An interface of the LAN has an address inside a shared prefix: it may forward. True: the ruleset must be loaded again.
  [[nodiscard]] net::Result<bool> open_shared(const std::vector<Placed>& links, const std::string& ifname,
                                              const IpAddress& address);

  // ppp-<link> has just appeared: sysctls and the queue for the handover.
  [[nodiscard]] net::Result<void> prepare_call(const core::LinkConfig& link);

  // The far end of a call advertises a smaller IPv6 packet than its interface can carry. What is more than that is passed over.
  [[nodiscard]] net::Result<void> set_ipv6_mtu(const std::string& link, std::uint32_t mtu);

  // The call's MTU is known: the far end's SYNs must fit it. Before the far end is asked, so that no answer comes too early.
  [[nodiscard]] net::Result<void> call_has_address(const std::string& link);

  // What the kernel dropped of a link's packets, read when somebody looks.
  [[nodiscard]] KernelCounts& counts() { return counts_; }
  [[nodiscard]] net::Rtnl& rtnl() { return rtnl_; }
  [[nodiscard]] net::PppQueue& queue() { return queue_; }
  [[nodiscard]] net::RawSender& sender() { return sender_; }

 private:
  net::Rtnl rtnl_;
  net::PppQueue queue_;
  net::Sysctls sysctls_;
  net::RawSender sender_;
  KernelCounts counts_;
  std::map<std::string, unsigned> call_mtu_;  // by link, as the table has it
  std::set<std::string> opened_;  // LAN interfaces that forward because of us
};

}  // namespace ghost::daemon
