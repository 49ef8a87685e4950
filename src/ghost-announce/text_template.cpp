// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/text_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ghost-announce/wall_text.hpp"

namespace ghost::announce {
namespace {

std::string joined(const std::vector<IpAddress>& addresses) {
  std::string out;
  for (const auto& a : addresses) out += (out.empty() ? "" : " ") + a.str();
  return out;
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
    Field{"since", [](const core::Notice& n) { return rfc3339(n.since); }},
    Field{"until", [](const core::Notice& n) { return rfc3339(n.until); }},
    Field{"next", [](const core::Notice& n) { return n.next ? rfc3339(*n.next) : std::string("none"); }},
    Field{"sequence", [](const core::Notice& n) { return std::to_string(n.sequence); }},
    Field{"reason", [](const core::Notice& n) { return n.reason; }},
    Field{"carrier_nat", [](const core::Notice& n) { return std::string(n.carrier_nat ? "yes" : "no"); }},
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

std::optional<std::string> check_template(std::string_view text) {
  std::optional<std::string> unknown;
  auto wrong = walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        if (!unknown && std::ranges::find(kFields, name, &Field::name) == kFields.end())
          unknown = fmt::format("unknown field ${{{}}}", name);
      });
  return wrong ? wrong : unknown;
}

std::string fill_template(std::string_view text, const core::Notice& notice) {
  std::string out;
  (void)walk(
      text, [&](std::string_view plain) { out += plain; },
      [&](std::string_view name) {
        const auto* const field = std::ranges::find(kFields, name, &Field::name);
        if (field != kFields.end()) out += field->value(notice);
      });
  return out;
}

}  // namespace ghost::announce
