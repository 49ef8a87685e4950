// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/system_ports.hpp"

#include <fmt/format.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "config/one_link.hpp"

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
  return config::load_link(link, roots_);
}

std::vector<core::LinkConfig> ConfiguredLinks::all() {
  auto loaded = config::load(roots_);
  return loaded ? std::move(loaded->config.links) : std::vector<core::LinkConfig>();
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
