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
// The counter of the link whose interface this is; the map of that name has them all.
json count_by(const char* interface, const char* map) {
  return {{"counter", {{"map", {{"key", meta(interface)}, {"data", map}}}}}};
}
json count_noise() { return count_by("oifname", "@noise_of"); }
json count_unasked() { return count_by("iifname", "@unasked_of"); }
json set_of(json members) { return {{"set", std::move(members)}}; }
json prefix(const std::string& address, unsigned length) { return {{"prefix", {{"addr", address}, {"len", length}}}}; }

// One lookup of the interface's name: each link's packets go to its own chain, all others on.
json dispatch(const char* which, json targets) {
  return {{"vmap", {{"key", meta(which)}, {"data", set_of(std::move(targets))}}}};
}
json jump(const std::string& ifname, const std::string& chain) { return json::array({ifname, {{"jump", {{"target", chain}}}}}); }

// To find out whether a packet keeps the call up, and to renew the set's element, costs more than all else that happens to a
// packet here: 20 times a second are enough.
json often_enough(bool beyond) { return {{"limit", {{"rate", 20}, {"per", "second"}, {"burst", 5}, {"inv", beyond}}}}; }

// The element of set live for this interface gets its whole time again.
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

// Priorities by nft(8)'s names, which the JSON form does not take.
constexpr int kRaw = -300;
constexpr int kMangle = -150;
constexpr int kFilter = 0;
constexpr int kSourceNat = 100;
constexpr int kBehindSourceNat = 110;

// Addresses that no call brings anybody nearer to: what is on the link itself, many at once, or nobody.
json noise4() {
  return json::array({prefix("0.0.0.0", 8), prefix("169.254.0.0", 16), prefix("224.0.0.0", 4), "255.255.255.255"});
}
json noise6() { return json::array({"::", prefix("fe80::", 10), prefix("ff00::", 8)}); }

// Neighbour discovery and multicast listening (RFC 4861, 2710, 3810): a point-to-point link needs neither.
json link_chatter() {
  return json::array({"mld-listener-query", "mld-listener-report", "mld-listener-done", "nd-router-solicit", "nd-router-advert",
                      "nd-neighbor-solicit", "nd-neighbor-advert", "nd-redirect", "mld2-listener-report"});
}

// Prefixes of one family as a set. What lies within another is left out: intervals must not overlap.
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

// From= and, if they are wanted, the stable addresses of these links, one set per family that has any.
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

// An address of the interface that the packet comes in by ("iif") or leaves by ("oif"), or of that of a group.
json address_type(const char* which, const char* interface) {
  return {{"fib", {{"result", "type"}, {"flags", {which, interface}}}}};
}

// What never deserves a call, of any link. First in both hooks.
void noise_chain(Commands& out) {
  const auto noise = [&](json what) { out.rule("noise", {std::move(what), count_noise(), verdict("drop")}); };
  noise(is(payload("ip", "daddr"), "@noise4"));
  noise(is(payload("ip", "saddr"), "@noise4"));
  noise(is(payload("ip6", "daddr"), "@noise6"));
  noise(is(payload("ip6", "saddr"), "@noise6"));
  noise(is(payload("icmpv6", "type"), set_of(link_chatter())));
  // The last words of a conversation that the former call carried. The far end would see another address, and a call to
  // say good-bye is not worth its price; TCP repeats a FIN until it is tired, or until the link is up for a better reason.
  noise(has(payload("tcp", "flags"), json::array({"fin", "rst"})));
  // An answer to who has not come by a call: to a container's published port by another uplink, say. Nobody out there makes us call.
  const json answer = json::array({"syn", "ack"});
  noise(is({{"&", {payload("tcp", "flags"), answer}}}, answer));
  noise(is(payload("icmp", "type"), "echo-reply"));
  noise(is(payload("icmpv6", "type"), "echo-reply"));
}

json::array_t refuse(Counter why, const std::string& link) {
  return {count(counter_name(why, link)), {{"reject", {{"type", "icmpx"}, {"expr", "admin-prohibited"}}}}};
}

json::array_t stop_if(json what, json count) { return {std::move(what), std::move(count), verdict("drop")}; }

// A program of ours that has chosen another interface's address has chosen that interface.
void own_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "own-" + link.name;
  out.rule(chain, {jump_to("noise")});
  for_each_source_set(link, true, [&](Family family, json sources) {
    out.rule(chain, {is(payload(ip_of(family), "saddr"), std::move(sources)), go_to("demand-" + link.name)});
  });
  out.rule(chain, refuse(Counter::foreign, link.name));
}

// What is forwarded asks from within From=, and from where that prefix is. Where ghostd alone has the host forward, nobody else
// asks. Where somebody else has, his rules decide who does; what they do not masquerade is stopped by leaving_chain().
void forwarded_chain(Commands& out, const RulesetLink& link, const Ruleset& ruleset) {
  const std::string chain = "forwarded-" + link.name;
  out.rule(chain, {jump_to("noise")});
  // In silence: an answer to such a source would be led into the link, and call.
  const auto refuse_if = [&](json::array_t conditions) {
    conditions.push_back(count(counter_name(Counter::foreign, link.name)));
    conditions.push_back(verdict("drop"));
    out.rule(chain, std::move(conditions));
  };
  for_each_source_set(link, false, [&](Family family, json sources) {
    const json from_elsewhere = is({{"fib", {{"result", "oif"}, {"flags", {"saddr", "iif"}}}}}, 0);
    refuse_if({is(payload(ip_of(family), "saddr"), sources), from_elsewhere});
    out.rule(chain, {is(payload(ip_of(family), "saddr"), std::move(sources)), go_to("demand-" + link.name)});
  });
  if (!ruleset.opened_interfaces.empty())
    refuse_if({is(meta("nfproto"), "ipv4"), is(meta("iifname"), set_of(ruleset.opened_interfaces))});
  if (ruleset.guard_ipv6_forwarding) refuse_if({is(meta("nfproto"), "ipv6")});
  out.rule(chain, {go_to("demand-" + link.name)});
}

// Which packets deserve a call: the place of the rule language. Until there is one, all of them.
void demand_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "demand-" + link.name;
  json::array_t blocked{is(meta("oifname"), "@blocked")};
  for (auto& statement : refuse(Counter::refused, link.name)) blocked.push_back(std::move(statement));
  out.rule(chain, std::move(blocked));
  out.rule(chain, {count(counter_name(Counter::wanted, link.name)), verdict("accept")});
}

// What leaves by the call, behind everybody's source NAT. Its source is the call's own, or it would only tell strangers about us.
// Conversations that our side began keep it up with each packet of ours; noise does not, nor does what has no conversation
// (untracked), nor our answers to what nobody asked for.
void call_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "call-" + link.name;
  // Each packet's, not only a conversation's first: one that another uplink carried before has that one's address for ever.
  out.rule(chain, stop_if(is_not(address_type("saddr", "oif"), "local"), count(counter_name(Counter::escaped, link.name))));
  out.rule(chain,
           {has(payload("tcp", "flags"), "syn"),
            {{"mangle",
              {{"key", {{"tcp option", {{"name", "maxseg"}, {"field", "size"}}}}}, {"value", {{"rt", {{"key", "mtu"}}}}}}}}});
  out.rule(chain, {is(ct("direction"), "reply"), verdict("accept")});  // our answers: they are not to use the limit up
  out.rule(chain, {often_enough(true), verdict("accept")});            // most packets of a busy link get no further
  // What has been answered is no noise.
  out.rule(chain, {has(ct("status"), "seen-reply"), renew("oif", link.idle_timeout)});
  out.rule(chain, {has(ct("state"), json::array({"established", "related"})), verdict("accept")});
  out.rule(chain, {is(payload("ip", "daddr"), "@noise4"), verdict("accept")});
  out.rule(chain, {is(payload("ip6", "daddr"), "@noise6"), verdict("accept")});
  out.rule(chain, {is(ct("direction"), "original"), renew("oif", link.idle_timeout)});
}

// What comes in by the call keeps it up once both sides have spoken: a download, somebody who is logged in.
// Port scanners do not get that far.
void heard_chain(Commands& out, const RulesetLink& link) {
  const std::string chain = "heard-" + link.name;
  out.rule(chain, {jump_to("impostors")});
  out.rule(chain, {has(payload("tcp", "flags"), "syn"), jump_to("mss-" + link.name)});
  out.rule(chain, {has(ct("status"), "assured"), often_enough(false), renew("iif", link.idle_timeout)});
  out.rule(chain, {has(ct("status"), "assured"), verdict("return")});
  out.rule(chain, {go_to("strangers")});
}

// The far end speaks with no address of ours. Asked first: conntrack knows no interfaces, and would take its word for that of
// somebody here.
void impostors_chain(Commands& out, const Ruleset& ruleset) {
  for_each_source_set(ruleset.links, true, [&](Family family, json sources) {
    out.rule("impostors", stop_if(is(payload(ip_of(family), "saddr"), std::move(sources)), count_unasked()));
  });
}

// And to the call's own address.
void strangers_chain(Commands& out) {
  out.rule("strangers", {has(ct("state"), json::array({"established", "related"})), verdict("return")});
  out.rule("strangers",
           stop_if(is_not(address_type("daddr", "iif"), set_of({"local", "multicast", "broadcast"})), count_unasked()));
}

// The far end's SYN and SYN-ACK must fit the call, too: who cannot be told "too big" would send what cannot come.
void mss_chain(Commands& out, const RulesetLink& link) {
  if (link.call_mtu == 0) return;
  for (const Family family : {Family::v4, Family::v6}) {
    const unsigned headers = family == Family::v4 ? 40 : 60;
    if (link.call_mtu <= headers) continue;
    out.rule(
        "mss-" + link.name,
        {is(meta("nfproto"), family == Family::v4 ? "ipv4" : "ipv6"),
         {{"mangle", {{"key", {{"tcp option", {{"name", "maxseg"}, {"field", "size"}}}}}, {"value", link.call_mtu - headers}}}}});
  }
}

void nat_chain(Commands& out, const RulesetLink& link) {
  for_each_source_set(link, true, [&](Family family, json sources) {
    out.rule("nat-" + link.name, {is(payload(ip_of(family), "saddr"), std::move(sources)), verdict("masquerade")});
  });
}

void guard_chain(Commands& out) {
  out.rule("guard_call", {has(ct("state"), json::array({"established", "related"})), verdict("return")});
  out.rule("guard_call", {has(ct("status"), "dnat"), verdict("return")});  // a port somebody forwards on purpose
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
  // The flag "dynamic" is unknown to the JSON of nft 1.0.6; with a timeout the kernel chooses the same kind
  // of set.
  out.set("live", {{"type", "iface_index"}, {"flags", {"timeout"}}, {"size", 4096}});
  out.set("noise4", {{"type", "ipv4_addr"}, {"flags", {"constant", "interval"}}, {"elem", noise4()}});
  out.set("noise6", {{"type", "ipv6_addr"}, {"flags", {"constant", "interval"}}, {"elem", noise6()}});
}

// What is judged for all links in one chain is counted for the one whose interface it is.
void counters(Commands& out, const Ruleset& ruleset) {
  json noise = json::array(), unasked = json::array();
  for (const auto& link : ruleset.links) {
    for (const Counter c : kCounters) out.counter(counter_name(c, link.name));
    noise.push_back({demand_interface(link.name), counter_name(Counter::noise, link.name)});
    unasked.push_back({ppp_interface(link.name), counter_name(Counter::unasked, link.name)});
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
    for (const char* of : {"own-", "forwarded-", "demand-", "call-", "mss-", "heard-", "nat-"}) out.chain(of + link.name);
    own_chain(out, link);
    forwarded_chain(out, link, ruleset);
    demand_chain(out, link);
    mss_chain(out, link);
    call_chain(out, link);
    heard_chain(out, link);
    nat_chain(out, link);

    const std::string gd = demand_interface(link.name), ppp = ppp_interface(link.name);
    own.push_back(jump(gd, "own-" + link.name));
    forwarded.push_back(jump(gd, "forwarded-" + link.name));
    forwarded.push_back(json::array({ppp, verdict("accept")}));  // nothing below concerns it
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
  // Where a forwarded packet will go is not known yet at this hook: the routes are asked. Whoever sends it (a container behind
  // somebody else's masquerade, too) is tracked, and given the call's address, when the packet is sent on.
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
  out.add({{"element", element}});  // so that taking it away does not fail when it is not there
  if (!blocked) out.remove({{"element", element}});
  return std::move(out).take();
}

json render_call_mtu(const RulesetLink& link) {
  Commands out;
  out.flush(named("mss-" + link.name));
  mss_chain(out, link);
  return std::move(out).take();
}

json render_delete_table() {
  Commands out;
  out.add(table());
  out.remove(table());
  return std::move(out).take();
}

}  // namespace ghost::net
