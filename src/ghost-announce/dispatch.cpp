// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/overloaded.hpp"
#include "ghost-announce/attempt.hpp"
#include "ghost-announce/check.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/program.hpp"
#include "ghost-announce/sandbox.hpp"

namespace ghost::announce {
namespace {

using core::NoticeResult;

constexpr auto kMaxTimeout = std::chrono::hours(1);

Outcome bad_config(std::string detail) { return {NoticeResult::BadConfig, std::move(detail)}; }

bool speaks_tls(const core::AnnounceConfig& config, Scheme scheme) {
  if (scheme == Scheme::smtp || scheme == Scheme::ftp) return tls_wish(config) != TlsWish::none;
  return scheme != Scheme::sftp && encrypted_from_the_start(scheme);
}

Outcome send(const Attempt& a) {
  switch (a.url.scheme) {
    case Scheme::smtp:
    case Scheme::smtps: return send_mail(a);
    case Scheme::http:
    case Scheme::https: return send_http(a);
    case Scheme::dyndns2_http:
    case Scheme::dyndns2_https: return send_dyndns2(a);
    case Scheme::ftp:
    case Scheme::ftps:
    case Scheme::sftp: return send_upload(a);
    case Scheme::mqtt:
    case Scheme::mqtts: return send_mqtt(a);
    case Scheme::dns: return send_dns_update(a);
    case Scheme::file: return write_file(a);
    case Scheme::exec: break;
  }
  return bad_config("this protocol is not supported");
}

Outcome run_program(const Attempt& a) {
  auto program = start_program(a.url.path);
  if (!program) return program.error();
  const auto pid = program->pid;
  const auto input = notice_json(a.notice) + "\n";
  if (auto closed = allow_only_waiting(pid); !closed) return bad_config(closed.error());
  return finish_program(std::move(*program), input, a.deadline);
}

Outcome tell(const NoticeJob& job, const std::string& credentials, const Deadline& deadline) {
  for (const auto& finding : check(job.announce))
    if (finding.fatal) return bad_config(fmt::format("{}=: {}", finding.key, finding.text));
  const auto url = parse_url(job.announce.url).value();
  Secret secret;
  if (!job.announce.credential.empty()) {
    auto found = read_credential(credentials, job.announce.credential);
    if (!found) return bad_config(found.error());
    secret = std::move(*found);
  }
  // Families= takes addresses out before any notifier sees them. A receiver of IPv4 alone has nothing to learn from a link
  // without it.
  auto notice = job.notice;
  const auto wish = parse_families(option(job.announce, "Families", "both")).value_or(FamilyWish::both);
  notice.addresses = wished(job.notice.addresses, wish);
  if (notice.addresses.empty() && !job.notice.addresses.empty())
    return {NoticeResult::Ok,
            fmt::format("nothing sent, because the link has no address of Families={}", option(job.announce, "Families"))};
  const auto credential_path = fmt::format("{}/{}", credentials, job.announce.credential);
  const Attempt attempt{notice, job.announce, job.via, url, secret, credential_path, deadline};
  if (url.scheme == Scheme::exec) return run_program(attempt);
  if (auto closed = allow_only(url.scheme == Scheme::file ? Work::file : Work::network); !closed)
    return bad_config(closed.error());
  auto outcome = send(attempt);
  if (speaks_tls(job.announce, url.scheme) && !flag(job.announce, "VerifyTls", true))
    outcome.detail = "certificate not verified; " + outcome.detail;
  outcome.detail = redact(std::move(outcome.detail), option(job.announce, "User"), secret);
  return outcome;
}

Outcome echo(const EchoJob& job, const Deadline& deadline) {
  if (const auto wrong = check_echo(job.url)) return bad_config("Echo=: " + *wrong);
  if (auto closed = allow_only(Work::network); !closed) return bad_config(closed.error());
  return ask_echo(parse_url(job.url).value(), job.via, deadline);
}

}  // namespace

core::Duration timeout_of(const Job& job) {
  const auto timeout = std::visit(
      Overloaded{[](const NoticeJob& j) { return j.announce.timeout; }, [](const EchoJob& j) { return j.timeout; }}, job);
  return std::clamp<core::Duration>(timeout, std::chrono::milliseconds(1), kMaxTimeout);
}

Outcome run(const Job& job, const std::string& credentials, const Deadline& deadline) {
  return std::visit(Overloaded{[&](const NoticeJob& j) { return tell(j, credentials, deadline); },
                               [&](const EchoJob& j) { return echo(j, deadline); }},
                    job);
}

}  // namespace ghost::announce
