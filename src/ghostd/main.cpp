// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd(8). Runs as user ghostd with CAP_NET_ADMIN alone. ghost-tun and ghost-supervisor do what needs root.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace {

using namespace ghost;

int serve(core::Config config, const daemon::Paths& paths) {
  loop::EventLoop loop;
  loop.answer_watchdog();
  daemon::Daemon daemon(loop, std::move(config), paths);
  // The exit leaves the kernel's side as it is. On a restart, calls continue. On a stop, `ghost-tun release` gives everything
  // back.
  loop::SignalSource term(loop, SIGTERM, [&](const signalfd_siginfo&) { loop.exit(EXIT_SUCCESS); });
  loop::SignalSource interrupt(loop, SIGINT, [&](const signalfd_siginfo&) { loop.exit(EXIT_SUCCESS); });
  loop::SignalSource hangup(loop, SIGHUP, [&](const signalfd_siginfo& from) {
    daemon::log_asked("", "reload", from.ssi_uid, from.ssi_pid, "");
    sd_notify(0, "RELOADING=1");
    (void)daemon.reload();  // it has logged any error
    sd_notify(0, "READY=1");
  });
  sd_notify(0, "READY=1");
  const int status = loop.run();
  sd_notify(0, "STOPPING=1");
  if (!loop.failure().empty()) daemon::log(LOG_CRIT, "", loop.failure());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"ghostd, the demand-dial daemon. Start it with: systemctl start ghostd", "ghostd"};
  daemon::Paths paths{.state_dir = GHOSTD_STATE_DIR,
                      .supervisor_socket = "/run/ghostd-supervisor.sock",
                      .appear = {.directory = GHOSTD_APPEAR_DIR, .announce = GHOSTD_ANNOUNCE}};
  if (const char* given = std::getenv("STATE_DIRECTORY")) paths.appear.directory = given;
  app.add_option("--state-dir", paths.state_dir, "where ghostd records what must be restored")->capture_default_str();
  app.add_option("--supervisor", paths.supervisor_socket, "ghost-supervisor's socket")->capture_default_str();
  app.add_option("--appear-dir", paths.appear.directory, "where ghostd records what was promised")->capture_default_str();
  app.set_version_flag("--version", "ghostd " GHOSTD_VERSION);
  CLI11_PARSE(app, argc, argv);

  // CAP_NET_ADMIN comes from AmbientCapabilities=. ghostd keeps it; the programs that ghostd starts do not inherit it.
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

  try {
    auto loaded = config::load();
    if (!loaded) {
      for (const auto& d : loaded.error()) fmt::print(stderr, "{}\n", d.str());
      return EX_CONFIG;  // systemd does not restart after this: RestartPreventExitStatus=
    }
    for (const auto& d : loaded->warnings) fmt::print(stderr, "{}\n", d.str());
    return serve(std::move(loaded->config), paths);
  } catch (const std::exception& e) {
    daemon::log(LOG_CRIT, "", e.what());
    return EXIT_FAILURE;
  }
}
