// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/announce_section.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "config/parse.hpp"
#include "ghost-announce/check.hpp"
#include "ghost-announce/section.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::config {
namespace {

using namespace std::chrono_literals;
using core::AnnounceConfig;

constexpr std::string_view kKind = "Announce";
constexpr std::string_view kService = "Service";

struct AnnounceKey {
  std::string_view name;
  std::function<std::optional<std::string>(AnnounceConfig&, std::string_view)> set;  // what is wrong, if anything
  std::function<void(AnnounceConfig&)> reset;
};

template <class T, class Parse>
AnnounceKey announce_key(std::string_view name, T AnnounceConfig::* target, Parse parse) {
  return {name,
          [=](AnnounceConfig& config, std::string_view text) -> std::optional<std::string> {
            auto value = parse(text);
            if (!value) return std::move(value.error());
            config.*target = std::move(*value);
            return std::nullopt;
          },
          [=](AnnounceConfig& config) { config.*target = AnnounceConfig{}.*target; }};
}

const std::vector<AnnounceKey>& announce_keys() {
  static const std::vector<AnnounceKey> keys{
      announce_key("Url", &AnnounceConfig::url, any_text),
      announce_key("Credential", &AnnounceConfig::credential, any_text),
      announce_key("Vanish", &AnnounceConfig::vanish, boolean),
      announce_key("Repeat", &AnnounceConfig::repeat, boolean),
      announce_key("Timeout", &AnnounceConfig::timeout, span(1s, "1s")),
      announce_key("Attempts", &AnnounceConfig::attempts, number(1U, 100U)),
      announce_key("RetryDelay", &AnnounceConfig::retry, span(100ms, "100ms")),
  };
  return keys;
}

// Only for suggestions; each notifier itself defines the keys that it reads.
constexpr std::array kNotifierKeys = std::to_array<std::string_view>(
    {"From",   "To",        "Subject", "Body",      "Tls",      "User",          "Method", "ContentType",
     "Auth",   "Host",      "Zone",    "Key",       "Ttl",      "HostKey",       "Topic",  "Helo",
     "CAFile", "VerifyTls", "Offline", "Algorithm", "Families", "Ipv6Parameter", "Expect"});

bool is_secret(std::string_view key) {
  constexpr std::array<std::string_view, 5> kNames{"Password", "Passwd", "Pass", "Secret", "Token"};
  return std::find(kNames.begin(), kNames.end(), key) != kNames.end();
}

std::string unknown_announce_key(const Assignment& a) {
  if (is_secret(a.key))
    return fmt::format("{}=: a secret is not allowed in this file; write Credential= with the name of a systemd credential",
                       a.key);
  std::vector<std::string_view> known(kNotifierKeys.begin(), kNotifierKeys.end());
  known.push_back(kService);
  for (const auto& k : announce_keys()) known.push_back(k.name);
  const auto near = nearest(a.key, known);
  return fmt::format("unknown key {}= in [{}]{}", a.key, a.section, near.empty() ? "" : fmt::format("; did you mean {}=?", near));
}

AnnounceDraft* find(AnnounceDrafts& drafts, std::string_view name) {
  const auto found = std::find_if(drafts.begin(), drafts.end(), [&](const auto& d) { return d.config.name == name; });
  return found == drafts.end() ? nullptr : &*found;
}

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= kAnnounceNameMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// False: the section cannot be checked, and the reason is among the problems.
bool add_service(AnnounceDraft& draft, Services& services, bool sound, Diagnostics& problems) {
  const auto& at = draft.where.at(std::string(kService));
  const auto* const service = services.find(draft.service, at, problems);
  if (service == nullptr) return false;
  for (const auto& [key, value] : service->values) {
    if (draft.where.contains(key)) continue;  // the section's own
    if (key == "Url") draft.config.url = value.text;
    else draft.config.more.insert_or_assign(key, value.text);
    draft.where.insert_or_assign(key, value.where);
  }
  bool whole = true;
  for (const auto& key : service->needs)
    if (!draft.where.contains(key)) {
      whole = false;
      if (sound)
        problems.push_back({at.file, at.line,
                            fmt::format("[Announce {}] Service={} needs {}=; {} explains it", draft.config.name, draft.service,
                                        key, service->file)});
    }
  return whole;
}

}  // namespace

std::optional<std::string_view> announce_name(std::string_view section) {
  if (section == kKind) return "";
  if (!section.starts_with(kKind) || (section[kKind.size()] != ' ' && section[kKind.size()] != '\t')) return std::nullopt;
  return section.substr(kKind.size() + 1);
}

void open_announce(const Where& header, std::string_view name, AnnounceDrafts& drafts, Diagnostics& problems) {
  if (find(drafts, name) != nullptr) return;
  if (name.empty()) {
    problems.push_back({header.file, header.line, "[Announce] has no name; write one, such as [Announce mail]"});
  } else if (!valid_name(name)) {
    problems.push_back(
        {header.file, header.line,
         fmt::format("[Announce {}]: not a valid name; use 1 to {} letters, digits, '_' and '-'", name, kAnnounceNameMax)});
  } else {
    AnnounceDraft draft;
    draft.config.name = name;
    draft.header = header;
    drafts.push_back(std::move(draft));
  }
}

void apply_announce(const std::string& file, std::string_view name, const Assignment& assignment, AnnounceDrafts& drafts,
                    Diagnostics& problems) {
  auto* draft = find(drafts, name);
  if (draft == nullptr) return;
  const auto& keys = announce_keys();
  const auto k = std::find_if(keys.begin(), keys.end(), [&](const AnnounceKey& c) { return c.name == assignment.key; });
  const bool common = k != keys.end();
  if (assignment.key == kService) {
    draft->service = trim(assignment.value);
    draft->where.insert_or_assign(assignment.key, Where{file, assignment.line});
    return;
  }
  if (!common && !announce::is_notifier_key(assignment.key)) {
    if (is_secret(assignment.key) || !announce::is_section_key(assignment.key)) {
      problems.push_back({file, assignment.line, unknown_announce_key(assignment)});
      return;
    }
    draft->unproven.insert_or_assign(assignment.key, assignment);
  }
  const auto value = common ? trim(assignment.value) : std::string_view(assignment.value);  // a notifier's own may be text
  if (value.empty()) {
    if (common) k->reset(draft->config);
    else draft->config.more.erase(assignment.key);
    draft->where.erase(assignment.key);
    return;
  }
  draft->where.insert_or_assign(assignment.key, Where{file, assignment.line});
  if (!common) {
    draft->config.more.insert_or_assign(assignment.key, std::string(value));
  } else if (const auto wrong = k->set(draft->config, value)) {
    problems.push_back(
        {file, assignment.line, fmt::format("bad value \"{}\" for {}=: {}", assignment.value, assignment.key, *wrong)});
  }
}

void check_announces(AnnounceDrafts& drafts, Services& services, bool sound, Diagnostics& problems, Diagnostics& warnings) {
  for (auto& draft : drafts) {
    const auto& name = draft.config.name;
    if (!draft.service.empty() && !add_service(draft, services, sound, problems)) continue;
    const auto named = announce::named_keys(draft.config);
    bool unknown = false;
    for (const auto& [key, assignment] : draft.unproven)
      if (const auto where = draft.where.find(key); where != draft.where.end() && !named.contains(key)) {
        problems.push_back({where->second.file, where->second.line, unknown_announce_key(assignment)});
        unknown = true;
      }
    if (unknown) continue;
    if (!draft.where.contains("Url")) {  // without it the rest cannot be checked
      if (sound)
        problems.push_back({draft.header.file, draft.header.line, fmt::format("[Announce {}] has no Url=; write one", name)});
      continue;
    }
    for (const auto& finding : announce::check(draft.config)) {
      const auto found = draft.where.find(finding.key);
      const bool missing = found == draft.where.end();
      if (missing && !sound) continue;  // it may be in a line that could not be parsed
      const auto& where = missing ? draft.header : found->second;
      (finding.fatal ? problems : warnings)
          .push_back({where.file, where.line, fmt::format("[Announce {}] {}=: {}", name, finding.key, finding.text)});
    }
  }
}

}  // namespace ghost::config
