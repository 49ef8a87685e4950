// SPDX-License-Identifier: GPL-2.0-or-later
// ftp, ftps and sftp: the notice as a file on the server.
#include <fmt/format.h>

#include "ghost-announce/attempt.hpp"
#include "ghost-announce/curl_request.hpp"
#include "ghost-announce/options.hpp"

namespace ghost::announce {
namespace {

void secure_sftp(CurlRequest& request, const Attempt& a, const std::string& credential_path) {
  auto pin = option(a.config, "HostKey").substr(std::string_view("SHA256:").size());
  if (pin.ends_with('=')) pin.pop_back();
  request.set(CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, pin);
  if (option(a.config, "Auth", "password") == "key") {
    request.set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PUBLICKEY));
    request.set(CURLOPT_SSH_PRIVATE_KEYFILE, credential_path);
  } else {
    request.set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
    request.set(CURLOPT_PASSWORD, a.secret.text());
  }
}

}  // namespace

Outcome send_upload(const Attempt& a) {
  CurlRequest request(a.config, a.via, a.deadline, a.url,
                      fmt::format("{}://{}:{}{}", to_string(a.url.scheme), host_for_url(a.url), a.url.port, a.url.path));
  if (const auto user = option(a.config, "User"); !user.empty()) request.set(CURLOPT_USERNAME, user);
  if (a.url.scheme == Scheme::sftp) {
    secure_sftp(request, a, a.credential_path);
  } else {
    if (!a.secret.empty()) request.set(CURLOPT_PASSWORD, a.secret.text());
    const auto wish = tls_wish(a.config);
    if (a.url.scheme == Scheme::ftp)
      request.set(CURLOPT_USE_SSL, static_cast<long>(wish == TlsWish::required        ? CURLUSESSL_ALL
                                                     : wish == TlsWish::opportunistic ? CURLUSESSL_TRY
                                                                                      : CURLUSESSL_NONE));
    // The data connection goes to the same host, through a NAT or not (RFC 2428).
    request.set(CURLOPT_FTP_USE_EPSV, 1L);
  }
  auto content = body_or_json(a);
  const auto size = content.size();
  request.upload(std::move(content));
  auto outcome = judge_upload(request.perform());
  if (outcome.result == core::NoticeResult::Ok && outcome.detail.empty()) outcome.detail = fmt::format("{} bytes uploaded", size);
  return outcome;
}

}  // namespace ghost::announce
