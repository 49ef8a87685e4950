// SPDX-License-Identifier: GPL-2.0-or-later
// The states of a link. Each owns what only it knows, its deadlines among them; what outlives a state (the buffer, the
// counters, whether the link is blocked) belongs to the machine.
//
//   from        to          when
//   Unlisted    Dialing     the supervisor reports a call of an earlier ghostd (adopted); or it has none, and somebody has asked
//               Down        it has none, and nobody has asked
//   Down        Dialing     a packet or Connect asks
//   Dialing     Up          the call's address works
//               Waiting     the call failed (Down, if that blocks the link)
//               Ending      Disconnect, Block, it took too long, or the address is somebody else's
//   Up          Leaving     idle, Disconnect, Block, a better default route; somebody has a good-bye to say first
//               Draining    the same, and nobody has; a handover failed; the address was lost
//               Ending      the address is somebody else's
//               Waiting     the line dropped (Down, if that blocks the link)
//   Leaving     Draining    the good-bye is said, or takes too long; or as Up, because something went wrong
//               Ending, Waiting, Down    as Up
//   Draining    Ending      the queue is dry, or does not run dry in time
//   Draining, Ending
//               Down        the call has ended and nobody asks
//               Dialing     the call has ended and somebody has asked meanwhile
//               Waiting     it was ended because it had gone wrong
//   Waiting     Dialing     the delay is over and somebody asks; Connect: at once
//               Down        the delay is over and nobody asks; Disconnect, Block: at once
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
#include "core/families.hpp"
#include "core/idle_watch.hpp"
#include "core/settling.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Whether a call of an earlier ghostd lives is not known yet. A second call would cost twice, so what asks for one waits.
struct Unlisted {
  bool operator==(const Unlisted&) const = default;
};

// No call. The route leads into the demand interface; the first packet that gets there starts one.
struct Down {
  bool operator==(const Down&) const = default;
};

// pppd runs, no address yet. Packets are buffered.
struct Dialing {
  Call call;
  Time give_up;  // a supervisor that says nothing for this long is not believed in any more
  bool operator==(const Dialing&) const = default;
};

// The call carries traffic.
struct Up {
  Call call;
  Families families;
  IdleWatch idle;
  Settling settling{};
  bool operator==(const Up&) const = default;

  [[nodiscard]] std::vector<IpAddress> addresses() const { return families.addresses(); }
  [[nodiscard]] Carriage of(Family f) const { return families.of(f); }
  // When a family is given up; then, when the replay's queue is looked at.
  [[nodiscard]] std::optional<Time> carriage_deadline() const {
    return families.deadline() ? families.deadline() : settling.deadline();
  }
};

// The call still carries, and a good-bye is being said through it. Shown as Up.
struct Leaving {
  Up up;
  std::string reason;
  Time deadline;  // then it is hung up, good-bye or not
  bool operator==(const Leaving&) const = default;
};

// The route leads into the demand interface again: what comes now waits for the next call. The PPP interface's queue runs dry.
struct Draining {
  Call call;
  bool failed;                   // it is ended because it went wrong: wait before the next
  std::vector<IpAddress> local;  // the addresses of the PPP interface, to be forgotten afterwards
  Time check;                    // look at the queue again
  Time deadline;                 // a dead line never runs dry: then pppd is told to end
  bool operator==(const Draining&) const = default;
};

// pppd has been told to end. Draining and Ending are shown as one.
struct Ending {
  Call call;
  bool failed;                   // as Draining's
  std::vector<IpAddress> local;  // as Draining's
  Time deadline;                 // a supervisor that has not reported the call's end then is not believed in any more
  bool operator==(const Ending&) const = default;
};

// The last call failed or the line dropped. Not before `until` again, whatever the packets ask for.
struct Waiting {
  Time until{};
  bool operator==(const Waiting&) const = default;
};

using State = std::variant<Unlisted, Down, Dialing, Up, Leaving, Draining, Ending, Waiting>;

// How a state is shown to people and programs.
enum class Shown : std::uint8_t { down, dialing, up, hanging_up, waiting };
Shown shown(const State& state);
std::string_view to_string(Shown shown);  // "down", "dialing", "up", "hanging-up", "waiting"

}  // namespace ghost::core
