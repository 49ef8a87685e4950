// SPDX-License-Identifier: GPL-2.0-or-later
#include "hands.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace ghost::test {

using namespace core;

void Hands::note(std::string act) {
  done.push_back(act);
  during(act);
}

net::Result<void> Hands::kernel(const std::string& act) {
  note(act);
  if (kernel_refuses) return net::failure(EPERM, act);
  return {};
}

HandedOver Hands::hand_over(CallSerial serial, Family family, std::vector<PacketBytes> packets) {
  note(words(LinkEffect(Handover{serial, family, packets})));
  HandedOver out{serial, family, {}, handover_error, {}};
  if (!handover_error) out.sent.replayed = packets.size();
  else out.kept = std::move(packets);
  return out;
}

SentOn Hands::send_on(const std::vector<PacketBytes>& packets) {
  note(words(LinkEffect(Reinject{packets})));
  return {packets.size(), {}};
}

net::Result<void> Hands::give_up(const std::string& link) {
  note("give up " + link);
  if (routes_stay) return net::failure(EPERM, "delete route");
  return {};
}

net::Result<void> Hands::refuse(Family family, bool refuse) { return kernel(words(LinkEffect(RefuseFamily{family, refuse}))); }

void Hands::ask(const IpAddress& local, const std::vector<IpAddress>& targets) {
  note(words(LinkEffect(AskFarEnd{local, targets})));
}

bool Hands::settle(bool force) {
  note(force ? "settle by force" : "settle");
  return replay_has_left;
}

bool Hands::drained() {
  note("drained?");
  return queue_is_dry;
}

net::Result<Duration> Hands::idle_left() {
  note("idle?");
  if (!idle_left_) return net::failure(ENOENT, "the set");
  return *idle_left_;
}

bool Hands::dial(const std::string& link, CallSerial serial, const std::string& peer) {
  note("dial " + link + " " + std::to_string(number(serial)) + (peer.empty() ? "" : " by " + peer));
  return supervisor_is_there;
}

bool Hands::hang_up(const std::string& link, CallSerial serial) {
  note("hang up " + link + " " + std::to_string(number(serial)));
  return supervisor_is_there;
}

bool Hands::recover(const std::string& link, const Recover& step) {
  note("recover " + link + " " + std::string(to_string(step.step)));
  return supervisor_is_there;
}

void Hands::send(Sending sending) {
  if (const auto* echo = std::get_if<Echo>(&sending)) return note("echo " + std::to_string(echo->what.id));
  auto& what = std::get<Tell>(sending);
  notice = what.what.id;
  waiting_ = true;
  note(words(LinkEffect(std::move(what))));
}

void Hands::launch() {
  if (std::exchange(waiting_, false)) note("launch");
}

void Hands::save(std::uint64_t generation) {
  newest = generation;
  note("save");
}

void Hands::ask_timer(const std::string& link, TimerQuestion question) {
  note(link + ": " + words(LinkEffect(AskTimer{question})));
}

void Hands::answer_tick(const std::string& link, const Due& due) { note(link + ": " + words(LinkEffect(TickJudged{due}))); }

void Hands::appeared(const std::string& link, const TellAppeared& appearance) {
  note(link + " appeared at " + appearance.addresses.front().str());
}

namespace {

// The far end has accepted the link before, so a call that comes up need not be saved.
LinkMemory accepted() {
  LinkMemory memory;
  memory.ways.acceptance().ever = true;
  return memory;
}

}  // namespace

Life::Life(LinkConfig config)
    : link(std::move(config), accepted(), {[](WallTime) { return 0s; }, [](std::uint64_t) { return 0; }}, clocks()),
      executor_({hands, hands, hands, hands, hands, hands, hands, hands, hands}, [this](LinkEvent e) { post(std::move(e)); }),
      queue_([this](const std::string& name, LinkEvent event) {
        EXPECT_EQ(name, link.call().config().name);
        auto step = link.step(std::move(event), clocks());
        executor_.run(link.call().config(), std::move(step.effects));
      }) {
  at(0s, Event(Listed{}));
}

Clocks Life::clocks() const {
  return {Time{} + when, WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 7h} + when};
}

std::vector<std::string> Life::at(Duration now, LinkEvent event) {
  when = now;
  hands.done.clear();
  queue_.post("isp", std::move(event));
  return std::exchange(hands.done, {});
}

std::vector<std::string> Life::due() { return at(link.deadline()->time_since_epoch(), Event(DeadlinePassed{})); }

// The far end sends packets all the time. The questions about that are not what most tests are about.
void Life::far_end_sends(Duration until) {
  for (;;) {
    const auto* up = link.call().carries();
    const auto asks = up ? up->back.deadline() : std::nullopt;
    if (!asks || link.deadline() != asks || *asks >= Time{} + until) return;
    ++hands.received_;
    EXPECT_THAT(due(), testing::ElementsAre("received?"));
  }
}

std::vector<std::string> Life::due(Duration now) {
  far_end_sends(now);
  EXPECT_EQ(link.deadline(), Time{} + now) << "it is not to be woken then";
  return at(now, Event(DeadlinePassed{}));
}

void Life::comes_up(Duration now) {
  at(now, connect);
  at(now, agreed(static_cast<unsigned>(number(link.call().serial())), "10.0.0.1", "10.0.0.2"));
  at(now, address("10.0.0.1"));
  EXPECT_EQ(state(), "up (connect)");
}

}  // namespace ghost::test
