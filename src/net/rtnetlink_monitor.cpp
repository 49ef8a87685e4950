// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_monitor.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/overloaded.hpp"

namespace ghost::net {

// ---- InterfaceTable

void InterfaceTable::tell(Interface& interface, std::vector<Change>& changes) {
  for (auto& [local, address] : interface.addresses) {
    const bool now = interface.up && address.usable;
    if (now == address.told) continue;
    address.told = now;
    if (address.link_local) {
      if (now) changes.emplace_back(LinkLocalUp{interface.name, interface.index, local});
      continue;
    }
    if (now) changes.emplace_back(AddressUp{interface.name, local, address.peer});
    else changes.emplace_back(AddressGone{interface.name, local});
  }
}

void InterfaceTable::forget(std::map<unsigned, Interface>::iterator at, std::vector<Change>& changes) {
  at->second.up = false;
  tell(at->second, changes);
  changes.emplace_back(InterfaceGone{at->second.name});
  interfaces_.erase(at);
}

void InterfaceTable::apply(const LinkSeen& link, std::vector<Change>& changes) {
  auto at = interfaces_.find(link.index);
  if (link.removed) {
    if (at != interfaces_.end()) forget(at, changes);
    return;
  }
  if (at == interfaces_.end()) {
    at = interfaces_.emplace(link.index, Interface{.name = link.name, .index = link.index, .addresses = {}}).first;
    changes.emplace_back(InterfaceAppeared{link.name});
  } else if (at->second.name != link.name) {
    // pppd makes its interface as ppp0 and renames it.
    auto& interface = at->second;
    interface.up = false;
    tell(interface, changes);
    changes.emplace_back(InterfaceGone{interface.name});
    interface.name = link.name;
    changes.emplace_back(InterfaceAppeared{link.name});
  }
  at->second.up = link.up;
  at->second.seen = true;
  tell(at->second, changes);
}

void InterfaceTable::apply(const AddressSeen& seen, std::vector<Change>& changes) {
  const auto at = interfaces_.find(seen.index);
  if (at == interfaces_.end()) return;  // its link message came before, or the interface is gone already
  auto& interface = at->second;
  const auto known = interface.addresses.find(seen.local);
  if (seen.removed) {
    if (known == interface.addresses.end()) return;
    known->second.usable = false;
    tell(interface, changes);
    interface.addresses.erase(known);
    return;
  }
  if (known != interface.addresses.end() && known->second.peer != seen.peer && known->second.told) {
    known->second.usable = false;  // the same address with another far end belongs to another call
    tell(interface, changes);
  }
  auto& address = interface.addresses[seen.local];
  address.peer = seen.peer;
  address.prefix_length = seen.prefix_length;
  address.link_local = seen.link_local;
  address.usable = (seen.global || seen.link_local) && !seen.tentative;
  address.seen = true;
  tell(interface, changes);
}

void InterfaceTable::apply(const RtnetlinkNews& news, std::vector<Change>& changes) {
  std::visit(Overloaded{[&](const LinkSeen& link) { apply(link, changes); },
                        [&](const AddressSeen& address) { apply(address, changes); }, [](const DumpDone&) {},
                        [](const Nothing&) {}, [](const Malformed&) {}},
             news);
}

void InterfaceTable::begin_dump() {
  for (auto& [index, interface] : interfaces_) {
    interface.seen = false;
    for (auto& [local, address] : interface.addresses) address.seen = false;
  }
}

void InterfaceTable::end_dump(std::vector<Change>& changes) {
  for (auto at = interfaces_.begin(); at != interfaces_.end();) {
    const auto here = at++;
    if (!here->second.seen) {
      forget(here, changes);
      continue;
    }
    auto& addresses = here->second.addresses;
    for (auto& [local, address] : addresses)
      if (!address.seen) address.usable = false;
    tell(here->second, changes);
    std::erase_if(addresses, [](const auto& entry) { return !entry.second.seen; });
  }
}

std::vector<HeldAddress> InterfaceTable::held() const {
  std::vector<HeldAddress> out;
  for (const auto& [index, interface] : interfaces_)
    for (const auto& [local, address] : interface.addresses)
      out.push_back({interface.name, local, address.peer, address.prefix_length});
  return out;
}

std::vector<IpAddress> InterfaceTable::usable(const std::string& ifname, Family family) const {
  std::vector<IpAddress> out;
  for (const auto& [index, interface] : interfaces_) {
    if (interface.name != ifname) continue;
    for (const auto& [local, address] : interface.addresses)
      if (address.told && !address.link_local && local.family() == family) out.push_back(local);
  }
  return out;
}

// ---- RtnetlinkMonitor

Result<RtnetlinkMonitor> RtnetlinkMonitor::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!fd) return failure(errno, "open a route netlink socket");
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) < 0) {
    return failure(errno, "subscribe to interfaces and addresses");
  }
  RtnetlinkMonitor monitor(std::move(fd));
  monitor.buffer_.resize(std::size_t{64} * 1024);  // a dump's parts are at most 32 KiB (netlink(7))
  if (auto asked = monitor.ask(Dump::links); !asked) return tl::unexpected(asked.error());
  return monitor;
}

// Links first, then addresses: an address without its interface's name says nothing.
Result<void> RtnetlinkMonitor::ask(Dump what) {
  struct {
    nlmsghdr head;
    rtgenmsg body;
  } request{};
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
  request.head.nlmsg_type = what == Dump::links ? RTM_GETLINK : RTM_GETADDR;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.head.nlmsg_seq = ++sequence_;
  request.body.rtgen_family = AF_UNSPEC;
  if (::send(fd_.get(), &request, request.head.nlmsg_len, 0) < 0) {
    if (errno != EBUSY) return failure(errno, "dump interfaces and addresses");
    again_ = true;  // a dump is still in progress; its end starts ours
    return {};
  }
  if (what == Dump::links) {
    again_ = false;
    table_.begin_dump();
  }
  dump_ = what;
  return {};
}

Result<void> RtnetlinkMonitor::digest(std::span<const std::uint8_t> bytes, std::vector<Change>& changes) {
  while (!bytes.empty()) {
    const Decoded one = decode_rtnetlink(bytes);
    bytes = bytes.subspan(one.consumed);
    if (one.dump_interrupted || one.error != 0 || std::holds_alternative<Malformed>(one.news)) again_ = true;
    table_.apply(one.news, changes);
    if (!std::holds_alternative<DumpDone>(one.news) && one.error == 0) continue;
    const Dump done = std::exchange(dump_, Dump::none);
    if (done == Dump::addresses && !again_) {
      table_.end_dump(changes);
    } else if (done != Dump::none || again_) {
      const auto asked = ask(done == Dump::links && !again_ ? Dump::addresses : Dump::links);
      if (!asked) return asked;
    }
  }
  return {};
}

Result<std::vector<Change>> RtnetlinkMonitor::read() {
  std::vector<Change> changes;
  for (;;) {
    sockaddr_nl from{};
    socklen_t from_length = sizeof from;
    const ssize_t n = ::recvfrom(fd_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from),
                                 &from_length);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return changes;
      if (errno != ENOBUFS) return failure(errno, "read interfaces and addresses");
      // Some message was lost. It may have been part of the dump in progress. The end of that dump decides when the
      // next may begin.
      again_ = true;
      if (dump_ == Dump::none)
        if (auto asked = ask(Dump::links); !asked) return tl::unexpected(asked.error());
      continue;
    }
    if (from.nl_pid != 0) continue;  // not the kernel's
    if (static_cast<std::size_t>(n) > buffer_.size()) {
      again_ = true;
      buffer_.resize(static_cast<std::size_t>(n));
      continue;
    }
    if (auto ok = digest({buffer_.data(), static_cast<std::size_t>(n)}, changes); !ok) {
      return tl::unexpected(ok.error());
    }
  }
}

}  // namespace ghost::net
