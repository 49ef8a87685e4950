// SPDX-License-Identifier: GPL-2.0-or-later
#include "line.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

extern char** environ;  // NOLINT: posix_spawn's

namespace ghost::lab {
namespace {

using namespace std::chrono_literals;

// Modems train before the first byte passes. Here that lasts until both ends have said something, but not longer than
// this. So neither pppd's opening words are lost while the other is still setting its tty up.
constexpr auto kTraining = 1500ms;
// From the end of the provider's pppd until the carrier is gone: its last words still arrive.
constexpr auto kCarrierLinger = 300ms;

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Connect: return "connect";
    case Outcome::Busy: return "busy";
    case Outcome::NoAnswer: return "no-answer";
    case Outcome::NoDialtone: return "no-dialtone";
    case Outcome::NoCarrier: return "no-carrier";
    case Outcome::Silent: return "silent";
  }
  return "?";
}

short events_of(const std::vector<pollfd>& polls, int fd) {
  for (const auto& p : polls)
    if (p.fd == fd) return p.revents;
  return 0;
}

}  // namespace

Line::Line(LineConfig config, std::function<void(std::string_view)> log)
    : config_(std::move(config)), log_(std::move(log)), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!inotify_) throw std::system_error(errno, std::generic_category(), "inotify_init1");
  calls_ = config_.first_call;
  new_tty();
}

Line::~Line() {
  ::unlink(config_.tty.c_str());
  for (const auto& child : children_) ::kill(child.pid, SIGTERM);
}

void Line::new_tty() {
  auto fresh = open_pty();
  point(config_.tty, fresh.slave);
  computer_ = std::move(fresh);  // the old master closes here: its slave gets the hangup
  watch_tty();
  computer_open_ = false;
  state_ = State::Closed;
}

void Line::remove_tty() {
  point(config_.tty, "");
  computer_ = {};
  computer_open_ = false;
  state_ = State::Gone;
}

void Line::watch_tty() {
  if (watch_ >= 0) ::inotify_rm_watch(inotify_.get(), watch_);
  watch_ = ::inotify_add_watch(inotify_.get(), computer_.slave.c_str(), IN_OPEN);
  if (watch_ < 0) throw std::system_error(errno, std::generic_category(), "inotify_add_watch");
}

void Line::add_polls(std::vector<pollfd>& polls) const {
  polls.push_back({inotify_.get(), POLLIN, 0});
  const auto events = [](bool in, bool out) { return static_cast<short>((in ? POLLIN : 0) | (out ? POLLOUT : 0)); };
  if (computer_open_) polls.push_back({computer_.master.get(), events(!up_.full(), down_.blocked()), 0});
  if (provider_.master) polls.push_back({provider_.master.get(), events(!down_.full(), up_.blocked()), 0});
  for (const auto& child : children_) polls.push_back({child.pid_fd.get(), POLLIN, 0});
}

std::optional<Clock::time_point> Line::deadline() const {
  std::optional<Clock::time_point> first = drop_at_;
  const auto sooner = [&](std::optional<Clock::time_point> t) {
    if (t && (!first || *t < *first)) first = t;
  };
  if (state_ == State::Dialing) sooner(dial_until_);
  if (state_ == State::Online) {
    if (!up_.empty() || !down_.empty()) {
      if (!trained(Clock::now())) {
        sooner(train_until_);
      } else {
        sooner(up_.next_due());
        sooner(down_.next_due());
      }
    }
  }
  return first;
}

bool Line::trained(Clock::time_point now) const { return now >= train_until_ || (!up_.empty() && !down_.empty()); }

void Line::handle(const std::vector<pollfd>& polls, Clock::time_point now) {
  step(polls, now);
  if (state_ == State::Online && trained(now)) {
    train_until_ = {};
    if (provider_.master) up_.pump(provider_.master.get(), now);
    down_.pump(computer_.master.get(), now);
  }
}

void Line::step(const std::vector<pollfd>& polls, Clock::time_point now) {
  reap();
  if (events_of(polls, inotify_.get())) read_inotify();
  if (computer_open_) {
    const auto events = events_of(polls, computer_.master.get());
    // POLLHUP alone: all that was written has been read and the slave is closed.
    if (events & POLLIN) read_computer(now);
    else if (events & (POLLHUP | POLLERR)) computer_closed();
  }
  if (provider_.master) {
    const auto events = events_of(polls, provider_.master.get());
    if (events & POLLIN) read_provider(now);
  }
  if (state_ == State::Dialing && now >= dial_until_) finish_dialing(now);
  if (drop_at_ && now >= *drop_at_) lose_carrier();
}

void Line::read_inotify() {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  bool opened = false;
  for (ssize_t n = 0; (n = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0;)
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      // A watch that was removed says a last word, and so may the tty before this one.
      opened |= event->wd == watch_ && (event->mask & IN_OPEN);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  if (!opened || computer_open_ || state_ == State::Gone) return;
  // An opener that has already closed again shows as POLLHUP in the next round.
  computer_open_ = true;
  modem_.reset();
  up_.clear();
  down_.clear();
  state_ = State::Command;
  log_("opened");
  if (config_.direct) start_dialing(Clock::now());
}

void Line::read_computer(Clock::time_point now) {
  std::array<char, 65536> buffer;  // NOLINT: filled by read
  const auto n = ::read(computer_.master.get(), buffer.data(), buffer.size());
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) computer_closed();
    return;
  }
  const std::span bytes(buffer.data(), static_cast<std::size_t>(n));
  switch (state_) {
    case State::Gone:
    case State::Closed: break;
    case State::Command: {
      auto reply = modem_.command({bytes.data(), bytes.size()});
      // A modem's answer is a few bytes to an empty tty: what does not fit is lost, as with a real one.
      [[maybe_unused]] const auto w = ::write(computer_.master.get(), reply.text.data(), reply.text.size());
      if (reply.wish == Wish::Dial) {
        number_ = reply.number;
        start_dialing(now);
      }
      break;
    }
    case State::Dialing:
      if (!config_.direct && bytes.front() != '\n') {  // a key pressed while dialling gives the call up
        const auto text = Modem::result(Outcome::NoCarrier);
        [[maybe_unused]] const auto w = ::write(computer_.master.get(), text.data(), text.size());
        state_ = State::Command;
        log_("dial given up");
      }
      break;
    case State::Online: up_.push(bytes, faults_, now); break;
  }
}

void Line::read_provider(Clock::time_point now) {
  std::array<char, 65536> buffer;  // NOLINT: filled by read
  const auto n = ::read(provider_.master.get(), buffer.data(), buffer.size());
  if (n > 0 && state_ == State::Online) down_.push({buffer.data(), static_cast<std::size_t>(n)}, faults_, now);
}

void Line::computer_closed() {
  if (state_ == State::Online) end_call("hung up by the computer");
  computer_open_ = false;
  state_ = State::Closed;
  // A real tty gets its line discipline back with its last close; a pty only when its master closes, too. A pppd that was
  // killed would leave it in PPP's, in which the next one's chat hears nothing. Our own open must not count as one.
  ::inotify_rm_watch(inotify_.get(), watch_);
  reset_line_discipline(computer_.slave);
  watch_ = -1;
  watch_tty();
  make_raw(computer_.master.get());
  log_("closed");
}

void Line::start_dialing(Clock::time_point now) {
  state_ = State::Dialing;
  dialled_ = now;
  dial_until_ = config_.direct ? now : now + faults_.dial_time;
  if (faults_.outcome == Outcome::Silent) dial_until_ = Clock::time_point::max();
  log_("dialing");
}

void Line::finish_dialing(Clock::time_point now) {
  const auto outcome = modem_.can_dial() ? faults_.outcome : Outcome::NoCarrier;
  if (outcome == Outcome::Connect || config_.direct) return answer(now);
  const auto text = Modem::result(outcome);
  [[maybe_unused]] const auto w = ::write(computer_.master.get(), text.data(), text.size());
  state_ = State::Command;
  log_(name_of(outcome));
}

void Line::answer(Clock::time_point now) {
  if (!config_.direct) {
    const auto text = Modem::result(Outcome::Connect);
    [[maybe_unused]] const auto w = ::write(computer_.master.get(), text.data(), text.size());
  }
  ++calls_;
  up_.clear();
  down_.clear();
  provider_ = open_pty();
  state_ = State::Online;
  train_until_ = now + kTraining;
  auto words = config_.answer;
  words.push_back(provider_.slave);
  words.push_back(std::to_string(calls_));
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);  // we block what we read from a signalfd
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv[0], nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  log_("connected");
  if (error != 0) {
    log_(fmt::format("nobody answers: {}", std::generic_category().message(error)));
    drop_at_ = now;
    return;
  }
  answering_ = pid;
  children_.push_back({pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))});
}

void Line::end_call(std::string_view why) {
  log_(fmt::format("call over: {}", why));
  provider_ = {};  // the provider's pppd gets the hangup and ends by itself
  answering_ = 0;
  drop_at_.reset();
  up_.clear();
  down_.clear();
}

void Line::lose_carrier() {
  drop_at_.reset();
  if (state_ != State::Online) return;
  end_call("carrier lost");
  new_tty();
}

void Line::reap() {
  std::erase_if(children_, [this](const Child& child) {
    int how = 0;
    if (::waitpid(child.pid, &how, WNOHANG) != child.pid) return false;
    if (child.pid == answering_ && state_ == State::Online) {
      log_("provider hung up");
      drop_at_ = Clock::now() + kCarrierLinger;
    }
    return true;
  });
}

std::string Line::order(std::string_view text) {
  const auto before = faults_.dial_time;
  const auto order = read_order(text, faults_);
  if (state_ == State::Dialing && faults_.dial_time != before) dial_until_ = dialled_ + faults_.dial_time;
  if (!order) return "error: " + order.error();
  switch (*order) {
    case Order::ChangeFaults: break;
    case Order::ChangeModem:
      modem_.registration(faults_.registration);
      if (text.starts_with("wedge")) modem_.wedge(faults_.wedge);
      break;
    case Order::Drop: lose_carrier(); break;
    case Order::Remove:
      if (state_ == State::Online) end_call("tty removed");
      remove_tty();
      log_("removed");
      break;
    case Order::Restore:
      if (state_ == State::Gone) new_tty();
      log_("restored");
      break;
    case Order::Reset:
      faults_ = {};
      modem_.registration(faults_.registration);
      modem_.wedge(faults_.wedge);
      if (state_ == State::Online) lose_carrier();
      if (state_ == State::Gone) new_tty();
      break;
    case Order::Status: return status();
  }
  return "ok";
}

std::string Line::status() const {
  constexpr std::array kNames{"gone", "closed", "command", "dialing", "online"};
  return fmt::format(
      R"({{"state": "{}", "calls": {}, "answering": {}, "outcome": "{}", "noise": {}, "freeze": {}, "rate": {}, "up": {}, "down": {}}})",
      kNames.at(static_cast<std::size_t>(state_)), calls_, answering_, name_of(faults_.outcome), faults_.noise, faults_.freeze,
      faults_.rate, up_.passed(), down_.passed());
}

}  // namespace ghost::lab
