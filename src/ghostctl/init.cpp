// SPDX-License-Identifier: GPL-2.0-or-later
// init: options and a person's answers → files, shown first and then written. ghostd itself is asked for nothing but a reload.
#include "ghostctl/init.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <optional>

#include "base/child.hpp"
#include "bus/clean_text.hpp"
#include "ghostctl/init_answers.hpp"
#include "ghostctl/init_files.hpp"
#include "ghostctl/init_machine.hpp"
#include "ghostctl/init_secrets.hpp"
#include "ghostctl/terminal.hpp"
#include "ghostctl/verbs.hpp"
#include "ghostctl/write_files.hpp"

namespace ghost::client {
namespace {

using init::Answers;
using init::Asked;
using init::Surroundings;

constexpr const char* kSystemctl = "/usr/bin/systemctl";

bool exists(const std::string& path) {
  struct stat st{};
  return ::lstat(path.c_str(), &st) == 0;
}

// The first line of that file.
Result<std::string> read_secret(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& in = path == "-" ? std::cin : file;
  std::string line;
  if (!std::getline(in, line)) return tl::unexpected(Failure{ExitCode::failed, "no password can be read from " + path});
  return line;
}

Result<Answers> answers_of(const Options& options, const Surroundings& here) {
  const auto& given = options.init;
  Answers out;
  std::string wrong;
  const auto check = [&](const tl::expected<void, std::string>& taken) {
    if (!taken && wrong.empty()) wrong = taken.error();
  };
  const auto take = [&](Asked asked, const std::string& text) {
    if (!text.empty()) check(init::take(out, asked, text, here));
  };
  take(Asked::name, options.link);
  if (!given.peer.empty()) out.way = init::Way::peer;
  if (!given.modem.empty()) out.way = init::Way::modem;
  if (!given.pppoe.empty()) out.way = init::Way::pppoe;
  take(Asked::peer, given.peer);
  take(Asked::tty, given.modem);
  take(Asked::interface, given.pppoe);
  if (!given.number.empty()) check(init::take_number(out, given.number));
  if (!given.apn.empty()) check(init::take_apn(out, given.apn));
  take(Asked::user, given.user);
  take(Asked::speed, given.speed);
  take(Asked::idle, given.idle);
  if (!given.secret_file.empty()) {
    const auto secret = read_secret(given.secret_file);
    if (!secret) return tl::unexpected(secret.error());
    check(init::take(out, Asked::secret, *secret, here));
  }
  if (!wrong.empty()) return tl::unexpected(Failure{ExitCode::usage, wrong});
  return out;
}

const Failure kInterrupted{ExitCode::interrupted, "interrupted; nothing was written"};

// Asks until the answer is a good one.
Result<void> ask(Terminal& terminal, Asked asked, Answers& answers, const Surroundings& here) {
  const auto question = init::question(asked, answers, here);
  const auto prompt = fmt::format("{}{}: ", question.text, question.suggested.empty() ? "" : " [" + question.suggested + "]");
  for (;;) {
    auto line = terminal.ask(bus::clean_text(prompt, true), asked == Asked::secret ? Terminal::Echo::off : Terminal::Echo::on);
    if (!line) return tl::unexpected(kInterrupted);
    if (line->empty()) line = question.suggested;
    const auto taken = init::take(answers, asked, *line, here);
    if (taken) return {};
    fmt::print(stderr, "{}\n", bus::clean_text(taken.error()));
  }
}

Result<void> complete(std::optional<Terminal>& terminal, Answers& answers, const Surroundings& here) {
  while (const auto asked = init::next_question(answers)) {
    if (terminal) {
      if (auto asked_for = ask(*terminal, *asked, answers, here); !asked_for) return asked_for;
    } else if (init::is_required(*asked)) {
      return tl::unexpected(
          Failure{ExitCode::usage, fmt::format("there is no terminal to ask at; give {}", init::option_of(*asked))});
    } else {
      (*asked == Asked::user ? answers.user : answers.secret) = "";
    }
  }
  if (answers.secret && !answers.secret->empty() && (!answers.user || answers.user->empty()))
    return tl::unexpected(Failure{ExitCode::usage, "a password needs the user's name; give --user NAME"});
  return {};
}

// pppd's two secrets files with the password in them; those that have it already are left out.
Result<std::vector<init::NewFile>> secrets_files(const std::string& root, const Answers& answers, bool force) {
  std::vector<init::NewFile> out;
  if (!answers.secret || answers.secret->empty()) return out;
  for (const std::string path : {"/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets"}) {
    const auto before = init::text_or_empty(root + path);
    if (!before) return tl::unexpected(Failure{ExitCode::failed, path + " cannot be read"});
    const auto after = init::with_secret(*before, *answers.user, *answers.secret,
                                         force ? init::Conflict::replaced : init::Conflict::refused);
    if (!after) return tl::unexpected(Failure{ExitCode::failed, path + " " + after.error()});
    if (*after == *before) continue;
    out.push_back({.path = path,
                   .text = *after,
                   .mode = 0600,
                   .replaces = true,
                   .shown = fmt::format("(the lines that are there)\n{} * (the password)\n", init::quoted_word(*answers.user))});
  }
  return out;
}

void show(const std::vector<init::NewFile>& files) {
  for (const auto& file : files)
    print(fmt::format("--- {} (mode {:04o})\n{}\n", file.path, file.mode, bus::clean_text(file.shown, true)));
}

Result<void> confirm(std::optional<Terminal>& terminal) {
  if (!terminal)
    return tl::unexpected(Failure{ExitCode::usage, "there is no terminal to ask at; give --yes to write these files"});
  const auto line = terminal->ask("Write these files? [y/N]: ");
  if (!line) return tl::unexpected(kInterrupted);
  if (*line == "y" || *line == "Y" || *line == "yes") return {};
  return tl::unexpected(Failure{ExitCode::failed, "nothing was written"});
}

bool ghostd_runs(const Options& options) {
  loop::EventLoop loop;
  const auto client = Client::open(loop, options.bus);
  return client && (*client)->require_running();
}

ExitCode enable_and_start() {
  const auto child = start_child(
      {.argv = {kSystemctl, "enable", "--now", "ghostd"}, .environment = {}, .in = {}, .out = {}, .err = {}});
  int status = 0;
  if (!child || ::waitpid(*child, &status, 0) != *child || status != 0)
    return complain({ExitCode::failed, "ghostd could not be started; systemctl status ghostd says why"});
  return ExitCode::ok;
}

// The configuration is whole: it counts now, or the person is told how it will.
ExitCode go_on(const Options& options) {
  const bool runs = options.root.empty() && ghostd_runs(options);
  if (options.init.start && options.root.empty()) return runs ? just_call(options, "Reload") : enable_and_start();
  print(fmt::format("Next:\n    sudo {}\n    ghostctl status {}\n", runs ? "ghostctl reload" : "systemctl enable --now ghostd",
                    options.link));
  return ExitCode::ok;
}

}  // namespace

ExitCode init(const Options& options) {
  const auto& given = options.init;
  if (options.root.empty() && ::geteuid() != 0)
    return complain({ExitCode::denied, "init writes to /etc, so it must run as root: sudo ghostctl init"});
  const auto here = init::surroundings(options.root, given.force);
  auto answers = answers_of(options, here);
  if (!answers) return complain(answers.error());
  std::optional<Terminal> terminal;
  if (Terminal::is_there() && given.secret_file != "-") terminal.emplace();
  if (const auto all = complete(terminal, *answers, here); !all) return complain(all.error());

  auto files = secrets_files(options.root, *answers, given.force);
  if (!files) return complain(files.error());
  for (auto& file :
       init::plan_files(*answers, init::pppd_here(options.root), init::address_beside(options.root, *answers->name), given.force))
    files->push_back(std::move(file));
  for (const auto& file : *files)
    if (!file.replaces && exists(options.root + file.path))
      return complain({ExitCode::failed, file.path + " exists; choose another name, or replace it with --force"});
  show(*files);
  if (!given.yes)
    if (const auto yes = confirm(terminal); !yes) return complain(yes.error());
  if (const auto written = init::write_files(options.root, *files); !written)
    return complain({ExitCode::failed, written.error()});
  terminal.reset();

  auto checked = options;
  checked.json = false;
  checked.link = *answers->name;
  if (const auto sound = check(checked); sound != ExitCode::ok) return sound;
  for (const auto& device :
       {answers->tty, answers->interface ? std::optional("/sys/class/net/" + *answers->interface) : std::nullopt})
    if (device && !exists(options.root + *device))
      fmt::print(stderr, "ghostctl: {} is not there now; no call is possible without it\n", *device);
  return go_on(checked);
}

}  // namespace ghost::client
