// SPDX-License-Identifier: GPL-2.0-or-later
// The facts from the log of one call so far, from which its reason is found when it ends.
//
// During the connect script the log also has everything that the far end prints, which could pretend to be pppd. So we
// trust pppd's lines about negotiation only after the line is connected, and chat's lines only before.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/reason.hpp"
#include "ppp/log_facts.hpp"

namespace ghost::ppp {

class Evidence {
 public:
  // True: the fact can be trusted now, and is kept.
  bool note(const LogFact& fact, std::string_view line);

  // Any line, with a fact in it or not.
  void hear(std::string_view line);
  // The last line that may be shown and says more than that pppd ends. Empty: none.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }

  // How far the call came. pppd says that the peer has terminated LCP only if LCP was agreed. If authentication had not succeeded
  // then, it was under way, or the peer asks for none; the log does not tell which.
  [[nodiscard]] core::CallStage stage() const;
  [[nodiscard]] bool line_stands() const { return line_stands_; }  // past the connect script
  [[nodiscard]] bool was_up() const { return was_up_; }            // a network protocol ran

  // The line with this fact, made printable and without secrets; nullptr if there was none.
  [[nodiscard]] const std::string* line(FactKind kind) const;
  // The first of these that the log had.
  struct Told {
    FactKind kind;
    std::string line;
  };
  [[nodiscard]] const Told* first_of(std::initializer_list<FactKind> kinds) const;

 private:
  std::vector<Told> told_;  // at most one per kind
  bool line_stands_ = false;
  bool was_up_ = false;
  bool chat_talks_ = false;
  std::string last_line_;
};

}  // namespace ghost::ppp
