// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a caller on the bus may do something. Root may do everything. polkit decides about other users (polkit(8), and
// org.freedesktop.PolicyKit1.Authority's CheckAuthorization). ghostd asks polkit asynchronously, because polkit may ask a person
// for a password. Private to src/bus.
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
    refused,      // polkit refused, or the person gave no valid password
    needs_admin,  // an administrator's password would suffice, but polkit cannot ask for it
    no_polkit,    // only root may, because polkit is not there
    silent,       // polkit did not answer in time
    busy,         // kMostQuestionsOfOne questions of this user already wait for polkit
  };
  struct Question {
    std::string sender;                          // the unique name of the caller's connection
    std::string action;                          // "org.ghostd1.connect"; made from dbus/org.ghostd1.Manager.xml
    std::map<std::string, std::string> details;  // for polkit's rules: action.lookup("link")
    bool interactive = false;                    // the caller waits while polkit asks a person
  };

  // Each user of the machine can ask, and each question takes memory until polkit answers. The limit is per user, so that no user
  // takes another's room.
  static constexpr int kMostQuestionsOfOne = 16;

  // polkit itself answers within milliseconds. A person needs time to type a password.
  static constexpr core::Duration kPatience = std::chrono::seconds(5);
  static constexpr core::Duration kPatienceWithPeople = std::chrono::minutes(5);

  // The caller lends both. patience: how long to wait for polkit when no person has to type.
  Authority(loop::EventLoop& loop, sdbus::IConnection& bus, core::Duration patience = kPatience)
      : loop_(loop), bus_(bus), patience_(patience) {}

  // Calls `answer` once, from the loop, and never before ask() returns; not at all if the bus is lost. A question that polkit has not
  // answered in time is withdrawn, so that it does not stay on a screen.
  using Answer = std::function<void(Verdict)>;
  void ask(Question question, Answer answer);

 private:
  void ask_polkit(const Question& question, std::uint32_t uid, Answer answer);
  void withdraw(const std::string& id);

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  core::Duration patience_;
  std::map<std::uint32_t, int> waiting_;  // number of questions, by user
  std::uint64_t last_ = 0;                // number of the last question
  std::unique_ptr<sdbus::IProxy> driver_, polkit_;
};

// Tells the caller why an action, such as "org.ghostd1.connect", was refused.
std::string refusal(Authority::Verdict verdict, const std::string& action);

}  // namespace ghost::bus
