// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/ids.hpp"
#include "config/files.hpp"
#include "config/keys.hpp"
#include "config/link_check.hpp"
#include "config/name_servers.hpp"
#include "config/syntax.hpp"

namespace ghost::config {
namespace {

void check_name(const std::string& name, const std::string& path, Diagnostics& problems) {
  if (valid_link_name(name)) return;
  problems.push_back(
      {path, 0,
       name.size() > kLinkNameMax
           ? fmt::format("link name \"{}\" is {} bytes long; at most {} are allowed (ppp-<name> must fit in an interface name)",
                         name, name.size(), kLinkNameMax)
           : fmt::format("link name \"{}\" is not valid; use letters, digits, '_' and '-', and do not begin with '-'", name)});
}

Draft read_link(const std::string& name, const LinkFiles& files, Services& services, Diagnostics& problems,
                Diagnostics& warnings) {
  Draft draft;
  draft.link.name = name;
  draft.main = {files.front().path, 1};
  check_name(name, files.front().path, problems);
  const auto problems_before = problems.size();  // an error in the name does not affect the rest
  for (const auto& file : files) {
    const auto scanned = scan(file.path, file.text);
    if (&file == &files.front())
      if (const auto header = std::find_if(scanned.sections.begin(), scanned.sections.end(),
                                           [](const SectionLine& s) { return s.name == "Link"; });
          header != scanned.sections.end())
        draft.main.line = header->line;
    problems.insert(problems.end(), scanned.problems.begin(), scanned.problems.end());
    open_sections(file.path, scanned.sections, draft, problems);
    for (const auto& assignment : scanned.assignments) apply(file.path, assignment, draft, problems);
  }
  draft.sound = problems.size() == problems_before;
  check_link(draft, problems);
  check_announces(draft.announces, services, draft.sound, problems, warnings);
  return draft;
}

// Sorts by file and line, in reading order; errors of a file as a whole come first.
void in_reading_order(Diagnostics& problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
}

// Each link's buffer has a limit of its own; together they must leave room for the rest of ghostd (MemoryMax= of ghostd.service).
// Not an error: files of an earlier version may ask for more, and a smaller buffer is better than no link.
void share_buffer_memory(std::vector<Draft>& drafts, Diagnostics& warnings) {
  std::uint64_t sum = 0;
  for (const auto& draft : drafts) sum += draft.link.buffer.bytes;
  if (sum <= kBufferBytesMax) return;
  const auto& largest = *std::max_element(
      drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) { return a.link.buffer.bytes < b.link.buffer.bytes; });
  warnings.push_back(
      {largest.at("Bytes").file, largest.at("Bytes").line,
       fmt::format("the buffers of all links are {}M together; {}M are allowed, so each link gets {} % of its Bytes=. "
                   "Give a smaller Bytes= here",
                   (sum + (1U << 20) - 1) >> 20, kBufferBytesMax >> 20, 100 * kBufferBytesMax / sum)});
  for (auto& draft : drafts)
    draft.link.buffer.bytes = static_cast<std::size_t>(draft.link.buffer.bytes * std::uint64_t{kBufferBytesMax} / sum);
}

tl::expected<Loaded, Diagnostics> settle(std::vector<Draft> drafts, Collected collected, const Roots& roots) {
  auto& problems = collected.problems;
  if (drafts.size() > kLinksMax)
    problems.push_back(
        {drafts.back().main.file, 0, fmt::format("{} links are configured; at most {} are allowed", drafts.size(), kLinksMax)});
  share_buffer_memory(drafts, collected.warnings);
  settle_addresses(drafts, roots, problems);
  settle_name_servers(drafts, roots, problems, collected.warnings);
  if (!problems.empty()) {
    in_reading_order(problems);
    return tl::unexpected(std::move(problems));
  }
  Loaded out;
  out.warnings = std::move(collected.warnings);
  in_reading_order(out.warnings);
  for (auto& draft : drafts) {
    if (draft.given("DNS")) out.dns_at[draft.link.name] = draft.at("DNS");
    for (auto& announce : draft.announces) draft.link.announces.push_back(std::move(announce.config));
    out.config.links.push_back(std::move(draft.link));
  }
  return out;
}

}  // namespace

tl::expected<Loaded, Diagnostics> load(const Roots& roots) {
  auto collected = collect(roots.link_directories);
  std::vector<Draft> drafts;
  Services services(roots.service_directories);
  for (const auto& [name, files] : collected.links)
    drafts.push_back(read_link(name, files, services, collected.problems, collected.warnings));
  return settle(std::move(drafts), std::move(collected), roots);
}

tl::expected<Loaded, Diagnostics> check_file(const std::string& path, const Roots& roots) {
  Collected collected;
  SourceFile file;
  std::vector<Draft> drafts;
  if (read_source(path, file, collected.problems)) {
    auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    constexpr std::string_view kSuffix = ".conf";
    if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
    else collected.warnings.push_back({path, 0, "ghostd reads only files whose name ends in .conf; rename it"});
    Services services(roots.service_directories);
    drafts.push_back(read_link(name, {file}, services, collected.problems, collected.warnings));
  }
  return settle(std::move(drafts), std::move(collected), roots);
}

}  // namespace ghost::config
