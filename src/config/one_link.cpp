// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/one_link.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ids.hpp"

namespace ghost::config {
namespace {

std::string path_in(const std::string& directory, std::string_view link) { return fmt::format("{}/{}.conf", directory, link); }

bool has_file(std::string_view link, const Roots& roots) {
  return valid_link_name(link) && std::any_of(roots.link_directories.begin(), roots.link_directories.end(),
                                              [&](const auto& d) { return ::access(path_in(d, link).c_str(), F_OK) == 0; });
}

std::optional<std::string> file_without_drop_ins(std::string_view link, const Roots& roots) {
  std::optional<std::string> found;
  for (const auto& directory : roots.link_directories) {
    const auto path = path_in(directory, link);
    if (::access((path + ".d").c_str(), F_OK) == 0) return std::nullopt;
    if (::access(path.c_str(), F_OK) == 0) found = path;
  }
  return found;
}

}  // namespace

tl::expected<core::LinkConfig, std::string> load_link(std::string_view name, const Roots& roots) {
  const auto unknown = [&] { return tl::unexpected<std::string>(fmt::format("no link \"{}\" is configured", name)); };
  if (!has_file(name, roots)) return unknown();
  auto loaded = load(roots);
  if (!loaded) {
    for (const auto& d : loaded.error())
      if (d.file.find(path_in("", name)) != std::string::npos) return tl::unexpected<std::string>(d.str());
    const auto alone = file_without_drop_ins(name, roots);
    if (!alone) return tl::unexpected<std::string>(loaded.error().front().str());
    const auto faults = std::move(loaded.error());
    loaded = check_file(*alone, roots);
    if (!loaded) return tl::unexpected<std::string>(faults.front().str());
  }
  auto& links = loaded->config.links;
  const auto it = std::find_if(links.begin(), links.end(), [&](const core::LinkConfig& l) { return l.name == name; });
  if (it == links.end()) return unknown();
  return std::move(*it);
}

}  // namespace ghost::config
