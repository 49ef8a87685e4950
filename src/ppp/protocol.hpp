// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd and ghost-supervisor say to each other: one line of printable ASCII, one SOCK_SEQPACKET message each.
//
//   ghostd asks                    the supervisor says
//   dial <link> <serial>           started <link> <serial> pid=<n>
//   hangup <link> <serial>         address <link> <serial> local=<ip> remote=<ip>[ dns=<ip>[,<ip>…]]
//   list                           gone <link> <serial> <Reason>[ <detail…>]
//                                  refused <link>|- <serial> <why…>
//   names                          listed
//
// Of each accepted dial there is one `started` (unless pppd could not be started at all), at most one `address` a family
// and exactly one `gone`. `list` has the news of all live calls said again, then every `gone` that nobody has heard yet,
// then `listed`: so a ghostd that was restarted finds its calls.
//
// `names` has DNS= of all links read from their files again, for resolvconf(8); it is not answered.
//
// `refused` is for what was not done: nothing has changed, no `gone` will follow. `refused - 0` answers what was not even a
// request; the connection is closed after it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "base/ids.hpp"
#include "core/call_news.hpp"

namespace ghost::ppp {

inline constexpr std::size_t kMessageMax = 1024;  // bytes

struct Dial {
  std::string link;
  CallSerial serial = CallSerial::none;
  bool operator==(const Dial&) const = default;
};
struct Hangup {
  std::string link;
  CallSerial serial = CallSerial::none;
  bool operator==(const Hangup&) const = default;
};
struct List {
  bool operator==(const List&) const = default;
};
struct Names {
  bool operator==(const Names&) const = default;
};
using Request = std::variant<Dial, Hangup, List, Names>;

struct Refused {
  std::string link;  // empty, with serial none: the request could not be read or the caller may not ask
  CallSerial serial = CallSerial::none;
  std::string why;
  bool operator==(const Refused&) const = default;
};
struct Listed {
  bool operator==(const Listed&) const = default;
};
using Message = std::variant<core::CallNews, Refused, Listed>;

// Never longer than kMessageMax, never anything but printable ASCII: free text is made printable and cut, name servers
// that do not fit are left out.
std::string encode(const Request& request);
std::string encode(const Message& message);

// Total: any bytes give a value or one line that says what is wrong with them. Strict: only what encode() writes is read.
tl::expected<Request, std::string> decode_request(std::string_view text);
tl::expected<Message, std::string> decode_message(std::string_view text);

}  // namespace ghost::ppp
