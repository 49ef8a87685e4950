// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/address.hpp"

namespace ghost::announce {
namespace {

struct Row {
  Scheme scheme;
  std::string_view name;
  std::uint16_t port;  // 0: a path of this machine
};

constexpr std::array kSchemes{
    Row{Scheme::smtp, "smtp", 25},
    Row{Scheme::smtps, "smtps", 465},
    Row{Scheme::http, "http", 80},
    Row{Scheme::https, "https", 443},
    Row{Scheme::dyndns2_http, "dyndns2+http", 80},
    Row{Scheme::dyndns2_https, "dyndns2+https", 443},
    Row{Scheme::ftp, "ftp", 21},
    Row{Scheme::ftps, "ftps", 990},
    Row{Scheme::sftp, "sftp", 22},
    Row{Scheme::mqtt, "mqtt", 1883},
    Row{Scheme::mqtts, "mqtts", 8883},
    Row{Scheme::dns, "dns", 53},
    Row{Scheme::file, "file", 0},
    Row{Scheme::exec, "exec", 0},
};

bool is_printable(char c) { return c > ' ' && c < 0x7f; }

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

tl::unexpected<std::string> no(std::string why) { return tl::unexpected(std::move(why)); }

}  // namespace

std::string_view to_string(Scheme scheme) {
  for (const auto& row : kSchemes)
    if (row.scheme == scheme) return row.name;
  return {};
}

bool encrypted_from_the_start(Scheme scheme) {
  switch (scheme) {
    case Scheme::smtps:
    case Scheme::https:
    case Scheme::dyndns2_https:
    case Scheme::ftps:
    case Scheme::sftp:
    case Scheme::mqtts: return true;
    case Scheme::smtp:
    case Scheme::http:
    case Scheme::dyndns2_http:
    case Scheme::ftp:
    case Scheme::mqtt:
    case Scheme::dns:
    case Scheme::file:
    case Scheme::exec: return false;
  }
  return false;
}

std::string host_for_url(const Url& url) { return url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]"; }

tl::expected<Url, std::string> parse_url(std::string_view text) {
  if (text.size() > 2000) return no("the URL is longer than 2000 characters");
  if (!std::ranges::all_of(text, is_printable)) return no("the URL contains a space or a non-ASCII character; write it as %XX");
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return no("the URL has no scheme; write it as https://host/path");
  const auto* const row = std::ranges::find(kSchemes, text.substr(0, colon), &Row::name);
  if (row == kSchemes.end())
    return no(fmt::format("unknown protocol \"{}\"; ghostd.link(5) lists the known ones under Url=", text.substr(0, colon)));
  const auto rest = text.substr(colon + 3);
  const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, slash);
  Url url{.scheme = row->scheme, .host = {}, .port = row->port, .path = std::string(rest.substr(slash))};
  if (url.path.find('#') != std::string::npos) return no("\"#\" is not allowed in the URL; remove it");
  if (row->port == 0) {
    if (!authority.empty()) return no(fmt::format("a local path needs three slashes; write {}:///path", row->name));
    if (url.path.size() < 2 || url.path.back() == '/') return no("the path names no file; write a file name at its end");
    return url;
  }
  // The message does not repeat the text before the "@", which may be a password.
  if (authority.find('@') != std::string_view::npos)
    return no("a user or password is not allowed in the URL; use User= and Credential=");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    const auto address = end == std::string_view::npos ? std::nullopt : IpAddress::parse(authority.substr(1, end - 1));
    if (!address || address->family() != Family::v6) return no("the text in [ ] is not an IPv6 address");
    url.host = address->str();
    port = authority.substr(end + 1);
    if (!port.empty() && port[0] != ':') return no("after [ ] only a port may follow, such as [fd00::1]:8080");
  } else {
    const auto end = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, end);
    port = authority.substr(end);
    if (url.host.empty()) return no("the URL has no host; write it after \"://\"");
    if (url.host.size() > 253 || url.host.front() == '-' || !std::ranges::all_of(url.host, is_host_char))
      return no("not a host name; use letters, digits, \"-\", \"_\" and \".\"");
  }
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [last, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || last != port.data() + port.size() || url.port == 0)
      return no("the port is not a number from 1 to 65535");
  }
  if (url.path.starts_with('?')) url.path.insert(0, "/");
  return url;
}

}  // namespace ghost::announce
