// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the kernel for what stands in table inet ghostd, without libnftables, which would fetch the whole ruleset for any question.
// linux/netfilter/nf_tables.h
#pragma once
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cerrno>
#include <functional>
#include <stdexcept>
#include <string>

#include "net/netlink_bytes.hpp"
#include "net/netlink_socket.hpp"
#include "net/ruleset.hpp"

namespace ghost::net {

constexpr int nft_message(int message) { return (NFNL_SUBSYS_NFTABLES << 8) | message; }

inline nfgenmsg nft_head() {
  nfgenmsg head{};
  head.nfgen_family = NFPROTO_INET;
  head.version = NFNETLINK_V0;
  return head;
}

inline void must_fit(int outcome) {
  if (outcome < 0) throw std::length_error("netlink message is full");
}

// Attribute 1 of each kind of object is the table's name.
inline bool is_in_our_table(Bytes attributes) {
  bool ours = false;
  for_each_attribute(attributes, [&](int type, Bytes value) {
    if (type == 1) ours = text(value) == kTable;
    return true;
  });
  return ours;
}

// Passes the attributes of each object in our table to each(). `more` adds to the question. ENOENT means "there is none".
// restart: what came so far does not count, because the kernel's answer begins again.
template <class Each>
Result<void> dump_table(NetlinkSocket& socket, int get, int is, Each each, const std::function<void()>& restart,
                        const std::function<void(nl_msg&)>& more = {}) {
  auto message = make_message(nft_message(get), 0, nft_head());
  must_fit(nla_put_string(message.get(), 1, kTable));
  if (more) more(*message);
  const auto part = [&](nlmsghdr* one) {
    if (one->nlmsg_type != nft_message(is) || !nlmsg_valid_hdr(one, sizeof(nfgenmsg))) return;
    const auto* body = static_cast<const std::uint8_t*>(nlmsg_data(one));
    const Bytes attributes = rest(Bytes(body, static_cast<std::size_t>(nlmsg_datalen(one))), NLMSG_ALIGN(sizeof(nfgenmsg)));
    if (is_in_our_table(attributes)) each(attributes);
  };
  auto ok = socket.dump(*message, "read table inet ghostd", part, restart);
  if (!ok && ok.error().errno_value == ENOENT) return {};
  return ok;
}

}  // namespace ghost::net
