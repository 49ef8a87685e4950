// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-tun(8): the few things before and after ghostd that need root, in one short-lived program. Its only input from ghostd
// is the sysctl journal, which net/sysctl.hpp validates.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "client/farewell.hpp"
#include "config/load.hpp"
#include "ghost-tun/end.hpp"
#include "ghost-tun/make.hpp"
#include "ghost-tun/stop_decision.hpp"
#include "net/release.hpp"
#include "net/set_aside.hpp"
#include "resolvconf/program.hpp"
#include "systemd/manager.hpp"

namespace {

using namespace ghost;

constexpr auto* kUnit = "ghostd.service";
constexpr std::chrono::seconds kFarewellPatience{35};  // VanishTimeout= is 30 s at most
// SIGALRM ends a program that hangs nevertheless: systemd would not, because ghostd can give it more time.
constexpr unsigned kFarewellEnd = 45, kEndEnd = 30;  // s
constexpr std::chrono::seconds kEndGrace{15}, kEndLimit{20};
constexpr std::chrono::seconds kStopPatience{50};    // TimeoutStopSec= of ghost-supervisor.service and a little more
constexpr std::chrono::seconds kSystemdPatience{5};  // a stop must not hang because the bus is also stopping

constexpr std::chrono::seconds kResolvconfPatience{8};  // the rest of TimeoutStopSec= in the worst case

// stderr goes to the journal, under ghostd.service. "<3>" and "<4>" are the priorities of sd-daemon(3).
void say(std::string_view priority, std::string_view line) {
  fmt::print(stderr, "{}{}\n", ::isatty(STDERR_FILENO) != 0 ? "" : priority, line);
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// In a directory of user ghostd. Only root's files count there, so what somebody else made is a fault of all configuration.
void set_aside_foreign_links() {
  struct stat st{};
  constexpr const char* kLinks = GHOSTD_STATE_DIR "/links";
  if (::lstat(kLinks, &st) != 0 || (S_ISDIR(st.st_mode) && st.st_uid == 0)) return;
  say("<4>", fmt::format("{} is not root's; {}", kLinks, net::set_aside(kLinks)));
}

int make() {
  set_aside_foreign_links();
  const auto loaded = config::load();
  if (!loaded) {
    for (const auto& d : loaded.error()) say("<3>", d.str());
    return EX_CONFIG;
  }
  for (const auto& d : loaded->warnings) say("<4>", d.str());
  auto problems = tun::make_demand_interfaces(loaded->config);
  const auto more = tun::make_sockets();
  problems.insert(problems.end(), more.begin(), more.end());
  for (const auto& p : problems) say("<3>", p);
  return problems.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool has_systemd() { return ::sd_booted() > 0; }

// Every question to systemd. A failure is said; what it then means is the caller's decision.
template <class Ask>
auto ask_systemd(Ask ask) -> decltype(ask(std::declval<systemd::Manager&>())) {
  auto systemd = systemd::Manager::open(kSystemdPatience);
  if (!systemd) {
    if (has_systemd()) say("<4>", systemd.error());
    return tl::unexpected(systemd.error());
  }
  auto answer = ask(*systemd);
  if (!answer) say("<4>", answer.error());
  return answer;
}

// The job that waits for ghostd.service.
tun::PendingJob pending_job() {
  const auto type = ask_systemd([](auto& systemd) { return systemd.job_type(kUnit); });
  if (!type) return tun::PendingJob::unknown;
  return *type ? tun::pending_job(**type) : tun::PendingJob::none;
}

// false when systemd does not answer.
bool is_running() {
  return ask_systemd([](auto& systemd) { return systemd.main_process(kUnit); }).value_or(0) != 0;
}

// Empty when systemd does not answer.
std::string active_state() {
  return ask_systemd([](auto& systemd) { return systemd.active_state(kUnit); }).value_or("");
}

// Calls first, then the things that they need. systemd's own ways to stop one unit with another (StopPropagatedFrom=,
// PartOf=) would also act at a crash or a restart. Without systemd there is nothing to stop. False: calls may live on, which has been
// said.
bool stop_calls() {
  if (!has_systemd()) return true;
  const auto online = ask_systemd([](auto& systemd) { return systemd.active_units("ghost-online@*.target"); });
  for (const auto& target : online.value_or(std::vector<std::string>()))
    (void)ask_systemd([&target](auto& systemd) { return systemd.stop(target); });
  // Its stop waits for that of ghostd.service, so we do not wait for it.
  const bool socket = ask_systemd([](auto& systemd) { return systemd.stop("ghost-supervisor.socket"); }).has_value();
  const auto calls = ask_systemd([](auto& systemd) { return systemd.stop_and_wait("ghost-supervisor.service", kStopPatience); });
  return socket && calls;
}

enum class When {
  at_the_end,  // ExecStopPost=: unless it is the first half of a restart
  if_dead,     // ghostd-guard.service: a stop that finds ghostd dead
  if_failed,   // ghostd-release.service: unless systemd starts ghostd again
  always,
};

bool is_due(When when) {
  switch (when) {
    case When::always: return true;
    case When::if_dead: return tun::decide_for_guard(is_running(), pending_job()) == tun::Verdict::release;
    case When::if_failed: return tun::decide_for_failure(active_state(), pending_job()) == tun::Verdict::release;
    case When::at_the_end: break;
  }
  return tun::decide({environment("SERVICE_RESULT"), environment("EXIT_STATUS"), pending_job()}) == tun::Verdict::release;
}

int release(When when) {
  if (!is_due(when)) return EXIT_SUCCESS;
  const bool calls_stopped = stop_calls();
  const auto released = net::release_everything(GHOSTD_STATE_DIR "/restore.json");
  for (const auto& warning : released.warnings) say("<4>", warning);
  for (const auto& failure : released.failures) say("<3>", failure.what);
  // Last, because it runs other programs' scripts.
  if (const resolvconf::Paths paths; resolvconf::in_use(paths))
    if (const auto gone = resolvconf::settle(paths.program, {}, {}, resolvconf::is_ours, kResolvconfPatience); !gone)
      say("<4>", "names: cannot tell resolvconf: " + gone.error());
  return calls_stopped && released.failures.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

// ExecStop=: a restart does not touch the calls, so it announces no end.
int farewell() {
  ::alarm(kFarewellEnd);
  if (pending_job() == tun::PendingJob::stop) client::say_farewell(kFarewellPatience);
  return EXIT_SUCCESS;
}

// The next ExecStop=. if_busy: from ghostd-guard.service.
int end(bool if_busy) {
  ::alarm(kEndEnd);
  if (if_busy && !tun::ends_from_the_guard(active_state(), pending_job())) return EXIT_SUCCESS;
  const auto who = [] {
    const auto pid = ask_systemd([](auto& systemd) { return systemd.main_process(kUnit); });
    return pid ? std::optional(*pid) : std::nullopt;
  };
  return tun::end_main_process(who, kEndGrace, kEndLimit) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int usage() {
  fmt::print(stderr, "usage: ghost-tun make | farewell | end [--if-busy] | release [--force | --if-dead | --if-failed]\n");
  return EX_USAGE;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 2) return usage();
  const std::string_view verb = arguments[1];
  if (verb == "make" && arguments.size() == 2) return make();
  if (verb == "farewell" && arguments.size() == 2) return farewell();
  if (verb == "end" && arguments.size() == 2) return end(false);
  if (verb == "end" && arguments.size() == 3 && arguments[2] == std::string_view("--if-busy")) return end(true);
  if (verb == "release" && arguments.size() == 2) return release(When::at_the_end);
  if (verb == "release" && arguments.size() == 3) {
    const std::string_view option = arguments[2];
    if (option == "--force") return release(When::always);
    if (option == "--if-dead") return release(When::if_dead);
    if (option == "--if-failed") return release(When::if_failed);
  }
  return usage();
} catch (const std::exception& e) {
  say("<3>", e.what());
  return EXIT_FAILURE;
}
