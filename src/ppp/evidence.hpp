// SPDX-License-Identifier: GPL-2.0-or-later
// What the log of one call has told so far, kept for the moment when somebody asks why it ended.
//
// During the connect script everything the far end prints is in the same log, so that it could pretend to be pppd. What
// pppd says of negotiation is therefore believed only after the line stands, and what chat says only before.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ppp/log_facts.hpp"

namespace ghost::ppp {

class Evidence {
 public:
  // True: the fact is believable now, and kept.
  bool note(const LogFact& fact, std::string_view line);

  [[nodiscard]] bool line_stands() const { return line_stands_; }  // past the connect script
  [[nodiscard]] bool was_up() const { return was_up_; }            // a network protocol ran

  // The line that told it, made printable and without secrets; nullptr if nothing did.
  [[nodiscard]] const std::string* line(FactKind kind) const;
  // The first of these that was told.
  struct Told {
    FactKind kind;
    std::string line;
  };
  [[nodiscard]] const Told* first_of(std::initializer_list<FactKind> kinds) const;

 private:
  std::vector<Told> told_;  // at most one a kind
  bool line_stands_ = false;
  bool was_up_ = false;
};

}  // namespace ghost::ppp
