// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_answers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/ids.hpp"
#include "config/timespan.hpp"
#include "config/values.hpp"

namespace ghost::init {
namespace {

constexpr std::size_t kNumberMax = 40;
constexpr std::size_t kApnMax = 100;          // 3GPP TS 23.003
constexpr std::size_t kUserMax = 255;         // pppd(8): MAXNAMELEN
constexpr std::size_t kSecretMax = 255;       // pppd: MAXSECRETLEN
constexpr std::size_t kInterfaceMax = 15;     // IFNAMSIZ
constexpr std::uint64_t kSpeedMax = 4000000;  // termios(3)

using Taken = tl::expected<void, std::string>;
tl::unexpected<std::string> no(std::string why) { return tl::unexpected(std::move(why)); }

bool all_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos; });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= kNumberMax && text.front() != '-' && all_of(text, "*#+,Ww-");
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string names_of(const std::map<std::string, std::string>& peers) {
  std::vector<std::string_view> names;
  for (const auto& [name, why_not] : peers) names.emplace_back(name);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

// Those that a link can call by.
std::vector<std::string> usable(const std::map<std::string, std::string>& peers) {
  std::vector<std::string> names;
  for (const auto& [name, why_not] : peers)
    if (why_not.empty()) names.push_back(name);
  return names;
}

template <class List>
std::string first_of(const List& list) {
  return list.empty() ? std::string() : *list.begin();
}

Taken take_name(Answers& answers, std::string_view text, const Surroundings& here) {
  if (!valid_link_name(text))
    return no(fmt::format("'{}' is not a link's name; write 1 to {} letters, digits, '_' and '-', and do not begin with '-'",
                          text, kLinkNameMax));
  if (here.links.contains(std::string(text)) && !here.force)
    return no(fmt::format("there is a link '{}' already; choose another name, or replace it with --force", text));
  answers.name = text;
  return {};
}

Taken take_way(Answers& answers, std::string_view text) {
  if (text == "peer" || text == "1") answers.way = Way::peer;
  else if (text == "modem" || text == "2") answers.way = Way::modem;
  else if (text == "pppoe" || text == "3") answers.way = Way::pppoe;
  else return no(fmt::format("'{}' is not one of peer, modem and pppoe", text));
  return {};
}

Taken take_peer(Answers& answers, std::string_view text, const Surroundings& here) {
  if (!valid_peer_name(text)) return no(fmt::format("'{}' is not the name of a file in /etc/ppp/peers", text));
  const auto found = here.peers.find(std::string(text));
  if (found == here.peers.end())
    return no(fmt::format("there is no file /etc/ppp/peers/{}; there is: {}", text, names_of(here.peers)));
  if (!found->second.empty()) return no(found->second);
  answers.peer = text;
  return {};
}

Taken take_tty(Answers& answers, std::string_view text) {
  if (!text.starts_with("/dev/") || !config::is_absolute_path(text))
    return no(fmt::format("'{}' is not a tty; write its path, such as /dev/ttyUSB0", text));
  answers.tty = text;
  return {};
}

Taken take_interface(Answers& answers, std::string_view text) {
  if (!config::is_plain_word(text) || text.size() > kInterfaceMax)
    return no(fmt::format("'{}' is not the name of an interface, such as eth0", text));
  if (is_of_a_link(text))
    return no(fmt::format("'{}' is an interface of a link; name the one that leads to the PPPoE modem", text));
  answers.interface = text;
  return {};
}

Taken take_user(Answers& answers, std::string_view text) {
  if (has_control(text) || text.size() > kUserMax)
    return no(fmt::format("the user name has control characters, or is longer than {} bytes", kUserMax));
  answers.user = text;
  return {};
}

// None of these repeats the secret.
Taken take_secret(Answers& answers, std::string_view text) {
  if (has_control(text)) return no("the secret has control characters");
  if (text.size() > kSecretMax) return no(fmt::format("the secret is longer than {} bytes", kSecretMax));
  if (text.starts_with("@/")) return no("pppd takes a secret that begins with '@/' for the name of a file; it cannot be used");
  answers.secret = text;
  return {};
}

Taken take_speed(Answers& answers, std::string_view text) {
  const auto speed = config::parse_number(text);
  if (!speed || *speed < 300 || *speed > kSpeedMax) return no(fmt::format("'{}' is not a speed, such as 115200", text));
  answers.speed = text;
  return {};
}

Taken take_idle(Answers& answers, std::string_view text) {
  const auto span = config::parse_timespan(text);
  if (!span || *span < std::chrono::seconds(1))
    return no(fmt::format("'{}' is not a time span of 1s or more, such as 5min", text));
  answers.idle = text;
  return {};
}

}  // namespace

std::optional<Asked> next_question(const Answers& answers) {
  if (!answers.name) return Asked::name;
  if (!answers.way) return Asked::way;
  switch (*answers.way) {
    case Way::peer: return answers.peer ? std::nullopt : std::optional(Asked::peer);
    case Way::modem:
      if (!answers.tty) return Asked::tty;
      if (!answers.number && !answers.apn) return Asked::dial;
      break;
    case Way::pppoe:
      if (!answers.interface) return Asked::interface;
      break;
  }
  if (!answers.user) return Asked::user;
  if (!answers.user->empty() && !answers.secret) return Asked::secret;
  return std::nullopt;
}

bool is_required(Asked asked) {
  switch (asked) {
    case Asked::name:
    case Asked::way:
    case Asked::peer:
    case Asked::tty:
    case Asked::dial:
    case Asked::interface: return true;
    case Asked::user:
    case Asked::secret:
    case Asked::speed:
    case Asked::idle: return false;
  }
  return false;
}

std::string_view option_of(Asked asked) {
  switch (asked) {
    case Asked::name: return "LINK, the name of the link";
    case Asked::way: return "--peer FILE, --modem TTY or --pppoe INTERFACE";
    case Asked::peer: return "--peer FILE";
    case Asked::tty: return "--modem TTY";
    case Asked::dial: return "--number NUMBER or --apn APN";
    case Asked::interface: return "--pppoe INTERFACE";
    case Asked::user: return "--user NAME";
    case Asked::secret: return "--secret-file FILE";
    case Asked::speed: return "--speed BITS";
    case Asked::idle: return "--idle SPAN";
  }
  return {};
}

Question question(Asked asked, const Answers& answers, const Surroundings& here) {
  switch (asked) {
    case Asked::name: return {"Name of the link", here.links.contains("isp") ? "" : "isp"};
    case Asked::way:
      return {
          "How does it call?\n"
          "  1 peer   a file in /etc/ppp/peers says how\n"
          "  2 modem  a modem or SIM card at a tty\n"
          "  3 pppoe  a PPPoE line at an Ethernet interface\n"
          "Which of them",
          usable(here.peers).empty() ? "modem" : "peer"};
    case Asked::peer: {
      const auto names = usable(here.peers);
      std::string suggested = names.size() == 1 ? names.front() : "";
      if (std::find(names.begin(), names.end(), answers.name) != names.end()) suggested = *answers.name;
      return {fmt::format("Which file in /etc/ppp/peers ({})", names_of(here.peers)), suggested};
    }
    case Asked::tty:
      return {here.ttys.empty() ? "Which tty is the modem at"
                                : fmt::format("Which tty is the modem at ({})", fmt::join(here.ttys, ", ")),
              first_of(here.ttys)};
    case Asked::dial: return {"The provider's telephone number, or the APN of the SIM card", ""};
    case Asked::interface:
      return {fmt::format("Which interface leads to the PPPoE modem ({})",
                          here.interfaces.empty() ? "none found" : fmt::format("{}", fmt::join(here.interfaces, ", "))),
              here.interfaces.size() == 1 ? here.interfaces.front() : ""};
    case Asked::user: return {"User name at the provider (empty: none)", ""};
    case Asked::secret: return {fmt::format("Password of {} (not shown; empty: write none)", answers.user.value_or("")), ""};
    case Asked::speed: return {"Speed of the tty, bits per second", answers.speed};
    case Asked::idle: return {"Hang up after how long without traffic", "5min"};
  }
  return {};
}

Taken take(Answers& answers, Asked asked, std::string_view text, const Surroundings& here) {
  if (asked == Asked::secret) return take_secret(answers, text);  // blanks belong to it
  text = config::trim(text);
  switch (asked) {
    case Asked::name: return take_name(answers, text, here);
    case Asked::way: return take_way(answers, text);
    case Asked::peer: return take_peer(answers, text, here);
    case Asked::tty: return take_tty(answers, text);
    case Asked::dial: return is_number(text) ? take_number(answers, text) : take_apn(answers, text);
    case Asked::interface: return take_interface(answers, text);
    case Asked::user: return take_user(answers, text);
    case Asked::secret: break;
    case Asked::speed: return take_speed(answers, text);
    case Asked::idle: return take_idle(answers, text);
  }
  return {};
}

Taken take_number(Answers& answers, std::string_view text) {
  if (!is_number(text))
    return no(fmt::format("'{}' is not a telephone number; write at most {} digits and * # + , W -", text, kNumberMax));
  answers.number = text;
  return {};
}

Taken take_apn(Answers& answers, std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  if (text.empty() || text.size() > kApnMax || !std::all_of(text.begin(), text.end(), plain))
    return no(fmt::format("'{}' is neither a telephone number nor an APN; an APN has letters, digits, '.', '-' and '_'", text));
  answers.apn = text;
  return {};
}

}  // namespace ghost::init
