// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/ruleset.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/ids.hpp"

namespace ghost::net {
namespace {

using nlohmann::json;

// ---- nft's expressions and statements, as libnftables-json(5) spells them

json meta(const char* key) { return {{"meta", {{"key", key}}}}; }
json ct(const char* key) { return {{"ct", {{"key", key}}}}; }
json payload(const char* protocol, const char* field) { return {{"payload", {{"protocol", protocol}, {"field", field}}}}; }
json match(const char* op, json left, json right) {
  return {{"match", {{"op", op}, {"left", std::move(left)}, {"right", std::move(right)}}}};
}
json is(json left, json right) { return match("==", std::move(left), std::move(right)); }
json is_not(json left, json right) { return match("!=", std::move(left), std::move(right)); }
json has(json left, json flags) { return match("in", std::move(left), std::move(flags)); }
json verdict(const char* name) { return {{name, nullptr}}; }
json jump_to(const std::string& chain) { return {{"jump", {{"target", chain}}}}; }
json go_to(const std::string& chain) { return {{"goto", {{"target", chain}}}}; }
json count(const std::string& counter) { return {{"counter", counter}}; }
// Counts for the link to which the interface belongs. The map of this name has the counters of all links.
json count_by(const char* interface, const char* map) {
  return {{"counter", {{"map", {{"key", meta(interface)}, {"data", map}}}}}};
}
json count_noise() { return count_by("oifname", "@noise_of"); }
json count_unasked() { return count_by("iifname", "@unasked_of"); }
json set_of(json members) { return {{"set", std::move(members)}}; }
json prefix(const std::string& address, unsigned length) { return {{"prefix", {{"addr", address}, {"len", length}}}}; }

// One lookup of the interface's name sends each link's packets to its own chain. All other packets go on.
json dispatch(const char* which, json targets) {
  return {{"vmap", {{"key", meta(which)}, {"data", set_of(std::move(targets))}}}};
}
json jump(const std::string& ifname, const std::string& chain) { return json::array({ifname, {{"jump", {{"target", chain}}}}}); }

// The check whether a packet keeps the call up, and the renewal of the set's element, cost more than all other rules for a
// packet. So they run 20 times per second at most.
json often_enough(bool beyond) { return {{"limit", {{"rate", 20}, {"per", "second"}, {"burst", 5}, {"inv", beyond}}}}; }

// Gives this interface's element of set live its whole time again.
json renew(const char* interface, std::chrono::seconds timeout) {
  const json elem = {{"elem", {{"val", meta(interface)}, {"timeout", timeout.count()}}}};
  return {{"set", {{"op", "update"}, {"elem", elem}, {"set", "@live"}}}};
}

// ---- the commands

json named(const std::string& name) { return {{"family", "inet"}, {"table", kTable}, {"name", name}}; }
json table() { return {{"table", {{"family", "inet"}, {"name", kTable}}}}; }

class Commands {
 public:
  void add(json object) { list_.push_back({{"add", std::move(object)}}); }
  void remove(json object) { list_.push_back({{"delete", std::move(object)}}); }
  void flush(json chain) { list_.push_back({{"flush", {{"chain", std::move(chain)}}}}); }
  void chain(const std::string& name) { add({{"chain", named(name)}}); }
  void base_chain(const std::string& name, const char* type, const char* hook, int priority) {
    json chain = named(name);
    chain.update({{"type", type}, {"hook", hook}, {"prio", priority}, {"policy", "accept"}});
    add({{"chain", chain}});
  }
  void set(const std::string& name, json more) {
    json set = named(name);
    set.update(more);
    add({{"set", set}});
  }
  void counter(const std::string& name) { add({{"counter", named(name)}}); }
  void counter_map(const std::string& name, json elements) {
    json map = named(name);
    map.update({{"type", "ifname"}, {"map", "counter"}, {"flags", {"constant"}}, {"elem", std::move(elements)}});
    add({{"map", map}});
  }
  void rule(const std::string& chain, json::array_t statements) {
    add({{"rule", {{"family", "inet"}, {"table", kTable}, {"chain", chain}, {"expr", std::move(statements)}}}});
  }
  json take() && { return {{"nftables", std::move(list_)}}; }

 private:
  json list_ = json::array();
};

// Priorities that nft(8) has names for. The JSON form does not accept the names.
constexpr int kRaw = -300;
constexpr int kMangle = -150;
constexpr int kFilter = 0;
constexpr int kSourceNat = 100;
constexpr int kBehindSourceNat = 110;

// Addresses that cannot be reached through a call: link-local, multicast, broadcast, unspecified.
json noise4() {
  return json::array({prefix("0.0.0.0", 8), prefix("169.254.0.0", 16), prefix("224.0.0.0", 4), "255.255.255.255"});
}
json noise6() { return json::array({"::", prefix("fe80::", 10), prefix("ff00::", 8)}); }

// Neighbour discovery and multicast listening (RFC 4861, 2710, 3810). A point-to-point link needs neither.
json link_chatter() {
  return json::array({"mld-listener-query", "mld-listener-report", "mld-listener-done", "nd-router-solicit", "nd-router-advert",
                      "nd-neighbor-solicit", "nd-neighbor-advert", "nd-redirect", "mld2-listener-report"});
}

// Prefixes of one family as a set. A prefix inside another is left out, because intervals must not overlap.
json set_of_prefixes(const std::vector<Prefix>& all) {
  json members = json::array();
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto covers = [&](const Prefix& other) { return other.length <= one->length && other.contains(one->address); };
    if (std::any_of(all.begin(), one, covers)) continue;
    if (std::any_of(one + 1, all.end(), [&](const Prefix& other) { return other.length < one->length && covers(other); }))
      continue;
    const bool host = one->length == (one->family() == Family::v4 ? 32 : 128);
    members.push_back(host ? json(one->address.str()) : prefix(one->network().str(), one->length));
  }
  return set_of(std::move(members));
}

// From= and, if `own`, the stable addresses of these links: one set per family that has any.
template <class Each>
void for_each_source_set(std::span<const RulesetLink> links, bool own, Each each) {
  for (const Family family : {Family::v4, Family::v6}) {
    std::vector<Prefix> sources;
    for (const auto& link : links) {
      for (const auto& a : link.stable)
        if (own && a.family() == family) sources.push_back(*Prefix::parse(a.str()));
      for (const auto& p : link.share)
        if (p.family() == family) sources.push_back(p);
    }
    if (!sources.empty()) each(family, set_of_prefixes(sources));
  }
}
template <class Each>
void for_each_source_set(const RulesetLink& link, bool own, Each each) {
  for_each_source_set(std::span(&link, 1), own, std::move(each));
}

const char* ip_of(Family family) { return family == Family::v4 ? "ip" : "ip6"; }

// The type of the packet's address, as seen from the interface that it comes in by ("iif") or leaves by ("oif").
json address_type(const char* which, const char* interface) {
  return {{"fib", {{"result", "type"}, {"flags", {which, interface}}}}};
}

// Whether the routes lead back to the packet's source by the interface that it came in by.
json way_back() { return {{"fib", {{"result", "oif"}, {"flags", {"saddr", "iif"}}}}}; }

// Packets that never deserve a call of any link. Both hooks ask this first.
void noise_chain(Commands& out) {
  const auto noise = [&](json what) { out.rule("noise", {std::move(what), count_noise(), verdict("drop")}); };
  noise(is(payload("ip", "daddr"), "@noise4"));
  noise(is(payload("ip", "saddr"), "@noise4"));
  noise(is(payload("ip6", "daddr"), "@noise6"));
  noise(is(payload("ip6", "saddr"), "@noise6"));
  noise(is(payload("icmpv6", "type"), set_of(link_chatter())));
  // The end of a conversation that an earlier call carried. The far end would see another address, and a FIN is not worth the
  // price of a call. TCP repeats the FIN until it gives up, or until the link is up for a better reason.
  noise(has(payload("tcp", "flags"), json::array({"fin", "rst"})));
  // Answers to a host that has not come by a call, for example to a container's published port by another uplink. Such a host
  // must not cause a call.
  const json answer = json::array({"syn", "ack"});
  noise(is({{"&", {payload("tcp", "flags"), answer}}}, answer));
  noise(is(payload("icmp", "type"), "echo-reply"));
  noise(is(payload("icmpv6", "type"), "echo-reply"));
  // An error is about a packet that has come already, perhaps by another uplink. The kernel sends it from no address of a program,
  // so a traceroute to a container's published port would cause a call.
  noise(is(payload("icmp", "type"), set_of({"destination-unreachable", "time-exceeded", "parameter-problem", "redirect"})));
  noise(
      is(payload("icmpv6", "type"), set_of({"destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem"})));
}

json::array_t refuse(Counter why, const std::string& link) {
  return {count(counter_name(why, link)), {{"reject", {{"type", "icmpx"}, {"expr", "admin-prohibited"}}}}};
}

json::array_t stop_if(json what, json count) { return {std::move(what), std::move(count), verdict("drop")}; }

// A local program that has chosen another interface's address has chosen that interface, so its packets are rejected.
void own_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "own-" + link.name;
  out.rule(chain, {jump_to("noise")});
  for_each_source_set(link, true, [&](Family family, json sources) {
    out.rule(chain, {is(payload(ip_of(family), "saddr"), std::move(sources)), go_to("demand-" + link.name)});
  });
  out.rule(chain, refuse(Counter::foreign, link.name));
}

// A forwarded packet with a source inside From= must come from that prefix's side, and none has the link's own source. This asks
// only about a conversation's first packets, because it costs a lookup of the routes.
void forged_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "forged-" + link.name;
  out.rule(chain, {has(ct("state"), json::array({"established", "related"})), verdict("return")});
  for_each_source_set(link, true, [&](Family family, json sources) {
    const json from_elsewhere = is({{"fib", {{"result", "oif"}, {"flags", {"saddr", "iif"}}}}}, 0);
    // Dropped and not rejected, because the answer to such a source would be routed into the link, and would call.
    out.rule(chain, {is(payload(ip_of(family), "saddr"), std::move(sources)), from_elsewhere,
                     count(counter_name(Counter::foreign, link.name)), verdict("drop")});
  });
}

// A forwarded packet may ask for a call if its source is inside From= and it comes from that prefix's side. If only ghostd has
// enabled forwarding, no other packet may ask. If another program has, its rules decide. call_chain() drops what they do not
// masquerade.
void forwarded_chain(Commands& out, const RulesetLink& link, const Ruleset& ruleset) {
  const std::string chain = "forwarded-" + link.name;
  out.rule(chain, {jump_to("noise")});
  out.rule(chain, {jump_to("forged-" + link.name)});
  const auto refuse_if = [&](json::array_t conditions) {
    conditions.push_back(count(counter_name(Counter::foreign, link.name)));
    conditions.push_back(verdict("drop"));
    out.rule(chain, std::move(conditions));
  };
  for_each_source_set(link, false, [&](Family family, json sources) {
    out.rule(chain, {is(payload(ip_of(family), "saddr"), std::move(sources)), go_to("demand-" + link.name)});
  });
  if (!ruleset.opened_interfaces.empty())
    refuse_if({is(meta("nfproto"), "ipv4"), is(meta("iifname"), set_of(ruleset.opened_interfaces))});
  if (ruleset.guard_ipv6_forwarding) refuse_if({is(meta("nfproto"), "ipv6")});
  out.rule(chain, {go_to("demand-" + link.name)});
}

// Which packets deserve a call: the place for the rule language. Until there is one, all do.
void demand_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "demand-" + link.name;
  json::array_t blocked{is(meta("oifname"), "@blocked")};
  for (auto& statement : refuse(Counter::refused, link.name)) blocked.push_back(std::move(statement));
  out.rule(chain, std::move(blocked));
  out.rule(chain, {count(counter_name(Counter::wanted, link.name)), verdict("accept")});
}

// Packets that leave by the call, after all source NAT. Their source must be the call's address, because any other would only
// tell strangers about this host. In a conversation that our side began, each packet of ours keeps the call up. Noise, untracked
// packets and our answers to unasked packets do not.
void call_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "call-" + link.name;
  // Checks each packet, not only a conversation's first. A conversation that another uplink carried before keeps that uplink's
  // address.
  const json escaped = count(counter_name(Counter::escaped, link.name));
  const json another = is_not(address_type("saddr", "oif"), "local");
  if (link.fixed) {
    out.rule(chain, stop_if(is_not(payload("ip", "saddr"), link.fixed->str()), escaped));
    out.rule(chain, {is(meta("nfproto"), "ipv6"), another, escaped, verdict("drop")});
  } else {
    out.rule(chain, stop_if(another, escaped));
  }
  out.rule(chain,
           {has(payload("tcp", "flags"), "syn"),
            {{"mangle",
              {{"key", {{"tcp option", {{"name", "maxseg"}, {"field", "size"}}}}}, {"value", {{"rt", {{"key", "mtu"}}}}}}}}});
  out.rule(chain, {is(ct("direction"), "reply"), verdict("accept")});  // our answers must not use up the limit
  out.rule(chain, {often_enough(true), verdict("accept")});            // most packets of a busy link stop here
  // A conversation that has been answered is not noise.
  out.rule(chain, {has(ct("status"), "seen-reply"), renew("oif", link.idle_timeout)});
  out.rule(chain, {has(ct("state"), json::array({"established", "related"})), verdict("accept")});
  out.rule(chain, {is(payload("ip", "daddr"), "@noise4"), verdict("accept")});
  out.rule(chain, {is(payload("ip6", "daddr"), "@noise6"), verdict("accept")});
  out.rule(chain, {is(ct("direction"), "original"), renew("oif", link.idle_timeout)});
}

// Packets from the call keep it up once both sides have spoken: a download, a login session. Port scanners do not get that far.
void heard_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "heard-" + link.name;
  out.rule(chain, {jump_to("impostors")});
  out.rule(chain, {has(payload("tcp", "flags"), "syn"), jump_to("mss-" + link.name)});
  out.rule(chain, {has(ct("status"), "assured"), often_enough(false), renew("iif", link.idle_timeout)});
  out.rule(chain, {has(ct("status"), "assured"), verdict("return")});
  // This address is of the demand interface, so `strangers` would not find it on the call's.
  if (link.fixed) out.rule(chain, {is(payload("ip", "daddr"), link.fixed->str()), is(way_back(), true), verdict("return")});
  out.rule(chain, {go_to("strangers")});
}

// Drops packets from the call with a source address of ours. This comes first, because conntrack ignores interfaces and would
// take such a packet for one of a local program.
void impostors_chain(Commands& out, const Ruleset& ruleset) {
  for_each_source_set(ruleset.links, true, [&](Family family, json sources) {
    out.rule("impostors", stop_if(is(payload(ip_of(family), "saddr"), std::move(sources)), count_unasked()));
  });
}

// Drops packets from the call that belong to no conversation, in two cases. They are not for the call's own address, or an answer
// would not leave by the call. Such an answer goes to an address of this host, or into a network that it is attached to. A
// conversation that has begun goes on, because the routes may have changed since.
void strangers_chain(Commands& out) {
  out.rule("strangers", {has(ct("state"), json::array({"established", "related"})), verdict("return")});
  out.rule("strangers", stop_if(is(way_back(), false), count_unasked()));
  out.rule("strangers",
           stop_if(is_not(address_type("daddr", "iif"), set_of({"local", "multicast", "broadcast"})), count_unasked()));
}

// Clamps the MSS of the far end's SYN and SYN-ACK, too. A sender that does not hear "too big" would send packets that cannot
// arrive.
void mss_chain(Commands& out, const RulesetLink& link) {
  for (const Family family : {Family::v4, Family::v6}) {
    const unsigned headers = family == Family::v4 ? 40 : 60;
    const unsigned mtu = link.call_mtu.of(family);
    if (mtu <= headers) continue;
    out.rule("mss-" + link.name,
             {is(meta("nfproto"), family == Family::v4 ? "ipv4" : "ipv6"),
              {{"mangle", {{"key", {{"tcp option", {{"name", "maxseg"}, {"field", "size"}}}}}, {"value", mtu - headers}}}}});
  }
}

void nat_chain(Commands& out, const RulesetLink& link) {
  for_each_source_set(link, true, [&](Family family, json sources) {
    out.rule("nat-" + link.name, {is(payload(ip_of(family), "saddr"), std::move(sources)), verdict("masquerade")});
  });
}

void guard_chain(Commands& out) {
  out.rule("guard_call", {has(ct("state"), json::array({"established", "related"})), verdict("return")});
  out.rule("guard_call", {has(ct("status"), "dnat"), verdict("return")});  // the administrator forwards this port
  out.rule("guard_call", {count_unasked(), verdict("drop")});
}

void sets(Commands& out, const Ruleset& ruleset) {
  json blocked = json::array();
  for (const auto& link : ruleset.links) {
    if (std::find(ruleset.blocked.begin(), ruleset.blocked.end(), link.name) == ruleset.blocked.end()) continue;
    blocked.push_back(demand_interface(link.name));
  }
  json more = {{"type", "ifname"}};
  if (!blocked.empty()) more["elem"] = blocked;
  out.set("blocked", more);
  // The JSON of nft 1.0.6 does not know the flag "dynamic". With a timeout, the kernel chooses the same kind of set.
  out.set("live", {{"type", "iface_index"}, {"flags", {"timeout"}}, {"size", 4096}});
  out.set("noise4", {{"type", "ipv4_addr"}, {"flags", {"constant", "interval"}}, {"elem", noise4()}});
  out.set("noise6", {{"type", "ipv6_addr"}, {"flags", {"constant", "interval"}}, {"elem", noise6()}});
}

// A packet that one chain judges for all links is counted for the link of its interface.
void counters(Commands& out, const Ruleset& ruleset) {
  json noise = json::array(), unasked = json::array();
  for (const auto& link : ruleset.links) {
    for (const Counter c : kCounters) out.counter(counter_name(c, link.name));
    noise.push_back({demand_interface(link.name), counter_name(Counter::noise, link.name)});
    unasked.push_back({link.call_interface, counter_name(Counter::unasked, link.name)});
  }
  if (ruleset.links.empty()) return;
  out.counter_map("noise_of", std::move(noise));
  out.counter_map("unasked_of", std::move(unasked));
}

}  // namespace

std::string counter_name(Counter counter, const std::string& link) {
  switch (counter) {
    case Counter::wanted: return "wanted-" + link;
    case Counter::noise: return "noise-" + link;
    case Counter::refused: return "refused-" + link;
    case Counter::foreign: return "foreign-" + link;
    case Counter::unasked: return "unasked-" + link;
    case Counter::escaped: return "escaped-" + link;
  }
  return {};
}

json render(const Ruleset& ruleset) {
  Commands out;
  // "add, delete, add" replaces the table whether it is there or not, in one transaction.
  out.add(table());
  out.remove(table());
  out.add(table());
  sets(out, ruleset);

  json own = json::array(), forwarded = json::array(), call = json::array(), heard = json::array(), nat = json::array(),
       demand_interfaces = json::array(), call_interfaces = json::array(), our_interfaces = json::array();
  counters(out, ruleset);
  for (const char* chain : {"noise", "impostors", "strangers", "guard_call"}) out.chain(chain);
  for (const auto& link : ruleset.links) {
    for (const char* of : {"own-", "forged-", "forwarded-", "demand-", "call-", "mss-", "heard-", "nat-"})
      out.chain(of + link.name);
    own_chain(out, link);
    forged_chain(out, link);
    forwarded_chain(out, link, ruleset);
    demand_chain(out, link);
    mss_chain(out, link);
    call_chain(out, link);
    heard_chain(out, link);
    nat_chain(out, link);

    const std::string gd = demand_interface(link.name), ppp = link.call_interface;
    own.push_back(jump(gd, "own-" + link.name));
    forwarded.push_back(jump(gd, "forwarded-" + link.name));
    forwarded.push_back(jump(ppp, "forged-" + link.name));
    call.push_back(jump(ppp, "call-" + link.name));
    heard.push_back(jump(ppp, "heard-" + link.name));
    nat.push_back(jump(ppp, "nat-" + link.name));
    demand_interfaces.push_back(gd);
    call_interfaces.push_back(ppp);
    our_interfaces.push_back(gd);
    our_interfaces.push_back(ppp);
  }

  out.base_chain("raw_output", "filter", "output", kRaw);
  out.base_chain("raw_prerouting", "filter", "prerouting", kRaw);
  out.base_chain("prerouting", "filter", "prerouting", kMangle);
  out.base_chain("demand_output", "filter", "output", kFilter);
  out.base_chain("forward", "filter", "forward", kFilter);
  out.base_chain("nat_postrouting", "nat", "postrouting", kSourceNat);
  out.base_chain("leaving", "filter", "postrouting", kBehindSourceNat);
  if (ruleset.links.empty()) return std::move(out).take();
  noise_chain(out);
  impostors_chain(out, ruleset);
  strangers_chain(out);
  guard_chain(out);

  out.rule("raw_output", {is(meta("oifname"), set_of(demand_interfaces)), verdict("notrack")});
  // This hook comes before routing, so the rule asks the routes where a forwarded packet will go. When ghostd sends the packet
  // on, it is tracked and gets the call's address, whoever sent it (for example a container behind another program's masquerade).
  const json leads_to = {{"fib", {{"result", "oifname"}, {"flags", {"daddr"}}}}};
  out.rule("raw_prerouting",
           {is_not(meta("iifname"), set_of(our_interfaces)), is(leads_to, set_of(demand_interfaces)), verdict("notrack")});
  out.rule("prerouting", {dispatch("iifname", heard)});
  out.rule("demand_output", {dispatch("oifname", own)});
  out.rule("forward", {is(meta("iifname"), set_of(call_interfaces)), jump_to("guard_call")});
  out.rule("forward", {dispatch("oifname", forwarded)});
  if (!ruleset.opened_interfaces.empty()) {
    out.rule("forward", {is(meta("nfproto"), "ipv4"), is(meta("iifname"), set_of(ruleset.opened_interfaces)),
                         is_not(meta("oifname"), set_of(our_interfaces)), verdict("drop")});
  }
  if (ruleset.guard_ipv6_forwarding) {
    out.rule("forward", {is(meta("nfproto"), "ipv6"), is_not(meta("iifname"), set_of(our_interfaces)),
                         is_not(meta("oifname"), set_of(our_interfaces)), verdict("drop")});
  }
  out.rule("nat_postrouting", {dispatch("oifname", nat)});
  out.rule("leaving", {dispatch("oifname", call)});
  return std::move(out).take();
}

json render_blocked(const std::string& link, bool blocked) {
  json element = named("blocked");
  element["elem"] = json::array({demand_interface(link)});
  Commands out;
  out.add({{"element", element}});  // so that removing it does not fail if it is not there
  if (!blocked) out.remove({{"element", element}});
  return std::move(out).take();
}

json render_call(const RulesetLink& link) {
  Commands out;
  for (const char* of : {"mss-", "call-", "heard-"}) out.flush(named(of + link.name));
  mss_chain(out, link);
  call_chain(out, link);
  heard_chain(out, link);
  return std::move(out).take();
}

json render_delete_table() {
  Commands out;
  out.add(table());
  out.remove(table());
  return std::move(out).take();
}

}  // namespace ghost::net
