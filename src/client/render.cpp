// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/render.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "client/json_value.hpp"
#include "client/words.hpp"

namespace ghost::client {
namespace {

using bus::LinkProperties;

std::string shown_state(const LinkProperties& l) { return l.blocked && l.state == "down" ? "blocked" : l.state; }

const char* color_of(const LinkProperties& l) {
  if (l.blocked || l.state == "waiting") return "\x1b[31m";
  if (l.state == "up") return "\x1b[32m";
  if (l.state == "down") return "\x1b[2m";
  return "\x1b[33m";
}

std::string colored(const std::string& text, const LinkProperties& l, const Style& style) {
  return style.colors ? color_of(l) + text + "\x1b[0m" : text;
}

std::string ago(std::uint64_t then, std::uint64_t now, const char* between = " ") {
  return span_words(now > then ? now - then : 0, between);
}

std::string next_step(const LinkProperties& l, std::uint64_t now) {
  if (l.idle_deadline > now) return "idle:" + span_words(l.idle_deadline - now, "");
  if (l.redial_deadline > now) return "redial:" + span_words(l.redial_deadline - now, "");
  if (l.next_appearance > now) return "appear:" + span_words(l.next_appearance - now, "");
  return "-";
}

std::string peer_words(const std::vector<bus::PeerRow>& peers) {
  std::vector<std::string> words;
  for (const auto& peer : peers) words.push_back(peer.name + (peer.out.empty() ? "" : " (out: " + peer.out + ")"));
  return fmt::format("{}", fmt::join(words, ", "));
}

Json json_of(const LinkProperties& link, const std::vector<std::string>& only) {
  Json out = Json::object();
  bus::for_each_field([&](const auto& field) {
    if (only.empty() || std::find(only.begin(), only.end(), field.dbus) != only.end())
      out[field.json] = json_value(link.*field.member);
  });
  return out;
}

}  // namespace

std::string status_table(const std::vector<LinkProperties>& links, const Style& style) {
  if (links.empty()) return "no links are configured\n";
  std::vector<std::array<std::string, 6>> rows{{"LINK", "STATE", "FOR", "ADDRESS", "NEXT", "TRIGGER"}};
  for (const auto& l : links)
    rows.push_back({l.name, shown_state(l), ago(l.since, style.now, ""),
                    l.local_addresses.empty() ? "-" : l.local_addresses.front(), next_step(l, style.now), or_dash(l.trigger)});
  std::array<std::size_t, 5> width{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < width.size(); ++i) width[i] = std::max(width[i], row[i].size());
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < width.size(); ++i) {
      const auto cell = fmt::format("{:<{}}", rows[r][i], width[i]);
      out += (i == 1 && r > 0 ? colored(cell, links[r - 1], style) : cell) + "  ";
    }
    out += rows[r][5] + "\n";
  }
  return out;
}

std::string status_detail(const LinkProperties& l, const Style& style) {
  std::string out = fmt::format("{} {}{}\n", colored(style.colors ? "\u25cf" : "*", l, style), l.name,
                                l.description.empty() ? "" : " - " + l.description);
  const auto line = [&out](const char* label, const std::string& text) {
    if (!text.empty()) out += fmt::format("{:>12} {}\n", label, text);
  };
  line("State:", fmt::format("{}{}{} since {}; {} ago", colored(l.state, l, style), l.blocked ? ", blocked" : "",
                             l.reason.empty() ? "" : " (" + l.reason + ")", time_words(l.since), ago(l.since, style.now)));
  line("", l.detail);
  line("Degraded:", l.degraded);
  line("Behind:", l.front);
  line("Trigger:", l.trigger);
  if (l.peers.size() > 1) line("Peer:", fmt::format("{} of {}", or_dash(l.peer), peer_words(l.peers)));
  line("Address:",
       fmt::format("{}{}", fmt::join(l.local_addresses, ", "),
                   l.remote_address.empty() ? "" : (l.local_addresses.empty() ? "peer " : ", peer ") + l.remote_address));
  line("Interface:", l.interface.empty() ? l.demand_interface : l.interface + ", on demand " + l.demand_interface);
  line("Stable:", fmt::format("{}", fmt::join(l.stable_addresses, ", ")));
  line("DNS:", fmt::format("{}", fmt::join(l.dns, ", ")));
  line("Calls:", fmt::format("{}{}", l.calls, l.failures ? fmt::format(", the last {} failed", l.failures) : ""));
  if (!l.recovery_step.empty())
    line("Recovery:", fmt::format("step {}: {}{}; {} within a day", l.recovery_step, l.recovery_result,
                                  l.recovery_detail.empty() ? "" : " (" + l.recovery_detail + ")", l.recovery_steps));
  std::vector<std::string> packets;
  const auto count = [&packets](std::uint64_t n, const std::string& what) {
    if (n) packets.push_back(fmt::format("{} {}", n, what));
  };
  count(l.buffered_packets, "waiting (" + size_words(l.buffered_bytes) + ")");
  count(l.replayed_packets, "replayed");
  const auto by_kind = [](const std::vector<bus::DropRow>& rows) {
    std::vector<std::string> words;
    for (const auto& row : rows) words.push_back(fmt::format("{} {}", row.packets, row.why));
    return fmt::format("{}", fmt::join(words, ", "));
  };
  count(l.dropped_packets, fmt::format("dropped ({})", by_kind(l.drops)));
  count(l.coalesced_packets, "coalesced");
  count(l.malformed_packets, "malformed");
  line("Packets:", fmt::format("{}", fmt::join(packets, ", ")));
  line("Stopped:", by_kind(l.stopped));
  if (l.idle_deadline > style.now) line("Idle:", "hangs up in " + span_words(l.idle_deadline - style.now) + " unless it is used");
  if (l.redial_deadline > style.now) line("Redial:", "in " + span_words(l.redial_deadline - style.now));
  return out + appearance_detail(l, style);
}

std::string to_json(const LinkProperties& link, const std::vector<std::string>& only) { return dump(json_of(link, only)); }

std::string to_json_array(const std::vector<LinkProperties>& links) {
  std::string out = "[";
  for (std::size_t i = 0; i < links.size(); ++i) out += (i ? ",\n " : "") + to_json(links[i]);
  return out + "]\n";
}

std::string monitor_line(const Happening& h, const Style& style) {
  const auto& l = h.link;
  auto out = fmt::format("{} ", time_words(style.now, true));
  if (l.name.empty())
    return out + (h.event == "ghostd-gone"   ? "ghostd is gone\n"
                  : h.event == "ghostd-back" ? "ghostd is back\n"
                                             : "the bus is gone\n");
  out += l.name + ": ";
  if (h.event == "removed") return out + "removed\n";
  const auto changed = [&h](const char* name) {
    return h.event != "changed" || std::find(h.changed.begin(), h.changed.end(), name) != h.changed.end();
  };
  std::vector<std::string> parts;
  if (h.event == "added") parts.emplace_back("added");
  if (changed("State") || changed("Reason") || changed("Blocked")) {
    auto text = colored(shown_state(l), l, style);
    if (!l.reason.empty()) text += " (" + l.reason + (l.detail.empty() ? "" : ": " + l.detail) + ")";
    parts.push_back(text);
  }
  if (changed("Peer") && l.peers.size() > 1 && !l.peer.empty()) parts.push_back("peer " + l.peer);
  if (changed("RecoveryStep") || changed("RecoveryResult"))
    if (!l.recovery_step.empty()) parts.push_back("recovery step " + l.recovery_step + " " + l.recovery_result);
  if (h.event == "changed" && changed("Peers")) parts.push_back("peers " + peer_words(l.peers));
  if (changed("LocalAddresses") && !l.local_addresses.empty())
    parts.push_back(fmt::format("address {}", fmt::join(l.local_addresses, ", ")));
  if (changed("Appearance") && (h.event == "changed" || l.appearance != "none")) parts.push_back("appearance " + l.appearance);
  if (changed("Notices"))
    for (const auto& notice : l.notices) parts.push_back(notice.name + ":" + notice.result);
  if (changed("Trigger") && !l.trigger.empty()) parts.push_back("trigger " + l.trigger);
  if (h.event == "changed")
    bus::for_each_field([&](const auto& field) {
      if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(l.*field.member)>>)
        if (field.counter && std::string_view(field.dbus) != "IdleDeadline" && changed(field.dbus))
          parts.push_back(fmt::format("{} {}", field.json, l.*field.member));
    });
  if (parts.empty()) parts.push_back(fmt::format("{} changed", fmt::join(h.changed, ", ")));
  return out + fmt::format("{}\n", fmt::join(parts, ", "));
}

std::string monitor_json_line(const Happening& h, std::uint64_t now) {
  Json out;
  out["time"] = now;
  out["event"] = h.event;
  if (!h.link.name.empty()) {
    out["link"] = h.link.name;
    if (h.event != "removed") out["properties"] = json_of(h.link, h.changed);
  }
  return dump(out) + "\n";
}

}  // namespace ghost::client
