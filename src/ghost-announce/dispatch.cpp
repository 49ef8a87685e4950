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
#include "ghost-announce/section.hpp"

namespace ghost::announce {
namespace {

using core::NoticeResult;

constexpr auto kMaxTimeout = std::chrono::hours(1);

Outcome bad_config(std::string detail) { return {NoticeResult::BadConfig, std::move(detail)}; }

bool speaks_tls(const core::AnnounceConfig& config, Scheme scheme) {
  if (scheme == Scheme::smtp || scheme == Scheme::ftp) return tls_wish(config) != TlsWish::none;
  return scheme != Scheme::sftp && encrypted_from_the_start(scheme);
}

// A private key has many lines; its path is given to the library.
bool needs_one_line(const core::AnnounceConfig& config) { return option(config, "Auth") != "key"; }

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

// Every secret that the section names. One in a template stands in a line, so it is one line.
tl::expected<Secrets, std::string> read_secrets(const core::AnnounceConfig& config, const std::string& credentials) {
  auto names = named_secrets(config);
  if (!config.credential.empty()) names.insert("");
  Secrets out;
  for (const auto& name : names) {
    const auto& credential = name.empty() ? config.credential : name;
    auto found = read_credential(credentials, credential);
    if (!found) return tl::unexpected(found.error());
    const bool control = std::ranges::any_of(found->text(),
                                             [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (control && (!name.empty() || needs_one_line(config)))
      return tl::unexpected(
          fmt::format("credential {} has a line feed or another control character; write the secret as one line", credential));
    out.emplace(name, std::move(*found));
  }
  return out;
}

// A webhook's URL is a secret as a whole, so no part of it is shown.
tl::expected<Url, std::string> hidden_url(const core::AnnounceConfig& config, const std::string& name, Secrets& secrets) {
  const auto& text = secrets.at(name).text();
  auto url = parse_url(text);
  const bool plain = url && url->scheme == Scheme::http;
  if (!url || (url->scheme != Scheme::https && !plain))
    return tl::unexpected(
        fmt::format("credential {} is not a URL; write it as https://host/path", name.empty() ? config.credential : name));
  if (plain && !flag(config, "Insecure", false))
    return tl::unexpected(std::string("ghostd would send the secret unencrypted; use https, or write Insecure=yes to allow it"));
  // Names that no credential can have.
  secrets.emplace("/host", Secret(url->host));
  secrets.emplace("/path", Secret(url->path));
  constexpr std::size_t kTelling = 6;  // a shorter part is a word such as "api"
  for (std::size_t begin = 0; begin < url->path.size();) {
    const auto end = std::min(url->path.find_first_of("/?&=", begin), url->path.size());
    if (end - begin >= kTelling) secrets.emplace(fmt::format("/{}", begin), Secret(url->path.substr(begin, end - begin)));
    begin = end + 1;
  }
  return url;
}

Outcome tell(const NoticeJob& job, const std::string& credentials, const Deadline& deadline) {
  const auto& config = job.announce;
  for (const auto& finding : check(config))
    if (finding.fatal) return bad_config(fmt::format("{}=: {}", finding.key, finding.text));
  auto secrets = read_secrets(config, credentials);
  if (!secrets) return bad_config(secrets.error());
  const auto hidden = secret_url(config);
  const auto known_url = hidden ? hidden_url(config, *hidden, *secrets) : section_url(config);
  if (!known_url) return bad_config("Url=: " + known_url.error());
  const auto& url = *known_url;
  const auto given = secrets->find("");
  static const Secret kNone;
  const auto& secret = given == secrets->end() ? kNone : given->second;
  // Families= takes addresses out before any notifier sees them. A receiver of IPv4 alone has nothing to learn from a link
  // without it.
  auto notice = job.notice;
  const auto families = option(config, "Families", "both");
  notice.addresses = wished(job.notice.addresses, parse_families(families).value_or(FamilyWish::both));
  if (notice.addresses.empty() && !job.notice.addresses.empty())
    return {NoticeResult::Ok, fmt::format("nothing sent, because the link has no address of Families={}", families)};
  const auto credential_path = fmt::format("{}/{}", credentials, config.credential);
  const Attempt attempt{notice, config, job.via, url, secret, *secrets, credential_path, deadline};
  if (url.scheme == Scheme::exec) return run_program(attempt);
  if (auto closed = allow_only(url.scheme == Scheme::file ? Work::file : Work::network); !closed)
    return bad_config(closed.error());
  auto outcome = send(attempt);
  if (speaks_tls(config, url.scheme) && !flag(config, "VerifyTls", true))
    outcome.detail = "certificate not verified; " + outcome.detail;
  outcome.detail = redact(std::move(outcome.detail), option(config, "User"), *secrets);
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
