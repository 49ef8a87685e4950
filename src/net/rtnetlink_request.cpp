// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_request.hpp"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "net/address_kind.hpp"
#include "net/numbers.hpp"

namespace ghost::net {
namespace {

void put(nl_msg& m, int type, std::uint32_t value) { must_fit(nla_put_u32(&m, type, value)); }
void put(nl_msg& m, int type, const IpAddress& address) {
  must_fit(nla_put(&m, type, static_cast<int>(address.bytes().size()), address.bytes().data()));
}

}  // namespace

unsigned char af(Family family) { return family == Family::v4 ? AF_INET : AF_INET6; }

NlMessage route_request(int type, int flags, const Route& route, unsigned interface_index) {
  rtmsg head{};
  head.rtm_family = af(route.prefix.family());
  head.rtm_dst_len = route.prefix.length;
  head.rtm_table = RT_TABLE_UNSPEC;  // RTA_TABLE has the number: it takes more than 8 bits
  head.rtm_protocol = kProtocol;
  head.rtm_type = route.interface.empty() ? RTN_UNREACHABLE : RTN_UNICAST;
  head.rtm_scope = route.prefix.family() == Family::v4 && !route.interface.empty() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  auto message = make_message(type, flags, head);
  if (route.prefix.length > 0) put(*message, RTA_DST, route.prefix.network());
  put(*message, RTA_TABLE, route.table);
  put(*message, RTA_PRIORITY, route.metric);
  if (interface_index != 0) put(*message, RTA_OIF, interface_index);
  if (route.source) put(*message, RTA_PREFSRC, *route.source);
  return message;
}

NlMessage rule_request(int type, int flags, const Rule& rule) {
  fib_rule_hdr head{};
  head.family = af(rule.family);
  head.action = FR_ACT_TO_TBL;
  head.src_len = rule.from ? rule.from->length : std::uint8_t{0};
  head.flags = rule.invert ? FIB_RULE_INVERT : 0U;
  auto message = make_message(type, flags, head);
  put(*message, FRA_PRIORITY, rule.preference);
  put(*message, FRA_TABLE, rule.table);
  must_fit(nla_put_u8(message.get(), FRA_PROTOCOL, kProtocol));
  if (rule.from) put(*message, FRA_SRC, rule.from->network());
  if (rule.suppress_len) put(*message, FRA_SUPPRESS_PREFIXLEN, *rule.suppress_len);
  return message;
}

Prefix alone(const IpAddress& address) { return {address, longest(address.family())}; }

NlMessage address_request(int type, int flags, unsigned interface_index, const Prefix& address, std::uint32_t v6_flags) {
  ifaddrmsg head{};
  head.ifa_family = af(address.family());
  head.ifa_prefixlen = address.length;
  head.ifa_scope = RT_SCOPE_UNIVERSE;
  head.ifa_index = interface_index;
  auto message = make_message(type, flags, head);
  put(*message, IFA_LOCAL, address.address);
  put(*message, IFA_ADDRESS, address.address);
  if (address.family() == Family::v6) put(*message, IFA_FLAGS, v6_flags);
  return message;
}

}  // namespace ghost::net
