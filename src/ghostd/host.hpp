// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd holds of the host's networking for all links together: rules, routes, the nftables table, sysctls. Taking
// over is idempotent, because after a crash or a restart most of it is there already; giving back is not done here but by
// `ghost-tun release`, which needs to remember nothing.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "ghostd/kernel_counts.hpp"
#include "net/demand_interface.hpp"
#include "net/ppp_queue.hpp"
#include "net/raw_sender.hpp"
#include "net/routes.hpp"
#include "net/sysctl.hpp"
#include "net/table_print.hpp"

namespace ghost::daemon {

// A link as the kernel side needs it. The index is the link's rank; it stays while we run. The configuration is lent
// by the link, and lives as long as it.
struct Placed {
  const core::LinkConfig& config;
  unsigned index = 0;
  std::vector<Family> carried{};  // by its call, just now
  bool withdrawn = false;         // net::Standing
  std::string interface{};        // of its calls
  [[nodiscard]] net::LinkRouting routing() const {
    return {config.name, index, config.routes, config.stable, config.metric, carried, withdrawn};
  }
};
// Where the link is placed now.
using Where = std::function<Placed()>;

// What of a link must stand just now.
struct Kept {
  Placed placed;
  std::vector<net::Route> routes;
  bool carries = false;          // its call does: ppp-<link> has the queue, and is kept up by set `live`
  bool settled = false;          // the queue is an ordinary one by now
  std::vector<IpAddress> own{};  // addresses that leave as they are: the call's
};

class Host {
 public:
  // Throws std::runtime_error when the kernel's sockets or the journal of sysctls cannot be had.
  Host(const std::string& state_dir, net::RawSender sender);

  // The order matters: first the ruleset, then the host's own sysctls, then the links, so that nobody gets anything from what is
  // switched on, and nothing is let into a demand interface unjudged.
  [[nodiscard]] net::Result<void> prepare(const std::vector<Placed>& links);
  // Sysctls, addresses and routes of these links, the rules of all of them. Their interfaces exist.
  [[nodiscard]] net::Result<void> take_over(const std::vector<Placed>& links);
  // Default routes that others keep; as seen last.
  [[nodiscard]] net::Result<void> look_at_foreign_defaults(const std::vector<Placed>& links);
  [[nodiscard]] const std::vector<net::ForeignDefault>& foreign_defaults() const { return foreign_; }
  // The rules for these links beside those.
  [[nodiscard]] std::vector<net::Rule> rules(Family family, const std::vector<Placed>& links) const;
  [[nodiscard]] std::vector<net::Rule> all_rules(const std::vector<Placed>& links) const;
  [[nodiscard]] net::Result<void> set_rules(const std::vector<Placed>& links);
  // What set_rules() has put there.
  [[nodiscard]] const std::vector<net::Rule>& rules_set() const { return rules_set_; }
  [[nodiscard]] static net::DemandInterface demand(const Placed& link);
  // Routes of a link that is no more, or is about to get others.
  [[nodiscard]] net::Result<void> give_up(const Placed& link);
  // The table whole, for these links.
  [[nodiscard]] net::Result<void> load_ruleset(const std::vector<Placed>& links, const std::vector<std::string>& blocked);

  // Somebody has switched IPv4 forwarding on or off for the whole host since: who forwards because of us, and what is given back at
  // the end, is another matter then. True: the ruleset must be loaded again.
  [[nodiscard]] net::Result<bool> follow_forwarding();
  struct Opening {
    std::vector<net::SysctlWrite> writes;
    bool guard_first = false;  // the ruleset must be loaded before these are written: nobody else is to get anything from it
  };
  // An interface of the LAN has an address; inside a shared prefix, what is to be written so that it may forward.
  [[nodiscard]] std::optional<Opening> opening(const std::vector<Placed>& links, const std::string& ifname,
                                               const IpAddress& address);

  // ppp-<link> has just appeared: sysctls and the queue for the handover.
  [[nodiscard]] net::Result<void> prepare_call(const core::LinkConfig& link);

  // The far end of a call advertises a smaller IPv6 packet than its interface can carry. What is more than that is passed over.
  [[nodiscard]] net::Result<void> set_ipv6_mtu(const std::string& link, std::uint32_t mtu);

  // The call's MTU is known: the far end's SYNs must fit it. Before the far end is asked, so that no answer comes too early.
  [[nodiscard]] net::Result<void> call_has_address(const std::string& link);

  // What the kernel dropped of a link's packets, read when somebody looks.
  [[nodiscard]] KernelCounts& counts() { return counts_; }
  // The same after somebody has taken it away. What was in it is lost.
  [[nodiscard]] net::Result<void> restore_queue(const core::LinkConfig& link, bool settled);

  // What load_ruleset() has put there; nullopt: it did not stay so for the moment that it took to look.
  [[nodiscard]] const std::optional<net::TablePrint>& loaded_table() const { return loaded_; }

  [[nodiscard]] net::Sysctls& sysctls() { return sysctls_; }
  // What sees to it that the table stands when a call takes over (the Keeper). Until then, it does.
  void on_handover(std::function<net::Result<void>()> table_must_stand) { table_must_stand_ = std::move(table_must_stand); }
  [[nodiscard]] net::Result<void> table_must_stand() { return table_must_stand_ ? table_must_stand_() : net::Result<void>(); }

  [[nodiscard]] net::Rtnl& rtnl() { return rtnl_; }
  [[nodiscard]] net::PppQueue& queue() { return queue_; }
  [[nodiscard]] net::RawSender& sender() { return sender_; }

 private:
  [[nodiscard]] bool was_off(const std::string& key) const;

  net::Rtnl rtnl_;
  net::PppQueue queue_;
  net::Sysctls sysctls_;
  net::RawSender sender_;
  std::function<net::Result<void>()> table_must_stand_;
  KernelCounts counts_;
  std::map<std::string, unsigned> call_mtu_;  // by link, as the table has it
  std::vector<net::ForeignDefault> foreign_;
  std::vector<net::Rule> rules_set_;
  std::optional<net::TablePrint> loaded_;
  std::set<std::string> shared_;  // LAN interfaces with an IPv4 address within some link's From=
  std::set<std::string> opened_;  // those of them that forward because of us alone
  std::string host_forwards_;     // net.ipv4.conf.all.forwarding, somebody else's: "0" or "1"
};

}  // namespace ghost::daemon
