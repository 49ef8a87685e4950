// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/curl_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "ghost-announce/identity.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/resolve.hpp"
#include "ghost-announce/sockets.hpp"

namespace ghost::announce {
namespace {

constexpr std::size_t kMaxReceived = 64 * 1024;

// libcurl's name for the protocol of our scheme; it never uses another one.
const char* protocol_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::smtp: return "smtp";
    case Scheme::smtps: return "smtps";
    case Scheme::ftp: return "ftp";
    case Scheme::ftps: return "ftps";
    case Scheme::sftp: return "sftp";
    case Scheme::http:
    case Scheme::dyndns2_http:
    case Scheme::mqtt: return "http";  // mqtt: libcurl makes only the connection
    case Scheme::https:
    case Scheme::dyndns2_https:
    case Scheme::mqtts: return "https";
    case Scheme::dns:
    case Scheme::file:
    case Scheme::exec: break;
  }
  return "";
}

bool is_reply(Scheme scheme, std::string_view line) {
  const bool replies = scheme == Scheme::smtp || scheme == Scheme::smtps || scheme == Scheme::ftp || scheme == Scheme::ftps;
  return replies && !line.starts_with("221") && line.size() >= 3 &&
         std::ranges::all_of(line.substr(0, 3), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CurlRequest::CurlRequest(const core::AnnounceConfig& config, const Via& via, const Deadline& deadline, const Url& target,
                         const std::string& url)
    : via_(via), deadline_(deadline), target_(target), curl_(curl_easy_init()), error_(CURL_ERROR_SIZE, '\0') {
  if (!curl_) throw std::bad_alloc();
  set(CURLOPT_URL, url);
  set(CURLOPT_PROTOCOLS_STR, protocol_of(target.scheme));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_USERAGENT, user_agent(GHOSTD_VERSION, GHOSTD_HOMEPAGE));
  set(CURLOPT_MAXFILESIZE, static_cast<long>(kMaxReceived));
  set(CURLOPT_FTP_SKIP_PASV_IP, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const bool verify = flag(config, "VerifyTls", true);
  set(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  if (const auto ca = option(config, "CAFile"); !ca.empty()) {
    set(CURLOPT_CAINFO, ca);
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open);
  set(CURLOPT_OPENSOCKETDATA, this);
}

CurlRequest::~CurlRequest() = default;

void CurlRequest::failed(CURLcode code) {
  if (transfer_.code == CURLE_OK) transfer_.code = code;
}

void CurlRequest::append(List& list, const std::string& line) {
  auto* const grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(grown);
}

void CurlRequest::append_header(const std::string& line) { append(headers_, line); }

void CurlRequest::append_recipient(const std::string& mailbox) { append(recipients_, mailbox); }

void CurlRequest::upload(std::string content) {
  content_ = std::move(content);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &on_upload);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(content_.size()));
}

bool CurlRequest::count(std::size_t bytes) {
  received_ += bytes;
  if (received_ > kMaxReceived) transfer_.too_large = true;
  return !transfer_.too_large;
}

// HTTP: the status line and headers. SMTP and FTP: every line of a reply, except that to QUIT.
std::size_t CurlRequest::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& me = *static_cast<CurlRequest*>(self);
  if (!me.count(size)) return 0;
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    const auto space = std::min(line.find(' '), line.size() - 1);
    me.transfer_.said = line.substr(space + 1);
  } else if (is_reply(me.target_.scheme, line)) {
    me.transfer_.said = line;
  }
  return size;
}

std::size_t CurlRequest::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& me = *static_cast<CurlRequest*>(self);
  if (!me.count(size)) {
    me.transfer_.long_body = true;
    return 0;
  }
  me.transfer_.body.append(data, size);
  return size;
}

std::size_t CurlRequest::on_upload(char* data, std::size_t, std::size_t size, void* self) {
  auto& me = *static_cast<CurlRequest*>(self);
  const auto count = std::min(size, me.content_.size() - me.sent_);
  std::memcpy(data, me.content_.data() + me.sent_, count);
  me.sent_ += count;
  return count;
}

curl_socket_t CurlRequest::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& me = *static_cast<CurlRequest*>(self);
  if (address->family != AF_INET && address->family != AF_INET6) return CURL_SOCKET_BAD;
  auto fd = bound_socket(me.via_, address->family == AF_INET ? Family::v4 : Family::v6, address->socktype);
  if (!fd) {
    me.transfer_.no_route = true;
    return CURL_SOCKET_BAD;
  }
  me.transfer_.no_route = false;
  return fd->release();
}

Transfer CurlRequest::perform() {
  if (transfer_.code != CURLE_OK) return std::move(transfer_);
  // libcurl would look the name up in a thread and outside the link. We allow neither.
  const auto addresses = resolve(target_.host, via_, deadline_);
  if (!addresses) {
    transfer_.code = deadline_.over() ? CURLE_OPERATION_TIMEDOUT : CURLE_COULDNT_RESOLVE_HOST;
    transfer_.error = addresses.error();
    return std::move(transfer_);
  }
  if (!IpAddress::parse(target_.host)) {
    std::string entry = fmt::format("{}:{}:", target_.host, target_.port);
    for (const auto& a : *addresses) {
      if (entry.back() != ':') entry += ',';
      entry += a.family() == Family::v6 ? "[" + a.str() + "]" : a.str();
    }
    append(resolve_, entry);
    set(CURLOPT_RESOLVE, resolve_.get());
  }
  if (headers_) set(CURLOPT_HTTPHEADER, headers_.get());
  if (recipients_) set(CURLOPT_MAIL_RCPT, recipients_.get());
  const long left = std::max(deadline_.milliseconds(), 1);
  set(CURLOPT_TIMEOUT_MS, left);
  set(CURLOPT_CONNECTTIMEOUT_MS, left);
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT, left / 1000 + 1);
  if (transfer_.code != CURLE_OK) return std::move(transfer_);
  transfer_.code = curl_easy_perform(curl_.get());
  curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &transfer_.reply);
  curl_easy_getinfo(curl_.get(), CURLINFO_OS_ERRNO, &transfer_.os_errno);
  if (transfer_.code == CURLE_FILESIZE_EXCEEDED) transfer_.too_large = transfer_.long_body = true;
  transfer_.error = error_.c_str();
  return std::move(transfer_);
}

Transfer CurlRequest::connect_only() {
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  return perform();
}

}  // namespace ghost::announce
