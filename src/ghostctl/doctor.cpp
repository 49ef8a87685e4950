// SPDX-License-Identifier: GPL-2.0-or-later
// doctor: looks, concludes, prints. It changes nothing, and ghostd need not run.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bus/clean_text.hpp"
#include "ghostctl/doctor_machine.hpp"
#include "ghostctl/verbs.hpp"

namespace ghost::client {
namespace {

const char* word(doctor::Weight weight) {
  using enum doctor::Weight;
  switch (weight) {
    case obstacle: return "problem";
    case caution: return "caution";
    case unseen: return "unseen";
    case fine: return "fine";
  }
  return "";
}

}  // namespace

ExitCode doctor(const Options& options) {
  const auto found = doctor::findings(doctor::look(options.root));
  const auto problems = std::count_if(found.begin(), found.end(),
                                      [](const auto& f) { return f.weight == doctor::Weight::obstacle; });
  if (options.json) {
    auto out = nlohmann::ordered_json::array();
    for (const auto& f : found) out.push_back({{"severity", word(f.weight)}, {"message", f.what}, {"advice", f.todo}});
    print(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    for (const auto& f : found) {
      print(fmt::format("{:<8} {}\n", word(f.weight), bus::clean_text(f.what)));
      if (!f.todo.empty()) print(fmt::format("         -> {}\n", bus::clean_text(f.todo)));
    }
    print(problems == 0 ? "Nothing stands in the way.\n" : fmt::format("In the way: {}.\n", problems));
  }
  return problems == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace ghost::client
