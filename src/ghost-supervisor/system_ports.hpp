// SPDX-License-Identifier: GPL-2.0-or-later
// The ports' real sides: the files in /etc/ghostd/links, and the journal.
#pragma once
#include "config/load.hpp"
#include "ghost-supervisor/ports.hpp"

namespace ghost::supervisor {

class ConfiguredLinks : public LinkSource {
 public:
  explicit ConfiguredLinks(config::Roots roots = {}) : roots_(std::move(roots)) {}
  tl::expected<core::LinkConfig, std::string> find(std::string_view link) override;
  std::vector<core::LinkConfig> all() override;

 private:
  config::Roots roots_;
};

// Journal fields GHOSTD_LINK= and GHOSTD_CALL=. Without a journal (JOURNAL_STREAM= is not set) plain lines on stderr.
class SystemJournal : public Journal {
 public:
  SystemJournal();
  void pppd_said(std::string_view link, CallSerial serial, std::string_view line) override;
  void note(int priority, std::string_view link, CallSerial serial, std::string_view text) override;

 private:
  bool plain_;
};

}  // namespace ghost::supervisor
