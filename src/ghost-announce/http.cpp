// SPDX-License-Identifier: GPL-2.0-or-later
// All HTTP: a request (request.hpp), and what its answer means to the three who ask.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "ghost-announce/attempt.hpp"
#include "ghost-announce/curl_request.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/request.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::announce {
namespace {

struct Server {
  const core::AnnounceConfig& config;
  const Via& via;
  const Deadline& deadline;
  const Url& url;
};

void log_in(CurlRequest& request, Login login, const core::AnnounceConfig& config, const Secret& secret) {
  switch (login) {
    case Login::none: return;
    case Login::bearer:
      request.set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
      request.set(CURLOPT_XOAUTH2_BEARER, secret.text());
      return;
    case Login::basic:
      request.set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      request.set(CURLOPT_USERNAME, option(config, "User"));
      request.set(CURLOPT_PASSWORD, secret.text());
      return;
  }
}

Transfer ask(const HttpRequest& asked, const Server& server, const Secret& secret) {
  const auto& url = server.url;
  CurlRequest request(server.config, server.via, server.deadline, url,
                      fmt::format("{}://{}:{}{}", encrypted_from_the_start(url.scheme) ? "https" : "http", host_for_url(url),
                                  url.port, asked.target));
  log_in(request, asked.login, server.config, secret);
  for (const auto& header : asked.headers) request.append_header(header);
  if (asked.body) {
    request.append_header("Expect:");
    request.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(asked.body->size()));
    request.set(CURLOPT_POSTFIELDS, *asked.body);
  }
  request.set(CURLOPT_CUSTOMREQUEST, asked.method);
  return request.perform();
}

}  // namespace

std::string body_or_json(const Attempt& a) {
  const auto body = a.config.more.find("Body");
  return body == a.config.more.end() ? notice_json(a.notice) + "\n" : fill_template(body->second, a.notice);
}

Outcome send_http(const Attempt& a) {
  const auto transfer = ask(notice_request(a.notice, a.config, a.url, a.secrets), {a.config, a.via, a.deadline, a.url}, a.secret);
  return judge_answer(transfer, option(a.config, "Expect"));
}

Outcome send_dyndns2(const Attempt& a) {
  const bool vanish = a.notice.kind == core::NoticeKind::vanish;
  if (vanish && !flag(a.config, "Offline", false)) return {core::NoticeResult::Ok, "nothing sent, because of Offline=no"};
  const auto transfer = ask(dyndns2_request(a.notice, a.config, a.url), {a.config, a.via, a.deadline, a.url}, a.secret);
  const auto outcome = judge_http(transfer);
  if (outcome.result != core::NoticeResult::Ok) return outcome;
  const auto sent = vanish ? std::span<const IpAddress>() : std::span<const IpAddress>(a.notice.addresses);
  return from_dyndns2(transfer.body, sent, 1 + static_cast<std::size_t>(std::ranges::count(option(a.config, "Host"), ',')));
}

Outcome ask_echo(const Url& url, const Via& via, const Deadline& deadline) {
  const core::AnnounceConfig plain;
  const auto transfer = ask(echo_request(url), {plain, via, deadline, url}, {});
  const auto outcome = judge_http(transfer);
  return outcome.result == core::NoticeResult::Ok ? from_echo(transfer.body) : outcome;
}

}  // namespace ghost::announce
