// SPDX-License-Identifier: GPL-2.0-or-later
// All HTTP: a POST or PUT of the notice, dyndns2's GET, and the echo service's.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "ghost-announce/attempt.hpp"
#include "ghost-announce/curl_request.hpp"
#include "ghost-announce/identity.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::announce {
namespace {

std::string http_url(const Url& url, std::string_view path) {
  return fmt::format("{}://{}:{}{}", encrypted_from_the_start(url.scheme) ? "https" : "http", host_for_url(url), url.port, path);
}

void log_in(CurlRequest& request, const Attempt& a) {
  if (a.secret.empty()) return;
  if (option(a.config, "Auth", a.config.more.contains("User") ? "basic" : "bearer") == "bearer") {
    request.set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    request.set(CURLOPT_XOAUTH2_BEARER, a.secret.text());
  } else {
    request.set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    request.set(CURLOPT_USERNAME, option(a.config, "User"));
    request.set(CURLOPT_PASSWORD, a.secret.text());
  }
}

// myip= has all addresses, or where IPv6 ones have a parameter of their own, the others.
std::string address_query(const std::vector<IpAddress>& addresses, const std::string& ipv6_parameter) {
  std::string mine;
  std::string six;
  for (const auto& address : addresses) {
    auto& list = address.family() == Family::v6 && !ipv6_parameter.empty() ? six : mine;
    list += (list.empty() ? "" : ",") + address.str();
  }
  return (mine.empty() ? "" : "&myip=" + mine) + (six.empty() ? "" : fmt::format("&{}={}", ipv6_parameter, six));
}

}  // namespace

std::string body_or_json(const Attempt& a) {
  const auto body = a.config.more.find("Body");
  return body == a.config.more.end() ? notice_json(a.notice) + "\n" : fill_template(body->second, a.notice);
}

Outcome send_http(const Attempt& a) {
  CurlRequest request(a.config, a.via, a.deadline, a.url, http_url(a.url, a.url.path));
  log_in(request, a);
  const auto body = body_or_json(a);
  const auto* const type = a.config.more.contains("Body") ? "text/plain; charset=utf-8" : "application/json";
  request.append_header("Content-Type: " + option(a.config, "ContentType", type));
  if (option(a.config, "Method", "POST") == "POST")
    request.append_header(fmt::format("Idempotency-Key: \"{}\"", identity(a.notice, a.config.name)));
  request.append_header("Expect:");
  request.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  request.set(CURLOPT_POSTFIELDS, body);
  request.set(CURLOPT_CUSTOMREQUEST, option(a.config, "Method", "POST"));
  return judge_http(request.perform());
}

Outcome send_dyndns2(const Attempt& a) {
  const bool vanish = a.notice.kind == core::NoticeKind::vanish;
  if (vanish && !flag(a.config, "Offline", false)) return {core::NoticeResult::Ok, "nothing sent, because of Offline=no"};
  const auto hosts = option(a.config, "Host");
  const auto query = fmt::format("hostname={}{}", hosts,
                                 vanish ? "&offline=YES" : address_query(a.notice.addresses, option(a.config, "Ipv6Parameter")));
  const auto path = a.url.path.size() < 2 ? std::string("/nic/update") : a.url.path;
  CurlRequest request(a.config, a.via, a.deadline, a.url,
                      http_url(a.url, fmt::format("{}{}{}", path, path.find('?') == std::string::npos ? '?' : '&', query)));
  log_in(request, a);
  const auto transfer = request.perform();
  const auto outcome = judge_http(transfer);
  if (outcome.result != core::NoticeResult::Ok) return outcome;
  const auto sent = vanish ? std::span<const IpAddress>() : std::span<const IpAddress>(a.notice.addresses);
  return from_dyndns2(transfer.body, sent, 1 + static_cast<std::size_t>(std::ranges::count(hosts, ',')));
}

Outcome ask_echo(const Url& url, const Via& via, const Deadline& deadline) {
  const core::AnnounceConfig plain;
  CurlRequest request(plain, via, deadline, url, http_url(url, url.path));
  const auto transfer = request.perform();
  const auto outcome = judge_http(transfer);
  return outcome.result == core::NoticeResult::Ok ? from_echo(transfer.body) : outcome;
}

}  // namespace ghost::announce
