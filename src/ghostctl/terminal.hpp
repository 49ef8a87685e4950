// SPDX-License-Identifier: GPL-2.0-or-later
// Questions on a terminal. A signal that would end the program ends the question, so that the terminal's echo is on again.
#pragma once
#include <signal.h>

#include <optional>
#include <string>

namespace ghost::client {

class Terminal {
 public:
  Terminal();  // from here on, SIGINT, SIGTERM and SIGHUP only end questions
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  enum class Echo : bool { off, on };
  // Standard input is one.
  [[nodiscard]] static bool is_there();
  // One line of standard input, without its end. The prompt goes to standard error. nullopt: end of file, or interrupted().
  std::optional<std::string> ask(const std::string& prompt, Echo echo = Echo::on);
  [[nodiscard]] bool interrupted() const;

 private:
  sigset_t before_{};  // the signals that were blocked
  struct sigaction int_{}, term_{}, hup_{};
};

}  // namespace ghost::client
