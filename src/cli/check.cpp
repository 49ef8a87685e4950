// SPDX-License-Identifier: GPL-2.0-or-later
// Offline: it reads the configuration as a reload would, and touches nothing. ghostd need not run.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "bus/clean_text.hpp"
#include "cli/verbs.hpp"
#include "config/load.hpp"

namespace ghost::cli {
namespace {

void add(nlohmann::ordered_json& out, const config::Diagnostics& diagnostics, const char* severity) {
  for (const auto& d : diagnostics)
    out.push_back({{"file", d.file}, {"line", d.line}, {"severity", severity}, {"message", d.message}});
}

}  // namespace

ExitCode check(const Options& options) {
  const auto loaded = options.file.empty() ? config::load() : config::check_file(options.file);
  if (options.json) {
    auto out = nlohmann::ordered_json::array();
    if (loaded)
      add(out, loaded->warnings, "warning");
    else
      add(out, loaded.error(), "error");
    print(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    for (const auto& d : loaded ? loaded->warnings : loaded.error())
      fmt::print(stderr, "{}\n", bus::clean_text(d.str()));
    if (loaded && options.file.empty() && loaded->config.links.empty())
      fmt::print(stderr, "ghostctl: no links are configured (/etc/ghostd/links/NAME.conf)\n");
  }
  return loaded ? ExitCode::ok : ExitCode::failed;
}

}  // namespace ghost::cli
