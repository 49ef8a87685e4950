// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/announcer.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/child.hpp"
#include "core/time.hpp"

namespace ghost::daemon {
namespace {

// Beyond the attempt's own time: the child ends itself by then, and if not, it is ended.
constexpr core::Duration kGrace = std::chrono::seconds(5);

// Killed ones that do not end: a file system hangs. More of them would end in TasksMax=, and nobody were told anything.
constexpr unsigned kMostLeft = 128;

core::Duration patience(const announce::Job& job) {
  if (const auto* notice = std::get_if<announce::NoticeJob>(&job)) return notice->announce.timeout + kGrace;
  return std::get<announce::EchoJob>(job).timeout + kGrace;
}

bool make_pipe(Pipe& pipe) {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) < 0) return false;
  pipe = {UniqueFd(fds[0]), UniqueFd(fds[1])};
  return true;
}

}  // namespace

Announcer::Announcer(loop::EventLoop& loop, const std::string& program)
    : failed_(loop, [this] { finish(std::move(*failure_)); }) {
  if (loop::ChildSource::left() >= kMostLeft) {
    errno = EAGAIN;
    fail("too many processes of earlier notices do not end");
    return;
  }
  Pipe out;
  // The child shall wait for its input as programs do; we wait for nothing.
  if (!make_pipe(input_) || !make_pipe(out) || ::fcntl(input_.read.get(), F_SETFL, 0) < 0) {
    fail("a pipe for the notice");
    return;
  }
  // It logs to where we do, and finds its secrets by our environment.
  const auto pid = start_child(
      {.argv = {program}, .environment = std::nullopt, .in = input_.read.get(), .out = out.write.get(), .err = std::nullopt});
  if (!pid) {
    errno = pid.error();
    fail("start " + program);
    return;
  }
  output_ = std::move(out.read);
  child_ = loop::ChildSource(loop, *pid, [this](const siginfo_t& how) { ended(how); }, loop::ChildSource::AtTheEnd::kill);
  io_ = loop::IoSource(loop, output_.get(), EPOLLIN, [this](std::uint32_t) { readable(); });
  // It is killed, but not waited for.
  deadline_ = loop::Timer(
      loop, [this] { finish({core::NoticeResult::TimedOut, "ghost-announce did not end in time and was killed", {}, {}}); });
}

void Announcer::fail(const std::string& what) {
  failure_ = announce::Answer{.detail = fmt::format("{}: {}", what, std::strerror(errno)), .text = {}};
}

void Announcer::send(const announce::Job& job, Done done) {
  done_ = std::move(done);
  if (!failure_) {
    // The pipe holds the whole job: nothing of ours waits for the child to read.
    const auto text = to_json(job);
    if (::write(input_.write.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail("the notice's job");
  }
  input_ = {};
  if (failure_) return failed_.run_soon();
  deadline_.arm(loop::now() + patience(job));
}

void Announcer::readable() {
  std::array<char, 4096> some{};
  for (;;) {
    const auto n = ::read(output_.get(), some.data(), some.size());
    if (n > 0) {
      if (text_.size() < announce::kMaxAnswer) text_.append(some.data(), static_cast<std::size_t>(n));
      continue;
    }
    if (n == 0) io_.set_enabled(false);
    return;
  }
}

void Announcer::ended(const siginfo_t& how) {
  readable();  // what it wrote last
  if (how.si_code != CLD_EXITED || how.si_status != 0) {
    return finish({core::NoticeResult::Crashed,
                   fmt::format("ghost-announce {} {}", how.si_code == CLD_EXITED ? "exited with status" : "was killed by signal",
                               how.si_status),
                   {},
                   {}});
  }
  auto answer = announce::parse_answer(text_);
  if (!answer) return finish({core::NoticeResult::Crashed, "ghost-announce: " + answer.error(), {}, {}});
  finish(std::move(*answer));
}

void Announcer::finish(announce::Answer answer) {
  if (!done_) {  // there was no job yet: who sends one will be told
    failure_ = std::move(answer);
    return;
  }
  child_.reset();
  io_.reset();
  deadline_.disarm();
  const auto done = std::move(done_);
  done(std::move(answer));  // may destroy us
}

}  // namespace ghost::daemon
