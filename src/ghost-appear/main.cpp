// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-appear: a timer has elapsed. It asks ghostd whether an appearance is due and when the next one is, and has systemd start
// it again then. Only after that does it wait for the notices, so a crash in between loses nothing.
// ghost-appear(8) is the user's view.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>

#include "base/ids.hpp"
#include "base/unique_fd.hpp"
#include "bus/rows.hpp"
#include "client/client.hpp"
#include "client/outcome.hpp"
#include "client/render.hpp"
#include "client/words.hpp"
#include "config/one_link.hpp"
#include "core/time.hpp"
#include "ghost-appear/plan.hpp"
#include "loop/sources.hpp"
#include "systemd/manager.hpp"

namespace {

using namespace ghost;
using client::Verdict;

// The units depend on these values: Restart=on-failure with RestartPreventExitStatus=.
enum class Exit : int {
  ok = 0,     // asked and armed; if it was due, all notifiers were told
  again = 1,  // ghostd or systemd could not be reached: worth another attempt
  usage = 2,
  not_told = 3,  // armed, but the appearance failed or a notice did
  hopeless = 4,  // no such link, or not for us
};

constexpr std::chrono::seconds kSystemdPatience{10};  // of each request; then the unit tries again

void say(const std::string& text) { fmt::print(stderr, "{}\n", text); }

core::WallTime wall_now() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

// Two timers may elapse together (at boot: the calendar's, which catches up, and the resume). ghostd's latest answer must
// be the one that is armed last.
UniqueFd lock(const std::string& link) {
  const char* runtime = std::getenv("RUNTIME_DIRECTORY");
  const std::string dir = runtime && *runtime ? runtime : "/run/ghost-appear";
  if (::mkdir(dir.c_str(), 0755) < 0 && errno != EEXIST) throw std::system_error(errno, std::generic_category(), dir);
  const auto path = dir + "/" + link + ".lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || ::flock(fd.get(), LOCK_EX) < 0) throw std::system_error(errno, std::generic_category(), path);
  return fd;
}

Exit complain(const client::Failure& failure) {
  say(failure.message);
  switch (failure.code) {
    case client::ExitCode::no_such_link:
    case client::ExitCode::denied: return Exit::hopeless;
    case client::ExitCode::blocked: return Exit::not_told;
    case client::ExitCode::ok:
    case client::ExitCode::failed:
    case client::ExitCode::usage:
    case client::ExitCode::timed_out:
    case client::ExitCode::unreachable:
    case client::ExitCode::not_told:
    case client::ExitCode::interrupted: break;
  }
  return Exit::again;
}

systemd::Outcome<void> carry_out(systemd::Manager& systemd, const appear::Plan& plan) {
  if (plan.arm)
    if (auto armed = systemd.start(*plan.arm); !armed) return armed;
  for (const auto& unit : plan.stop)
    if (auto stopped = systemd.stop(unit); !stopped) return stopped;
  return {};
}

// ghostd says it too, but that a machine wakes is decided by a file that only root can have written.
bool wakes(const std::string& link, const config::Roots& links) {
  const auto file = config::load_link(link, links);
  if (!file) say(fmt::format("{}: the timer will not wake the machine: {}", link, file.error()));
  return file && file->appear.wake_system;
}

Exit run(const std::string& link, const std::string& kind, const config::Roots& links) {
  loop::EventLoop loop;
  const auto opened = client::Client::open(loop, {});
  if (!opened) return complain(opened.error());
  auto& client = **opened;
  auto systemd = systemd::Manager::open(kSystemdPatience);
  if (!systemd) {
    say(systemd.error());
    return Exit::again;
  }

  client::Client::Tick tick;
  std::optional<core::WallTime> next;
  {
    const auto locked = lock(link);
    const auto timer_next = systemd->next_elapse(appear::calendar_timer(link));
    if (!timer_next) {
      say(timer_next.error());
      return Exit::again;
    }
    // If ghostd is not running, D-Bus activation starts it. All work that could be done later comes after this.
    const auto answered = client.appear_tick(link, kind, bus::to_usec(*timer_next));
    if (!answered) return complain(answered.error());
    tick = *answered;
    next = bus::from_usec(tick.next_usec);
    const auto standing = systemd->active_units(appear::timer_pattern(link));
    const auto armed = standing ? carry_out(*systemd, appear::plan(link, next, tick.wake_system && wakes(link, links),
                                                                   *timer_next, *standing, wall_now(),
                                                                   kind == "chain" ? appear::Ticked::by_the_chain
                                                                                   : appear::Ticked::by_systemd))
                                : tl::unexpected(standing.error());
    say(fmt::format("{}: {}; next: {}", link, tick.due ? "due" : "not due", next ? client::time_words(tick.next_usec) : "none"));
    if (!armed) {
      say(armed.error());
      return Exit::again;
    }
  }
  if (!tick.due) {
    // Also wait for an appearance that has already begun: ghostd may have kept the promise before we asked.
    const auto now = client.link(link);
    if (!now || (now->appearance != "connecting" && now->appearance != "announcing")) return Exit::ok;
  }

  // ghostd published our appearance before it answered. Every status from now on is of that one or a later one.
  std::optional<client::AppearOutcome> outcome;
  auto verdict = Verdict::pending;
  bus::LinkProperties last;
  bool gone = false;
  const auto look = [&](const bus::LinkProperties& now) {
    if (verdict != Verdict::pending) return;
    if (!outcome) {
      auto before = now;
      if (before.appearances == 0) gone = true;  // a new ghostd, which does not know our appearance
      if (!gone) before.appearances--;
      outcome.emplace(before);
    }
    last = now;
    verdict = outcome->see(now);
    if (verdict != Verdict::pending || gone) loop.exit(EXIT_SUCCESS);
  };
  const auto watched = client.watch([&](const client::Happening& h) {
    if (h.event == "ghostd-gone" || h.event == "bus-gone" || (h.event == "removed" && h.link.name == link)) {
      gone = true;
      loop.exit(EXIT_SUCCESS);
    } else if (h.link.name == link) {
      look(h.link);
    }
  });
  if (!watched) return complain(watched.error());
  loop::Timer deadline(loop, [&] { loop.exit(EXIT_SUCCESS); });
  deadline.arm(loop::now() + appear::patience(wall_now(), next));
  if (const auto now = client.link(link)) look(*now);
  else gone = true;  // and no signal would tell of it any more
  if (verdict == Verdict::pending && !gone) loop.run();
  if (!loop.failure().empty()) throw std::runtime_error(loop.failure());
  if (gone) {
    say(link + ": ghostd has ended, or the link was removed");
    return Exit::again;
  }
  if (verdict == Verdict::failed) {
    say(fmt::format("{} did not appear: {}{}", link, last.reason, last.detail.empty() ? "" : ": " + last.detail));
    return Exit::not_told;
  }
  if (verdict == Verdict::pending) {
    say(fmt::format("{} is {}, and some notifiers have not been told yet; ghostd continues", link, last.appearance));
    return Exit::ok;
  }
  const auto text = client::appearance_text(last, {.colors = false, .now = bus::to_usec(wall_now())});
  say(text.substr(0, text.size() - 1));
  return client::all_told(last) ? Exit::ok : Exit::not_told;
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_TIME, "C");
  CLI::App app("Asks ghostd whether an appearance is due, and has systemd ask again when the next one is.", "ghost-appear");
  app.set_version_flag("--version", std::string("ghost-appear ") + GHOSTD_VERSION);
  std::string link, kind;
  const auto flag = [&](const char* name, const char* help) {
    return app.add_flag_callback(std::string("--") + name, [&kind, name] { kind = name; }, help);
  };
  auto* kinds = app.add_option_group("kind", "which timer asks");
  kinds->add_options(flag("calendar", "ghost-appear@LINK.timer elapsed"));
  kinds->add_options(flag("chain", "the timer of a promised appearance elapsed"));
  kinds->add_options(flag("resume", "no timer elapsed, but an appearance may have been missed"));
  kinds->require_option(1);
  app.add_option("LINK", link, "the link's name; anything after a ':' is ignored")
      ->required()
      ->check([](const std::string& text) {
        return valid_link_name(appear::link_of(text)) ? std::string() : "'" + text + "' is not a valid link name";
      });
  // No question about the machine's interfaces: only a warning needs the answer.
  config::Roots links;
  links.networks.emplace();
  app.add_option_function<std::string>(
      "--links", [&](const std::string& directory) { links.link_directories = {directory}; }, "read links only from there");
  try {
    app.parse(argc, argv);
    return static_cast<int>(run(appear::link_of(link), kind, links));
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const std::exception& e) {
    say(e.what());
    return static_cast<int>(Exit::again);
  }
}
