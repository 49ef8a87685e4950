// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/autoconf.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "ghostd/log.hpp"
#include "net/call_address.hpp"

namespace ghost::daemon {
namespace {

// Messages per turn of the loop, because a flood of them must not starve the rest.
constexpr int kReadMax = 16;

template <class T>
void warn_if_failed(const std::string& link, const net::Result<T>& result) {
  if (!result) log(LOG_WARNING, link, result.error().what);
}

}  // namespace

Autoconf::Autoconf(loop::EventLoop& loop, Host& host, UniqueFd socket, MayHave may_have)
    : loop_(loop), host_(host), may_have_(std::move(may_have)), timer_(loop, [this] { due(); }) {
  if (!socket) {
    auto made = net::open_router_socket();
    if (!made) return;  // begin() logs it, if a call needs the socket
    socket = std::move(*made);
  }
  socket_.emplace(std::move(socket));
  io_ = loop::IoSource(loop_, socket_->fd(), EPOLLIN, [this](std::uint32_t) { readable(); });
}

void Autoconf::begin(const std::string& link, unsigned interface_index, const IpAddress& link_local) {
  if (!socket_) {
    log(LOG_WARNING, link, "cannot receive the far end's IPv6 advertisements, because ghost-tun passed no socket for them");
    return;
  }
  calls_.insert_or_assign(link, Call{interface_index, core::Autoconfiguration(link_local, loop::now())});
  due();
}

void Autoconf::end(const std::string& link) {
  if (calls_.erase(link) != 0) arm();
}

void Autoconf::readable() {
  for (int n = 0; n < kReadMax; ++n) {
    const auto heard = socket_->read();
    if (!heard) break;
    const auto by = [&](const auto& call) { return call.second.interface_index == heard->interface_index; };
    const auto at = std::find_if(calls_.begin(), calls_.end(), by);
    if (at == calls_.end()) continue;  // not from the interface of a call
    const auto said = core::decode_router_advertisement({heard->source, heard->hop_limit, heard->bytes});
    if (said) run(std::string(at->first), heard->interface_index, at->second.machine.heard(*said, loop::now()));
  }
  arm();
}

void Autoconf::due() {
  std::vector<std::string> links;  // a copy, because run() may end a call
  for (const auto& [link, call] : calls_) links.push_back(link);
  for (const auto& link : links)
    if (const auto at = calls_.find(link); at != calls_.end())
      run(link, at->second.interface_index, at->second.machine.due(loop::now()));
  arm();
}

void Autoconf::run(const std::string& link, unsigned interface_index, const std::vector<core::AutoconfigurationStep>& steps) {
  for (const auto& step : steps)
    std::visit(Overloaded{
                   // A failure does no harm: the interface may not be up yet, or may be going, and another solicitation follows.
                   [&](const core::Solicit&) { (void)socket_->solicit(interface_index); },
                   [&](const core::GiveAddress& give) {
                     if (!may_have_(link, give.address)) return;
                     warn_if_failed(link, net::give_address(host_.rtnl().socket(), interface_index, give.address, give.preferred,
                                                            give.valid));
                   },
                   [&](const core::TakeAddress& take) {
                     warn_if_failed(link, net::take_address(host_.rtnl().socket(), interface_index, take.address));
                   },
                   [&](const core::SetMtu& set) { warn_if_failed(link, host_.set_ipv6_mtu(interface_index, set.mtu)); },
               },
               step);
}

void Autoconf::arm() {
  auto earliest = core::Time::max();
  for (const auto& [link, call] : calls_) earliest = std::min(earliest, call.machine.deadline());
  if (earliest == core::Time::max()) timer_.disarm();
  else timer_.arm(earliest);
}

}  // namespace ghost::daemon
