// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/event_queue.hpp"

#include <gmock/gmock.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using testing::ElementsAre;

namespace {

// One event is handled whole before the next: what it brings about waits behind what waits already.
TEST(EventQueue, HandlesOneEventAfterTheOther) {
  std::vector<std::string> seen;
  daemon::EventQueue* again = nullptr;
  daemon::EventQueue queue([&](const std::string& link, const LinkEvent& event) {
    seen.push_back(link + " begins " + test::words(event));
    if (link == "a" && std::holds_alternative<Listed>(std::get<Event>(event))) {
      again->post("b", Event(ConnectAsked{}));
      again->post("a", Event(BlockAsked{}));
    }
    if (link == "b") again->post("c", Event(DisconnectAsked{}));
    seen.push_back(link + " ends");
  });
  again = &queue;
  queue.post("a", Event(Listed{}));
  EXPECT_THAT(seen, ElementsAre("a begins listed", "a ends", "b begins connect", "b ends", "a begins block", "a ends",
                                "c begins disconnect", "c ends"));
  seen.clear();
  queue.post("c", Event(UnblockAsked{}));
  EXPECT_THAT(seen, ElementsAre("c begins unblock", "c ends"));
}

}  // namespace
