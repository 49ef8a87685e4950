// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/link.hpp"

#include <iterator>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

constexpr Duration kSlept = std::chrono::seconds(1);  // less is the two clocks' own difference
constexpr std::uint64_t kSeeds = 1ULL << 32;

// The rest of an earlier ghostd's pause. No longer than any pause is, because the clock may have been put back meanwhile.
std::optional<Time> not_before(const LinkMemory& memory, const CallConfig& call, Clocks clocks) {
  if (!memory.not_before || *memory.not_before <= clocks.wall) return std::nullopt;
  const auto longest = Jitter::most(std::max(call.redial_delay_max, call.refused_delay));
  return after(clocks.now, std::min(std::chrono::duration_cast<Duration>(*memory.not_before - clocks.wall), longest));
}

LinkMemory with(LinkMemory memory, const Ways& ways) {
  memory.ways = ways;
  return memory;
}

bool is_packet(const Event& event) {
  return std::holds_alternative<PacketsArrived>(event) || std::holds_alternative<SentOn>(event);
}

}  // namespace

bool needs_another_place(const LinkConfig& before, const LinkConfig& then) {
  return before.routes != then.routes || before.stable != then.stable || before.metric != then.metric;
}

Link::Link(LinkConfig config, LinkMemory memory, Surroundings around, Clocks clocks)
    : call_(config, memory.blocked, clocks.now, FailuresInARow(Jitter(around.random(kSeeds)), memory.row),
            not_before(memory, config.call, clocks), memory.ways, restored(memory.ladder, clocks)),
      // A changed list of peers alone causes no write.
      appearances_(call_.config(), with(std::move(memory), call_.ways()), std::move(around), clocks) {}

LinkStep Link::step(LinkEvent event, Clocks clocks) {
  clocks_ = clocks;
  out_ = {};
  std::visit([this](auto&& e) { on(std::move(e)); }, std::move(event));
  settle();
  return std::exchange(out_, {});
}

void Link::settle() {
  while (!inner_.empty()) {
    auto next = std::move(inner_.front());
    inner_.pop_front();
    on(std::move(next));
  }
}

void Link::on(Event&& event) {
  if (auto* e = std::get_if<Reconfigured>(&event); e && (call_.parting() || needs_another_place(call_.config(), e->config)))
    event = PartAsked{std::move(e->config)};
  const bool time_passed = std::holds_alternative<DeadlinePassed>(event);
  const bool reload = std::holds_alternative<Reconfigured>(event) ||
                      (std::holds_alternative<PlaceGivenUp>(event) && call_.parting());
  const bool listed = std::holds_alternative<Listed>(event), call_lives = call_.serial() != CallSerial::none;
  // Appearances come first. So an appearance whose time is up makes no call. Notices of a late good-bye learn that before their call
  // ends.
  if (time_passed && appearances_.gives_up(clocks_)) {
    take(appearances_.time_passed(clocks_));
    settle();
  }
  call(std::move(event));
  // The call's machine comes first, because it knows whether a person has hung up.
  if (listed) take(appearances_.listen(call_lives, call_.ended_on_purpose(), clocks_));
  // New receivers apply only after ghostd has said good-bye to the old ones.
  if (reload && !call_.parting()) take(appearances_.reconfigure(call_.config(), clocks_));
  // After the call's machine, so that no notice is sent through a call whose time is up at the same moment.
  if (time_passed) take(appearances_.time_passed(clocks_));
}

void Link::on(AppearancesEvent&& event) {
  out_.only_packets = false;
  if (const auto* set = std::get_if<ClockSet>(&event); set && set->asleep >= kSlept) inner_.push_back(Event(Woke{}));
  take(appearances_.step(std::move(event), clocks_));
}

void Link::call(Event event) {
  const bool packet = is_packet(event);
  auto step = call_.step(std::move(event), clocks_.now);
  const bool same = packet && step.transitions.empty();  // nothing has changed for the appearances
  out_.only_packets = out_.only_packets && same;
  std::move(step.transitions.begin(), step.transitions.end(), std::back_inserter(out_.transitions));
  for (auto& effect : step.effects)
    std::visit(Overloaded{
                   [&](SayFarewell& e) { take(appearances_.say_farewell(e, clocks_)); },
                   [&](auto& e) { out_.effects.emplace_back(std::move(e)); },
               },
               effect);
  if (!same) take(appearances_.see(call_, clocks_));
}

void Link::take(std::vector<AppearancesEffect> effects) {
  for (auto& effect : effects)
    std::visit(Overloaded{
                   [&](Event& e) { inner_.push_back(std::move(e)); },
                   [&](auto& e) { out_.effects.emplace_back(std::move(e)); },
               },
               effect);
}

std::optional<Time> Link::deadline() const { return sooner(call_.deadline(), appearances_.deadline()); }

LinkStatus Link::status(WallTime now, const LinkInterfaces& interfaces) const {
  auto status = call_.status(interfaces);
  status.appearance = appearances_.status(now);
  return status;
}

}  // namespace ghost::core
