// SPDX-License-Identifier: GPL-2.0-or-later
// A telephone line with a modem at its end: the computer's tty, and on CONNECT a second tty on which the provider's
// command answers. The computer's side is seen through its slave: opened (inotify), closed (POLLHUP: DTR drops).
#pragma once
#include <poll.h>
#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "channel.hpp"
#include "control.hpp"
#include "modem.hpp"
#include "pty.hpp"

namespace ghost::lab {

struct LineConfig {
  std::string tty;                  // where the computer's side appears, e.g. /dev/ttyGHOST0
  std::vector<std::string> answer;  // the provider's command; the tty's path and the call's number are appended
  bool direct = false;              // no modem: opening the tty is the call
  unsigned first_call = 0;
};

class Line {
 public:
  // log gets an event's name for every step of a call.
  Line(LineConfig config, std::function<void(std::string_view)> log);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // The loop's part: what to poll, until when, and what came of it.
  void add_polls(std::vector<pollfd>& polls) const;
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;
  void handle(const std::vector<pollfd>& polls, Clock::time_point now);

  std::string order(std::string_view text);  // a control line; returns the answer

 private:
  enum class State { Gone, Closed, Command, Dialing, Online };
  void step(const std::vector<pollfd>& polls, Clock::time_point now);
  void read_inotify();
  void read_computer(Clock::time_point now);
  void read_provider(Clock::time_point now);
  void computer_closed();
  void start_dialing(Clock::time_point now);
  void finish_dialing(Clock::time_point now);
  void answer(Clock::time_point now);
  void end_call(std::string_view why);
  void lose_carrier();
  void new_tty();
  void remove_tty();
  void watch_tty();
  void reap();
  [[nodiscard]] bool trained(Clock::time_point now) const;
  [[nodiscard]] std::string status() const;

  LineConfig config_;
  std::function<void(std::string_view)> log_;
  Faults faults_;
  State state_ = State::Gone;
  Modem modem_;
  Pty computer_;
  Pty provider_;
  bool computer_open_ = false;  // master_ may be polled: else POLLHUP would spin
  UniqueFd inotify_;
  int watch_ = -1;
  Channel up_, down_;  // computer → provider, provider → computer
  Clock::time_point dialled_{}, dial_until_{};
  Clock::time_point train_until_{};
  std::optional<Clock::time_point> drop_at_;  // the provider has hung up: the carrier goes a moment later
  struct Child {
    pid_t pid;
    UniqueFd pid_fd;
  };
  std::vector<Child> children_;
  pid_t answering_ = 0;
  unsigned calls_ = 0;
  std::string number_;
};

}  // namespace ghost::lab
