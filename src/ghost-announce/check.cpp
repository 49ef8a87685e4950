// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "ghost-announce/options.hpp"
#include "ghost-announce/section.hpp"
#include "ghost-announce/text_template.hpp"
#include "ghost-announce/url.hpp"

namespace ghost::announce {
namespace {

// Checks a value: what is wrong with it, or empty.
using Kind = std::string (*)(std::string_view);

std::string text(std::string_view value) { return value.empty() ? "the value is empty" : ""; }
std::string boolean(std::string_view value) { return parse_flag(value) ? "" : "write yes or no"; }
std::string text_template(std::string_view value) { return check_template(value).value_or(""); }
std::string request_template(std::string_view value) { return check_request_template(value).value_or(""); }
std::string path(std::string_view value) { return value.starts_with('/') ? "" : "not an absolute path; begin it with \"/\""; }

std::string one_of(std::string_view value, std::initializer_list<std::string_view> allowed) {
  if (std::ranges::find(allowed, value) != allowed.end()) return {};
  std::string out = "write one of";
  for (const auto& a : allowed) out += fmt::format(" {}", a);
  return out;
}

std::string mailbox(std::string_view value) {
  const auto open = value.find('<');
  const auto inner = open == std::string_view::npos ? value : value.substr(open + 1, value.find('>', open) - open - 1);
  const auto at = inner.find('@');
  const bool good = at != std::string_view::npos && at > 0 && at + 1 < inner.size() &&
                    inner.find_first_of(" <>,;") == std::string_view::npos &&
                    (open == std::string_view::npos || value.ends_with('>'));
  return good ? "" : "not a mail address; write user@example.org or Name <user@example.org>";
}

std::string mailboxes(std::string_view value) {
  while (true) {
    const auto comma = std::min(value.find(','), value.size());
    auto one = value.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (auto wrong = mailbox(one); !wrong.empty()) return wrong;
    if (comma == value.size()) return {};
    value.remove_prefix(comma + 1);
  }
}

std::string domain(std::string_view value) {
  const bool good = !value.empty() && value.size() <= 254 && std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  return good ? "" : "not a domain name; use letters, digits, \"-\", \"_\" and \".\"";
}

std::string hosts(std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    if (auto wrong = domain(value.substr(0, comma)); !wrong.empty()) return wrong;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return {};
}

std::string ttl(std::string_view value) {
  std::uint32_t seconds = 0;
  const auto [last, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  return error == std::errc{} && last == value.data() + value.size() && seconds <= 604800
             ? ""
             : "not a number of seconds from 0 to 604800";
}

std::string host_key(std::string_view value) {
  // 32 bytes in base64, as ssh-keygen -l prints them, with or without the padding.
  const auto digits = value.starts_with("SHA256:") ? value.substr(7) : std::string_view();
  return digits.size() == 43 || (digits.size() == 44 && digits.ends_with('='))
             ? ""
             : "not a key fingerprint; write it as ssh-keygen -l prints it, SHA256:...";
}

std::string topic(std::string_view value) {
  return !value.empty() && value.find_first_of("#+") == std::string_view::npos
             ? ""
             : "not a topic to publish to; it must not be empty or contain \"#\" or \"+\"";
}

std::string families(std::string_view value) { return parse_families(value) ? "" : "write one of both ipv4 ipv6"; }

std::string query_parameter(std::string_view value) {
  const bool good = !value.empty() && std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
  return good ? "" : "not the name of a parameter; use letters, digits, \"-\", \"_\" and \".\"";
}

enum Need : std::uint8_t { optional, required };

struct Key {
  std::string_view name;
  Kind kind;
  Need need = optional;
};

std::string method(std::string_view v) { return one_of(v, {"GET", "POST", "PUT", "PATCH", "DELETE"}); }
std::string http_auth(std::string_view v) { return one_of(v, {"basic", "bearer"}); }
std::string sftp_auth(std::string_view v) { return one_of(v, {"password", "key"}); }
std::string tls(std::string_view v) { return one_of(v, {"required", "opportunistic", "none"}); }
// Not hmac-sha384: ldns 1.8.3 misspells its name.
std::string algorithm(std::string_view v) { return one_of(v, {"hmac-sha1", "hmac-sha256", "hmac-sha512", "hmac-md5"}); }

constexpr Key kCa{"CAFile", path};
constexpr Key kVerify{"VerifyTls", boolean};
constexpr Key kInsecure{"Insecure", boolean};
constexpr Key kUser{"User", text};
constexpr Key kBody{"Body", text_template};
constexpr Key kTls{"Tls", tls};
constexpr Key kFamilies{"Families", families};

// clang-format off
constexpr std::array kSmtp{Key{"From", mailbox, required}, Key{"To", mailboxes, required}, Key{"Subject", text_template},
                           Key{"Helo", text}, kBody, kUser, kTls, kCa, kVerify, kInsecure};
constexpr std::array kHttp{Key{"Method", method}, Key{"ContentType", text}, Key{"Auth", http_auth},
                           Key{"Body", request_template}, Key{"Expect", text}, kUser, kFamilies, kCa, kVerify, kInsecure};
constexpr std::array kDyndns{Key{"Host", hosts, required}, Key{"User", text, required}, Key{"Offline", boolean},
                             Key{"Ipv6Parameter", query_parameter}, kFamilies, kCa, kVerify, kInsecure};
constexpr std::array kFtp{kBody, kUser, kTls, kCa, kVerify, kInsecure};
constexpr std::array kSftp{Key{"HostKey", host_key, required}, Key{"User", text, required}, Key{"Auth", sftp_auth}, kBody};
constexpr std::array kMqtt{Key{"Topic", topic}, kBody, kUser, kCa, kVerify, kInsecure};
constexpr std::array kDns{Key{"Zone", domain, required}, Key{"Host", domain, required}, Key{"Key", domain, required},
                          Key{"Algorithm", algorithm}, Key{"Ttl", ttl}, kFamilies, kBody};
constexpr std::array kFile{kBody};
// clang-format on

std::span<const Key> keys_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::smtp:
    case Scheme::smtps: return kSmtp;
    case Scheme::http:
    case Scheme::https: return kHttp;
    case Scheme::dyndns2_http:
    case Scheme::dyndns2_https: return kDyndns;
    case Scheme::ftp:
    case Scheme::ftps: return kFtp;
    case Scheme::sftp: return kSftp;
    case Scheme::mqtt:
    case Scheme::mqtts: return kMqtt;
    case Scheme::dns: return kDns;
    case Scheme::file: return kFile;
    case Scheme::exec: return {};
  }
  return {};
}

bool starts_in_clear_and_may_turn(Scheme scheme) { return scheme == Scheme::smtp || scheme == Scheme::ftp; }

bool is_local(Scheme scheme) { return scheme == Scheme::file || scheme == Scheme::exec; }

// The secret of dns signs and is not sent.
bool sends_secret(Scheme scheme) { return scheme != Scheme::dns && !is_local(scheme); }

bool needs_credential(const core::AnnounceConfig& config, Scheme scheme) {
  return scheme == Scheme::dns || scheme == Scheme::sftp || scheme == Scheme::dyndns2_http || scheme == Scheme::dyndns2_https ||
         (!is_local(scheme) && config.more.contains("User")) || config.more.contains("Auth");
}

bool is_below(std::string_view host, std::string_view zone) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (zone.ends_with('.')) zone.remove_suffix(1);
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };  // letters, digits, "-", "." and "_" only
  if (host.size() < zone.size() || !std::ranges::equal(host.substr(host.size() - zone.size()), zone, same)) return false;
  return host.size() == zone.size() || host[host.size() - zone.size() - 1] == '.';
}

bool in_clear(const core::AnnounceConfig& config, Scheme scheme) {
  if (encrypted_from_the_start(scheme)) return false;
  return !(starts_in_clear_and_may_turn(scheme) && tls_wish(config) == TlsWish::required);
}

bool has_headers(Scheme scheme) { return scheme == Scheme::http || scheme == Scheme::https; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// Header-NAME=. libcurl itself writes some headers, and two of one name are a request that servers read differently.
std::string header(const core::AnnounceConfig& config, const std::string& key, std::string_view value) {
  const auto name = lower_case(std::string_view(key).substr(kHeaderPrefix.size()));
  if (name.empty()) return "the header has no name; write one, such as Header-Title=";
  for (const auto* own : {"host", "content-length", "transfer-encoding", "connection", "expect"})
    if (name == own) return "ghostd itself sends this header; remove the key";
  if (name == "content-type") return "write ContentType= instead";
  if (name == "authorization" && (config.more.contains("Auth") || config.more.contains("User")))
    return "Auth= and User= send this header, too; remove them or this key";
  for (const auto& [other, unused] : config.more)
    if (other < key && other.starts_with(kHeaderPrefix) && lower_case(other.substr(kHeaderPrefix.size())) == name)
      return fmt::format("the same header as {}=; remove one", other);
  return request_template(value);
}

void check_keys(const core::AnnounceConfig& config, Scheme scheme, std::vector<Finding>& out) {
  const auto keys = keys_of(scheme);
  const auto named = named_keys(config);
  for (const auto& [name, value] : config.more) {
    const auto key = std::ranges::find(keys, name, &Key::name);
    const bool is_header = has_headers(scheme) && name.starts_with(kHeaderPrefix);
    if (key == keys.end() && !is_header && !named.contains(name))
      out.push_back({true, name, fmt::format("{} does not use this key; remove it", to_string(scheme))});
    else if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
      out.push_back({true, name, "the value contains a control character; remove it"});
    else if (auto wrong = is_header           ? header(config, name, value)
                          : key != keys.end() ? key->kind(value)
                                              : std::string();
             !wrong.empty())
      out.push_back({true, name, std::move(wrong)});
  }
  for (const auto& key : keys)
    if (key.need == required && !config.more.contains(std::string(key.name)))
      out.push_back({true, std::string(key.name), fmt::format("missing; {} needs this key", to_string(scheme))});
}

// Url= as a template, and the keys that all templates name.
void check_templates(const core::AnnounceConfig& config, std::vector<Finding>& out) {
  for (const auto& one : request_templates(config)) {
    if (one.key == "Url" && !secret_url(config))
      if (auto wrong = check_request_template(one.text)) out.push_back({true, "Url", std::move(*wrong)});
    for (const auto& name : names_in(one.text))
      if (is_section_key(name) && !config.more.contains(name))
        out.push_back({true, one.key, fmt::format("${{{}}} needs {}= in the section", name, name)});
  }
}

void check_secrets(const core::AnnounceConfig& config, Scheme scheme, std::vector<Finding>& out) {
  const bool credential = !config.credential.empty();
  if (credential && !valid_credential_name(config.credential))
    out.push_back(
        {true, "Credential", "not the name of a credential; use up to 64 letters, digits, \"-\", \"_\" and \".\", not a path"});
  if (credential && is_local(scheme))
    out.push_back({true, "Credential", fmt::format("{} does not use a credential; remove this key", to_string(scheme))});
  const auto placed = named_secrets(config);
  if (!credential && (needs_credential(config, scheme) || placed.contains("")))
    out.push_back({true, "Credential", "missing; name the systemd credential that has the password or key"});
  const bool without_user = !config.more.contains("User");
  if (credential && without_user &&
      (keys_of(scheme).data() == kSmtp.data() || keys_of(scheme).data() == kFtp.data() ||
       keys_of(scheme).data() == kMqtt.data() || option(config, "Auth") == "basic"))
    out.push_back({true, "User", "missing; Credential= needs User="});
  if (!without_user && option(config, "Auth") == "bearer")
    out.push_back({true, "User", "Auth=bearer does not use User=; remove it, or write Auth=basic"});
  if ((credential || !placed.empty()) && sends_secret(scheme) && in_clear(config, scheme)) {
    if (flag(config, "Insecure", false)) out.push_back({false, "Insecure", "ghostd sends the password unencrypted"});
    else
      out.push_back({true, "Url",
                     "ghostd would send the password unencrypted; use an encrypted protocol, or write Insecure=yes to allow it"});
  }
  if (!flag(config, "VerifyTls", true))
    out.push_back({false, "VerifyTls", "the certificate is not verified, so any host on the way can pose as the receiver"});
}

}  // namespace

bool valid_credential_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool is_notifier_key(std::string_view key) {
  if (key.starts_with(kHeaderPrefix)) return true;
  constexpr std::array kAll{Scheme::smtp, Scheme::http, Scheme::dyndns2_https, Scheme::ftp, Scheme::sftp,
                            Scheme::mqtt, Scheme::dns,  Scheme::file,          Scheme::exec};
  return std::ranges::any_of(kAll, [&](Scheme scheme) {
    const auto keys = keys_of(scheme);
    return std::ranges::find(keys, key, &Key::name) != keys.end();
  });
}

std::vector<Finding> check(const core::AnnounceConfig& config) {
  std::vector<Finding> out;
  const auto url = section_url(config);
  if (!url) return {{true, "Url", url.error()}};
  check_templates(config, out);
  check_keys(config, url->scheme, out);
  check_secrets(config, url->scheme, out);
  const bool mqtt = url->scheme == Scheme::mqtt || url->scheme == Scheme::mqtts;
  if (mqtt && !config.more.contains("Topic")) {
    if (url->path.size() < 2) out.push_back({true, "Topic", "missing; write the topic here or as the path of Url="});
    else if (auto wrong = topic(url->path); !wrong.empty()) out.push_back({true, "Url", std::move(wrong)});
  }
  const auto scheme = url->scheme;
  if (scheme == Scheme::dns && config.more.contains("Zone") && config.more.contains("Host") &&
      !is_below(option(config, "Host"), option(config, "Zone")))
    out.push_back({true, "Host", "not a name inside Zone="});
  if ((scheme == Scheme::ftp || scheme == Scheme::ftps || scheme == Scheme::sftp) &&
      (url->path.size() < 2 || url->path.back() == '/'))
    out.push_back({true, "Url", "the path names no file; write a file name at its end"});
  if ((scheme == Scheme::smtp || scheme == Scheme::smtps || scheme == Scheme::dns) && url->path.size() > 1)
    out.push_back({true, "Url", fmt::format("{} does not use a path; remove it", to_string(scheme))});
  return out;
}

std::optional<std::string> check_echo(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return url.error();
  if (url->scheme != Scheme::http && url->scheme != Scheme::https)
    return "not an http or https URL; write one such as https://example.org/ip";
  return std::nullopt;
}

}  // namespace ghost::announce
