// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/name_records.hpp"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "base/child.hpp"
#include "core/names.hpp"
#include "ppp/text.hpp"

namespace ghost::supervisor {
namespace {

constexpr core::Duration kRunAgain = std::chrono::seconds(60);  // after a run that failed
// Reading all files is work that any number of requests could cause.
constexpr core::Duration kReadsApart = std::chrono::seconds(1);

bool has_default(const core::LinkConfig& link) {
  return std::any_of(link.routes.begin(), link.routes.end(), [](const Prefix& p) { return p.length == 0; });
}

}  // namespace

NameRecords::NameRecords(loop::EventLoop& loop, resolvconf::Paths paths, LinkSource& links, Journal& journal,
                         std::function<void()> rested)
    : loop_(loop),
      paths_(std::move(paths)),
      links_(links),
      journal_(journal),
      rested_(std::move(rested)),
      soon_(loop, [this] { run(); }),
      again_(loop, [this] { run_soon(); }),
      read_later_(loop, [this] { read_files(); }) {
  if (!resolvconf::in_use(paths_)) return;
  for (const auto& link : links_.all()) configured_.insert(link.name);
  run_soon();
}

void NameRecords::call_started(const std::string& link) { living_.insert(link); }

void NameRecords::call_has(const std::string& link, const std::vector<Prefix>& routes, const core::CallAddress& address) {
  const auto servers = core::reachable_servers(address.dns, routes, address.remote);
  if (servers.empty() || !living_.contains(link)) return;
  calls_[resolvconf::call_record(link)] = servers;
  run_soon();
}

void NameRecords::call_ended(const std::string& link) {
  configured_.insert(link);  // even if its file has changed meanwhile
  calls_.erase(resolvconf::call_record(link));
  if (living_.erase(link) > 0) run_soon();
}

void NameRecords::read_files() {
  const auto now = loop::now();
  if (may_read_ > now) return read_later_.arm(may_read_);
  may_read_ = now + kReadsApart;
  read_later_.disarm();
  configured_.clear();
  demand_.clear();
  demand_known_ = true;
  const auto links = links_.all();
  // As with systemd-resolved: if a link has the default route, the servers of other links do not answer for all names.
  const bool any_default = std::any_of(links.begin(), links.end(),
                                       [](const auto& l) { return has_default(l) && !l.dns.empty(); });
  for (const auto& link : links) {
    configured_.insert(link.name);
    if (!link.dns.empty() && (has_default(link) || !any_default)) demand_[resolvconf::demand_record(link.name)] = link.dns;
  }
  run_soon();
}

void NameRecords::run_soon() {
  if (!resolvconf::in_use(paths_)) return;
  due_ = true;
  if (!child_) soon_.run_soon();
}

bool NameRecords::stale(std::string_view record) const {
  if (resolvconf::is_ours_of_a_call(record) || (demand_known_ && resolvconf::is_ours(record))) return true;
  return std::any_of(configured_.begin(), configured_.end(), [&](const std::string& link) {
    return !living_.contains(link) && resolvconf::is_of_pppds_scripts(record, link);
  });
}

void NameRecords::run() {
  if (!due_ || child_) return;
  due_ = false;
  again_.disarm();
  telling_ = calls_;
  if (demand_known_) telling_.insert(demand_.begin(), demand_.end());
  const auto started = start();
  if (!started) {
    journal_.note(LOG_WARNING, {}, CallSerial::none,
                  std::string("names: cannot start a process for resolvconf: ") + std::strerror(started.error()));
    return again_.arm(loop::now() + kRunAgain);
  }
  child_ = loop::ChildSource(loop_, *started, [this](const siginfo_t& how) { ended(how); }, loop::ChildSource::AtTheEnd::leave);
}

tl::expected<pid_t, int> NameRecords::start() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return tl::unexpected(errno);
  why_ = UniqueFd(ends[0]);
  const UniqueFd theirs(ends[1]);
  return fork_child({.name = "ghost-names", .in = {}, .out = theirs.get(), .err = {}, .waits_for_closes = true}, [this] {
    return report(resolvconf::settle(paths_.program, telling_, known_, [this](std::string_view r) { return stale(r); }));
  });
}

void NameRecords::ended(const siginfo_t& how) {
  child_.reset();
  if (how.si_code == CLD_EXITED && how.si_status == 0) {
    known_ = telling_;
    problem_.clear();
  } else {
    std::array<char, PIPE_BUF> text{};
    const auto n = ::read(why_.get(), text.data(), text.size());
    const auto problem = n > 0 ? ppp::printable({text.data(), static_cast<std::size_t>(n)}) : std::string("its process failed");
    known_.clear();
    if (problem != problem_) journal_.note(LOG_WARNING, {}, CallSerial::none, "names: cannot tell resolvconf: " + problem);
    problem_ = problem;
    again_.arm(loop::now() + kRunAgain);
  }
  why_.reset();
  if (due_) soon_.run_soon();
  else rested_();
}

}  // namespace ghost::supervisor
