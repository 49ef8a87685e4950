// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/text_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ghost-announce/check.hpp"
#include "ghost-announce/wall_text.hpp"

namespace ghost::announce {
namespace {

std::string joined(const std::vector<IpAddress>& addresses) {
  std::string out;
  for (const auto& a : addresses) out += (out.empty() ? "" : " ") + a.str();
  return out;
}

std::string first_of(const core::Notice& n, Family family) {
  const auto found = std::ranges::find(n.addresses, family, &IpAddress::family);
  return found == n.addresses.end() ? "" : found->str();
}

std::string summary(const core::Notice& n) {
  if (n.kind == core::NoticeKind::vanish) return n.name + " has left the net";
  return n.addresses.empty() ? n.name + " is on the net" : fmt::format("{} is on the net at {}", n.name, joined(n.addresses));
}

struct Field {
  std::string_view name;
  std::string (*value)(const core::Notice&);
};

constexpr std::array kFields{
    Field{"name", [](const core::Notice& n) { return n.name; }},
    Field{"link", [](const core::Notice& n) { return n.link; }},
    Field{"event", [](const core::Notice& n) { return std::string(event_name(n.kind)); }},
    Field{"address", [](const core::Notice& n) { return n.addresses.empty() ? "" : n.addresses.front().str(); }},
    Field{"addresses", [](const core::Notice& n) { return joined(n.addresses); }},
    Field{"ipv4", [](const core::Notice& n) { return first_of(n, Family::v4); }},
    Field{"ipv6", [](const core::Notice& n) { return first_of(n, Family::v6); }},
    Field{"since", [](const core::Notice& n) { return rfc3339(n.since); }},
    Field{"until", [](const core::Notice& n) { return rfc3339(n.until); }},
    Field{"next", [](const core::Notice& n) { return n.next ? rfc3339(*n.next) : std::string("none"); }},
    Field{"sequence", [](const core::Notice& n) { return std::to_string(n.sequence); }},
    Field{"reason", [](const core::Notice& n) { return n.reason; }},
    Field{"carrier_nat", [](const core::Notice& n) { return std::string(n.carrier_nat ? "yes" : "no"); }},
    Field{"summary", summary},
    Field{"id",
          [](const core::Notice& n) {
            return fmt::format("{}.{}.{}.{}", n.link, unix_seconds(n.since), n.sequence, event_name(n.kind));
          }},
};

// Calls on_text with each literal piece and on_field with each name, in order. Returns what is wrong.
template <class OnText, class OnField>
std::optional<std::string> walk(std::string_view text, OnText on_text, OnField on_field) {
  while (!text.empty()) {
    const auto plain = std::min(text.find_first_of("$\\"), text.size());
    on_text(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.starts_with("\\n")) {
      on_text("\n");
      text.remove_prefix(2);
    } else if (text.starts_with("\\\\") || text.starts_with("$$")) {
      on_text(text.substr(0, 1));
      text.remove_prefix(2);
    } else if (text.starts_with("${")) {
      const auto end = text.find('}');
      if (end == std::string_view::npos) return "\"${\" without a \"}\" after it";
      on_field(text.substr(2, end - 2));
      text.remove_prefix(end + 1);
    } else if (text.starts_with('$')) {
      return "\"$\" does not begin a ${name}; write $$ for a dollar sign";
    } else if (!text.empty()) {
      on_text(text.substr(0, 1));
      text.remove_prefix(1);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view event_name(core::NoticeKind kind) { return kind == core::NoticeKind::appear ? "appear" : "vanish"; }

bool is_field(std::string_view name) { return std::ranges::find(kFields, name, &Field::name) != kFields.end(); }

bool is_section_key(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::optional<std::string_view> secret_name(std::string_view name) {
  constexpr std::string_view kOne = "secret:";
  if (name == "secret") return "";
  return name.starts_with(kOne) ? std::optional(name.substr(kOne.size())) : std::nullopt;
}

std::optional<std::string> check_template(std::string_view text) {
  std::optional<std::string> unknown;
  auto wrong = walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        if (!unknown && !is_field(name)) unknown = fmt::format("unknown field ${{{}}}", name);
      });
  return wrong ? wrong : unknown;
}

std::optional<std::string> check_request_template(std::string_view text) {
  std::optional<std::string> unknown;
  auto wrong = walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        if (unknown || is_field(name) || is_section_key(name)) return;
        const auto secret = secret_name(name);
        if (!secret) unknown = fmt::format("unknown field ${{{}}}", name);
        else if (name != "secret" && !valid_credential_name(*secret))
          unknown = fmt::format("${{{}}} does not name a credential; use up to 64 letters, digits, \"-\", \"_\" and \".\"", name);
      });
  return wrong ? wrong : unknown;
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  (void)walk(text, [](std::string_view) {}, [&](std::string_view name) { out.emplace_back(name); });
  return out;
}

std::string fill_template(std::string_view text, const core::Notice& notice, Encoding encoding, const Others& others) {
  std::string out;
  (void)walk(
      text, [&](std::string_view plain) { out += plain; },
      [&](std::string_view name) {
        const auto* const field = std::ranges::find(kFields, name, &Field::name);
        if (field != kFields.end()) out += encode(field->value(notice), encoding);
        else if (others) out += others(name);
      });
  return out;
}

std::string fill_template(std::string_view text, const core::Notice& notice) {
  return fill_template(text, notice, Encoding::none, {});
}

}  // namespace ghost::announce
