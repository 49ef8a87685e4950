// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/outcome.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/address.hpp"

namespace ghost::announce {

using core::NoticeResult;

std::string clean_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() == 200) break;
    if (c == ' ' || c == '\r' || c == '\n' || c == '\t') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c > ' ' && c < 0x7f ? c : '?';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

NoticeResult from_http_status(long status) {
  if (status >= 200 && status < 300) return NoticeResult::Ok;
  if (status == 401 || status == 403 || status == 407) return NoticeResult::AuthFailed;
  if (status == 408 || status == 425 || status == 429 || (status >= 500 && status < 600)) return NoticeResult::Later;
  return NoticeResult::Refused;
}

// RFC 5321, 4.2.1; RFC 4954, 6.
NoticeResult from_smtp_reply(long reply) {
  if (reply == 530 || reply == 534 || reply == 535 || reply == 538) return NoticeResult::AuthFailed;
  if (reply >= 400 && reply < 500) return NoticeResult::Later;
  return NoticeResult::Refused;
}

// RFC 959, 4.2.
NoticeResult from_ftp_reply(long reply) {
  if (reply == 530 || reply == 532 || reply == 430) return NoticeResult::AuthFailed;
  if (reply >= 400 && reply < 500) return NoticeResult::Later;
  return NoticeResult::Refused;
}

namespace {

bool broke_off(const Transfer& t) {
  if (t.os_errno != 0) return true;
  constexpr std::array<std::string_view, 4> kSigns{"SSL_ERROR_SYSCALL", "unexpected eof", "reset by peer", "Broken pipe"};
  return std::ranges::any_of(kSigns, [&](auto sign) { return t.error.find(sign) != std::string::npos; });
}

// OpenSSL's words for a certificate whose time has not come, or is over. A clock that nobody has set may be behind or, with an empty
// battery, ahead. ghostd decides whether the clock is set.
bool by_clock(const Transfer& t) {
  constexpr std::array<std::string_view, 3> kSigns{"not yet valid", "has expired", "certificate expired"};
  return std::ranges::any_of(kSigns, [&](auto sign) { return t.error.find(sign) != std::string::npos; });
}

bool is_refusal(long reply) { return reply >= 400 && reply < 600; }

// A reply of 4xx or 5xx is the reason, whatever error libcurl returns; without one, look below.
Outcome judge_reply(const Transfer& t, NoticeResult (*table)(long)) {
  if (t.code == CURLE_OK) return {NoticeResult::Ok, t.said};
  const bool late = t.code == CURLE_OPERATION_TIMEDOUT && t.reply != 421;  // libcurl takes FTP's 421 for one
  const bool below = late || t.code == CURLE_PEER_FAILED_VERIFICATION || t.code == CURLE_SSL_CONNECT_ERROR ||
                     t.code == CURLE_USE_SSL_FAILED || t.too_large;
  if (!below && is_refusal(t.reply)) return {table(t.reply), t.said};
  return judge_connection(t);
}

}  // namespace

Outcome judge_connection(const Transfer& t) {
  if (t.too_large) return {NoticeResult::TooLarge, "the answer is longer than 64 KiB"};
  if (t.no_route) return {NoticeResult::Unreachable, "the link has no address of the receiver's family, or is gone"};
  const auto detail = t.error.empty() ? std::string(curl_easy_strerror(t.code)) : t.error;
  switch (t.code) {
    case CURLE_COULDNT_RESOLVE_HOST: return {NoticeResult::NoSuchHost, detail};
    case CURLE_OPERATION_TIMEDOUT: return {NoticeResult::TimedOut, detail};
    case CURLE_SSL_CACERT_BADFILE: return {NoticeResult::BadConfig, "cannot read CAFile=: " + detail};
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN: return {NoticeResult::BadConfig, detail};
    case CURLE_OUT_OF_MEMORY: return {NoticeResult::TooLarge, "out of memory"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER: return {NoticeResult::TlsFailed, detail, {}, by_clock(t)};
    // An interrupted handshake says nothing about the certificate.
    case CURLE_SSL_CONNECT_ERROR: return {broke_off(t) ? NoticeResult::Unreachable : NoticeResult::TlsFailed, detail};
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR: return {NoticeResult::AuthFailed, detail};
    case CURLE_UNSUPPORTED_PROTOCOL:  // "HTTP/0.9": whatever that is, it is not what was asked for
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_REMOTE_FILE_EXISTS:
    case CURLE_QUOTE_ERROR: return {NoticeResult::Refused, detail};
    case CURLE_REMOTE_DISK_FULL: return {NoticeResult::Later, detail};
    default: return {NoticeResult::Unreachable, detail};
  }
}

Outcome judge_http(const Transfer& t) {
  if (t.code != CURLE_OK) return judge_connection(t);
  if (t.reply >= 300 && t.reply < 400) return {NoticeResult::Refused, t.said + " (redirects are not followed)"};
  return {from_http_status(t.reply), t.said};
}

Outcome judge_answer(const Transfer& t, std::string_view expected) {
  // The receiver has the notice. A failure would have it told again at each appearance.
  if (expected.empty() && t.long_body && from_http_status(t.reply) == NoticeResult::Ok) return {NoticeResult::Ok, t.said};
  auto outcome = judge_http(t);
  if (outcome.result != NoticeResult::Ok || t.body.find(expected) != std::string::npos) return outcome;
  return {NoticeResult::Refused, fmt::format("{}, but the answer does not contain \"{}\": {}", t.said, expected, t.body)};
}

Outcome judge_mail(const Transfer& t) { return judge_reply(t, from_smtp_reply); }

Outcome judge_upload(const Transfer& t) { return judge_reply(t, from_ftp_reply); }

namespace {

struct DyndnsWord {
  std::string_view word;
  NoticeResult result;
  std::string_view meaning;
};

// As most providers have them from dyn.com's "Return Codes".
constexpr std::array kDyndnsWords{
    DyndnsWord{"good", NoticeResult::Ok, ""},
    DyndnsWord{"nochg", NoticeResult::Ok, ""},
    DyndnsWord{"badauth", NoticeResult::AuthFailed, "the user or password is wrong"},
    DyndnsWord{"!donator", NoticeResult::Refused, "the service wants payment for this"},
    DyndnsWord{"notfqdn", NoticeResult::Refused, "Host= is not a fully qualified name"},
    DyndnsWord{"nohost", NoticeResult::Refused, "Host= does not belong to this user"},
    DyndnsWord{"!yours", NoticeResult::Refused, "Host= does not belong to this user"},
    DyndnsWord{"numhost", NoticeResult::Refused, "too many hosts"},
    DyndnsWord{"abuse", NoticeResult::Refused, "blocked for abuse"},
    DyndnsWord{"badagent", NoticeResult::Refused, "the service does not accept this program"},
    DyndnsWord{"badsys", NoticeResult::Refused, "the service does not know the request"},
    DyndnsWord{"dnserr", NoticeResult::Later, "the service reports an error of its DNS"},
    DyndnsWord{"911", NoticeResult::Later, "the service is out of order"},
};

constexpr std::string_view kBlanks = " \t,;";

// The addresses behind the first word of a line; other words are for people.
std::vector<IpAddress> addresses_in(std::string_view line) {
  std::vector<IpAddress> out;
  for (auto at = line.find_first_of(kBlanks); at != std::string_view::npos;) {
    const auto begin = line.find_first_not_of(kBlanks, at);
    if (begin == std::string_view::npos) break;
    at = line.find_first_of(kBlanks, begin);
    if (const auto address = IpAddress::parse(line.substr(begin, at - begin))) out.push_back(*address);
  }
  return out;
}

bool has(std::span<const IpAddress> list, const IpAddress& address) { return std::ranges::find(list, address) != list.end(); }

// A name with another address, or without one of its addresses, is not what was asked for. A line that names no address says
// nothing about them.
std::optional<std::string> difference(std::span<const IpAddress> named, std::span<const IpAddress> sent) {
  for (const auto& address : named)
    if (!has(sent, address)) return fmt::format("the service has {}, which was not sent", address.str());
  for (const auto& address : sent)
    if (!named.empty() && !has(named, address)) return fmt::format("the service does not have {}", address.str());
  return std::nullopt;
}

Outcome from_dyndns2_line(std::string_view line) {
  const auto word = line.substr(0, line.find_first_of(kBlanks));
  const auto* const row = std::ranges::find(kDyndnsWords, word, &DyndnsWord::word);
  if (row == kDyndnsWords.end()) return {NoticeResult::Refused, fmt::format("not a dyndns2 answer: {}", line)};
  return {row->result, row->meaning.empty() ? std::string(line) : fmt::format("{}: {}", line, row->meaning)};
}

int rank(NoticeResult r) { return r == NoticeResult::Ok ? 0 : r == NoticeResult::Later ? 1 : r == NoticeResult::Refused ? 2 : 3; }

}  // namespace

Outcome from_dyndns2(std::string_view body, std::span<const IpAddress> sent, std::size_t hosts) {
  Outcome worst{NoticeResult::Ok, ""};
  std::vector<std::pair<std::string_view, std::vector<IpAddress>>> good;
  bool any = false;
  const auto take = [&](Outcome one) {
    if (!any || rank(one.result) > rank(worst.result)) worst = std::move(one);
    any = true;
  };
  while (!body.empty()) {
    const auto end = std::min(body.find_first_of("\r\n"), body.size());
    auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) continue;
    auto one = from_dyndns2_line(line);
    if (one.result == NoticeResult::Ok) good.emplace_back(line, addresses_in(line));
    take(std::move(one));
  }
  if (!any) return {NoticeResult::Refused, "the answer is empty"};
  if (sent.empty()) return worst;
  // A line per host names all addresses of that host. Otherwise a host may have a line per address.
  if (good.size() != hosts) {
    for (std::size_t i = 1; i < good.size(); ++i)
      good.front().second.insert(good.front().second.end(), good[i].second.begin(), good[i].second.end());
    if (!good.empty()) good.resize(1);
  }
  for (const auto& [line, named] : good)
    if (const auto wrong = difference(named, sent)) take({NoticeResult::Refused, fmt::format("{}: {}", line, *wrong)});
  return worst;
}

Outcome from_exit_status(int wait_status) {
  constexpr int kTempFail = 75;  // EX_TEMPFAIL of sysexits.h
  if (WIFSIGNALED(wait_status))
    return {NoticeResult::Refused, fmt::format("the program was killed by signal {}", WTERMSIG(wait_status))};
  const int code = WEXITSTATUS(wait_status);
  if (code == 0) return {NoticeResult::Ok, "exit status 0"};
  return {code == kTempFail ? NoticeResult::Later : NoticeResult::Refused, fmt::format("exit status {}", code)};
}

Outcome from_dns_rcode(unsigned rcode, unsigned tsig_error) {
  // RFC 8945, 5.2: NOTAUTH; the TSIG record has the error of the signature.
  switch (tsig_error) {
    case 16: return {NoticeResult::AuthFailed, "BADSIG: the server has another secret for Key="};
    case 17: return {NoticeResult::AuthFailed, "BADKEY: the server does not know Key=, or expects another Algorithm="};
    case 18: return {NoticeResult::AuthFailed, "BADTIME: the clocks differ by too much", {}, true};
    case 22: return {NoticeResult::AuthFailed, "BADTRUNC"};
    default: break;
  }
  switch (rcode) {  // RFC 2136, 2.2
    case 0: return {NoticeResult::Ok, "NOERROR"};
    case 1: return {NoticeResult::Refused, "FORMERR"};
    case 2: return {NoticeResult::Later, "SERVFAIL"};
    case 3: return {NoticeResult::Refused, "NXDOMAIN"};
    case 4: return {NoticeResult::Refused, "NOTIMP: the server does not accept updates"};
    case 5: return {NoticeResult::Refused, "REFUSED: the key may not change this name"};
    case 9: return {NoticeResult::Refused, "NOTAUTH: the server is not authoritative for Zone="};
    case 10: return {NoticeResult::Refused, "NOTZONE: Host= is not in Zone="};
    default: return {NoticeResult::Refused, fmt::format("rcode {}", rcode)};
  }
}

Outcome from_mqtt_connack(unsigned code) {
  switch (code) {
    case 0: return {NoticeResult::Ok, "connected"};
    // MQTT 3.1.1, 3.2.2.3
    case 1: return {NoticeResult::Refused, "the broker does not support this version of MQTT"};
    case 2: return {NoticeResult::Refused, "the broker does not accept the client identifier"};
    case 3: return {NoticeResult::Later, "the broker is not available"};
    case 4: return {NoticeResult::AuthFailed, "the user or password is wrong"};
    case 5: return {NoticeResult::AuthFailed, "not authorized"};
    // MQTT 5, 3.2.2.2
    case 0x84: return {NoticeResult::Refused, "the broker does not support this version of MQTT"};
    case 0x86: return {NoticeResult::AuthFailed, "the user or password is wrong"};
    case 0x87: return {NoticeResult::AuthFailed, "not authorized"};
    case 0x88: return {NoticeResult::Later, "the broker is not available"};
    case 0x89: return {NoticeResult::Later, "the broker is busy"};
    case 0x8a: return {NoticeResult::AuthFailed, "banned"};
    case 0x97: return {NoticeResult::Later, "quota exceeded"};
    case 0x9a: return {NoticeResult::Refused, "the broker does not retain messages"};
    case 0x9f: return {NoticeResult::Later, "too many connections at once"};
    default: return {NoticeResult::Refused, fmt::format("the broker refuses the connection, code {}", code)};
  }
}

Outcome from_mqtt_puback(unsigned code) {
  switch (code) {  // MQTT 5, 3.4.2.1 and 3.14.2.1
    case 0: return {NoticeResult::Ok, "published"};
    case 0x10: return {NoticeResult::Ok, "published; nobody is subscribed at present"};
    case 0x87: return {NoticeResult::AuthFailed, "not authorized to publish to this topic"};
    case 0x8b: return {NoticeResult::Later, "the broker is shutting down"};
    case 0x90: return {NoticeResult::Refused, "the broker does not accept the topic name"};
    case 0x97: return {NoticeResult::Later, "quota exceeded"};
    case 0x9a: return {NoticeResult::Refused, "the broker does not retain messages"};
    default: return {NoticeResult::Refused, fmt::format("the broker refuses the message, code {}", code)};
  }
}

Outcome from_echo(std::string_view body) {
  while (!body.empty() && std::string_view(" \t\r\n").find(body.front()) != std::string_view::npos) body.remove_prefix(1);
  while (!body.empty() && std::string_view(" \t\r\n").find(body.back()) != std::string_view::npos) body.remove_suffix(1);
  const auto address = IpAddress::parse(body);
  if (!address) return {NoticeResult::Refused, "the answer is not an address"};
  return {NoticeResult::Ok, "seen as " + address->str(), address->str()};
}

}  // namespace ghost::announce
