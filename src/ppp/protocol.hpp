// SPDX-License-Identifier: GPL-2.0-or-later
// The protocol of ghostd and ghost-supervisor. A message is one line of printable ASCII in one SOCK_SEQPACKET message.
//
//   ghostd asks                    the supervisor says
//   dial <link> <serial>[ <peer>]  started <link> <serial> pid=<n>[ peer=<peer>]
//   hangup <link> <serial>         address <link> <serial> local=<ip> remote=<ip>[ dns=<ip>[,<ip>…]]
//   list                           gone <link> <serial> <Reason>[ stage=<stage>][ <detail…>]
//                                  refused <link>|- <serial> <why…>
//   names                          device <link>
//   recover <link> <serial> <step>[ <peer>]
//                                  recovery <link> <serial> <step> running|done|failed[ <why…>]
//                                  listed
//
// Each accepted dial gets one `started` (unless pppd could not be started at all), at most one `address` per family and
// exactly one `gone`. `list` repeats the news of all live calls, then every `gone` that nobody has received yet, then
// `listed`. So a restarted ghostd finds its calls.
//
// `<peer>`: one of the peer files that Peer= of the link names. Without it, the first of them, or Device=. ghostd names one only
// if the link has several, and `started` repeats what `dial` named. A peer that the link's own file does not name ends the call
// (ConfigError).
//
// `device`: the device that the link's last call lacked (DeviceMissing) is there again.
//
// `recover`: take this step of [Recover] in the link's file, because the call with this serial has failed. <peer>: as for `dial`, of
// that call. Each `recover` gets `recovery … running` if the step has begun, and exactly one `done` or `failed`. `list` repeats the
// steps under way. The supervisor ends a step that takes too long, and makes no call of the link meanwhile.
//
// `names` makes the supervisor read DNS= of all links from their files again, for resolvconf(8); it gets no answer.
//
// `refused` means that nothing was done and no `gone` will follow. `refused - 0` answers a message that is not a request;
// the supervisor then closes the connection.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "base/ids.hpp"
#include "core/call_news.hpp"
#include "core/recovery_step.hpp"

namespace ghost::ppp {

inline constexpr std::size_t kMessageMax = 1024;  // bytes

struct Dial {
  std::string link;
  CallSerial serial = CallSerial::none;
  std::string peer{};  // empty: none is named
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
struct Recover {
  std::string link;
  CallSerial serial = CallSerial::none;
  core::RecoveryStep step = core::RecoveryStep::hangup;
  std::string peer{};  // empty: none is named
  bool operator==(const Recover&) const = default;
};
using Request = std::variant<Dial, Hangup, List, Names, Recover>;

struct Refused {
  std::string link;  // empty, with serial none: the request could not be read or the caller may not ask
  CallSerial serial = CallSerial::none;
  std::string why;
  bool operator==(const Refused&) const = default;
};
struct DeviceBack {
  std::string link;
  bool operator==(const DeviceBack&) const = default;
};
struct Recovery {
  std::string link;
  core::RecoveryReport report;
  bool operator==(const Recovery&) const = default;
};
struct Listed {
  bool operator==(const Listed&) const = default;
};
using Message = std::variant<core::CallNews, Refused, DeviceBack, Recovery, Listed>;

// Never longer than kMessageMax, and only printable ASCII. Free text is made printable and cut; name servers
// that do not fit are left out.
std::string encode(const Request& request);
std::string encode(const Message& message);

// Total: any bytes give a value, or one line that says what is wrong with them. Strict: it accepts only encode()'s output.
tl::expected<Request, std::string> decode_request(std::string_view text);
tl::expected<Message, std::string> decode_message(std::string_view text);

}  // namespace ghost::ppp
