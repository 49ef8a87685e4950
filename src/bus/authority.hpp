// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a caller on the bus may do something. Root may do everything; for other users polkit decides (polkit(8), and
// org.freedesktop.PolicyKit1.Authority's CheckAuthorization). It asks asynchronously: polkit may ask a person for a password.
// Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/time.hpp"
#include "loop/event_loop.hpp"

namespace ghost::bus {

class Authority {
 public:
  enum class Verdict {
    allowed,
    refused,      // polkit says no, or the person could not say who he is
    needs_admin,  // an administrator's password would do, but there is nobody to ask for it
    no_polkit,    // only root may, because nobody can be asked
    silent,       // polkit did not answer in time
    busy,         // kMostQuestionsOfOne of this user wait for polkit already
  };
  struct Question {
    std::string sender;                          // the unique name of the caller's connection
    std::string action;                          // "org.ghostd1.connect": units/org.ghostd1.policy
    std::map<std::string, std::string> details;  // for polkit's rules: action.lookup("link")
    bool interactive = false;                    // the caller waits while a person is asked
  };

  // Each user of the machine can ask, and each question is memory until it is answered. None takes another's room.
  static constexpr int kMostQuestionsOfOne = 16;

  // polkit itself answers within milliseconds; a person types a password.
  static constexpr core::Duration kPatience = std::chrono::seconds(5);
  static constexpr core::Duration kPatienceWithPeople = std::chrono::minutes(5);

  // Both are lent. patience: how long polkit may be silent when nobody has to type.
  Authority(loop::EventLoop& loop, sdbus::IConnection& bus, core::Duration patience = kPatience)
      : loop_(loop), bus_(bus), patience_(patience) {}

  // Answers once, from the loop; never before this returns; not at all if the bus is lost. What polkit has not answered in time is
  // withdrawn, so that no question stays on a screen.
  using Answer = std::function<void(Verdict)>;
  void ask(Question question, Answer answer);

 private:
  void ask_polkit(const Question& question, std::uint32_t uid, Answer answer);
  void withdraw(const std::string& id);

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  core::Duration patience_;
  std::map<std::uint32_t, int> waiting_;  // questions, by user
  std::uint64_t last_ = 0;                // question
  std::unique_ptr<sdbus::IProxy> driver_, polkit_;
};

// For the caller: why "org.ghostd1.connect" was refused.
std::string refusal(Authority::Verdict verdict, const std::string& action);

}  // namespace ghost::bus
