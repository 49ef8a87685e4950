// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_files.hpp"

#include <fmt/format.h>

#include "ghostctl/init_secrets.hpp"

namespace ghost::init {
namespace {

constexpr const char* kMade = "# Made by \"ghostctl init\".";

std::string chat_path(const Answers& a) { return "/etc/chatscripts/" + *a.name; }
std::string peer_name(const Answers& a) { return *a.way == Way::peer ? *a.peer : *a.name; }

// ghostd's DialTimeout= is 60s: chat gives up before that, and says why.
std::string chat_script(const Answers& a) {
  auto out = fmt::format(
      "{} chat(8) describes the language.\n"
      "ABORT BUSY\n"
      "ABORT 'NO CARRIER'\n"
      "ABORT 'NO ANSWER'\n"
      "ABORT 'NO DIALTONE'\n"
      "ABORT 'NO DIAL TONE'\n"
      "TIMEOUT 10\n"
      "'' ATZ\n",
      kMade);
  if (a.apn) out += fmt::format("OK 'AT+CGDCONT=1,\"IP\",\"{}\"'\nOK ATD{}\n", *a.apn, a.number.value_or("*99#"));
  else out += fmt::format("OK ATDT{}\n", *a.number);
  out += "TIMEOUT 45\nCONNECT '\\c'\n";
  return out;
}

std::string user_line(const Answers& a) {
  return a.user && !a.user->empty() ? fmt::format("user {}\n", quoted_word(*a.user)) : std::string();
}

// ghostd adds what it needs in any case (ppp/options.hpp). The rest is here, so that pon(1) works as well.
std::string modem_peer(const Answers& a, const Pppd& pppd) {
  return fmt::format(
      "{} pppd(8) describes the options.\n"
      "{}\n{}\n"
      "connect \"{} -v -f {}\"\n"
      "lock\nmodem\ncrtscts\n"
      "{}noauth\nnoipdefault\nusepeerdns\nhide-password\n",
      kMade, *a.tty, a.speed, pppd.chat, chat_path(a), user_line(a));
}

std::string pppoe_peer(const Answers& a, const Pppd& pppd) {
  return fmt::format(
      "{} pppd(8) describes the options.\n"
      "plugin {}\n"
      "nic-{}\n"
      "{}noauth\nnoipdefault\nusepeerdns\nhide-password\n"
      "mtu 1492\nmru 1492\nnoaccomp\ndefault-asyncmap\n",
      kMade, pppd.pppoe_plugin, *a.interface, user_line(a));
}

std::string link_text(const Answers& a, const std::optional<IpAddress>& address) {
  auto out = fmt::format("{} ghostd.link(5) describes every key.\n[Link]\nPeer={}\n", kMade, peer_name(a));
  if (address) out += fmt::format("Address={}\n", address->str());
  if (!a.idle.empty()) out += fmt::format("\n[Call]\nIdleTimeout={}\n", a.idle);
  return out;
}

}  // namespace

std::vector<NewFile> plan_files(const Answers& a, const Pppd& pppd, const std::optional<IpAddress>& address, bool force) {
  std::vector<NewFile> out;
  const auto add = [&](std::string path, std::string text, mode_t mode) {
    out.push_back({.path = std::move(path), .text = text, .mode = mode, .replaces = force, .shown = text});
  };
  if (*a.way == Way::modem) {
    add(chat_path(a), chat_script(a), 0640);
    add("/etc/ppp/peers/" + *a.name, modem_peer(a, pppd), 0640);
  } else if (*a.way == Way::pppoe) {
    add("/etc/ppp/peers/" + *a.name, pppoe_peer(a, pppd), 0640);
  }
  add("/etc/ghostd/links/" + *a.name + ".conf", link_text(a, address), 0644);
  return out;
}

}  // namespace ghost::init
