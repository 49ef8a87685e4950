// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/link.hpp"

#include <random>
#include <utility>

#include "appear_state/local_zone.hpp"
#include "ghostd/clocks.hpp"
#include "ghostd/log.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {

// Packets per turn of the loop, because a flood on one link must not starve netlink, the supervisor and the other links.
constexpr std::size_t kReadMax = 256;

constexpr core::Duration kMakeAgainPause = std::chrono::seconds(1);

// How long packets gather in the TUN after the first. A turn of the loop per packet costs ten times as much as reading the
// packet. The TUN has room for 500 packets, so no packet is lost at up to 25 000 per second.
constexpr core::Duration kGatherPackets = std::chrono::milliseconds(20);

std::uint64_t some_number(std::uint64_t below) {
  static std::random_device source;
  return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(source);
}

core::Surroundings surroundings() {
  return {[](core::WallTime t) { return appear_state::local_zone()(t); }, some_number};
}

// Serials begin at the present boot time, so that they are higher than those of an earlier ghostd.
CallSerial first_serial() { return static_cast<CallSerial>(loop::now().time_since_epoch().count()); }

}  // namespace

Link::Link(const Shared& shared, core::LinkConfig config, unsigned index, UniqueFd tun, Post post, std::function<void()> lost)
    : loop_(shared.loop),
      host_(shared.host),
      bearer_(shared.bearer),
      ask_clock_(shared.ask_clock),
      index_(index),
      tun_(std::move(tun)),
      post_(std::move(post)),
      lost_(std::move(lost)),
      path_(
          host_, tun_.get(), [this] { return placed(); },
          [this](std::vector<core::PacketBytes> p) { post_(core::PacketsArrived{std::move(p)}); }),
      queue_(host_, [this] { return placed(); }),
      netfilter_([this] { return placed(); }),
      decides_(config, remembered(shared.paths.directory, config.name), surroundings(), clocks()),
      questions_(
          loop_, [this] { return interface(); }, [this](const IpAddress& local) { post_(core::FarEndAnswered{local}); }),
      memory_(
          loop_, shared.paths.directory, config.name, [this]() -> const core::LinkMemory& { return decides_.memory(); },
          [this](core::Written e) { post_(e); }),
      notices_(
          loop_, shared.paths.announce, [this] { return interface(); },
          [this](core::NoticeAnswered e) { answered(std::move(e)); }),
      executor_({path_, queue_, questions_, netfilter_, shared.bearer, notices_, memory_, shared.bus, shared.places}, post_),
      gather_(loop_, [this] { readable(); }),
      timer_(loop_, [this] { post_(core::DeadlinePassed{}); }),
      wall_timer_(loop_, [this] { post_(core::DeadlinePassed{}); }),
      asleep_(time_asleep()),
      clock_(loop_, [this] { clock_set(); }) {}

void Link::clock_set() {
  const auto asleep = time_asleep();
  post_(core::ClockSet{asleep - std::exchange(asleep_, asleep)});
}

// A notice that another time on the clock might have saved waits only for a clock that nobody has set.
void Link::answered(core::NoticeAnswered answer) {
  if (!answer.clock) return post_(std::move(answer));
  ask_clock_([post = post_, answer = std::move(answer)](bool is_set) mutable {
    answer.clock_is_set = is_set;
    post(std::move(answer));
  });
}

core::LinkStatus Link::status() const {
  auto status = decides_.status(wall_now(), interfaces());
  host_.counts().add_to(status);
  status.degraded = degraded_;
  status.front = standing_.front;
  return status;
}

Placed Link::placed() const {
  Placed out{machine().config(), index_, {}, standing_.withdrawn, standing_.outranked, interface(), machine().has_place()};
  if (const auto* up = machine().carries())
    for (const auto family : {Family::v4, Family::v6})
      if (up->of(family) == core::Carriage::carried) out.carried.push_back(family);
  return out;
}

Kept Link::kept() const {
  Kept out{.placed = placed(), .routes = net::demand_routes(placed().routing()), .blocked = machine().blocked()};
  const auto* up = machine().carries();
  if (up == nullptr) return out;
  const auto& carried = out.placed.carried;
  for (auto& route : net::call_routes(out.placed.routing(), carried)) {
    const auto carriage = up->of(route.prefix.family());
    if (carriage == core::Carriage::carried || carriage == core::Carriage::given_up) out.routes.push_back(std::move(route));
  }
  out.carries = !carried.empty();
  out.settled = up->settling.done();
  out.idle_left = up->idle.in_use_until() - loop::now();
  out.own = up->addresses();
  return out;
}

void Link::address_up(const IpAddress& local, const IpAddress& peer) {
  if (auto ok = host_.call_has_address(placed()); !ok) log(LOG_WARNING, name(), ok.error().what);
  post_(core::AddressAppeared{local, peer});
}

void Link::read_from(UniqueFd tun) {
  tun_ = std::move(tun);
  path_.drains(tun_.get());
  io_ = loop::IoSource(loop_, tun_.get(), EPOLLIN, [this](std::uint32_t) { readable(); });
}

void Link::listen() {
  io_ = loop::IoSource(loop_, tun_.get(), EPOLLIN, [this](std::uint32_t) { readable(); });
  post_(core::Event(core::Listed{first_serial()}));
}

void Link::readable() {
  const auto count = read();
  if (!io_) return;  // not yet
  io_.set_enabled(count == 0);
  if (count > 0) gather_.arm(loop::now() + (count < kReadMax ? kGatherPackets : core::Duration::zero()));
}

// At most once per second, if a program deletes the interface again and again or the kernel cannot make one.
void Link::make_again() {
  const auto now = loop::now();
  if (now >= make_again_) {
    make_again_ = now + kMakeAgainPause;
    lost_();
  }
  if (!io_) gather_.arm(make_again_);
}

std::size_t Link::read() {
  std::vector<core::PacketBytes> packets;
  while (packets.size() < kReadMax) {
    auto read = net::read_packet(tun_.get());
    if (read.outcome == net::ReadOutcome::nothing) break;
    if (read.outcome == net::ReadOutcome::gone) {
      io_.reset();
      break;
    }
    packets.push_back(std::move(read.packet));
  }
  const auto count = packets.size();
  if (count > 0) post_(core::PacketsArrived{std::move(packets)});
  if (!io_) make_again();
  return count;
}

core::LinkStep Link::step(core::LinkEvent event) {
  auto step = decides_.step(std::move(event), clocks());
  arm();
  return step;
}

void Link::arm() {
  if (const auto deadline = decides_.deadline()) timer_.arm(*deadline);
  else timer_.disarm();
  if (const auto deadline = decides_.wall_deadline()) wall_timer_.arm(*deadline);
  else wall_timer_.disarm();
}

}  // namespace ghost::daemon
