// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace ghost::lab {
namespace {

constexpr std::array<std::pair<std::string_view, Outcome>, 6> kOutcomes{{{"connect", Outcome::Connect},
                                                                         {"busy", Outcome::Busy},
                                                                         {"no-answer", Outcome::NoAnswer},
                                                                         {"no-dialtone", Outcome::NoDialtone},
                                                                         {"no-carrier", Outcome::NoCarrier},
                                                                         {"silent", Outcome::Silent}}};
constexpr std::array<std::pair<std::string_view, Order>, 5> kOrders{{{"drop", Order::Drop},
                                                                     {"remove", Order::Remove},
                                                                     {"restore", Order::Restore},
                                                                     {"reset", Order::Reset},
                                                                     {"status", Order::Status}}};

std::optional<double> number(std::string_view text, double most) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !(value >= 0) || value > most) return std::nullopt;
  return value;
}

}  // namespace

tl::expected<Order, std::string> read_order(std::string_view line, Faults& faults) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  const auto value = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
  for (const auto& [name, order] : kOrders)
    if (line == name) return order;
  const auto bad = [&] { return tl::make_unexpected("not understood: " + std::string(line)); };
  if (word == "outcome") {
    for (const auto& [name, outcome] : kOutcomes)
      if (value == name) {
        faults.outcome = outcome;
        return Order::ChangeFaults;
      }
    return bad();
  }
  if (word == "wedge") {
    constexpr std::array<std::string_view, 4> kWedges{"none", "dials", "firmware", "deaf"};
    for (std::size_t i = 0; i < kWedges.size(); ++i)
      if (value == kWedges[i]) {
        faults.wedge = static_cast<Modem::Wedge>(i);
        return Order::ChangeModem;
      }
    return bad();
  }
  if (word == "freeze") {
    if (value != "on" && value != "off") return bad();
    faults.freeze = value == "on";
    return Order::ChangeFaults;
  }
  const auto amount = number(value, word == "noise" ? 1 : 1e9);
  if (!amount) return bad();
  if (word == "noise") faults.noise = *amount;
  else if (word == "rate") faults.rate = static_cast<unsigned>(*amount);
  else if (word == "delay") faults.delay = std::chrono::milliseconds(static_cast<long>(*amount));
  else if (word == "dial-time") faults.dial_time = std::chrono::milliseconds(static_cast<long>(*amount));
  else if (word == "registration") {
    faults.registration = static_cast<int>(*amount);
    return Order::ChangeModem;
  } else return bad();
  return Order::ChangeFaults;
}

}  // namespace ghost::lab
