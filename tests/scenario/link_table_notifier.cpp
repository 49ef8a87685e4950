// SPDX-License-Identifier: GPL-2.0-or-later
// A notifier's table.
#include <algorithm>
#include <functional>
#include <optional>

#include "appearance.hpp"
#include "link_table.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

struct State {
  std::string name, meaning;
  std::function<Notifier()> made;
};
struct Meeting {
  std::string name;
  std::vector<std::string> in;                    // the states in which it can happen
  std::function<std::string(Notifier&)> happens;  // returns what is wanted done
};

Notice notice_of(const char* address) {
  Notice out;
  out.addresses = {*IpAddress::parse(address)};
  return out;
}

std::string name_of(const Notifier& notifier) {
  std::string out = notifier.quiet() ? "quiet" : notifier.on_its_way() ? "sending" : "retrying";
  const auto& told = notifier.belief().told();
  return out + (!told ? "; knows nothing" : told->addresses.empty() ? "; unknown" : "; knows " + told->addresses.front().str());
}

std::vector<State> states() {
  const auto tell = [](Notifier& n, const char* address, std::uint64_t id) {
    n.doubt();
    (void)n.tell(notice_of(address), id);
  };
  const auto knows = [tell] {
    Notifier n(notifier("dns"));
    tell(n, "192.0.2.7", 1);
    (void)n.answered({1, NoticeResult::Ok, {}, {}}, true, {});
    return n;
  };
  const auto sending = [tell, knows] {
    auto n = knows();
    tell(n, "192.0.2.8", 2);
    return n;
  };
  return {
      {"quiet", "nothing is on its way; the receiver has confirmed 192.0.2.7", knows},
      {"sending", "an attempt to tell it 192.0.2.8 is on its way", sending},
      {"retrying", "that attempt timed out; the next follows after a pause",
       [sending] {
         auto n = sending();
         (void)n.answered({2, NoticeResult::TimedOut, {}, {}}, true, {});
         return n;
       }},
  };
}

std::vector<Meeting> meetings() {
  const auto answered = [](NoticeResult result) {
    return [result](Notifier& n) {
      (void)n.answered({2, result, {}, {}}, true, {});
      return std::string{};
    };
  };
  return {
      {"it is to tell 192.0.2.9",
       {"quiet", "sending", "retrying"},
       [](Notifier& n) {
         const auto before = n.on_its_way();
         n.doubt();
         const auto send = n.tell(notice_of("192.0.2.9"), 3);
         return (before ? "abandon " + std::to_string(*before) + "; " : "") + "send " + std::to_string(send.id);
       }},
      {"the receiver confirms", {"sending"}, answered(NoticeResult::Ok)},
      {"the receiver says: later", {"sending"}, answered(NoticeResult::Later)},
      {"the receiver refuses", {"sending"}, answered(NoticeResult::Refused)},
      {"the attempt fails before a word is sent", {"sending"}, answered(NoticeResult::TlsFailed)},
      {"the last attempt times out",
       {"sending"},
       [](Notifier& n) {
         for (const std::uint64_t id : {3u, 4u}) {
           (void)n.answered({id - 1, NoticeResult::TimedOut, {}, {}}, true, {});
           (void)n.again(id);
         }
         (void)n.answered({4, NoticeResult::TimedOut, {}, {}}, true, {});
         return std::string{};
       }},
      {"the pause is over", {"retrying"}, [](Notifier& n) { return "send " + std::to_string(n.again(3).id); }},
      {"its answer is no longer waited for",
       {"quiet", "sending", "retrying"},
       [](Notifier& n) {
         const auto abandoned = n.abandon(NoticeResult::LinkGone, {});
         return abandoned ? "abandon " + std::to_string(abandoned->id) : std::string{};
       }},
      {"a reload: another receiver",
       {"quiet"},
       [](Notifier& n) {
         auto other = notifier("dns");
         other.url = "https://example.org/dns";
         (void)n.configure(other);
         return std::string{};
       }},
  };
}

}  // namespace

void ghost::test::print_notifier(std::ostream& out) {
  add_heading(
      out, "A notifier",
      "`core::Notifier` and `core::Belief` (src/core/notifier.hpp, belief.hpp): one [Announce] section, and what its receiver is known to\n"
      "believe. A confirmed address is not told again. From an attempt to its confirmation, the belief is unknown.");
  add_states_of(out, states());
  add_head(out);
  for (const auto& m : meetings()) {
    Outcomes outcomes;
    for (const auto& s : states()) {
      auto& what = outcomes.emplace_back(s.name, std::string{}).second;
      if (std::find(m.in.begin(), m.in.end(), s.name) == m.in.end()) continue;
      auto notifier = s.made();
      const auto before = notifier;
      const auto wanted = m.happens(notifier);
      const auto effects = wanted.empty() ? std::vector<std::string>{} : std::vector{wanted};
      if (!(notifier == before && effects.empty())) what = what_follows(effects, name_of(before), name_of(notifier));
    }
    add_rows(out, m.name, outcomes);
  }
}
