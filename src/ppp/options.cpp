// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
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

struct Word {
  std::string_view text;
  bool quoted = false;
};

// Takes one word from the front of a pppd options file (pppd(8), OPTIONS FILES). White space separates words, '#' begins a
// comment, quotes keep a word together. Backslashes are not resolved.
std::optional<Word> next_word(std::string_view& rest) {
  static constexpr std::string_view kSpace = " \t\r\n";
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    if (rest.empty()) return std::nullopt;
    if (rest.front() != '#') break;
    rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
  }
  const bool quoted = rest.front() == '"' || rest.front() == '\'';
  std::size_t end = quoted ? rest.find(rest.front(), 1) : rest.find_first_of(kSpace);
  end = std::min(end, rest.size());
  const Word word{quoted ? rest.substr(1, end - 1) : rest.substr(0, end), quoted};
  rest.remove_prefix(std::min(end + (quoted ? 1 : 0), rest.size()));
  return word;
}

// Options of chat(8). Every user can read pppd's arguments during the call. A script in them may hold a password, or a secret
// telephone number (-T, -U).
bool script_is_in_a_file(std::string_view arguments) {
  bool file = false, value = false;
  while (true) {
    arguments.remove_prefix(std::min(arguments.find_first_not_of(' '), arguments.size()));
    if (arguments.empty()) return file && !value;
    const auto word = arguments.substr(0, arguments.find(' '));
    arguments.remove_prefix(word.size());
    if (std::exchange(value, false)) continue;
    file = file || word == "-f";
    value = word == "-f" || word == "-t" || word == "-r";
    const bool flag = word.size() == 2 && word[0] == '-' && std::string_view("vVsSeE").find(word[1]) != std::string_view::npos;
    if (!value && !flag) return false;
  }
}

tl::unexpected<std::string> wrong(std::string_view key, std::string_view why) {
  return tl::unexpected<std::string>(fmt::format("{}: {}", key, why));
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths,
                                                              std::string_view peer_file) {
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

  if (!ppp.peer.empty()) {
    if (!plain_path(ppp.peer) || ppp.peer.front() == '/' || ppp.peer.front() == '-')
      return wrong("Peer=", "not the name of a file in /etc/ppp/peers");
    add("call", ppp.peer);
    if (auto connect = telling_connect(peer_file); !connect.empty()) add("connect", std::move(connect));
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

std::string_view unusable_option(std::string_view peer_file) {
  static constexpr std::array<std::string_view, 1> kUnusable{"demand"};
  for (auto rest = peer_file; const auto word = next_word(rest);)
    for (const auto bad : kUnusable)
      if (!word->quoted && word->text == bad) return bad;
  return {};
}

std::string device(const core::LinkConfig& link, std::string_view peer_file) {
  if (link.ppp.peer.empty()) return link.ppp.device;
  for (auto rest = peer_file; const auto word = next_word(rest);) {
    if (word->quoted) continue;
    if (word->text.starts_with("/dev/")) return std::string(word->text);
    if (word->text.starts_with("nic-")) return std::string(word->text.substr(4));
    if (word->text.starts_with("tty")) return "/dev/" + std::string(word->text);
  }
  return {};
}

core::Duration echo_interval(std::string_view peer_file) {
  auto interval = kEchoInterval;
  for (auto rest = peer_file; const auto word = next_word(rest);) {
    if (word->quoted || word->text != "lcp-echo-interval") continue;
    const auto value = next_word(rest);  // the last one counts
    unsigned seconds = 0;
    if (value && std::from_chars(value->text.data(), value->text.data() + value->text.size(), seconds).ec == std::errc{})
      interval = std::chrono::seconds(std::min(seconds, 86400U));
  }
  return interval;
}

std::string telling_connect(std::string_view peer_file) {
  std::string_view command;
  for (auto rest = peer_file; const auto word = next_word(rest);) {
    if (word->quoted || word->text != "connect") continue;
    if (const auto value = next_word(rest)) command = value->text;  // the last one counts
  }
  // Only text that we read in the same way as pppd, which knows backslashes, and the shell.
  if (has_control(command) || command.find('\\') != std::string_view::npos) return {};
  const auto program = command.substr(0, command.find(' '));
  if (program != "chat" && !program.ends_with("/chat")) return {};
  if (!script_is_in_a_file(command.substr(program.size()))) return {};
  return std::string(program) + " -s" + std::string(command.substr(program.size()));
}

}  // namespace ghost::ppp
