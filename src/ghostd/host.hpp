// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd changes in the host's networking for all links together: rules, routes, the nftables table, sysctls. Taking over is
// idempotent, because most of it is there already after a crash or a restart. `ghost-tun release` gives it back, without knowing
// what ghostd did.
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
#include "net/ruleset.hpp"
#include "net/sysctl.hpp"
#include "net/table_print.hpp"

namespace ghost::daemon {

// A link as the kernel side needs it. The index is the link's rank, and stays the same while ghostd runs. The link lends the
// configuration, which lives as long as the link.
struct Placed {
  const core::LinkConfig& config;
  unsigned index = 0;
  std::vector<Family> carried{};    // the families that its call carries now
  std::vector<Family> withdrawn{};  // net::Standing
  std::vector<Family> outranked{};  // the same
  std::string interface{};          // the name that its calls' interface has
  bool has_place = true;            // false: the link has given up its routes, and gets others or none
  [[nodiscard]] net::LinkRouting routing() const {
    auto prefixes = has_place ? config.routes : std::vector<Prefix>();
    return {config.name,   interface, index,     std::move(prefixes), config.stable,
            config.metric, carried,   withdrawn, outranked,           config.share};
  }
};
// Where the link is placed now.
using Where = std::function<Placed()>;

// What must be in the kernel for a link now.
struct Kept {
  Placed placed;
  std::vector<net::Route> routes;
  bool blocked = false;          // the table refuses its packets
  bool carries = false;          // its call does: its interface has the queue, and is kept up by set `live`
  bool settled = false;          // the queue is an ordinary one by now
  core::Duration idle_left{};    // how long its last known packets still keep the call up
  std::vector<IpAddress> own{};  // addresses that leave as they are: the call's
};

[[nodiscard]] std::vector<Placed> places_of(const std::vector<Kept>& kept);

class Host {
 public:
  // Throws std::runtime_error if the kernel's sockets or the journal of sysctls cannot be opened.
  Host(const std::string& state_dir, net::RawSender sender);

  // The order matters: first the ruleset, then the host's sysctls, then the links. Otherwise other hosts could use the forwarding
  // that ghostd enables, and packets could enter a demand interface unjudged.
  [[nodiscard]] net::Result<void> prepare(const std::vector<Placed>& links);
  // Sets the sysctls, addresses and routes of these links, and the rules of all. Their interfaces exist.
  [[nodiscard]] net::Result<void> take_over(const std::vector<Placed>& links);
  // Reads the default routes of other programs / has them as last read.
  [[nodiscard]] net::Result<void> look_at_foreign_defaults(const std::vector<Placed>& links);
  [[nodiscard]] const std::vector<net::ForeignDefault>& foreign_defaults() const { return foreign_; }
  // The rules for these links, given the foreign default routes.
  [[nodiscard]] std::vector<net::Rule> rules(Family family, const std::vector<Placed>& links) const;
  [[nodiscard]] std::vector<net::Rule> all_rules(const std::vector<Placed>& links) const;
  [[nodiscard]] net::Result<void> set_rules(const std::vector<Placed>& links);
  // What set_rules() has put there.
  [[nodiscard]] const std::vector<net::Rule>& rules_set() const { return rules_set_; }
  [[nodiscard]] static net::DemandInterface demand(const Placed& link);
  // Removes the routes of a link that gets others or none, whether or not it still has the place.
  [[nodiscard]] net::Result<void> give_up(Placed link);
  // Loads the whole table for these links.
  [[nodiscard]] net::Result<void> load_ruleset(const std::vector<Placed>& links, const std::vector<std::string>& blocked);

  // Follows a person or a program that has switched IPv4 forwarding on or off for the whole host. It changes which interfaces
  // forward only because of ghostd, and what ghostd gives back at the end. True: the ruleset must be loaded again.
  [[nodiscard]] net::Result<bool> follow_forwarding();
  struct Opening {
    std::vector<net::SysctlWrite> writes;
    bool guard_first = false;  // load the ruleset before writing these, so that no other host can use the forwarding
  };
  // An interface of the LAN has this address. If a shared prefix contains it: what to write so that the interface forwards.
  [[nodiscard]] std::optional<Opening> opening(const std::vector<Placed>& links, const std::string& ifname,
                                               const IpAddress& address);

  // The interface of a call has just appeared: sysctls and the queue for the handover.
  [[nodiscard]] net::Result<void> prepare_call(const Placed& link);

  // The far end of a call advertises an MTU for IPv6. A value above the interface's MTU is ignored.
  [[nodiscard]] net::Result<void> set_ipv6_mtu(unsigned interface_index, std::uint32_t mtu);

  // The call's MTU is known now, so the table clamps the far end's SYNs to it. The caller calls it before it asks the far end, so
  // that no answer comes too early.
  [[nodiscard]] net::Result<void> call_has_address(const Placed& link);

  // The packets that the kernel dropped, per link. Read when somebody asks for the status.
  [[nodiscard]] KernelCounts& counts() { return counts_; }
  // Restores the call's queue after another program has removed it. Its packets are lost.
  [[nodiscard]] net::Result<void> restore_queue(const Placed& link, bool settled);

  // The table as load_ruleset() has loaded it. nullopt: another program changed it before ghostd could read it.
  [[nodiscard]] const std::optional<net::TablePrint>& loaded_table() const { return loaded_; }

  [[nodiscard]] net::Sysctls& sysctls() { return sysctls_; }
  // Sets what restores a missing table before a handover (the Keeper). Without it, the table counts as present.
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
  // What the table must know of a link's call.
  struct InTable {
    net::Mtu mtu;
    std::optional<IpAddress> fixed;
    bool operator==(const InTable&) const = default;
  };
  [[nodiscard]] static InTable of_call(const Placed& link);
  [[nodiscard]] static net::RulesetLink in_ruleset(const Placed& link, const InTable& call);

  std::map<std::string, InTable> in_table_;  // by link
  std::vector<net::ForeignDefault> foreign_;
  std::vector<net::Rule> rules_set_;
  std::optional<net::TablePrint> loaded_;
  std::set<std::string> shared_;  // LAN interfaces with an IPv4 address inside a link's From=
  std::set<std::string> opened_;  // those that forward only because of ghostd
  std::string host_forwards_;     // net.ipv4.conf.all.forwarding, which ghostd never sets: "0" or "1"
};

}  // namespace ghost::daemon
