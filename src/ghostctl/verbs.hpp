// SPDX-License-Identifier: GPL-2.0-or-later
// The verbs, one file each. Each does its work, prints, and returns ghostctl's exit code. Results go to standard output, all
// other text to standard error.
#pragma once
#include <functional>
#include <string>

#include "client/client.hpp"
#include "client/exit_code.hpp"
#include "client/outcome.hpp"
#include "client/render.hpp"
#include "core/time.hpp"
#include "ghostctl/init.hpp"

namespace ghost::client {

// Made from the command line and the environment in main.cpp.
struct Options {
  bool json = false;
  bool no_color = false;
  bool no_wait = false;
  bool no_ask_password = false;
  core::Duration timeout = std::chrono::minutes(2);
  core::Duration hold{};  // of appear; zero: as configured
  std::string bus;        // address; empty: the system bus
  std::string link;       // LINK; empty: all
  std::string file;       // FILE of check; empty: the system's
  std::string root;       // of check, init and doctor, for tests: the directory that stands for /; empty: / itself
  InitOptions init;
};

ExitCode status(const Options& options);
ExitCode connect(const Options& options);
ExitCode disconnect(const Options& options);
ExitCode appear(const Options& options);
ExitCode appearances(const Options& options);
ExitCode monitor(const Options& options);
ExitCode block(const Options& options);
ExitCode unblock(const Options& options);
ExitCode check(const Options& options);
ExitCode reload(const Options& options);
ExitCode init(const Options& options);
ExitCode doctor(const Options& options);
ExitCode explain(const Options& options);

// Shared by the verbs.
std::uint64_t now_usec();                         // since 1970
Style style_for(int fd, const Options& options);  // colours only on a terminal, and not with NO_COLOR or TERM=dumb
ExitCode complain(const Failure& failure);        // "ghostctl: message" on standard error; returns its code
void print(const std::string& text);              // to standard output, at once

// connect, disconnect and appear: call `ask`, then wait until `see` has a verdict, the time is up, or the user interrupts.
struct Waited {
  Verdict verdict = Verdict::pending;
  ExitCode code = ExitCode::ok;  // other than ok: it has been explained on standard error
  bus::LinkProperties link;      // as last seen
};
Waited call_and_wait(
    const Options& options, const std::function<Result<void>(Client&)>& ask, bool start_ghostd,
    const std::function<std::function<Verdict(const bus::LinkProperties&)>(const bus::LinkProperties& before)>& judge);

// block, unblock, reload: call and be done.
ExitCode just_call(const Options& options, const std::string& method);

}  // namespace ghost::client
