// SPDX-License-Identifier: GPL-2.0-or-later
// DNS= of a link's file, and whether looking up a name calls a link at all.
#include "config/resolver.hpp"

#include <gmock/gmock.h>

#include "config/name_servers.hpp"

#include "../addresses.hpp"
#include "temp_tree.hpp"

using namespace ghost;
using namespace ghost::config;
using testing::ElementsAre;
using testing::IsEmpty;
using Manager = Resolver::Manager;

namespace {

bool nowhere(const IpAddress&) { return false; }
bool somewhere(const IpAddress&) { return true; }

std::string load_with(const std::string& text, const std::vector<HostNetwork>& networks = {}) {
  TempTree tree;
  tree.write("etc/isp.conf", text);
  auto roots = tree.roots();
  roots.networks = networks;
  const auto loaded = load(roots);
  return tree.lines(loaded ? loaded->warnings : loaded.error());
}

std::vector<Prefix> routes_of(const std::string& text) {
  TempTree tree;
  tree.write("etc/isp.conf", text);
  auto roots = tree.roots();
  roots.networks.emplace();
  const auto loaded = load(roots);
  return loaded ? loaded->config.links.at(0).routes : std::vector<Prefix>{};
}

const std::string kNowhere =
    "/etc/resolv.conf: no route and no link leads to a name server in use, so looking up a name does not call a link; ";

std::string checked(const std::string& text, const Resolver& resolver, bool (*leads)(const IpAddress&) = nowhere) {
  TempTree tree;
  if (!text.empty()) tree.write("etc/isp.conf", text);
  auto roots = tree.roots();
  roots.networks.emplace();
  return tree.lines(check_resolver(*load(roots), resolver, leads));
}

}  // namespace

TEST(DnsKey, MakesItsOwnRouteWhereNoneLeadsThere) {
  EXPECT_THAT(routes_of("[Link]\nPeer=isp\nDNS=9.9.9.9\n"), ElementsAre(*Prefix::parse("0.0.0.0/0")));
  EXPECT_THAT(routes_of("[Link]\nPeer=isp\nRoutes=10.0.0.0/8\nDNS=10.1.1.1, 9.9.9.9 9.9.9.9\n"),
              ElementsAre(*Prefix::parse("10.0.0.0/8"), *Prefix::parse("9.9.9.9/32")));
  EXPECT_THAT(routes_of("[Link]\nPeer=isp\nRoutes=10.0.0.0/8\nIPv6=yes\nDNS=2620:fe::fe\n"),
              ElementsAre(*Prefix::parse("10.0.0.0/8"), *Prefix::parse("2620:fe::fe/128")));
}

TEST(DnsKey, RefusesWhatNoLinkLeadsTo) {
  const auto refused = [](const std::string& value) { return load_with("[Link]\nPeer=isp\nDNS=" + value + "\n"); };
  const std::string bad = "etc/isp.conf:3: bad value \"";
  EXPECT_EQ(refused("dns.example"), bad + "dns.example\" for DNS=: dns.example is not an IP address\n");
  for (const auto* value : {"127.0.0.53", "0.0.0.0", "224.0.0.251", "255.255.255.255", "::1", "fe80::1", "ff02::fb", "::"})
    EXPECT_EQ(refused(value), bad + value + "\" for DNS=: " + value + " is not an address that a link can reach\n");
  EXPECT_EQ(refused("1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7"),
            bad + "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7\" for DNS=: 7 name servers; at most 6 are allowed\n");
  EXPECT_EQ(refused("2620:fe::fe"),
            "etc/isp.conf:3: DNS= has 2620:fe::fe, but the link has no IPv6 address; write IPv6=yes, or add one to Address=\n");
  EXPECT_EQ(refused("192.0.0.2"),
            "etc/isp.conf:3: DNS= has 192.0.0.2, which is the stable address of this link; write the address of a name server\n");
}

TEST(DnsKey, WarnsOfAServerThatIsElsewhere) {
  const std::vector<HostNetwork> networks{{"eth0", *Prefix::parse("192.168.1.7/24")}, {"lan0", *Prefix::parse("10.10.10.1/24")}};
  EXPECT_EQ(load_with("[Link]\nPeer=isp\nDNS=9.9.9.9\n", networks), "");
  EXPECT_EQ(load_with("[Link]\nPeer=isp\nDNS=9.9.9.9 192.168.1.1\n", networks),
            "etc/isp.conf:3: DNS= has 192.168.1.1, which is in the network of eth0 (192.168.1.0/24), so it is there and not "
            "behind this link\n");
  EXPECT_EQ(load_with("[Link]\nPeer=isp\nDNS=10.10.10.2\n[Share]\nFrom=10.10.10.0/24\n"),
            "etc/isp.conf:3: DNS= has 10.10.10.2, which is in From=10.10.10.0/24 of this link, so it is in that LAN and not "
            "behind a link\n");
}

TEST(DnsKey, WarnsOfAServerBehindAnotherLink) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\nDNS=10.1.1.1\n");
  tree.write("etc/work.conf", "[Link]\nPeer=work\nRoutes=10.0.0.0/8\n");
  auto roots = tree.roots();
  roots.networks.emplace();
  EXPECT_EQ(tree.lines(load(roots)->warnings),
            "etc/isp.conf:3: DNS= has 10.1.1.1, but Routes= of link work includes it, so that link carries the questions\n");
}

TEST(DnsKey, KnowsThisMachinesNetworks) {
  for (const auto& [interface, network] : host_networks()) EXPECT_GT(network.length, 0) << interface;
}

TEST(NameServersIn, ReadsWhatTheResolverReads) {
  EXPECT_THAT(name_servers_in(
                  "# nameserver 1.1.1.1\nsearch x\nnameserver 9.9.9.9\n \tnameserver\t2620:fe::fe # x\nnameserver fe80::1%eth0\n"
                  "nameserver\nnameserver x\nnameservers 1.1.1.1\nnameserver 8.8.8.8"),
              ElementsAre(ip("9.9.9.9"), ip("2620:fe::fe"), ip("fe80::1"), ip("8.8.8.8")));
  EXPECT_THAT(name_servers_in(""), IsEmpty());
}

TEST(CheckResolver, SaysThatNoNameCalls) {
  const std::string link = "[Link]\nPeer=isp\nRoutes=10.0.0.0/8\n", with_default = "[Link]\nPeer=isp\n";
  EXPECT_EQ(checked(link, {Manager::nobody, {}}), kNowhere + "write \"nameserver ADDRESS\" there\n");
  EXPECT_EQ(checked(link, {Manager::nobody, {ip("127.0.0.1")}}), kNowhere + "write \"nameserver ADDRESS\" there\n");
  EXPECT_EQ(checked(with_default, {Manager::nobody, {ip("127.0.0.1"), ip("::1")}}),
            kNowhere + "write \"nameserver ADDRESS\" there\n");
  EXPECT_EQ(checked(link, {Manager::resolved, {}}), kNowhere + "write DNS= in [Link] of the link that is to be called\n");
  EXPECT_EQ(checked(link, {Manager::resolvconf, {ip("9.9.9.9")}}),
            kNowhere + "write DNS= in [Link] of the link that is to be called\n");
  EXPECT_EQ(checked(link, {Manager::nobody, {ip("10.1.1.1")}}), "") << "into the link";
  EXPECT_EQ(checked(with_default, {Manager::nobody, {ip("9.9.9.9")}}), "");
  EXPECT_EQ(checked(link, {Manager::nobody, {ip("9.9.9.9")}}, somewhere), "") << "elsewhere";
  EXPECT_EQ(checked("", {Manager::nobody, {}}), "") << "no links, nothing to call";
}

TEST(CheckResolver, SaysThatNobodyTakesDns) {
  const std::string link = "[Link]\nPeer=isp\nDNS=9.9.9.9\n";
  EXPECT_EQ(
      checked(link, {Manager::nobody, {ip("127.0.0.1")}}),
      "etc/isp.conf:3: DNS= has no effect, because neither systemd-resolved nor resolvconf(8) is in use here; write \"nameserver "
      "9.9.9.9\" into /etc/resolv.conf\n");
  EXPECT_EQ(checked(link, {Manager::nobody, {ip("9.9.9.9")}}), "");
  EXPECT_EQ(checked(link, {Manager::resolved, {}}), "");
  EXPECT_EQ(checked(link, {Manager::resolvconf, {}}), "");
}
