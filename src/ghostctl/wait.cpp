// SPDX-License-Identifier: GPL-2.0-or-later
// How connect, disconnect and appear wait: one loop, in which the link's changes, the deadline and Ctrl-C are events.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "client/words.hpp"
#include "core/time.hpp"
#include "ghostctl/password_agent.hpp"
#include "ghostctl/verbs.hpp"
#include "loop/sources.hpp"

namespace ghost::client {
namespace {

// One line on a terminal that is overwritten with the progress; nothing anywhere else.
class Progress {
 public:
  explicit Progress(loop::EventLoop& loop)
      : on_(::isatty(STDERR_FILENO) == 1), start_(loop::now()), tick_(loop, [this] { draw(); }) {}
  ~Progress() {
    if (on_) std::fputs("\r\x1b[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(const bus::LinkProperties& link) {
    text_ = link.name + ": " + link.state;
    if (link.appearance != "none") text_ += ", " + link.appearance;
    draw();
  }

 private:
  void draw() {
    if (!on_) return;
    const auto spent = static_cast<std::uint64_t>((loop::now() - start_).count());
    fmt::print(stderr, "\r\x1b[K{} ({})", text_, span_words(spent));
    std::fflush(stderr);
    tick_.arm(loop::now() + std::chrono::seconds(1));
  }
  bool on_;
  core::Time start_;
  std::string text_;
  loop::Timer tick_;
};

}  // namespace

Waited call_and_wait(
    const Options& options, const std::function<Result<void>(Client&)>& ask, bool start_ghostd,
    const std::function<std::function<Verdict(const bus::LinkProperties&)>(const bus::LinkProperties& before)>& judge) {
  Waited out;
  const auto give_up = [&out](const Failure& failure) {
    out.code = complain(failure);
    return out;
  };
  loop::EventLoop loop;
  const auto opened = Client::open(loop, options.bus);
  if (!opened) return give_up(opened.error());
  auto& client = **opened;
  if (!start_ghostd)
    if (const auto running = client.require_running(); !running) return give_up(running.error());

  const PasswordAgent agent(client, options);
  if (options.no_wait) {
    if (const auto called = ask(client); !called) return give_up(called.error());
    if (const auto link = client.link(options.link)) out.link = *link;
    out.verdict = Verdict::done;
    return out;
  }

  std::function<Verdict(const bus::LinkProperties&)> see;
  const auto end = [&](const Failure& failure) {
    if (out.code == ExitCode::ok) out.code = failure.code;
    if (out.verdict == Verdict::pending && see) complain(failure);
    see = nullptr;
    loop.exit(EXIT_SUCCESS);
  };
  std::optional<Progress> progress;
  const auto look = [&](const bus::LinkProperties& link) {
    if (!see) return;
    out.link = link;
    if (progress) progress->show(link);
    out.verdict = see(link);
    if (out.verdict == Verdict::pending) return;
    see = nullptr;
    loop.exit(EXIT_SUCCESS);
  };
  const auto watched = client.watch([&](const Happening& h) {
    if (!see) return;
    if (h.event == "ghostd-gone" || h.event == "bus-gone") {
      progress.reset();
      end({ExitCode::unreachable, "ghostd has ended, and the request with it"});
    } else if (h.link.name == options.link) {
      if (h.event == "removed") {
        progress.reset();
        end({ExitCode::no_such_link, "the link '" + options.link + "' was removed by a reload"});
      } else {
        look(h.link);
      }
    }
  });
  if (!watched) return give_up(watched.error());
  const auto before = client.link(options.link);
  if (!before) return give_up(before.error());
  out.link = *before;

  // Blocked before the call, so that an impatient Ctrl-C is an event like any other. But not while a person may be asked for a password:
  // that takes minutes, and Ctrl-C ends them.
  const auto leave = [&](ExitCode code, const std::string& why) {
    progress.reset();
    end({code, fmt::format("{}; {} is {}, and ghostd continues with the request", why, options.link, out.link.state)});
  };
  std::optional<loop::SignalSource> interrupted;
  const auto heed_interrupts = [&] {
    interrupted.emplace(loop, SIGINT, [&](const auto&) { leave(ExitCode::interrupted, "interrupted"); });
  };
  if (!agent.asks_people()) heed_interrupts();
  loop::Timer deadline(loop, [&] {
    leave(ExitCode::timed_out, "no outcome in " + span_words(static_cast<std::uint64_t>(options.timeout.count())));
  });

  if (const auto called = ask(client); !called) return give_up(called.error());
  if (!interrupted) heed_interrupts();
  see = judge(*before);
  progress.emplace(loop);
  deadline.arm(loop::now() + options.timeout);
  if (const auto now = client.link(options.link)) {
    look(*now);
  } else {  // gone meanwhile; no signal would report that any more
    progress.reset();
    end(now.error());
  }
  if (see) loop.run();
  if (!loop.failure().empty()) return give_up({ExitCode::failed, loop.failure()});
  return out;
}

}  // namespace ghost::client
