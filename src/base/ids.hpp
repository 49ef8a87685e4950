// SPDX-License-Identifier: GPL-2.0-or-later
// The names and numbers that travel through every layer.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace ghost {

// The serial number of a call: one dial, from the spawn of pppd until its exit. 0 is "no call". Receivers ignore news
// with the serial of a dead call.
enum class CallSerial : std::uint64_t { none = 0 };
inline CallSerial next(CallSerial s) { return static_cast<CallSerial>(static_cast<std::uint64_t>(s) + 1); }
inline std::uint64_t number(CallSerial s) { return static_cast<std::uint64_t>(s); }

// IFNAMSIZ is 16 with the terminating zero, and "ppp-" takes four.
inline constexpr std::size_t kLinkNameMax = 11;

// A link's name: 1 to 11 bytes of [A-Za-z0-9_-], not beginning with '-'. It becomes part of interface names, file
// names, D-Bus paths and nft set elements, so nothing else is allowed.
bool valid_link_name(std::string_view name);

inline std::string demand_interface(std::string_view link) { return "gd-" + std::string(link); }
inline std::string ppp_interface(std::string_view link) { return "ppp-" + std::string(link); }

}  // namespace ghost
