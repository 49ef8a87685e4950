// SPDX-License-Identifier: GPL-2.0-or-later
// The states of a link. Each owns what only it needs, such as its deadlines. What outlives a state (the buffer, the counters,
// whether the link is blocked) belongs to the machine.
//
//   from        to          when
//   Unlisted    Dialing     the supervisor reports a call of an earlier ghostd (adopted); or it has none, and a call is wanted
//               Draining    it reports one, and that is not wanted: a bar stands, Disconnect was asked, or a reload moves the link
//               Down        it has none, and no call is wanted
//               Moving      it has none, and a reload moves the link
//               Waiting     it has none, and the pause of an earlier ghostd is not over; or a call has ended while no ghostd ran
//   Down        Dialing     a packet or Connect asks; a bar has ended, the machine has slept or the table is back, and a call is
//                           wanted; or as Unlisted, adopted
//               Draining    the supervisor reports a call of an earlier ghostd, and a bar stands
//   Dialing     Up          the call's address works
//               Waiting     the call failed (Down, if that blocks the link)
//               Ending      Disconnect, Block, a stop, a sleep, a reload, it took too long, or another interface here has the
//                           address
//               Draining    the same, except the last, if the call is an earlier ghostd's: it may carry
//   Up          Leaving     idle, Disconnect, Block, a stop, a sleep, a reload, a better default route; a good-bye was promised
//               Draining    the same without a promised good-bye; a handover failed; the address was lost; the kernel does not say
//                           whether the call is idle; the machine has slept, and the far end does not answer
//               Ending      another interface here has the address
//               Waiting     the line dropped (Down, if that blocks the link)
//   Leaving     Draining    the good-bye is said, or takes too long; or as Up, because something went wrong
//               Ending, Waiting, Down    as Up
//   Draining    Ending      the queue is dry, or does not run dry in time
//   Draining, Ending
//               Down        the call has ended, and no other is wanted
//               Dialing     the call has ended, and another is wanted meanwhile
//               Waiting     it was ended because it had gone wrong
//   Waiting     Dialing     the delay is over, or the missing device is back, and a call is wanted; Connect: at once; the supervisor
//                           reports a call of an earlier ghostd (adopted)
//               Down        the delay is over, or the device is back, and no call is wanted or a bar stands; Disconnect, Block: at
//                           once
//               Draining    the supervisor reports a call of an earlier ghostd, and a bar stands
//   Dialing, Up, Leaving, Draining, Ending
//               Recovering  in place of Waiting, if the row of failures asks for a step of [Recover]
//   Unlisted    Recovering  the supervisor reports a step that an earlier ghostd began
//   Recovering  Dialing     the supervisor reports a call of an earlier ghostd (adopted)
//               Waiting     the step is over, or takes too long, and the pause is not over
//               Dialing     the same, a person has asked or the pause is over, and a call is wanted
//               Down        the same, and no call is wanted or the link is blocked
//               Moving      the same, and a reload moves the link
//   Down        Moving      a reload gives the link another place, or takes it away (PartAsked). In other states the link comes here
//                           in place of Down or Waiting, once there is no call
//   Moving      Down        the place before is given up
//               Waiting     the same, and a pause after failures is not over
//               Dialing     the same, and a call is wanted
//               Gone        the place before is given up, and the link gets no other
//   Gone        Moving      a later reload gives the link back before ghostd has removed it
//   Moving, Gone
//               Draining    the supervisor reports a call of an earlier ghostd
//
// docs/link.md has every event in every state, with what it makes the link do.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "core/call.hpp"
#include "core/call_news.hpp"
#include "core/families.hpp"
#include "core/idle_watch.hpp"
#include "core/recovery_step.hpp"
#include "core/return_watch.hpp"
#include "core/settling.hpp"
#include "core/time.hpp"

namespace ghost::core {

// ghostd does not know yet whether a call of an earlier ghostd exists. Requests for a call wait, because a second call would cost
// twice.
struct Unlisted {
  std::optional<Time> not_before{};  // an earlier ghostd's pause after a failed call
  std::optional<CallGone> ended{};   // how an earlier ghostd's call ended, unseen
  bool operator==(const Unlisted&) const = default;
};

// No call. The route leads into the demand interface, and the first packet that arrives there starts a call.
struct Down {
  bool operator==(const Down&) const = default;
};

// pppd runs, and no address counts yet. Packets are buffered. The kernel may lead traffic into an earlier ghostd's call already.
struct Dialing {
  Call call;
  Time give_up;  // without news by then, the supervisor counts as lost
  bool operator==(const Dialing&) const = default;
};

// The call carries traffic.
struct Up {
  Call call;
  Families families;
  IdleWatch idle;
  ReturnWatch back;
  Settling settling{};
  bool operator==(const Up&) const = default;

  [[nodiscard]] std::vector<IpAddress> addresses() const { return families.addresses(); }
  [[nodiscard]] Carriage of(Family f) const { return families.of(f); }
  // When the missing family is given up. If none is awaited, when to look at the replay's queue.
  [[nodiscard]] std::optional<Time> carriage_deadline() const {
    return families.deadline() ? families.deadline() : settling.deadline();
  }
};

// The call still carries, while a good-bye is said through it. Shown as Up.
struct Leaving {
  Up up;
  std::string reason;
  Time deadline;  // the call is hung up then, even if the good-bye is not said
  bool operator==(const Leaving&) const = default;
};

// The route leads into the demand interface again, so new packets wait for the next call. The PPP interface's queue runs dry.
struct Draining {
  Call call;
  bool failed;                   // the call is ended because it went wrong, so the next one waits
  std::vector<IpAddress> local;  // the addresses of the PPP interface, to be forgotten afterwards
  Time check;                    // when to look at the queue again
  Time deadline;                 // pppd is told to end then, because the queue of a dead line never runs dry
  bool operator==(const Draining&) const = default;
};

// pppd has been told to end. Draining and Ending are shown as one state.
struct Ending {
  Call call;
  bool failed;                   // as in Draining
  std::vector<IpAddress> local;  // as in Draining
  Time deadline;                 // if it has not reported the end by then, the supervisor counts as lost
  bool operator==(const Ending&) const = default;
};

// The last call failed, or the line dropped. Packets start no call before `until`.
struct Waiting {
  Time until{};
  bool operator==(const Waiting&) const = default;
};

// The last call failed, and ghost-supervisor takes a step of [Recover]. No call is made meanwhile, because the step has the device.
// Shown as Waiting.
struct Recovering {
  CallSerial after;  // the call that failed; it names the step
  RecoveryStep step;
  std::optional<Time> until;  // the end of the pause; nullopt: a person has ended it
  Time deadline;              // without a word by then, the supervisor counts as lost
  bool operator==(const Recovering&) const = default;
};

// No call, and none is made: the routes of the place before are being removed.
struct Moving {
  std::optional<Time> again;           // the kernel refused, and is asked again then; nullopt: its answer is awaited
  Duration pause;                      // from the next refusal until `again`
  std::optional<std::string> refusal;  // the kernel's last words; nullopt: it has not refused
  Time not_before = Time::min();       // a wait after failures, which another place does not end
  bool operator==(const Moving&) const = default;
};

// No call and no place. ghostd removes the link.
struct Gone {
  bool operator==(const Gone&) const = default;
};

using State = std::variant<Unlisted, Down, Dialing, Up, Leaving, Draining, Ending, Waiting, Recovering, Moving, Gone>;

// How a state is shown to people and programs.
enum class Shown : std::uint8_t { down, dialing, up, hanging_up, waiting };
Shown shown(const State& state);
std::string_view to_string(Shown shown);  // "down", "dialing", "up", "hanging-up", "waiting"

}  // namespace ghost::core
