// SPDX-License-Identifier: GPL-2.0-or-later
// ghostctl: the command line becomes Options, and a verb does the rest. ghostctl(1) is the user's view.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "config/timespan.hpp"
#include "ghostctl/verbs.hpp"

namespace {

using namespace ghost::client;

// "help VERB" is "VERB --help". CLI11 takes the words last first.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.resize(std::min<std::size_t>(words.size(), 1));
    words.emplace_back("--help");
  }
  return {words.rbegin(), words.rend()};
}

void add_init_options(CLI::App& sub, InitOptions& init) {
  auto* peer = sub.add_option("--peer", init.peer, "call as this file in /etc/ppp/peers says");
  auto* modem = sub.add_option("--modem", init.modem, "call by the modem at this tty")->excludes(peer);
  sub.add_option("--number", init.number, "the telephone number to dial")->needs(modem);
  sub.add_option("--apn", init.apn, "the APN of the modem's SIM card")->needs(modem);
  sub.add_option("--speed", init.speed, "of the tty, bits per second (default: 115200)")->needs(modem);
  sub.add_option("--pppoe", init.pppoe, "call over PPPoE by this interface")->excludes(peer)->excludes(modem);
  sub.add_option("--user", init.user, "the user name at the provider");
  sub.add_option("--secret-file", init.secret_file, "the file whose first line is the password; - is standard input");
  sub.add_option("--idle", init.idle, "hang up after this time without traffic (default: 5min)");
  sub.add_flag("--yes", init.yes, "write the files without asking");
  sub.add_flag("--force", init.force, "replace files that exist");
  sub.add_flag("--start", init.start, "start ghostd then, or have it reload");
}

int run(int argc, char** argv) {
  CLI::App app("Show and control ghostd's links.", "ghostctl");
  Options options;
  std::string timeout, hold;
  ExitCode (*verb)(const Options&) = status;

  app.set_version_flag("--version", std::string("ghostctl ") + GHOSTD_VERSION);
  app.add_flag("--json", options.json, "print JSON");
  app.add_flag("--no-color", options.no_color, "print no colours, even on a terminal");
  app.add_flag("--no-ask-password", options.no_ask_password, "do not ask for a password; fail instead");
  app.add_option("--bus", options.bus, "address of the bus to use")->group("");
  app.add_option("--root", options.root, "the directory that stands for /")->group("");
  app.footer(kExitHelp);
  app.fallthrough();
  app.require_subcommand(0, 1);

  const auto add = [&](const char* name, const char* help, ExitCode (*what)(const Options&)) {
    auto* sub = app.add_subcommand(name, help);
    sub->callback([&verb, what] { verb = what; });
    return sub;
  };
  const auto link = [&](CLI::App* sub, bool required) {
    sub->add_option("LINK", options.link, "the link's name")->required(required);
    return sub;
  };
  const auto is_timespan = [](const std::string& text) {
    return ghost::config::parse_timespan(text) ? std::string() : "'" + text + "' is not a time span, such as 30s or 5min";
  };
  const auto waits = [&](CLI::App* sub, const char* patience = "2min") {
    sub->add_flag("--no-wait", options.no_wait, "return once the request is accepted")
        ->excludes(sub->add_flag("--wait", [](std::int64_t) {}, "wait for the outcome (the default)"));
    sub->add_option("--timeout", timeout, "wait no longer than this: 30s, 5min, …")->check(is_timespan)->default_str(patience);
    return sub;
  };
  link(add("status", "show the links, or one of them in full (the default)", status), false);
  waits(link(add("connect", "dial now; wait until the link is up or the call has failed", connect), true));
  waits(link(add("disconnect", "hang up; wait until the link is down", disconnect), true));
  auto* appears = add("appear", "bring the link up and tell its notifiers; wait until each has its notice", appear);
  waits(link(appears, true), "10min")
      ->add_option("--hold", hold, "stay at least this long (default: Hold= of the link's file)")
      ->check(is_timespan);
  link(add("appearances", "list past appearances, and the next one", appearances), false);
  link(add("monitor", "print one line per change, until interrupted", monitor), false);
  link(add("block", "make no call on this link, whatever asks for one", block), true);
  link(add("unblock", "let the link call again", unblock), true);
  add("check", "check the configuration, or one file of it, and change nothing", check)
      ->add_option("FILE", options.file, "the file of a link");
  add("reload", "have ghostd read its configuration again", reload);
  auto* makes = add("init", "ask five questions and write the files of a new link", init);
  add_init_options(*link(makes, false), options.init);
  add("doctor", "look at this machine and say what stands in the way of a call", doctor);
  std::string topic;
  add("explain", "explain a topic: failures, what heals each of them, and when ghostd tries again", explain)
      ->add_option("TOPIC", topic, "failures")
      ->required()
      ->check(CLI::IsMember({"failures"}));
  std::string explained;
  app.add_subcommand("help", "explain a verb, as VERB --help does")->add_option("VERB", explained, "the verb");

  const auto is_verb = [&](CLI::App* sub) { return sub->get_name() == argv[2]; };
  if (argc > 2 && std::string(argv[1]) == "help" && app.get_subcommands(is_verb).empty()) {
    fmt::print(stderr, "ghostctl: there is no verb '{}'; ghostctl help lists them\n", argv[2]);
    return static_cast<int>(ExitCode::usage);
  }
  try {
    app.parse(words_of(argc, argv));
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  // Notices are tried again for as long as the link is held.
  if (verb == appear) options.timeout = std::chrono::minutes(10);
  if (!timeout.empty()) options.timeout = *ghost::config::parse_timespan(timeout);
  if (!hold.empty()) options.hold = *ghost::config::parse_timespan(hold);
  return static_cast<int>(verb(options));
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_TIME, "C");
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "ghostctl: {}\n", e.what());
    return static_cast<int>(ExitCode::failed);
  }
}
