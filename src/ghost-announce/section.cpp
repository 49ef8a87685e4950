// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ghost-announce/options.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::announce {
namespace {

bool is_template(std::string_view text) { return text.find("${") != std::string_view::npos; }

bool requests(const core::AnnounceConfig& config) {
  return config.url.starts_with("http://") || config.url.starts_with("https://") || secret_url(config);
}

}  // namespace

std::optional<std::string> secret_url(const core::AnnounceConfig& config) {
  if (!config.url.starts_with("${") || config.url.find('}') + 1 != config.url.size()) return std::nullopt;
  const auto name = secret_name(std::string_view(config.url).substr(2, config.url.size() - 3));
  return name ? std::optional(std::string(*name)) : std::nullopt;
}

std::vector<Template> request_templates(const core::AnnounceConfig& config) {
  std::vector<Template> out;
  if (!requests(config)) return out;
  if (is_template(config.url)) out.push_back({"Url", config.url});  // otherwise a "$" in it means itself, as before
  for (const auto& [key, value] : config.more)
    if (key == "Body" || key.starts_with(kHeaderPrefix)) out.push_back({key, value});
  return out;
}

std::set<std::string, std::less<>> named_keys(const core::AnnounceConfig& config) {
  std::set<std::string, std::less<>> out;
  for (const auto& one : request_templates(config))
    for (auto& name : names_in(one.text))
      if (is_section_key(name)) out.insert(std::move(name));
  return out;
}

std::set<std::string, std::less<>> named_secrets(const core::AnnounceConfig& config) {
  std::set<std::string, std::less<>> out;
  for (const auto& one : request_templates(config))
    for (const auto& name : names_in(one.text))
      if (const auto secret = secret_name(name)) out.emplace(*secret);
  return out;
}

tl::expected<Url, std::string> section_url(const core::AnnounceConfig& config) {
  if (secret_url(config)) return Url{};
  const auto begin = config.url.find("://");
  if (!requests(config) || begin == std::string::npos || !is_template(config.url)) return parse_url(config.url);
  const auto authority = begin + 3;
  const auto end = std::min(config.url.find_first_of("/?#", authority), config.url.size());
  const auto text = config.url.substr(authority, end - authority);
  for (const auto& name : names_in(text)) {
    if (!is_section_key(name))
      return tl::unexpected(
          fmt::format("the host cannot be ${{{}}}; name a key of the section, or let the whole URL be a secret", name));
    if (!config.more.contains(name)) return tl::unexpected(fmt::format("${{{}}} needs {}= in the section", name, name));
  }
  const auto filled = fill_template(text, {}, Encoding::none,
                                    [&](std::string_view name) { return option(config, std::string(name)); });
  return parse_url(config.url.substr(0, authority) + filled + config.url.substr(end));
}

}  // namespace ghost::announce
