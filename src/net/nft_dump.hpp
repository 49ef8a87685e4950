// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the kernel what is in table inet ghostd. It does not use libnftables, which would fetch the whole ruleset for each
// question. linux/netfilter/nf_tables.h
#pragma once
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <cerrno>
#include <functional>
#include <string>

#include "net/netlink_message.hpp"
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

// Attribute 1 of each kind of object is the table's name.
inline bool is_in_our_table(Bytes attributes) {
  const auto name = find_attribute(attributes, 1);
  return name && text(*name) == kTable;
}

// Passes the attributes of each object in our table to each(). `more` adds to the question. ENOENT means "there is none".
// restart: called when the kernel's answer begins again, so that earlier results do not count.
template <class Each>
Result<void> dump_table(NetlinkSocket& socket, int get, int is, Each each, const std::function<void()>& restart,
                        const std::function<void(nl_msg&)>& more = {}) {
  auto message = make_message(nft_message(get), 0, nft_head());
  must_fit(nla_put_string(message.get(), 1, kTable));
  if (more) more(*message);
  const auto part = [&](const NetlinkMessage& one) {
    if (one.head.nlmsg_type != nft_message(is)) return;
    const auto parts = parts_of<nfgenmsg>(one.body);
    if (parts && is_in_our_table(parts->attributes)) each(parts->attributes);
  };
  auto ok = socket.dump(*message, "read table inet ghostd", part, restart);
  if (!ok && ok.error().errno_value == ENOENT) return {};
  return ok;
}

}  // namespace ghost::net
