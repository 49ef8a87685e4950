// SPDX-License-Identifier: GPL-2.0-or-later
// A section whose Url= is http or https is a template of a request. Url=, Body= and each Header-NAME= may name fields, keys of the
// section and secrets. This file finds the templates, and what they name.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/appear_config.hpp"
#include "ghost-announce/url.hpp"

namespace ghost::announce {

inline constexpr std::string_view kHeaderPrefix = "Header-";

struct Template {
  std::string key;  // "Url", "Body", "Header-Title"
  std::string text;
};

// Of any section; none, if its URL is of another protocol.
std::vector<Template> request_templates(const core::AnnounceConfig& config);

// The keys that its templates name, and the credentials ("" for ${secret}).
std::set<std::string, std::less<>> named_keys(const core::AnnounceConfig& config);
std::set<std::string, std::less<>> named_secrets(const core::AnnounceConfig& config);

// Url= is a secret as a whole: ${secret} or ${secret:NAME}. Its name in Secrets.
std::optional<std::string> secret_url(const core::AnnounceConfig& config);

// Url=, with the keys that its host and port name in place. Its path may still be a template. A secret URL counts as https,
// without a host.
[[nodiscard]] tl::expected<Url, std::string> section_url(const core::AnnounceConfig& config);

}  // namespace ghost::announce
