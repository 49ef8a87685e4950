// SPDX-License-Identifier: GPL-2.0-or-later
// A Hayes modem in command mode, as far as chat(8) scripts can tell. It takes bytes from the computer, and gives
// replies and at most one wish (dial, hang up, go back online). Pure. The line decides what a dial comes to, and
// tells it with result().
#pragma once
#include <string>
#include <string_view>

namespace ghost::lab {

enum class Wish { None, Dial, HangUp, GoOnline };

struct ModemReply {
  std::string text;  // for the computer, echo included
  Wish wish = Wish::None;
  std::string number;  // of a Dial
  bool operator==(const ModemReply&) const = default;
};

enum class Outcome { Connect, Busy, NoAnswer, NoDialtone, NoCarrier, Silent };

class Modem {
 public:
  // The SIM card has this PIN. It does not ask for it, but it counts wrong ones: after three it wants its PUK.
  static constexpr std::string_view kPin = "1234";
  static constexpr int kPinTries = 3;

  // How it has stopped working, until something heals it.
  enum class Wedge {
    none,
    dials,     // each dial ends with NO CARRIER; ATZ heals it
    firmware,  // the same; AT+CFUN=1,1 heals it
    deaf,      // it answers nothing; only its power heals it
  };
  void wedge(Wedge how) { wedge_ = how; }
  [[nodiscard]] bool can_dial() const { return wedge_ == Wedge::none && (registration_ == 1 || registration_ == 5); }
  // 27.007, 7.2: the second number of +CREG. 1: at home.
  void registration(int state) { registration_ = state; }

  // The computer has opened it: echo on, nothing typed.
  void reset();
  // Bytes while in command mode. Bytes after a dial command in the same input are dropped, as modems do.
  ModemReply command(std::string_view bytes);
  // The words with which a dial ends, e.g. "\r\nBUSY\r\n"; empty for Silent.
  static std::string result(Outcome outcome);

 private:
  ModemReply execute(std::string_view line);
  std::string unlock(std::string_view pin);
  std::string typed_;
  int pin_tries_ = kPinTries;
  int registration_ = 1;
  Wedge wedge_ = Wedge::none;
  bool echo_ = true;
};

}  // namespace ghost::lab
