// SPDX-License-Identifier: GPL-2.0-or-later
// Offline: it reads the configuration as a reload would, asks the kernel for other default routes, and finds the name servers of this
// host. It changes nothing, and ghostd need not run.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "bus/clean_text.hpp"
#include "config/load.hpp"
#include "ghostctl/beside.hpp"
#include "ghostctl/init_machine.hpp"
#include "ghostctl/resolver.hpp"
#include "ghostctl/verbs.hpp"

namespace ghost::client {
namespace {

void add(nlohmann::ordered_json& out, const config::Diagnostics& diagnostics, const char* severity) {
  for (const auto& d : diagnostics)
    out.push_back({{"file", d.file}, {"line", d.line}, {"severity", severity}, {"message", d.message}});
}

}  // namespace

ExitCode check(const Options& options) {
  auto loaded = options.file.empty() ? config::load(init::roots_under(options.root)) : config::check_file(options.file);
  std::vector<std::string> beside;
  const bool this_host = options.file.empty() && options.root.empty();
  if (loaded && this_host) beside = what_stands_beside(loaded->config);
  if (loaded && this_host)
    for (auto& warning : config::check_resolver(*loaded, host_resolver(), leads_somewhere))
      loaded->warnings.push_back(std::move(warning));
  if (options.json) {
    auto out = nlohmann::ordered_json::array();
    if (loaded) {
      add(out, loaded->warnings, "warning");
      for (const auto& line : beside) out.push_back({{"file", ""}, {"line", 0}, {"severity", "note"}, {"message", line}});
    } else {
      add(out, loaded.error(), "error");
    }
    print(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    for (const auto& d : loaded ? loaded->warnings : loaded.error()) fmt::print(stderr, "{}\n", bus::clean_text(d.str()));
    for (const auto& line : beside) fmt::print(stderr, "note: {}\n", bus::clean_text(line));
    if (loaded && options.file.empty() && loaded->config.links.empty())
      fmt::print(stderr, "ghostctl: no links are configured (/etc/ghostd/links/NAME.conf)\n");
  }
  return loaded ? ExitCode::ok : ExitCode::failed;
}

}  // namespace ghost::client
