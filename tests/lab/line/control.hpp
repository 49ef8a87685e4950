// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of a test to the line, one line of text each:
//   outcome connect|busy|no-answer|no-dialtone|no-carrier|silent   what the next dials come to
//   dial-time MS     from the dial command until its outcome; of the dial that is being made, too
//   noise RATE       share of bytes that are corrupted, 0 to 1
//   freeze on|off    swallow everything in both directions
//   rate BYTES       per second, in each direction; 0: as fast as it goes
//   delay MS         added to each byte's way
//   drop             lose the carrier of the call there is
//   wedge none|dials|firmware|deaf   the modem stops working (modem.hpp); "none" is its power switch
//   registration N   what the modem answers to AT+CREG?
//   remove, restore  take the tty away, bring it back
//   reset            no faults, tty there, no call
//   status           answers with a JSON object
// All but status are answered "ok"; what is not understood is answered "error: …".
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "modem.hpp"

namespace ghost::lab {

struct Faults {
  Outcome outcome = Outcome::Connect;
  std::chrono::milliseconds dial_time{200};
  double noise = 0;
  bool freeze = false;
  unsigned rate = 0;
  std::chrono::milliseconds delay{0};
  Modem::Wedge wedge = Modem::Wedge::none;
  int registration = 1;
  bool operator==(const Faults&) const = default;
};

enum class Order { ChangeFaults, ChangeModem, Drop, Remove, Restore, Reset, Status };

// Reads one line. Fault words change `faults` and give ChangeFaults, or ChangeModem; the rest leave it alone.
tl::expected<Order, std::string> read_order(std::string_view line, Faults& faults);

}  // namespace ghost::lab
