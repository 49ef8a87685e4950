// SPDX-License-Identifier: GPL-2.0-or-later
// The questions of `ghostctl init`: which comes next, what it says, and whether an answer will do. Options of the command line are
// answers too, and are judged by the same code. Pure; what this machine has is an argument.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace ghost::init {

enum class Way : std::uint8_t { peer, modem, pppoe };

struct Answers {
  std::optional<std::string> name;  // of the link
  std::optional<Way> way;
  std::optional<std::string> peer;  // an existing file in /etc/ppp/peers
  std::optional<std::string> tty;
  std::optional<std::string> number;
  std::optional<std::string> apn;
  std::optional<std::string> interface;  // of the PPPoE line
  std::optional<std::string> user;       // empty: the provider asks for none
  std::optional<std::string> secret;     // empty: none is to be written
  std::string speed = "115200";          // of the tty, bits per second
  std::string idle;                      // IdleTimeout=; empty: the default
};

// What this machine has.
struct Surroundings {
  std::set<std::string> links;               // names of configured links
  std::map<std::string, std::string> peers;  // files in /etc/ppp/peers, each with the reason why ghostd cannot use it, if any
  std::vector<std::string> ttys;             // "/dev/ttyUSB0", those of modems first
  std::vector<std::string> interfaces;       // that Ethernet can run on
  bool force = false;                        // an existing link may be replaced
};

enum class Asked : std::uint8_t { name, way, peer, tty, dial, interface, user, secret, speed, idle };

// The next question for the user; nullopt: none is left.
std::optional<Asked> next_question(const Answers& answers);
// Whether the files cannot be made without this answer.
bool is_required(Asked asked);
// The option of the command line that gives this answer: "--peer FILE".
std::string_view option_of(Asked asked);

struct Question {
  std::string text;       // one line, or a list and a line; without a colon
  std::string suggested;  // the answer that an empty line gives
};
Question question(Asked asked, const Answers& answers, const Surroundings& here);

// Takes the answer, or says what is wrong with it and what to write instead. `dial` takes a number or an APN.
tl::expected<void, std::string> take(Answers& answers, Asked asked, std::string_view text, const Surroundings& here);
tl::expected<void, std::string> take_number(Answers& answers, std::string_view text);
tl::expected<void, std::string> take_apn(Answers& answers, std::string_view text);

}  // namespace ghost::init
