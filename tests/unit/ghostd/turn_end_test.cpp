// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/turn_end.hpp"

#include <gmock/gmock.h>
#include <sys/eventfd.h>

#include <memory>

#include "await.hpp"
#include "base/unique_fd.hpp"

using namespace ghost;
using namespace ghost::daemon;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class TurnEndTest : public testing::Test {
 protected:
  void tell(const TurnEnd::Seen& seen) {
    told.push_back(seen);
    if (on_tell) on_tell();
  }
  // All that is ready.
  void run() {
    bool idle = false;
    loop::DeferSource last(loop, [&] { idle = true; });
    last.set_priority(loop::kPriorityIdle);
    last.run_soon();
    ASSERT_TRUE(test::await(loop, [&] { return idle; }));
  }

  loop::EventLoop loop;
  std::vector<TurnEnd::Seen> told;
  std::function<void()> on_tell;
  TurnEnd end{loop, [this](const TurnEnd::Seen& seen) { tell(seen); }};
};

TEST_F(TurnEndTest, TellsOnceOfAllThatATurnBrings) {
  for (int i = 0; i < 1000; ++i) end.saw(i % 2 == 0 ? "a" : "b", true, false);
  EXPECT_THAT(told, IsEmpty());
  run();
  EXPECT_THAT(told, ElementsAre(TurnEnd::Seen{{"a", "b"}, true, false}));
  run();
  EXPECT_EQ(told.size(), 1U);
}

// What is ready together is handled first, whoever is first.
TEST_F(TurnEndTest, TellsWhenAllHasBeenHandledThatWasReady) {
  std::vector<std::unique_ptr<loop::DeferSource>> sources;
  for (int i = 0; i < 20; ++i) {
    sources.push_back(std::make_unique<loop::DeferSource>(loop, [this, i] { end.saw("link" + std::to_string(i), true, false); }));
    sources.back()->run_soon();
  }
  run();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().links.size(), 20U);
}

// A flood, of packets or of anything else, keeps nobody from being told.
TEST_F(TurnEndTest, IsNotPutOffByWhatIsAlwaysReady) {
  const UniqueFd always(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  int handled = 0;
  const loop::IoSource flood(loop, always.get(), EPOLLIN, [&](std::uint32_t) {
    end.saw("a", true, false);
    ++handled;
  });
  ASSERT_TRUE(test::await(loop, [&] { return handled >= 20; }));
  EXPECT_GE(told.size(), 5U);
}

TEST_F(TurnEndTest, KnowsWhetherAnythingButPacketsCame) {
  end.saw("a", true, false);
  end.saw("b", false, true);
  end.saw("a", true, false);
  run();
  end.saw("a", true, false);
  run();
  EXPECT_THAT(told, ElementsAre(TurnEnd::Seen{{"a", "b"}, false, true}, TurnEnd::Seen{{"a"}, true, false}));
}

TEST_F(TurnEndTest, TellsAtOnceWhoWaits) {
  end.saw("a", false, false);
  end.tell_now();
  EXPECT_EQ(told.size(), 1U);
  run();
  end.tell_now();
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(TurnEndTest, TellsNextOfWhatHappensWhileItTells) {
  on_tell = [&] {
    on_tell = nullptr;
    end.saw("b", false, false);
    EXPECT_EQ(told.size(), 1U);
  };
  end.saw("a", true, false);
  run();
  EXPECT_THAT(told, ElementsAre(TurnEnd::Seen{{"a"}, true, false}, TurnEnd::Seen{{"b"}, false, false}));
}

}  // namespace
