// SPDX-License-Identifier: GPL-2.0-or-later
// Offline: it reads the configuration as a reload would, asks the kernel for other default routes, and finds the name servers of this
// host. It reads what the pppd of each link would read. It changes nothing, and ghostd need not run.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/clean_text.hpp"
#include "config/load.hpp"
#include "ghostctl/beside.hpp"
#include "ghostctl/init_machine.hpp"
#include "ghostctl/pppd_files.hpp"
#include "ghostctl/resolver.hpp"
#include "ghostctl/verbs.hpp"
#include "ppp/option_judgement.hpp"

namespace ghost::client {
namespace {

void add(nlohmann::ordered_json& out, const config::Diagnostics& diagnostics, const char* severity) {
  for (const auto& d : diagnostics)
    out.push_back({{"file", d.file}, {"line", d.line}, {"severity", severity}, {"message", d.message}});
}

struct Said {
  const char* severity;
  ppp::Remark remark;
};

const char* severity_of(ppp::Remark::Verdict verdict) {
  using enum ppp::Remark::Verdict;
  switch (verdict) {
    case refused: return "error";
    case stops_pppd:
    case odd: return "warning";
    case unknown:
    case overridden: return "note";
  }
  return "error";
}

// The distribution's file is for every pppd of this host. check does not report an option there that ghostd overrides.
bool is_usual(const ppp::Remark& remark) {
  return remark.verdict == ppp::Remark::Verdict::overridden && remark.at.file == ppp::PppdFiles{}.options;
}

// A remark about several links, or several ways of a link, is printed once.
std::vector<Said> pppd_files_of(const core::Config& config, const std::string& root) {
  std::vector<Said> out;
  const auto add_remarks = [&](const core::LinkConfig& way) {
    if (const auto options = pppd_reads(way, root))
      for (auto& remark : ppp::judgement(*options))
        if (!is_usual(remark) && std::none_of(out.begin(), out.end(), [&](const Said& said) { return said.remark == remark; }))
          out.push_back({severity_of(remark.verdict), std::move(remark)});
  };
  for (const auto& link : config.links)
    for (const auto& way : each_way(link)) add_remarks(way);
  return out;
}

}  // namespace

ExitCode check(const Options& options) {
  const auto roots = init::roots_under(options.root);
  auto loaded = options.file.empty() ? config::load(roots) : config::check_file(options.file, roots);
  std::vector<net::Explained> beside;
  const bool this_host = options.file.empty() && options.root.empty();
  if (loaded && this_host) beside = what_stands_beside(loaded->config);
  if (loaded && this_host)
    for (auto& warning : config::check_resolver(*loaded, host_resolver(), leads_somewhere))
      loaded->warnings.push_back(std::move(warning));
  const auto pppd = loaded ? pppd_files_of(loaded->config, options.root) : std::vector<Said>();
  const bool refused = std::any_of(pppd.begin(), pppd.end(),
                                   [](const Said& said) { return said.remark.verdict == ppp::Remark::Verdict::refused; });
  if (options.json) {
    auto out = nlohmann::ordered_json::array();
    if (loaded) {
      add(out, loaded->warnings, "warning");
      for (const auto& [severity, remark] : pppd)
        out.push_back({{"file", remark.at.file}, {"line", remark.at.line}, {"severity", severity}, {"message", remark.text}});
      for (const auto& [warning, text] : beside)
        out.push_back({{"file", ""}, {"line", 0}, {"severity", warning ? "warning" : "note"}, {"message", text}});
    } else {
      add(out, loaded.error(), "error");
    }
    print(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    for (const auto& d : loaded ? loaded->warnings : loaded.error()) fmt::print(stderr, "{}\n", bus::clean_text(d.str()));
    for (const auto& [severity, remark] : pppd)
      fmt::print(stderr, "{}{}\n", std::string_view(severity) == "note" ? "note: " : "", bus::clean_text(remark.str()));
    for (const auto& [warning, text] : beside)
      fmt::print(stderr, "{}: {}\n", warning ? "warning" : "note", bus::clean_text(text));
    if (loaded && options.file.empty() && loaded->config.links.empty())
      fmt::print(stderr, "ghostctl: no links are configured (/etc/ghostd/links/NAME.conf)\n");
  }
  return loaded && !refused ? ExitCode::ok : ExitCode::failed;
}

}  // namespace ghost::client
