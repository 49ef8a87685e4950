// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ids.hpp"

namespace ghost::ppp {
namespace {

// A word that neither /bin/sh nor pppd's option parser reads as anything but itself.
bool plain_path(std::string_view path) {
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("/._+@:-").find(c) != std::string_view::npos;
  };
  return !path.empty() && path.size() <= 255 && std::all_of(path.begin(), path.end(), plain) &&
         path.find("..") == std::string_view::npos;
}
bool plain_absolute(std::string_view path) { return plain_path(path) && path.front() == '/'; }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

tl::unexpected<std::string> wrong(std::string_view key, std::string_view why) {
  return tl::unexpected<std::string>(fmt::format("{}: {}", key, why));
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths,
                                                              std::string connect) {
  const auto& ppp = link.ppp;
  if (!valid_link_name(link.name)) return wrong("link", "not a valid link name");

  std::vector<std::string> argv{paths.pppd};
  const auto add = [&argv](auto... words) { (argv.emplace_back(words), ...); };

  add("noauth", "usepeerdns", "ipcp-accept-local", "ipcp-accept-remote", "lcp-echo-interval",
      std::to_string(kEchoInterval / std::chrono::seconds(1)), "lcp-echo-failure", "3");
  // Our scripts run pppd's, in a unit of their own, and without USEPEERDNS (units/ppp-script). With it,
  // pppd's own script for name servers (/etc/ppp/ip-up.d/0000usepeerdns) keeps one backup of resolv.conf per interface. With
  // two calls, or after a crash, a provider's servers stay for good.
  if (!paths.scripts.empty()) add("ip-up-script", paths.scripts + "/ip-up", "ip-down-script", paths.scripts + "/ip-down");

  if (!ppp.peers.empty()) {
    const auto& peer = ppp.peers.front();
    if (!valid_peer_name(peer)) return wrong("Peer=", "not the name of a file in /etc/ppp/peers");
    add("call", peer);
    if (!connect.empty()) add("connect", std::move(connect));
  } else {
    if (!plain_absolute(ppp.device)) return wrong("Device=", "not an absolute path of plain characters");
    add(ppp.device);
    if (ppp.speed != 0) add(std::to_string(ppp.speed));
    add("lock");
    if (ppp.connect.empty()) {
      add("local");  // a cable, not a modem: there is no carrier to wait for
    } else {
      if (!plain_absolute(ppp.connect)) return wrong("Connect=", "not an absolute path of plain characters");
      add("modem", "connect", paths.chat + " -v -S -s -f " + ppp.connect);
    }
  }
  if (!ppp.user.empty()) {
    if (has_control(ppp.user) || ppp.user.size() > 255)
      return wrong("User=", "contains control characters, or is longer than 255 bytes");
    add("user", ppp.user);
  }

  // One call, in the foreground, that we end, and not pppd's idle timer.
  add("nodetach", "nopersist", "maxfail", "1", "idle", "0", "logfd", "2", "hide-password");
  // ghostd makes the routes. Names are fixed, so that rules can be written before the interface exists.
  add("nodefaultroute", "noipdefault", "ifname", ppp_interface(link.name), "linkname", link.name, "ipparam", link.name);
  if (link.stable_for(Family::v6) != nullptr) add("+ipv6", "nodefaultroute6");
  else add("noipv6");
  return argv;
}

PppdOptions read_options_of(const std::vector<std::string>& argv, OptionFiles& files, const PppdFiles& where) {
  return read_options({argv.begin() + 1, argv.end()}, files, where);
}

std::string device(const PppdOptions& options) {
  const auto* given = options.effective("device name");
  if (given == nullptr) return {};
  if (options.channel == Channel::plugin) return {};  // a circuit of ATM
  if (options.channel == Channel::ethernet) return given->value.substr(given->value.starts_with("nic-") ? 4 : 0);
  for (const auto* other : {"pty", "notty", "socket"})
    if (options.effective(other) != nullptr) return {};
  return given->value.starts_with('/') ? given->value : "/dev/" + given->value;
}

bool is_understood(const PppdOptions& options) {
  return std::none_of(options.remarks.begin(), options.remarks.end(), [](const Remark& r) {
    return r.verdict == Remark::Verdict::unknown || r.verdict == Remark::Verdict::stops_pppd;
  });
}

core::Duration echo_interval(const PppdOptions& options) {
  const auto* given = options.effective("lcp-echo-interval");
  const auto seconds = given == nullptr ? std::nullopt : option_number(given->value, 0);
  if (!seconds) return kEchoInterval;
  return std::chrono::seconds(*seconds < 0 ? 86400 : std::min(*seconds, 86400));
}

}  // namespace ghost::ppp
