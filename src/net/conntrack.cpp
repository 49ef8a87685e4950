// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/conntrack.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
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

nlattr* inside(nlattr* nest, int type) {
  return nest == nullptr ? nullptr : nla_find(static_cast<nlattr*>(nla_data(nest)), nla_len(nest), type);
}

bool names(nlattr* tuple, const IpAddress& address) {
  const bool v4 = address.family() == Family::v4;
  nlattr* ip = inside(tuple, CTA_TUPLE_IP);
  for (const int type : {int{v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC}, int{v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST}}) {
    nlattr* one = inside(ip, type);
    const auto bytes = address.bytes();
    if (one != nullptr && static_cast<std::size_t>(nla_len(one)) == bytes.size() &&
        std::memcmp(nla_data(one), bytes.data(), bytes.size()) == 0) {
      return true;
    }
  }
  return false;
}

// A deletion names the original tuple, zone and id, so that it spares a new conversation with the same
// ports that has replaced the old one meanwhile. Never without a tuple: the kernel would delete
// everything.
NlMessage deletion(nlmsghdr* entry, nlattr* tuple, const IpAddress& address) {
  auto message = make_message(kDelete, 0, family_head(address));
  bool fits = nla_put(message.get(), CTA_TUPLE_ORIG | NLA_F_NESTED, nla_len(tuple), nla_data(tuple)) == 0;
  for (const int type : {CTA_ZONE, CTA_ID}) {
    nlattr* one = nlmsg_find_attr(entry, sizeof(nfgenmsg), type);
    if (one != nullptr) fits = nla_put(message.get(), type, nla_len(one), nla_data(one)) == 0 && fits;
  }
  if (!fits) throw std::length_error("netlink message is full");
  return message;
}

}  // namespace

namespace {

std::optional<IpAddress> address_in(nlattr* tuple, Family family, bool source) {
  const bool v4 = family == Family::v4;
  nlattr* one = inside(inside(tuple, CTA_TUPLE_IP),
                       source ? (v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC) : (v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST));
  if (one == nullptr) return std::nullopt;
  return IpAddress::from_bytes({static_cast<const std::uint8_t*>(nla_data(one)), static_cast<std::size_t>(nla_len(one))});
}

Result<unsigned> forget(const IpAddress& address, const std::string& what,
                        const std::function<bool(nlattr* original, nlattr* reply)>& is_meant) {
  auto socket = NetlinkSocket::open(NETLINK_NETFILTER);
  if (!socket) return socket.error().errno_value == EPROTONOSUPPORT ? Result<unsigned>(0U) : tl::unexpected(socket.error());

  std::vector<NlMessage> deletions;
  auto list = make_message(kGet, 0, family_head(address));
  const auto part = [&](nlmsghdr* one) {
    if (one->nlmsg_type != kNew || !nlmsg_valid_hdr(one, sizeof(nfgenmsg))) return;
    nlattr* original = nlmsg_find_attr(one, sizeof(nfgenmsg), CTA_TUPLE_ORIG);
    nlattr* reply = nlmsg_find_attr(one, sizeof(nfgenmsg), CTA_TUPLE_REPLY);
    if (original == nullptr || !is_meant(original, reply)) return;
    deletions.push_back(deletion(one, original, address));
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
                [&](nlattr* original, nlattr* reply) { return names(original, address) || names(reply, address); });
}

Result<unsigned> forget_untranslated(const Prefix& prefix) {
  return forget(prefix.address, "forget conversations of " + prefix.str() + " without NAT", [&](nlattr* original, nlattr* reply) {
    const auto from = address_in(original, prefix.family(), true), to = address_in(original, prefix.family(), false);
    return from && to && prefix.contains(*from) && !prefix.contains(*to) && address_in(reply, prefix.family(), false) == from &&
           address_in(reply, prefix.family(), true) == to;
  });
}

}  // namespace ghost::net
