// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/appearance.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "appear_state/file.hpp"
#include "appear_state/local_zone.hpp"
#include "base/ids.hpp"
#include "base/overloaded.hpp"
#include "daemon/log.hpp"

namespace ghost::daemon {
namespace {

core::Clocks clocks() {
  return {loop::now(), std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

// What a notice says is on disk before it is sent; but a disk that hangs keeps nobody from being told.
constexpr core::Duration kDiskPatience = std::chrono::seconds(2);
// Processes of one link's at a time, however many are to be told: one that has a bad server takes its whole time, and memory.
constexpr std::size_t kAtOnce = 64;
// How long the first notice waits for the second family's address and the call's name servers.
constexpr core::Duration kFarewellOnly = std::chrono::seconds(1);
constexpr core::Duration kSettlePatience = std::chrono::seconds(3);

std::uint64_t some_number(std::uint64_t below) {
  static std::random_device source;
  return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(source);
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

core::AppearReconfigured of(const core::LinkConfig& config) {
  return {config.appear, config.announces, config.appear.name.empty() ? host_name() : config.appear.name};
}

appear_state::AppearState read(const AppearPaths& paths, const std::string& link) {
  auto loaded = appear_state::load(paths.directory, link, clocks().wall);
  if (loaded.problem) log(LOG_WARNING, link, *loaded.problem);
  return std::move(loaded.state);
}

}  // namespace

Appearance::Appearance(loop::EventLoop& loop, const AppearPaths& paths, const core::LinkConfig& config, Listener listener)
    : loop_(loop),
      paths_(paths),
      listener_(std::move(listener)),
      config_(config.appear),
      anybody_(!config.announces.empty()),
      link_(config.name),
      state_(read(paths, config.name)),
      writer_(
          loop, [this] { return appear_state::save(paths_.directory, link_, state_); },
          [this](const auto& problem) { saved(problem); }),
      interrupted_(appear_state::close_interrupted(state_, clocks().wall)),
      was_until_(state_.until),
      machine_(config.name, of(config), {state_.sequence, state_.told}),
      disk_patience_(loop, [this] { send_unwritten(); }),
      timer_(loop, [this] { step(core::AppearDeadlinePassed{}); }),
      settle_(loop, [this] { step(std::move(*std::exchange(unsettled_, std::nullopt))); }),
      promise_(loop, [this] { listener_.promise_has_come(); }),
      clock_(loop, [this] { arm_promise(); }) {}

// Past or ahead, whether it is due is decided when it is asked; a clock that is put back makes it worth asking again.
void Appearance::arm_promise() {
  if (state_.promise) promise_.arm(*state_.promise);
  else promise_.disarm();
}

void Appearance::listen(bool call_lives) {
  arm_promise();
  if (!interrupted_) return;
  const auto wall = clocks().wall;
  // What people were told holds over a restart and a crash; a clock that was put back makes it no longer.
  if (was_until_ && *was_until_ > wall) {
    const auto hold = std::min<core::Duration>(*was_until_ - wall, *was_until_ - state_.past.back().begun);
    step(core::AppearRequested{"restart", hold, {}});
    listener_.is_next_kept();
  } else if (call_lives && !state_.told.empty()) {
    resume_when_up_ = true;
  }
  if (!was_until_) listener_.promise_has_come();  // it had not come so far that anybody was told: once more
}

void Appearance::tell_next() {
  step(core::NextKnown{next()});
}

std::optional<core::WallTime> Appearance::next() const {
  return core::next_standing(clocks().wall, standing(), config_, appear_state::local_zone(), state_.timer_next);
}

// Who has stopped the timer wants no more appearances: what was promised is neither kept nor shown. It stays written down, for the
// timer may be started again before its time.
void Appearance::timer_active(bool active) {
  if (std::exchange(kept_, active) == active) return;
  if (active && machine_.under_way()) tell_next();
  if (!active) step(core::NextKnown{});
  listener_.changed();
}

void Appearance::reconfigure(const core::LinkConfig& config) {
  config_ = config.appear;
  anybody_ = !config.announces.empty();
  step(of(config));
}

core::Standing Appearance::standing() const {
  return appear_state::standing(state_, machine_.under_way(), clocks().wall);
}

// What nobody keeps is not told. Whether the link's timer is active is known from its signals, and asked once more while the modem
// dials; where the link is up already, the notices leave with what is known.
void Appearance::appear(core::Duration hold) {
  step(core::AppearRequested{"asked", hold, kept_ ? next() : std::nullopt});
  listener_.is_next_kept();
}

// Of a promise that is the timer's own next elapse, only that timer's service can tell the next one. It comes while the modem
// dials, or the first notice waits for it a little (see()); where the link is up already, it has to itself what it came for.
void Appearance::keep_promise() {
  const bool timers = !config_.window && state_.promise && state_.promise == state_.timer_next && *state_.promise <= clocks().wall;
  if (timers && up_) return;
  next_follows_ = timers;
  (void)decide(core::TickKind::chain, state_.timer_next);
}

core::Due Appearance::tick(core::TickKind kind, std::optional<core::WallTime> timer_next) {
  const auto due = decide(kind, timer_next);
  if (kind == core::TickKind::calendar && std::exchange(next_follows_, false) && unsettled_ && settled_) settle_.arm(loop::now());
  return due;
}

core::Due Appearance::decide(core::TickKind kind, std::optional<core::WallTime> timer_next) {
  const auto wall = clocks().wall;
  const auto due = core::decide(wall, kind, standing(), config_, appear_state::local_zone(), some_number, timer_next);
  log(LOG_INFO, link_, "asked by a timer whether to appear: " + std::string(core::to_string(due.verdict)));
  const auto before = state_.promise;
  state_.timer_next = timer_next;
  state_.promise = due.promise;
  if (due.due) state_.granted = wall;
  save();  // who hears of it is a timer, which a loss of power would take, too
  static constexpr std::array kWords{"calendar", "chain", "resume"};
  if (due.due) step(core::AppearRequested{kWords.at(static_cast<std::size_t>(kind)), {}, due.next});
  else if (due.verdict == core::TickVerdict::under_way) step(core::NextKnown{due.next});
  if (state_.promise != before) arm_promise();
  listener_.changed();
  return due;
}

void Appearance::see(const core::LinkMachine& link) {
  const auto status = link.status();
  dns_ = status.dns;
  remember_block(link, status);
  core::LinkSeen seen{std::holds_alternative<core::Up>(link.state()), link.blocked(), link.trying(), status.local_addresses, status.reason};
  up_ = seen.up;
  settled_ = link.settled();
  if (seen.up) local_ = status.local_addresses;
  unsettled_.reset();
  settle_.disarm();
  if (std::exchange(resume_when_up_, resume_when_up_ && link.serial() != CallSerial::none && !seen.up) && seen.up && !machine_.under_way())
    step(core::AppearRequested{"restart", kFarewellOnly, {}});
  // The other family's address would be a second notice, and without the call's name servers the first would go nowhere.
  if (seen.up && machine_.status().state == "connecting" && (!settled_ || next_follows_) && loop::now() - status.since < kSettlePatience) {
    unsettled_ = seen;
    settle_.arm(status.since + kSettlePatience);
    seen.up = false;
  }
  step(std::move(seen));
  make_ready(link.serial() != CallSerial::none);
}

// The first notice's process starts while the modem still dials.
void Appearance::make_ready(bool calling) {
  if (!calling || (machine_.status().state != "connecting" && unwritten_.empty())) ready_.reset();
  else if (!ready_ && anybody_) ready_ = std::make_unique<Announcer>(loop_, paths_.announce);
}

void Appearance::farewell_asked(const std::string& reason) { step(core::FarewellAsked{reason}); }

core::AppearanceStatus Appearance::status() const {
  auto status = machine_.status();
  if (!state_.past.empty()) {  // of an earlier ghostd's
    const auto& last = state_.past.back();
    if (!status.last) status.last = last.begun;
    if (status.notices.empty()) status.notices = last.notices;
  }
  if (!kept_) status.next.reset();
  else if (!machine_.under_way() || !status.next)
    status.next = next();
  return status;
}

void Appearance::step(core::AppearEvent event) {
  events_.push_back(std::move(event));
  if (std::exchange(stepping_, true)) return;
  while (!events_.empty()) {
    auto next = std::move(events_.front());
    events_.pop_front();
    step_once(std::move(next));
  }
  stepping_ = false;
}

void Appearance::step_once(core::AppearEvent event) {
  const auto before = machine_.status();
  for (auto& effect : machine_.step(std::move(event), clocks())) act(std::move(effect));
  launch_next();  // not before: what waits may have been abandoned by the same step
  if (const auto deadline = machine_.deadline()) timer_.arm(*deadline);
  else timer_.disarm();
  const auto after = machine_.status();
  for (const auto& n : after.notices) {
    const auto same = std::find_if(before.notices.begin(), before.notices.end(), [&](const auto& b) { return b.name == n.name && b.at == n.at; });
    if (same == before.notices.end() && n.at)
      log(n.result == core::NoticeResult::Ok || !n.result ? LOG_INFO : LOG_WARNING, link_,
          "notice to " + n.name + ": " + (n.result ? std::string(core::to_string(*n.result)) : "to be tried again") +
              (n.detail.empty() ? "" : " (" + n.detail + ")"));
  }
  if (before != after) listener_.changed();
}

announce::Via Appearance::via() const { return {ppp_interface(link_), local_, dns_}; }

void Appearance::launch(std::uint64_t id, announce::Job job) {
  auto& announcer = running_[id] = ready_ && ready_->waits() ? std::move(ready_) : std::make_unique<Announcer>(loop_, paths_.announce);
  announcer->send(job, [this, id](announce::Answer answer) {
    const auto keep = std::move(running_[id]);  // until this is over
    running_.erase(id);
    step(core::NoticeAnswered{id, answer.result, std::move(answer.detail), std::move(answer.text)});
  });
}

void Appearance::launch_next() {
  while (!waiting_.empty() && running_.size() < kAtOnce) {
    auto [id, job] = std::move(waiting_.front());
    waiting_.pop_front();
    launch(id, std::move(job));
  }
}

void Appearance::act(core::AppearEffect effect) {
  std::visit(Overloaded{
                 [&](const core::WantLink& e) { listener_.link(core::ConnectAsked{"appear", e.hold, e.patient}); },
                 [&](const core::WantFarewell& e) { listener_.link(core::FarewellWanted{e.wanted, e.patience}); },
                 [&](const core::FarewellDone&) { listener_.link(core::FarewellSaid{}); },
                 [&](const core::AskEcho& e) { launch(e.id, announce::EchoJob{.url = e.url, .via = via()}); },
                 [&](core::SendNotice& e) {
                   announce::Job job = announce::NoticeJob{std::move(e.notice), std::move(e.announce), via()};
                   if (writer_.busy() && unwritten_.empty()) disk_patience_.arm(loop::now() + kDiskPatience);
                   (writer_.busy() ? unwritten_ : waiting_).emplace_back(e.id, std::move(job));
                 },
                 [&](const core::Abandon& e) {
                   const auto is_it = [&](const auto& w) { return w.first == e.id; };
                   running_.erase(e.id);
                   std::erase_if(unwritten_, is_it);
                   std::erase_if(waiting_, is_it);
                 },
                 [&](const core::TellAppeared& e) { listener_.appeared(e); },
                 [&](const core::TellVanished& e) { listener_.vanished(e.reason); },
                 [&](const core::Remember& e) { remember(e); },
             },
             effect);
}

void Appearance::remember(const core::Remember& what) {
  state_.sequence = machine_.remembered().sequence;
  state_.told = machine_.remembered().told;
  state_.until = what.until;
  if (!state_.past.empty() && state_.past.back().begun == what.record.begun) state_.past.back() = what.record;
  else appear_state::remember(state_, what.record);
  save();
}

// Every change of it, and the reason once the link has come to rest.
void Appearance::remember_block(const core::LinkMachine& link, const core::LinkStatus& status) {
  auto now = state_.blocked;
  if (!link.blocked()) now.reset();
  else if (std::holds_alternative<core::Down>(link.state())) now = {status.reason, status.detail};
  else if (!now) now = {"block", ""};
  if (now == state_.blocked) return;
  state_.blocked = std::move(now);
  save();
}

void Appearance::saved(const std::optional<std::string>& problem) {
  if (problem && !std::exchange(save_failed_, true)) log(LOG_ERR, link_, "what is promised cannot be written down: " + *problem);
  if (!problem) save_failed_ = false;
  if (!writer_.busy()) send_unwritten();
}

void Appearance::send_unwritten() {
  disk_patience_.disarm();
  for (auto& notice : std::exchange(unwritten_, {})) waiting_.push_back(std::move(notice));
  launch_next();
}

}  // namespace ghost::daemon
