// SPDX-License-Identifier: GPL-2.0-or-later
// Appearances as text and as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "client/json_value.hpp"
#include "client/render.hpp"
#include "client/words.hpp"

namespace ghost::client {
namespace {

using bus::LinkProperties;
using bus::NoticeRow;

std::string notice_words(const NoticeRow& n) {
  std::string out = n.result;
  if (n.attempts > 1) out += fmt::format(", {} attempts", n.attempts);
  if (!n.detail.empty()) out += ": " + n.detail;
  return out;
}

std::string told_words(const LinkProperties& l) {
  return fmt::format("{}{}", fmt::join(l.addresses, ", "), l.carrier_nat ? " (carrier NAT)" : "");
}

// "mail:Ok dns:Refused"
std::string short_notices(const std::vector<NoticeRow>& notices) {
  std::vector<std::string> out;
  for (const auto& n : notices) out.push_back(n.name + ":" + n.result);
  return or_dash(fmt::format("{}", fmt::join(out, " ")));
}

}  // namespace

std::string appearance_detail(const LinkProperties& l, const Style& style) {
  std::string out;
  const auto line = [&out](const std::string& label, const std::string& text) { out += fmt::format("{:>12} {}\n", label, text); };
  if (l.appearance != "none") {
    auto text = l.appearance;
    if (l.appear_until > style.now) text += fmt::format(" until {} at least", time_words(l.appear_until));
    line("Appearance:", text);
  } else if (l.last_appearance) {
    line("Appeared:", "last at " + time_words(l.last_appearance));
  }
  if (const auto told = told_words(l); !told.empty()) line("Told:", told);
  for (const auto& n : l.notices) line(&n == &l.notices.front() ? "Notices:" : "", n.name + ": " + notice_words(n));
  if (l.next_appearance > style.now)
    line("Appears:", fmt::format("{}; in {}", time_words(l.next_appearance), span_words(l.next_appearance - style.now)));
  return out;
}

std::string appearance_text(const LinkProperties& l, const Style& style) {
  std::string out = l.name + ": " + l.appearance;
  if (const auto told = told_words(l); !told.empty()) out += ", " + told;
  if (l.appear_until > style.now) out += ", until " + time_words(l.appear_until, true);
  if (l.next_appearance > style.now) out += ", next " + time_words(l.next_appearance);
  out += "\n";
  std::size_t width = 0;
  for (const auto& n : l.notices) width = std::max(width, n.name.size());
  for (const auto& n : l.notices) out += fmt::format("  {:<{}}  {}\n", n.name, width, notice_words(n));
  return out;
}

std::string appearances_table(const std::vector<Appearances>& links, const Style& style) {
  std::vector<std::array<std::string, 7>> rows{{"LINK", "BEGUN", "FOR", "OUTCOME", "BY", "ADDRESS", "NOTICES"}};
  for (const auto& [link, appearances] : links) {
    for (const auto& a : appearances) {
      const auto end = a.ended ? a.ended : style.now;
      rows.push_back({link.name, stamp_words(a.begun), span_words(end > a.begun ? end - a.begun : 0, ""), or_dash(a.outcome),
                      or_dash(a.kind), a.addresses.empty() ? "-" : a.addresses.front(), short_notices(a.notices)});
    }
    if (link.next_appearance > style.now)
      rows.push_back({link.name, stamp_words(link.next_appearance), "-", "next", "-", "-", "-"});
  }
  if (rows.size() == 1) return "no appearance so far, and none is planned\n";
  std::array<std::size_t, 6> width{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < width.size(); ++i) width[i] = std::max(width[i], row[i].size());
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < width.size(); ++i) out += fmt::format("{:<{}}  ", row[i], width[i]);
    out += row[6] + "\n";
  }
  return out;
}

std::string appearances_json(const std::vector<Appearances>& links) {
  Json out = Json::array();
  for (const auto& [link, rows] : links)
    out.push_back({{"link", link.name}, {"next", link.next_appearance}, {"appearances", json_value(rows)}});
  return dump(out) + "\n";
}

}  // namespace ghost::client
