// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/protocol.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/overloaded.hpp"
#include "ppp/text.hpp"

namespace ghost::ppp {
namespace {

constexpr std::size_t kDnsMax = 8;

// Takes words from the front; exactly one space separates words.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::string_view next() {
    const auto end = rest_.find(' ');
    const auto word = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    return word;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<CallSerial> parse_serial(std::string_view text) {
  const auto n = parse_number<std::uint64_t>(text);
  if (!n || *n == 0) return std::nullopt;
  return static_cast<CallSerial>(*n);
}

std::optional<IpAddress> parse_field(std::string_view word, std::string_view key) {
  if (!word.starts_with(key)) return std::nullopt;
  return IpAddress::parse(word.substr(key.size()));
}

std::string with_text(std::string head, std::string_view text) {
  const auto shown = printable(text);
  return shown.empty() ? head : head + ' ' + shown;
}

std::string encode_news(const core::CallNews& news) {
  const auto who = fmt::format("{} {}", news.link, number(news.serial));
  return std::visit(Overloaded{[&](const core::CallStarted& s) {
                                 auto out = fmt::format("started {} pid={}", who, s.pid);
                                 if (!s.peer.empty()) out += " peer=" + s.peer;
                                 return out;
                               },
                               [&](const core::CallAddress& a) {
                                 auto out = fmt::format("address {} local={} remote={}", who, a.local.str(), a.remote.str());
                                 for (std::size_t i = 0; i < a.dns.size() && i < kDnsMax; ++i)
                                   out += (i == 0 ? " dns=" : ",") + a.dns[i].str();
                                 return out;
                               },
                               [&](const core::CallGone& g) {
                                 auto head = fmt::format("gone {} {}", who, core::to_string(g.reason));
                                 if (g.stage != core::CallStage::unknown)
                                   head += fmt::format(" stage={}", core::to_string(g.stage));
                                 return with_text(std::move(head), g.detail);
                               }},
                    news.what);
}

std::string encode_recovery(const Recovery& recovery) {
  const auto& [after, step, end] = recovery.report;
  auto head = fmt::format("recovery {} {} {} {}", recovery.link, number(after), core::to_string(step),
                          !end      ? "running"
                          : end->ok ? "done"
                                    : "failed");
  return end && !end->ok ? with_text(std::move(head), end->detail) : head;
}

std::optional<core::RecoveryReport> parse_recovery(CallSerial after, Words& words) {
  const auto step = core::recovery_step_from_string(words.next());
  const auto how = words.next();
  if (!step) return std::nullopt;
  if (how == "running") return core::RecoveryReport{after, *step};
  if (how != "done" && how != "failed") return std::nullopt;
  return core::RecoveryReport{after, *step, core::RecoveryReport::End{how == "done", std::string(words.rest())}};
}

std::optional<core::CallAddress> parse_address(Words& words) {
  const auto local = parse_field(words.next(), "local=");
  const auto remote = parse_field(words.next(), "remote=");
  if (!local || !remote) return std::nullopt;
  core::CallAddress out{*local, *remote, {}};
  auto list = words.next();
  if (list.empty()) return out;
  if (!list.starts_with("dns=")) return std::nullopt;
  list.remove_prefix(4);
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto server = IpAddress::parse(list.substr(0, comma));
    if (!server || out.dns.size() == kDnsMax) return std::nullopt;
    out.dns.push_back(*server);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return out;
}

std::optional<std::variant<core::CallStarted, core::CallAddress, core::CallGone>> parse_what(std::string_view verb,
                                                                                             Words& words) {
  if (verb == "started") {
    const auto word = words.next();
    if (!word.starts_with("pid=")) return std::nullopt;
    const auto pid = parse_number<int>(word.substr(4));
    if (!pid || *pid <= 0) return std::nullopt;
    if (words.rest().empty()) return core::CallStarted{*pid};
    constexpr std::string_view kPeer = "peer=";
    const auto peer = words.next();
    if (!peer.starts_with(kPeer) || !valid_peer_name(peer.substr(kPeer.size()))) return std::nullopt;
    return core::CallStarted{*pid, std::string(peer.substr(kPeer.size()))};
  }
  if (verb == "address") {
    if (auto address = parse_address(words)) return *address;
    return std::nullopt;
  }
  const auto reason = core::call_end_from_string(words.next());
  if (!reason) return std::nullopt;
  // A supervisor of 0.1 does not know the stage.
  constexpr std::string_view kStage = "stage=";
  if (!words.rest().starts_with(kStage)) return core::CallGone{*reason, std::string(words.rest())};
  const auto stage = core::call_stage_from_string(words.next().substr(kStage.size()));
  if (!stage || *stage == core::CallStage::unknown) return std::nullopt;
  return core::CallGone{*reason, std::string(words.rest()), *stage};
}

std::string quote(std::string_view text) { return "\"" + printable(text, 40) + "\""; }

tl::unexpected<std::string> wrong(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

// The part that both directions share.
tl::expected<void, std::string> check_shape(std::string_view text) {
  if (text.empty()) return wrong("empty message");
  if (text.size() > kMessageMax)
    return wrong(fmt::format("message of {} bytes; at most {} are allowed", text.size(), kMessageMax));
  if (!is_printable(text)) return wrong("bytes that are not printable ASCII: " + quote(text));
  return {};
}

// encode() is the grammar: a second spelling of the same message (leading zeros, double spaces, a tail) is an error.
template <class T>
tl::expected<T, std::string> only_canonical(T value, std::string_view text) {
  if (encode(value) != text) return wrong("not in canonical form: " + quote(text));
  return value;
}

}  // namespace

std::string encode(const Request& request) {
  return std::visit(Overloaded{[](const Dial& d) {
                                 return fmt::format("dial {} {}{}{}", d.link, number(d.serial), d.peer.empty() ? "" : " ",
                                                    d.peer);
                               },
                               [](const Hangup& h) { return fmt::format("hangup {} {}", h.link, number(h.serial)); },
                               [](const List&) { return std::string("list"); }, [](const Names&) { return std::string("names"); },
                               [](const Recover& r) {
                                 return fmt::format("recover {} {} {}{}{}", r.link, number(r.serial), core::to_string(r.step),
                                                    r.peer.empty() ? "" : " ", r.peer);
                               }},
                    request);
}

std::string encode(const Message& message) {
  return std::visit(
      Overloaded{[](const core::CallNews& n) { return encode_news(n); },
                 [](const Refused& r) {
                   return with_text(fmt::format("refused {} {}", r.link.empty() ? "-" : r.link, number(r.serial)), r.why);
                 },
                 [](const DeviceBack& d) { return fmt::format("device {}", d.link); },
                 [](const Recovery& r) { return encode_recovery(r); }, [](const Listed&) { return std::string("listed"); }},
      message);
}

tl::expected<Request, std::string> decode_request(std::string_view text) {
  if (auto shape = check_shape(text); !shape) return wrong(shape.error());
  Words words(text);
  const auto verb = words.next();
  if (verb == "list") return only_canonical<Request>(List{}, text);
  if (verb == "names") return only_canonical<Request>(Names{}, text);
  if (verb != "dial" && verb != "hangup" && verb != "recover") return wrong("unknown request " + quote(text));
  const auto link = words.next();
  if (!valid_link_name(link)) return wrong("not a valid link name: " + quote(link));
  const auto serial = parse_serial(words.next());
  if (!serial) return wrong("no serial number: " + quote(text));
  std::optional<core::RecoveryStep> step;
  if (verb == "recover") {
    step = core::recovery_step_from_string(words.next());
    if (!step) return wrong("not a step of [Recover]: " + quote(text));
  }
  if (verb != "hangup") {
    const auto peer = words.next();
    if (!peer.empty() && !valid_peer_name(peer)) return wrong("not the name of a peer: " + quote(peer));
    if (step) return only_canonical<Request>(Recover{std::string(link), *serial, *step, std::string(peer)}, text);
    return only_canonical<Request>(Dial{std::string(link), *serial, std::string(peer)}, text);
  }
  return only_canonical<Request>(Hangup{std::string(link), *serial}, text);
}

tl::expected<Message, std::string> decode_message(std::string_view text) {
  if (auto shape = check_shape(text); !shape) return wrong(shape.error());
  Words words(text);
  const auto verb = words.next();
  if (verb == "listed") return only_canonical<Message>(Listed{}, text);
  const bool refused = verb == "refused";
  if (!refused && verb != "started" && verb != "address" && verb != "gone" && verb != "device" && verb != "recovery")
    return wrong("unknown message " + quote(text));
  const auto link = words.next();
  if (verb == "device") {
    if (!valid_link_name(link)) return wrong("not a valid link name: " + quote(link));
    return only_canonical<Message>(DeviceBack{std::string(link)}, text);
  }
  const auto serial = words.next();
  if (refused && link == "-" && serial == "0")
    return only_canonical<Message>(Refused{{}, CallSerial::none, std::string(words.rest())}, text);
  if (!valid_link_name(link)) return wrong("not a valid link name: " + quote(link));
  const auto known = parse_serial(serial);
  if (!known) return wrong("no serial number: " + quote(text));
  if (refused) return only_canonical<Message>(Refused{std::string(link), *known, std::string(words.rest())}, text);
  if (verb == "recovery") {
    auto report = parse_recovery(*known, words);
    if (!report) return wrong("malformed news: " + quote(text));
    return only_canonical<Message>(Recovery{std::string(link), std::move(*report)}, text);
  }
  auto what = parse_what(verb, words);
  if (!what) return wrong("malformed news: " + quote(text));
  return only_canonical<Message>(core::CallNews{std::string(link), *known, std::move(*what)}, text);
}

}  // namespace ghost::ppp
