// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths) {
  const auto& ppp = link.ppp;
  if (!valid_link_name(link.name)) return wrong("link", "not a link's name");

  std::vector<std::string> argv{paths.pppd};
  const auto add = [&argv](auto... words) { (argv.emplace_back(words), ...); };

  add("noauth", "usepeerdns", "ipcp-accept-local", "ipcp-accept-remote", "lcp-echo-interval", "20", "lcp-echo-failure", "3");

  if (!ppp.peer.empty()) {
    if (!plain_path(ppp.peer) || ppp.peer.front() == '/' || ppp.peer.front() == '-')
      return wrong("Peer=", "not the name of a file in /etc/ppp/peers");
    add("call", ppp.peer);
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
    if (has_control(ppp.user) || ppp.user.size() > 255) return wrong("User=", "control characters, or longer than 255 bytes");
    add("user", ppp.user);
  }

  // One call, in the foreground, that ends when we say so and not when pppd thinks it is idle.
  add("nodetach", "nopersist", "maxfail", "1", "idle", "0", "logfd", "2", "hide-password");
  // Routes are ghostd's; names are fixed, so that rules can be written before the interface exists.
  add("nodefaultroute", "noipdefault", "ifname", ppp_interface(link.name), "linkname", link.name, "ipparam", link.name);
  if (link.stable_for(Family::v6) != nullptr)
    add("+ipv6", "nodefaultroute6");
  else
    add("noipv6");
  return argv;
}

std::string_view unusable_option(std::string_view text) {
  static constexpr std::array<std::string_view, 1> kUnusable{"demand"};
  static constexpr std::string_view kSpace = " \t\r\n";
  for (std::size_t i = 0; i < text.size();) {
    if (kSpace.find(text[i]) != std::string_view::npos) {
      ++i;
    } else if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '"' || text[i] == '\'') {  // a quoted word: the argument of some option
      const auto end = text.find(text[i], i + 1);
      i = end == std::string_view::npos ? text.size() : end + 1;
    } else {
      const auto end = std::min(text.find_first_of(kSpace, i), text.size());
      const auto word = text.substr(i, end - i);
      for (const auto bad : kUnusable)
        if (word == bad) return bad;
      i = end;
    }
  }
  return {};
}

}  // namespace ghost::ppp
