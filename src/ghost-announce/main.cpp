// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-announce: one process per notice. A job on stdin, its answer on stdout, both one JSON object (job.hpp); exit status 0
// whenever it wrote an answer. ghostd starts it, and waits for it only as for any child. ghostd may start it long before
// there is a job: it does all work that needs no job in advance.
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "ghost-announce/dispatch.hpp"
#include "ghost-announce/resolve.hpp"
#include "ghost-announce/sandbox.hpp"

namespace {

using namespace ghost;
using namespace ghost::announce;

constexpr auto kReadingTime = std::chrono::seconds(2);  // ghostd writes it in one piece
constexpr auto kGrace = std::chrono::seconds(2);        // after that a signal ends a call that blocks past the deadline
constexpr auto kCpuTime = std::chrono::seconds(30);

void print(const Outcome& outcome, core::Duration elapsed) {
  const auto line =
      to_json(Answer{outcome.result, clean_line(outcome.detail), elapsed, clean_line(outcome.text), outcome.clock}) + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const auto wrote = ::write(STDOUT_FILENO, line.data() + done, line.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) ::_exit(EXIT_FAILURE);
    done += static_cast<std::size_t>(wrote);
  }
}

template <std::size_t size>
[[noreturn]] void end_with(const char (&line)[size]) {
  const auto wrote = ::write(STDOUT_FILENO, line, size - 1);
  ::_exit(wrote == static_cast<ssize_t>(size - 1) ? EXIT_SUCCESS : EXIT_FAILURE);
}

extern "C" void on_alarm(int) {
  end_with(R"({"result":"TimedOut","detail":"not finished in time","elapsed_usec":0,"text":""})"
           "\n");
}

extern "C" void on_told_to_end(int) {
  end_with(R"({"result":"TimedOut","detail":"stopped before it was finished","elapsed_usec":0,"text":""})"
           "\n");
}

void end_after(core::Duration time) {
  struct sigaction action{};
  action.sa_handler = on_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
  action.sa_handler = on_told_to_end;
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  const auto usec = time.count();
  const itimerval timer{{}, {usec / 1'000'000, usec % 1'000'000}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

// Its first byte may take any time. If the sender is gone, the pipe is closed.
tl::expected<std::string, std::string> read_job() {
  std::optional<Deadline> deadline;
  std::string text;
  while (true) {
    pollfd p{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&p, 1, deadline ? deadline->milliseconds() : -1);
    if (!deadline) deadline.emplace(kReadingTime);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return tl::unexpected(std::string("the job was incomplete"));
    std::array<char, 4096> some{};
    const auto got = ::read(STDIN_FILENO, some.data(), some.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(std::string("cannot read the job"));
    if (got == 0) return text;
    text.append(some.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxJob) return tl::unexpected(std::string("the job is too long"));
  }
}

Outcome work(Deadline& deadline) {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
  const std::string credentials = directory == nullptr ? "" : directory;
  const char* const zone = std::getenv("TZ");
  const std::string timezone = zone == nullptr ? "" : zone;
  // Libraries must find nothing in the environment (proxies, key logs, other configurations).
  ::clearenv();
  if (zone != nullptr) ::setenv("TZ", timezone.c_str(), 1);
  ::tzset();
  // Libraries must load all their files now.
  if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) return {core::NoticeResult::Crashed, "libcurl cannot be initialized"};
  prepare_resolver();
  if (auto given_up = give_up_privileges(kCpuTime); !given_up) return {core::NoticeResult::BadConfig, given_up.error()};
  const auto text = read_job();
  if (!text) return {core::NoticeResult::BadConfig, text.error()};
  const auto job = parse_job(*text);
  if (!job) return {core::NoticeResult::BadConfig, "job: " + job.error()};
  deadline = Deadline(timeout_of(*job));
  end_after(timeout_of(*job) + kGrace);
  return run(*job, credentials, deadline);
}

}  // namespace

int main() {
  Deadline deadline{core::Duration::zero()};
  try {
    const auto outcome = work(deadline);
    print(outcome, deadline.elapsed());
  } catch (const std::exception&) {
    print({core::NoticeResult::Crashed, "out of memory, or an internal error of ghost-announce"}, deadline.elapsed());
  }
  ::_exit(EXIT_SUCCESS);  // no destructor of a library has anything to do
}
