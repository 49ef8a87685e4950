// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ghost-announce/identity.hpp"
#include "ghost-announce/job.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/section.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::announce {
namespace {

class Filler {
 public:
  Filler(const core::Notice& notice, const core::AnnounceConfig& config, const Secrets& secrets)
      : notice_(notice), config_(config), secrets_(secrets) {}

  [[nodiscard]] std::string fill(std::string_view text, Encoding encoding) const {
    return fill_template(text, notice_, encoding, [&](std::string_view name) { return value(name, encoding); });
  }
  [[nodiscard]] std::string fill_target(std::string_view text) const {
    const auto query = std::min(text.find('?'), text.size());
    return fill(text.substr(0, query), Encoding::path) + fill(text.substr(query), Encoding::query);
  }

 private:
  [[nodiscard]] std::string value(std::string_view name, Encoding encoding) const {
    const auto secret = secret_name(name);
    if (!secret) return encode(option(config_, std::string(name)), encoding);
    const auto found = secrets_.find(*secret);
    return found == secrets_.end() ? std::string() : encode_secret(found->second.text(), encoding);
  }

  const core::Notice& notice_;
  const core::AnnounceConfig& config_;
  const Secrets& secrets_;
};

Encoding encoding_of(std::string_view content_type) {
  auto type = std::string(content_type.substr(0, content_type.find(';')));
  std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  while (type.ends_with(' ')) type.pop_back();
  if (type.ends_with("/json") || type.ends_with("+json")) return Encoding::json;
  return type == "application/x-www-form-urlencoded" ? Encoding::form : Encoding::none;
}

// Credential= logs in, unless a template says where it stands.
Login login_of(const core::AnnounceConfig& config) {
  if (config.credential.empty()) return Login::none;
  const bool placed = named_secrets(config).contains("");
  if (placed && !config.more.contains("Auth") && !config.more.contains("User")) return Login::none;
  return option(config, "Auth", config.more.contains("User") ? "basic" : "bearer") == "bearer" ? Login::bearer : Login::basic;
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

HttpRequest notice_request(const core::Notice& notice, const core::AnnounceConfig& config, const Url& url,
                           const Secrets& secrets) {
  const Filler filler(notice, config, secrets);
  const bool templated = !secret_url(config) && config.url.find("${") != std::string::npos;
  HttpRequest out{.method = option(config, "Method", "POST"),
                  .target = templated ? filler.fill_target(url.path) : url.path,
                  .headers = {},
                  .body = {},
                  .login = login_of(config)};
  for (const auto& [key, value] : config.more)
    if (key.starts_with(kHeaderPrefix))
      out.headers.push_back(fmt::format("{}: {}", key.substr(kHeaderPrefix.size()), filler.fill(value, Encoding::header)));
  const auto body = config.more.find("Body");
  const bool own = body != config.more.end();
  if (own || (out.method != "GET" && out.method != "DELETE")) {
    const auto type = option(config, "ContentType", own ? "text/plain; charset=utf-8" : "application/json");
    out.headers.push_back("Content-Type: " + type);
    out.body = own ? filler.fill(body->second, encoding_of(type)) : notice_json(notice) + "\n";
  }
  if (out.method == "POST") out.headers.push_back(fmt::format("Idempotency-Key: \"{}\"", identity(notice, config.name)));
  return out;
}

HttpRequest dyndns2_request(const core::Notice& notice, const core::AnnounceConfig& config, const Url& url) {
  const auto path = url.path.size() < 2 ? std::string("/nic/update") : url.path;
  const auto addresses = notice.kind == core::NoticeKind::vanish
                             ? std::string("&offline=YES")
                             : address_query(notice.addresses, option(config, "Ipv6Parameter"));
  return {.method = "GET",
          .target = fmt::format("{}{}hostname={}{}", path, path.find('?') == std::string::npos ? '?' : '&',
                                option(config, "Host"), addresses),
          .headers = {},
          .body = {},
          .login = Login::basic};
}

HttpRequest echo_request(const Url& url) {
  return {.method = "GET", .target = url.path, .headers = {}, .body = {}, .login = Login::none};
}

}  // namespace ghost::announce
