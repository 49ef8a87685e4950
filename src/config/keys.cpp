// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "config/parse.hpp"
#include "config/window.hpp"
#include "core/failure_policy.hpp"

namespace ghost::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPeersMax = 16;
constexpr std::size_t kCommandsMax = 16, kCommandMax = 256;  // bytes

Parsed<std::vector<std::string>> peer_names(std::string_view text) {
  std::vector<std::string> out;
  for (const auto item : split_list(text)) {
    if (!valid_peer_name(item)) return no(fmt::format("{} is not the name of a file in /etc/ppp/peers", item));
    if (std::find(out.begin(), out.end(), item) != out.end()) return no(fmt::format("{} is named twice; keep one", item));
    out.emplace_back(item);
  }
  if (out.empty()) return no("the list is empty");
  if (out.size() > kPeersMax) return no(fmt::format("{} names; at most {} are allowed", out.size(), kPeersMax));
  return out;
}

Parsed<std::string> absolute_path(std::string_view text) {
  if (text.front() != '/') return no("not an absolute path; begin it with \"/\"");
  if (!is_absolute_path(text)) return no("not a plain path; use letters, digits and ._-+@:/, without \"..\"");
  return std::string(text);
}

// pppd gets it as an argument of its own (src/ppp/options.cpp), so blanks, quotes and "#" mean themselves.
Parsed<std::string> user_name(std::string_view text) {
  constexpr std::size_t kMost = 255;  // RFC 1334, 2.2.1: its length is one byte
  if (text.front() == '-') return no("not a valid name; do not begin it with \"-\"");
  if (text.size() > kMost) return no(fmt::format("not a valid name; use at most {} bytes", kMost));
  if (text.find('\t') != std::string_view::npos) return no("not a valid name; a tab is not allowed");
  return std::string(text);
}

Parsed<std::size_t> buffer_bytes(std::string_view text) {
  const auto value = parse_size(text);
  if (!value) return no("not a size, such as 65536, 64K or 1M");
  if (*value < 1280 || *value > 64U << 20) return no("not a size from 1280 bytes to 64M");
  return static_cast<std::size_t>(*value);
}

Parsed<Prefix> prefix(std::string_view text) {
  const auto value = Prefix::parse(text);
  if (!value) return no(fmt::format("{} is not an address prefix, such as 10.0.0.0/8", text));
  if (value->network() != value->address)
    return no(fmt::format("{} has bits set after the prefix; did you mean {}/{}?", text, value->network().str(), value->length));
  return *value;
}

Parsed<std::vector<Prefix>> prefixes(std::string_view text) {
  std::vector<Prefix> out;
  for (const auto item : split_list(text)) {
    const auto one = prefix(item);
    if (!one) return no(one.error());
    if (one->length == 0) return no(fmt::format("{} covers all addresses; write the prefix of a LAN", item));
    if (std::find(out.begin(), out.end(), *one) == out.end()) out.push_back(*one);
  }
  if (out.empty()) return no("the list is empty");
  return out;
}

struct Routes {
  bool use_default = false;
  std::vector<Prefix> prefixes;
};

Parsed<Routes> routes(std::string_view text) {
  Routes out;
  for (const auto item : split_list(text)) {
    if (item == "default") {
      out.use_default = true;
      continue;
    }
    const auto one = prefix(item);
    if (!one) return no(one.error());
    if (std::find(out.prefixes.begin(), out.prefixes.end(), *one) == out.prefixes.end()) out.prefixes.push_back(*one);
  }
  if (!out.use_default && out.prefixes.empty()) return no("the list is empty");
  return out;
}

bool is_host_address(const IpAddress& address) {
  const auto bytes = address.bytes();
  if (address.family() == Family::v4) return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224;
  const bool upper_zero = std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; });
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  return bytes[0] != 0xff && !upper_zero && !link_local;  // upper_zero: ::, ::1, v4-mapped
}

Parsed<std::vector<IpAddress>> stable_addresses(std::string_view text) {
  std::vector<IpAddress> out;
  for (const auto item : split_list(text)) {
    const auto one = IpAddress::parse(item);
    if (!one) return no(fmt::format("{} is not an IP address", item));
    if (!is_host_address(*one)) return no(fmt::format("{} is not an address that a host can keep", item));
    for (const auto& other : out)
      if (other.family() == one->family()) return no(fmt::format("more than one {} address; keep one", to_string(one->family())));
    out.push_back(*one);
  }
  if (out.empty()) return no("the list is empty");
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.family() < b.family(); });
  return out;
}

constexpr std::size_t kServersMax = 6;

Parsed<std::vector<IpAddress>> name_servers(std::string_view text) {
  std::vector<IpAddress> out;
  for (const auto item : split_list(text)) {
    const auto one = IpAddress::parse(item);
    if (!one) return no(fmt::format("{} is not an IP address", item));
    if (!is_host_address(*one)) return no(fmt::format("{} is not an address that a link can reach", item));
    if (std::find(out.begin(), out.end(), *one) == out.end()) out.push_back(*one);
  }
  if (out.empty()) return no("the list is empty");
  if (out.size() > kServersMax) return no(fmt::format("{} name servers; at most {} are allowed", out.size(), kServersMax));
  return out;
}

struct Key {
  std::string_view section;
  std::string_view name;
  std::function<std::optional<std::string>(Draft&, std::string_view)> set;  // what is wrong, if anything
  std::function<void(Draft&)> reset;
  bool text = false;  // blanks at its ends, which only quotes can hold, belong to the value
};

// `target` returns the place of the value in a draft; `parse` makes the value.
template <class Target, class Parse>
Key key(std::string_view section, std::string_view name, Target target, Parse parse) {
  return {section, name,
          [=](Draft& draft, std::string_view text) -> std::optional<std::string> {
            auto value = parse(text);
            if (!value) return std::move(value.error());
            target(draft) = std::move(*value);
            return std::nullopt;
          },
          [=](Draft& draft) {
            Draft fresh;
            target(draft) = target(fresh);
          }};
}

Key text_key(Key key) {
  key.text = true;
  return key;
}

Key routes_key() {
  return {"Link", "Routes",
          [](Draft& draft, std::string_view text) -> std::optional<std::string> {
            auto value = routes(text);
            if (!value) return std::move(value.error());
            draft.default_routes = value->use_default;
            draft.link.routes = std::move(value->prefixes);
            return std::nullopt;
          },
          [](Draft& draft) {
            draft.default_routes = true;
            draft.link.routes.clear();
          }};
}

Key every_key() {
  return {"Appear", "Every",
          [](Draft& draft, std::string_view text) -> std::optional<std::string> {
            const auto value = parse_every(text);
            if (!value) return value.error();
            draft.link.appear.every_min = value->least;
            draft.link.appear.every_max = value->most;
            return std::nullopt;
          },
          [](Draft& draft) {
            draft.link.appear.every_min = core::AppearConfig{}.every_min;
            draft.link.appear.every_max = core::AppearConfig{}.every_max;
          }};
}

Parsed<core::OnSleep> on_sleep(std::string_view text) {
  if (text == "hangup") return core::OnSleep::hangup;
  if (text == "keep") return core::OnSleep::keep;
  return no("write hangup or keep");
}

// 27.007, and what some vendors call it. A question ("AT+CPIN?") is none.
bool sends_a_pin(std::string_view command) {
  std::string upper(command);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const auto has = [&](const char* name) { return upper.find(name) != std::string::npos; };
  return has("CPIN=") || has("CPIN2=") || has("+CLCK=") || has("+CPWD=");
}

// "AT…" as the modem gets them, and the escape "+++". Blanks separate them, because commas are parts of commands.
Parsed<std::vector<std::string>> at_commands(std::string_view text) {
  std::vector<std::string> out;
  while (!(text = trim(text)).empty()) {
    const auto command = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(command.size());
    const auto head = command.substr(0, 2);
    if (command != "+++" && head != "AT" && head != "at")
      return no(fmt::format("{} is not an AT command; write words that begin with AT, or +++", command));
    if (sends_a_pin(command))
      return no("a step must not send a PIN: it is repeated, and three wrong ones lock the card; send it in the connect script");
    if (command.size() > kCommandMax) return no(fmt::format("a command is longer than {} bytes", kCommandMax));
    if (std::any_of(command.begin(), command.end(), [](char c) { return c <= ' ' || c > '~'; }))
      return no("a command has characters that are not printable ASCII");
    out.emplace_back(command);
  }
  if (out.size() > kCommandsMax) return no(fmt::format("{} commands; at most {} are allowed", out.size(), kCommandsMax));
  return out;
}

Parsed<std::string> usb_port(std::string_view text) {
  if (const auto yes = parse_bool(text)) return std::string(*yes ? "yes" : "");
  const auto digits = [&] {
    const auto n = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(n);
    return n != 0;
  };
  const auto whole = text;
  bool good = digits() && text.starts_with('-');
  do {
    if (good) text.remove_prefix(1);
    good = good && digits();
  } while (good && text.starts_with('.'));
  if (!good || !text.empty()) return no("write yes, no, or a port as /sys/bus/usb/devices names it, such as 1-1.4");
  return std::string(whole);
}

Parsed<std::vector<core::CallEnd>> reasons(std::string_view text) {
  std::vector<core::CallEnd> out;
  std::vector<std::string_view> known;
  for (const auto& policy : core::failure_policies())
    if (policy.remedy != core::Remedy::none) known.push_back(core::to_string(policy.end));
  for (const auto item : split_list(text)) {
    if (std::find(known.begin(), known.end(), item) == known.end()) {
      const auto near = nearest(item, known);
      return no(near.empty() ? fmt::format("{} is not a reason; \"ghostctl explain failures\" lists them", item)
                             : fmt::format("{} is not a reason; did you mean {}?", item, near));
    }
    const auto end = *core::call_end_from_string(item);
    if (std::find(out.begin(), out.end(), end) == out.end()) out.push_back(end);
  }
  if (out.empty()) return no("the list is empty");
  return out;
}

const std::vector<Key>& table() {
  constexpr std::size_t kMost = 1'000'000;
  // clang-format off
  static const std::vector<Key> keys{
      text_key(key("Link", "Description", [](Draft& d) -> auto& { return d.link.description; }, any_text)),
      key("Link", "Peer", [](Draft& d) -> auto& { return d.link.ppp.peers; }, peer_names),
      key("Link", "Device", [](Draft& d) -> auto& { return d.link.ppp.device; }, absolute_path),
      key("Link", "Speed", [](Draft& d) -> auto& { return d.link.ppp.speed; }, number(50U, 100'000'000U)),
      key("Link", "Connect", [](Draft& d) -> auto& { return d.link.ppp.connect; }, absolute_path),
      text_key(key("Link", "User", [](Draft& d) -> auto& { return d.link.ppp.user; }, user_name)),
      key("Link", "Address", [](Draft& d) -> auto& { return d.link.stable; }, stable_addresses),
      key("Link", "IPv6", [](Draft& d) -> auto& { return d.ipv6; }, boolean),
      key("Link", "DNS", [](Draft& d) -> auto& { return d.link.dns; }, name_servers),
      key("Link", "MTU", [](Draft& d) -> auto& { return d.link.mtu; }, number(68U, 65535U)),
      routes_key(),
      // The route into the demand interface has the next number behind it.
      key("Link", "Metric", [](Draft& d) -> auto& { return d.link.metric; },
          number(std::uint32_t{1}, kStandbyMetricMax)),
      key("Link", "StandbyLinger", [](Draft& d) -> auto& { return d.link.standby_linger; }, span(0s, "0", Infinity::allowed)),
      key("Call", "IdleTimeout", [](Draft& d) -> auto& { return d.link.call.idle_timeout; },
          span(1s, "1s", Infinity::allowed)),
      key("Call", "DialTimeout", [](Draft& d) -> auto& { return d.link.call.dial_timeout; }, span(1s, "1s")),
      key("Call", "NegotiateTimeout", [](Draft& d) -> auto& { return d.link.call.negotiate_timeout; }, span(1s, "1s")),
      key("Call", "PeerWait", [](Draft& d) -> auto& { return d.link.call.peer_wait; }, span(0s, "0")),
      key("Call", "HangupTimeout", [](Draft& d) -> auto& { return d.link.call.hangup_timeout; }, span_of_a_stop()),
      key("Call", "RedialDelay", [](Draft& d) -> auto& { return d.link.call.redial_delay; }, span(100ms, "100ms")),
      key("Call", "RedialDelayMax", [](Draft& d) -> auto& { return d.link.call.redial_delay_max; },
          span(100ms, "100ms")),
      key("Call", "RedialAttempts", [](Draft& d) -> auto& { return d.link.call.redial_attempts; },
          number(0U, 1'000'000U)),
      key("Call", "RefusedAttempts", [](Draft& d) -> auto& { return d.link.call.refused_attempts; },
          number(1U, 1'000'000U)),
      key("Call", "RefusedDelay", [](Draft& d) -> auto& { return d.link.call.refused_delay; }, span(1s, "1s")),
      key("Call", "Sleep", [](Draft& d) -> auto& { return d.link.call.on_sleep; }, on_sleep),
      key("Recover", "Hangup", [](Draft& d) -> auto& { return d.link.recover.hangup; }, at_commands),
      key("Recover", "Reset", [](Draft& d) -> auto& { return d.link.recover.reset; }, at_commands),
      key("Recover", "USB", [](Draft& d) -> auto& { return d.link.recover.usb; }, usb_port),
      key("Recover", "Power", [](Draft& d) -> auto& { return d.link.recover.power; }, absolute_path),
      key("Recover", "After", [](Draft& d) -> auto& { return d.link.recover.after; }, number(1U, 1000U)),
      key("Recover", "Reasons", [](Draft& d) -> auto& { return d.link.recover.reasons; }, reasons),
      key("Recover", "Settle", [](Draft& d) -> auto& { return d.link.recover.settle; }, span(0s, "0")),
      key("Recover", "Timeout", [](Draft& d) -> auto& { return d.link.recover.timeout; }, span(1s, "1s")),
      key("Recover", "PerDay", [](Draft& d) -> auto& { return d.link.recover.per_day; }, number(1U, 1000U)),
      key("Buffer", "Packets", [](Draft& d) -> auto& { return d.link.buffer.packets; }, number(std::size_t{1}, kMost)),
      key("Buffer", "Bytes", [](Draft& d) -> auto& { return d.link.buffer.bytes; }, buffer_bytes),
      key("Buffer", "Age", [](Draft& d) -> auto& { return d.link.buffer.age; }, span(1s, "1s", Infinity::allowed)),
      key("Share", "From", [](Draft& d) -> auto& { return d.link.share; }, prefixes),
      text_key(key("Appear", "Name", [](Draft& d) -> auto& { return d.link.appear.name; }, any_text)),
      key("Appear", "Hold", [](Draft& d) -> auto& { return d.link.appear.hold; }, span(1s, "1s")),
      key("Appear", "Window", [](Draft& d) -> auto& { return d.link.appear.window; }, parse_window),
      every_key(),
      key("Appear", "Echo", [](Draft& d) -> auto& { return d.link.appear.echo; }, any_text),
      key("Appear", "ConnectTimeout", [](Draft& d) -> auto& { return d.link.appear.connect_timeout; }, span(1s, "1s")),
      key("Appear", "VanishTimeout", [](Draft& d) -> auto& { return d.link.appear.vanish_timeout; }, span_of_a_stop()),
      key("Appear", "WakeSystem", [](Draft& d) -> auto& { return d.link.appear.wake_system; }, boolean),
  };
  // clang-format on
  return keys;
}

std::vector<std::string_view> section_names() {
  std::vector<std::string_view> names;
  for (const auto& k : table())
    if (std::find(names.begin(), names.end(), k.section) == names.end()) names.push_back(k.section);
  return names;
}

std::string unknown_key(const Assignment& a) {
  std::vector<std::string_view> here;
  for (const auto& k : table()) {
    if (k.name == a.key) return fmt::format("unknown key {}= in [{}]; it belongs in [{}]", a.key, a.section, k.section);
    if (k.section == a.section) here.push_back(k.name);
  }
  const auto near = nearest(a.key, here);
  if (near.empty()) return fmt::format("unknown key {}= in [{}]", a.key, a.section);
  return fmt::format("unknown key {}= in [{}]; did you mean {}=?", a.key, a.section, near);
}

}  // namespace

void open_sections(const std::string& file, const std::vector<SectionLine>& sections, Draft& draft, Diagnostics& problems) {
  const auto known = section_names();
  for (const auto& [name, line] : sections) {
    if (const auto announce = announce_name(name)) {
      open_announce({file, line}, *announce, draft.announces, problems);
      continue;
    }
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, known);
    problems.push_back({file, line,
                        near.empty() ? fmt::format("unknown section [{}]", name)
                                     : fmt::format("unknown section [{}]; did you mean [{}]?", name, near)});
  }
}

void apply(const std::string& file, const Assignment& assignment, Draft& draft, Diagnostics& problems) {
  if (const auto announce = announce_name(assignment.section)) {
    apply_announce(file, *announce, assignment, draft.announces, problems);
    return;
  }
  const auto known = section_names();
  if (std::find(known.begin(), known.end(), assignment.section) == known.end()) return;
  const auto& keys = table();
  const auto k = std::find_if(keys.begin(), keys.end(), [&](const Key& candidate) {
    return candidate.section == assignment.section && candidate.name == assignment.key;
  });
  if (k == keys.end()) {
    problems.push_back({file, assignment.line, unknown_key(assignment)});
    return;
  }
  const auto value = k->text ? std::string_view(assignment.value) : trim(assignment.value);
  if (value.empty()) {
    k->reset(draft);
    if (const auto found = draft.where.find(assignment.key); found != draft.where.end()) draft.where.erase(found);
    return;
  }
  draft.where.insert_or_assign(assignment.key, Where{file, assignment.line});
  if (const auto wrong = k->set(draft, value))
    problems.push_back(
        {file, assignment.line, fmt::format("bad value \"{}\" for {}=: {}", assignment.value, assignment.key, *wrong)});
}

}  // namespace ghost::config
