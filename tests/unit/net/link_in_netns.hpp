// SPDX-License-Identifier: GPL-2.0-or-later
// A network namespace with the interfaces of one link, isp, and a connection to rtnetlink.
#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "net/foreign_defaults.hpp"
#include "net/routes.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net::test {

inline const IpAddress kStable4 = *IpAddress::parse("192.0.0.2");
inline const IpAddress kStable6 = *IpAddress::parse("fd00:aa::1");

class LinkInNetns : public OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    auto tun = make_tun("gd-isp");
    ASSERT_TRUE(tun);
    auto call = make_tun("ppp-isp");  // as good as PPP for a route
    ASSERT_TRUE(call);
    tun_ = std::move(*tun);
    call_ = std::move(*call);
    sh("sysctl -qw net.ipv6.conf.gd-isp.addr_gen_mode=1; "
       "sysctl -qw net.ipv6.conf.ppp-isp.addr_gen_mode=1; ip addr add 100.64.7.7/32 dev ppp-isp; ip link set "
       "ppp-isp up");
    auto rtnl = Rtnl::open();
    ASSERT_TRUE(rtnl);
    rtnl_.emplace(std::move(*rtnl));
  }
  // Whether they were not right already.
  bool set_rules(const std::vector<ForeignDefault>& foreign) {
    bool changed = false;
    for (const auto family : {Family::v4, Family::v6}) {
      const auto set = rtnl_->set_rules(family, rules_for(family, {link_}, foreign));
      EXPECT_TRUE(set) << set.error().what;
      changed = changed || (set && *set);
    }
    return changed;
  }
  UniqueFd tun_;
  UniqueFd call_;
  std::optional<Rtnl> rtnl_;
  LinkRouting link_{"isp",
                    "ppp-isp",
                    0,
                    {default_prefix(Family::v4), default_prefix(Family::v6), *Prefix::parse("10.1.2.3/8")},
                    {kStable4, kStable6}};
};

}  // namespace ghost::net::test

#define OK(expression)                            \
  do {                                            \
    const auto outcome = (expression);            \
    ASSERT_TRUE(outcome) << outcome.error().what; \
  } while (false)
