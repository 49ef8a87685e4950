// SPDX-License-Identifier: GPL-2.0-or-later
#include "story.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ghost::test {

using namespace core;

LinkConfig hut(LinkConfig config) {
  config.appear.name = "hut";
  AnnounceConfig mail;
  mail.name = "mail";
  mail.url = "https://example.net/mail";
  config.announces.push_back(std::move(mail));
  return config;
}

LinkStep Story::at(Duration when, LinkEvent event) {
  now = Time{} + when;
  auto step = link.step(std::move(event), {now, wall()});
  for (const auto& e : step.effects)
    if (const auto* save = std::get_if<Save>(&e)) saved = save->generation;
  return step;
}

Story story(LinkConfig config, LinkMemory memory) {
  const Surroundings around{[](WallTime) { return 0s; }, [](std::uint64_t) { return 0; }};
  return {Link(std::move(config), std::move(memory), around, {Time{}, kStoryMorning})};
}

void carries(Story& story, unsigned call, Duration when) {
  story.at(when, Event(agreed(call, "192.0.2.7", "192.0.2.1")));
  story.at(when, Event(address("192.0.2.7")));
}
void carries6(Story& story, unsigned call, Duration when) {
  story.at(when, Event(agreed(call, "2001:db8:5::7", "fe80::1")));
  story.at(when, Event(address("2001:db8:5::7")));
}

std::string call_and_appearance(const Story& story) {
  return std::string(to_string(shown(story.link.call().state()))) + ", " + story.link.status(kStoryMorning).appearance.state;
}

std::string outcome(Story story, const LinkEvent& event, Duration when, const InWords& stands) {
  const auto before = stands(story);
  const auto step = story.at(when, event);
  std::vector<std::string> effects;
  for (const auto& e : step.effects) effects.push_back(std::holds_alternative<Save>(e) ? "save" : words(e));
  const auto then = stands(story);
  if (effects.empty() && then == before) return {};
  return what_follows(effects, before, then);
}

void add_meetings(std::ostream& out, const std::vector<StoryState>& states, const std::vector<StoryMeeting>& meetings,
                  const InWords& stands) {
  for (const auto& m : meetings) {
    Outcomes outcomes;
    for (const auto& s : states) {
      auto& what = outcomes.emplace_back(s.name, std::string{}).second;
      if (!m.in.empty() && std::find(m.in.begin(), m.in.end(), s.name) == m.in.end()) continue;
      auto story = s.made();
      const auto event = m.event(story);
      what = outcome(story, event, story.now.time_since_epoch() + 1s, stands);
    }
    EXPECT_TRUE(std::any_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return !o.second.empty(); }))
        << m.name << " means nothing in any state: what is it for?";
    add_rows(out, m.name, outcomes);
  }
}

}  // namespace ghost::test
