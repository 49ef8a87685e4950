// SPDX-License-Identifier: GPL-2.0-or-later
// smtp and smtps: the mail to its recipients in one transaction; the server's reply after the last line counts.
#include <fmt/format.h>

#include "ghost-announce/attempt.hpp"
#include "ghost-announce/curl_request.hpp"
#include "ghost-announce/mail_message.hpp"
#include "ghost-announce/options.hpp"

namespace ghost::announce {
namespace {

// RFC 5321, 4.1.4: a host without a name uses its address. libcurl takes it from the URL's path.
std::string helo(const Attempt& a) {
  auto name = option(a.config, "Helo");
  if (name.empty() && !a.via.addresses.empty()) {
    const auto& own = a.via.addresses.front();
    name = fmt::format("[{}{}]", own.family() == Family::v6 ? "IPv6:" : "", own.str());
  }
  if (name.empty()) name = "localhost";
  std::string out;
  for (const char c : name)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-') out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace

Outcome send_mail(const Attempt& a) {
  CurlRequest request(a.config, a.via, a.deadline, a.url,
                      fmt::format("{}://{}:{}/{}", to_string(a.url.scheme), host_for_url(a.url), a.url.port, helo(a)));
  if (a.url.scheme == Scheme::smtp) {
    const auto wish = tls_wish(a.config);
    request.set(CURLOPT_USE_SSL, static_cast<long>(wish == TlsWish::required        ? CURLUSESSL_ALL
                                                   : wish == TlsWish::opportunistic ? CURLUSESSL_TRY
                                                                                    : CURLUSESSL_NONE));
  }
  if (!a.secret.empty()) {
    request.set(CURLOPT_USERNAME, option(a.config, "User"));
    request.set(CURLOPT_PASSWORD, a.secret.text());
    request.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  }
  request.set(CURLOPT_MAIL_FROM, bare_mailbox(option(a.config, "From")));
  for (const auto& to : split_mailboxes(option(a.config, "To"))) request.append_recipient(bare_mailbox(to));
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  request.upload(mail_message(a.notice, a.config, now));
  return judge_mail(request.perform());
}

}  // namespace ghost::announce
