// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-tun(8): the few things around ghostd's life that need root, in one short-lived program. It reads root's files and
// the kernel's state, and takes no word from ghostd.
#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string_view>

#include "config/load.hpp"
#include "net/release.hpp"
#include "tun_helper/make.hpp"
#include "tun_helper/stop_decision.hpp"
#include "tun_helper/systemd_job.hpp"

namespace {

using namespace ghost;

constexpr auto* kUnit = "ghostd.service";

// stderr goes to the journal, under ghostd.service. "<3>" and "<4>" are the priorities of sd-daemon(3).
void say(std::string_view priority, std::string_view line) { fmt::print(stderr, "{}{}\n", priority, line); }

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int make() {
  const auto loaded = config::load();
  if (!loaded) {
    for (const auto& d : loaded.error()) say("<3>", d.str());
    return EX_CONFIG;
  }
  for (const auto& d : loaded->warnings) say("<4>", d.str());
  const auto problems = tun_helper::make_demand_interfaces(loaded->config);
  for (const auto& p : problems) say("<3>", p);
  return problems.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int release(bool force) {
  if (!force) {
    const tun_helper::StopFacts facts{environment("SERVICE_RESULT"), environment("EXIT_STATUS"),
                                      tun_helper::job_of(kUnit)};
    if (tun_helper::decide(facts) == tun_helper::Verdict::keep) return EXIT_SUCCESS;
  }
  const auto failures = net::release_everything(GHOSTD_STATE_DIR "/restore.json");
  for (const auto& failure : failures) say("<3>", failure.what);
  return failures.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int usage() {
  fmt::print(stderr, "usage: ghost-tun make | release [--force]\n");
  return EX_USAGE;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 2) return usage();
  const std::string_view verb = arguments[1];
  if (verb == "make" && arguments.size() == 2) return make();
  if (verb == "release" && arguments.size() == 2) return release(false);
  if (verb == "release" && arguments.size() == 3 && std::string_view(arguments[2]) == "--force") return release(true);
  return usage();
} catch (const std::exception& e) {
  say("<3>", e.what());
  return EXIT_FAILURE;
}
