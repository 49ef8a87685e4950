// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/system_ports.hpp"

#include <fmt/format.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/ids.hpp"

namespace ghost::supervisor {
namespace {

void to_journal(int priority, std::string_view link, CallSerial serial, std::string_view text) {
  std::vector<std::string> fields{fmt::format("MESSAGE={}", text), fmt::format("PRIORITY={}", priority),
                                  "SYSLOG_IDENTIFIER=ghost-supervisor"};
  if (!link.empty()) fields.push_back(fmt::format("GHOSTD_LINK={}", link));
  if (serial != CallSerial::none) fields.push_back(fmt::format("GHOSTD_CALL={}", number(serial)));
  std::vector<iovec> parts;
  for (auto& f : fields) parts.push_back({f.data(), f.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));  // there is nowhere to report a failure
}

}  // namespace

tl::expected<core::LinkConfig, std::string> ConfiguredLinks::find(std::string_view link) {
  // First, because reading all files costs much more than an answer about a link that does not exist.
  if (!has_file(link)) return tl::unexpected<std::string>(fmt::format("no link \"{}\" is configured", link));
  auto loaded = config::load(roots_);
  if (!loaded) {
    // The error may be in another link. It must not prevent this link's call, as in ghostd.
    for (const auto& d : loaded.error())
      if (d.file.find(fmt::format("/{}.conf", link)) != std::string::npos) return tl::unexpected<std::string>(d.str());
    const auto alone = file_without_drop_ins(link);
    if (!alone) return tl::unexpected<std::string>(loaded.error().front().str());
    const auto faults = std::move(loaded.error());
    loaded = config::check_file(*alone, roots_);
    if (!loaded) return tl::unexpected<std::string>(faults.front().str());
  }
  const auto& links = loaded->config.links;
  const auto it = std::find_if(links.begin(), links.end(), [&](const core::LinkConfig& l) { return l.name == link; });
  if (it == links.end()) return tl::unexpected<std::string>(fmt::format("no link \"{}\" is configured", link));
  return *it;
}

bool ConfiguredLinks::has_file(std::string_view link) const {
  return valid_link_name(link) && std::any_of(roots_.link_directories.begin(), roots_.link_directories.end(), [&](const auto& d) {
           return ::access(fmt::format("{}/{}.conf", d, link).c_str(), F_OK) == 0;
         });
}

std::vector<core::LinkConfig> ConfiguredLinks::all() {
  auto loaded = config::load(roots_);
  return loaded ? std::move(loaded->config.links) : std::vector<core::LinkConfig>();
}

std::optional<std::string> ConfiguredLinks::file_without_drop_ins(std::string_view link) const {
  std::optional<std::string> found;
  for (const auto& directory : roots_.link_directories) {
    const auto path = fmt::format("{}/{}.conf", directory, link);
    if (::access((path + ".d").c_str(), F_OK) == 0) return std::nullopt;
    if (::access(path.c_str(), F_OK) == 0) found = path;
  }
  return found;
}

SystemJournal::SystemJournal() : plain_(std::getenv("JOURNAL_STREAM") == nullptr) {}

void SystemJournal::pppd_said(std::string_view link, CallSerial serial, std::string_view line) {
  if (plain_) fmt::print(stderr, "{} {}: | {}\n", link, number(serial), line);
  else to_journal(LOG_INFO, link, serial, line);
}

void SystemJournal::note(int priority, std::string_view link, CallSerial serial, std::string_view text) {
  if (plain_) fmt::print(stderr, "<{}>{}\n", priority, text);
  else to_journal(priority, link, serial, text);
}

}  // namespace ghost::supervisor
