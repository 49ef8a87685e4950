// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/conntrack.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <vector>

#include "net/netlink_socket.hpp"

namespace ghost::net {
namespace {

constexpr int kGet = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET;
constexpr int kDelete = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE;
constexpr int kNew = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_NEW;

nfgenmsg family_head(const IpAddress& address) {
  nfgenmsg head{};
  head.nfgen_family = address.family() == Family::v4 ? AF_INET : AF_INET6;
  head.version = NFNETLINK_V0;
  return head;
}

// One end of a conversation, as a tuple of this family has it.
std::optional<IpAddress> address_in(Bytes tuple, Family family, bool source) {
  const bool v4 = family == Family::v4;
  const auto ip = find_attribute(tuple, CTA_TUPLE_IP);
  if (!ip) return std::nullopt;
  const auto one = find_attribute(*ip, source ? (v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC) : (v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST));
  return one ? IpAddress::from_bytes(*one) : std::nullopt;
}

bool names(Bytes tuple, const IpAddress& address) {
  return address_in(tuple, address.family(), true) == address || address_in(tuple, address.family(), false) == address;
}

// A deletion names the original tuple, zone and id. So it spares a new conversation with the same
// ports that has replaced the old one meanwhile. Never without a tuple: the kernel would delete
// everything.
NlMessage deletion(Bytes entry, Bytes tuple, const IpAddress& address) {
  auto message = make_message(kDelete, 0, family_head(address));
  const auto put = [&](int type, Bytes value) {
    must_fit(nla_put(message.get(), type, static_cast<int>(value.size()), value.data()));
  };
  put(CTA_TUPLE_ORIG | NLA_F_NESTED, tuple);
  for (const int type : {CTA_ZONE, CTA_ID})
    if (const auto one = find_attribute(entry, type)) put(type, *one);
  return message;
}

Result<unsigned> forget(const IpAddress& address, const std::string& what,
                        const std::function<bool(Bytes original, Bytes reply)>& is_meant) {
  auto socket = NetlinkSocket::open(NETLINK_NETFILTER);
  if (!socket) return socket.error().errno_value == EPROTONOSUPPORT ? Result<unsigned>(0U) : tl::unexpected(socket.error());

  std::vector<NlMessage> deletions;
  auto list = make_message(kGet, 0, family_head(address));
  const auto part = [&](const NetlinkMessage& one) {
    if (one.head.nlmsg_type != kNew) return;
    const auto entry = parts_of<nfgenmsg>(one.body);
    if (!entry) return;
    const auto original = find_attribute(entry->attributes, CTA_TUPLE_ORIG);
    const auto reply = find_attribute(entry->attributes, CTA_TUPLE_REPLY);
    if (!original || !is_meant(*original, reply.value_or(Bytes()))) return;
    deletions.push_back(deletion(entry->attributes, *original, address));
  };
  if (auto ok = socket->dump(*list, what, part, [&] { deletions.clear(); }); !ok) {
    if (ok.error().errno_value == EINVAL) return 0U;  // nfnetlink's answer when there is no conntrack in the kernel
    return tl::unexpected(ok.error());
  }
  unsigned count = 0;
  for (const auto& message : deletions) {
    const auto ok = socket->request(*message, what);
    if (ok) ++count;
    else if (ok.error().errno_value != ENOENT) return tl::unexpected(ok.error());
  }
  return count;
}

}  // namespace

Result<unsigned> forget_conntrack(const IpAddress& address) {
  return forget(address, "forget conversations of " + address.str(),
                [&](Bytes original, Bytes reply) { return names(original, address) || names(reply, address); });
}

Result<unsigned> forget_untranslated(const Prefix& prefix) {
  return forget(prefix.address, "forget conversations of " + prefix.str() + " without NAT", [&](Bytes original, Bytes reply) {
    const auto from = address_in(original, prefix.family(), true), to = address_in(original, prefix.family(), false);
    return from && to && prefix.contains(*from) && !prefix.contains(*to) && address_in(reply, prefix.family(), false) == from &&
           address_in(reply, prefix.family(), true) == to;
  });
}

}  // namespace ghost::net
