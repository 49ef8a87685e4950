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

// After the attempt's own time. The child ends itself by then. If it does not, ghostd kills it.
constexpr core::Duration kGrace = std::chrono::seconds(5);

// Children that survive SIGKILL because a file system hangs. With more of them ghostd would reach TasksMax= and could send no
// notice.
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
  // Programs expect that a read blocks, so the child's end of the pipe does. ghostd's ends do not.
  if (!make_pipe(input_) || !make_pipe(out) || ::fcntl(input_.read.get(), F_SETFL, 0) < 0) {
    fail("a pipe for the notice");
    return;
  }
  // The child logs to the same place as ghostd, and finds its secrets by ghostd's environment.
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
  // finish() kills the child, but does not wait for its end.
  deadline_ = loop::Timer(
      loop, [this] { finish({core::NoticeResult::TimedOut, "ghost-announce did not end in time and was killed", {}, {}}); });
}

void Announcer::fail(const std::string& what) {
  failure_ = announce::Answer{.detail = fmt::format("{}: {}", what, std::strerror(errno)), .text = {}};
}

void Announcer::send(const announce::Job& job, Done done) {
  done_ = std::move(done);
  if (!failure_) {
    // The pipe has room for the whole job, so ghostd does not wait until the child reads it.
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
  readable();  // the rest of what the child wrote
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
  if (!done_) {  // there is no job yet: send() will report it
    failure_ = std::move(answer);
    return;
  }
  child_.reset();
  io_.reset();
  deadline_.disarm();
  const auto done = std::move(done_);
  done(std::move(answer));  // may destroy this object
}

}  // namespace ghost::daemon
