// SPDX-License-Identifier: GPL-2.0-or-later
#include "modem.hpp"

#include <cctype>

namespace ghost::lab {
namespace {

constexpr std::size_t kLongestLine = 255;
constexpr const char* kOk = "\r\nOK\r\n";

std::string upper_without_spaces(std::string_view line) {
  std::string out;
  for (const unsigned char c : line)
    if (c > ' ') out += static_cast<char>(std::toupper(c));
  return out;
}

}  // namespace

void Modem::reset() {
  typed_.clear();
  echo_ = true;
}

ModemReply Modem::command(std::string_view bytes) {
  ModemReply reply;
  if (wedge_ == Wedge::deaf) return reply;
  for (const char c : bytes) {
    if (echo_) reply.text += c;
    if (c == '\r') {
      auto one = execute(upper_without_spaces(typed_));
      typed_.clear();
      reply.text += one.text;
      if (one.wish != Wish::None) {
        reply.wish = one.wish;
        reply.number = std::move(one.number);
        return reply;
      }
    } else if (c != '\n' && typed_.size() < kLongestLine) {
      typed_ += c;
    }
  }
  return reply;
}

ModemReply Modem::execute(std::string_view line) {
  // A modem ignores garbage before AT (noise on the line, a superfluous "+++").
  const auto at = line.find("AT");
  if (line.empty() || at == std::string_view::npos) return {};
  line.remove_prefix(at + 2);
  ModemReply reply{.text = kOk, .wish = Wish::None, .number = {}};
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    const char argument = line.empty() ? '0' : line.front();
    switch (c) {
      case 'D':
        if (!line.empty() && (argument == 'T' || argument == 'P')) line.remove_prefix(1);
        return {.text = {}, .wish = Wish::Dial, .number = std::string(line)};
      case 'H': reply.wish = Wish::HangUp; break;
      case 'O': return {.text = {}, .wish = Wish::GoOnline, .number = {}};
      case 'E': echo_ = argument != '0'; break;
      case 'Z':
        reset();
        if (wedge_ == Wedge::dials) wedge_ = Wedge::none;
        break;
      case '+':  // extended commands: all are accepted, but for the SIM card's none is needed
        if (line.starts_with("CPIN=")) reply.text = unlock(line.substr(5));
        if (line == "CFUN=1,1") wedge_ = Wedge::none;
        if (line == "CREG?") reply.text = "\r\n+CREG: 0," + std::to_string(registration_) + "\r\n" + kOk;
        return reply;
      default: break;
    }
  }
  return reply;
}

// 27.007, 9.2: 16 is a wrong password, 12 means that the card wants its PUK now.
std::string Modem::unlock(std::string_view pin) {
  if (pin_tries_ == 0) return "\r\n+CME ERROR: 12\r\n";
  if (pin == kPin) {
    pin_tries_ = kPinTries;
    return kOk;
  }
  --pin_tries_;
  return "\r\n+CME ERROR: 16\r\n";
}

std::string Modem::result(Outcome outcome) {
  switch (outcome) {
    case Outcome::Connect: return "\r\nCONNECT 115200\r\n";
    case Outcome::Busy: return "\r\nBUSY\r\n";
    case Outcome::NoAnswer: return "\r\nNO ANSWER\r\n";
    case Outcome::NoDialtone: return "\r\nNO DIALTONE\r\n";
    case Outcome::NoCarrier: return "\r\nNO CARRIER\r\n";
    case Outcome::Silent: return {};
  }
  return {};
}

}  // namespace ghost::lab
