// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/services.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/files.hpp"
#include "config/syntax.hpp"
#include "config/values.hpp"
#include "core/appear_config.hpp"
#include "ghost-announce/check.hpp"
#include "ghost-announce/section.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::config {
namespace {

constexpr std::string_view kSection = "Service";

// What a service file says for people only.
bool is_for_people(std::string_view key) { return key == "Description" || key == "Documentation"; }

void read_needs(const Assignment& a, const std::string& file, Service& service, Diagnostics& problems) {
  service.needs.clear();
  for (const auto key : split_list(a.value)) {
    if (announce::is_section_key(key)) service.needs.emplace_back(key);
    else problems.push_back({file, a.line, fmt::format("Needs=: {} is not the name of a key", key)});
  }
}

void apply(const Assignment& a, const std::string& file, Service& service, Diagnostics& problems) {
  if (a.section != kSection || is_for_people(a.key)) return;
  if (a.key == "Needs") return read_needs(a, file, service, problems);
  if (a.key == "Credential" || a.key == "Service")
    problems.push_back(
        {file, a.line, fmt::format("{}= belongs in the [Announce] section of the person who uses the service", a.key)});
  else if (a.value.empty()) service.values.erase(a.key);
  else service.values.insert_or_assign(a.key, Service::Value{a.value, {file, a.line}});
}

// A template that names nothing, and a key that nothing reads.
void check(const Service& service, Diagnostics& problems) {
  core::AnnounceConfig section;
  for (const auto& [key, value] : service.values) {
    if (key == "Url") section.url = value.text;
    else section.more.emplace(key, value.text);
  }
  if (section.url.empty()) problems.push_back({service.file, 0, "the service has no Url=; write one in [Service]"});
  for (const auto& one : announce::request_templates(section)) {
    const auto& where = service.values.at(one.key).where;
    if (const auto wrong = announce::check_request_template(one.text))
      problems.push_back({where.file, where.line, fmt::format("{}=: {}", one.key, *wrong)});
    for (const auto& name : announce::names_in(one.text))
      if (announce::is_section_key(name) && !service.values.contains(name) &&
          std::ranges::find(service.needs, name) == service.needs.end())
        problems.push_back(
            {where.file, where.line,
             fmt::format("{}=: unknown field ${{{}}}; write {} in Needs=, or {}= with a default", one.key, name, name, name)});
  }
  const auto named = announce::named_keys(section);
  for (const auto& [key, value] : service.values)
    if (key != "Url" && !announce::is_notifier_key(key) && !named.contains(key))
      problems.push_back({value.where.file, value.where.line, fmt::format("unknown key {}= in [Service]", key)});
}

std::optional<Service> parse(const LinkFiles& files, Diagnostics& problems) {
  Service service;
  service.file = files.front().path;
  const auto before = problems.size();
  for (const auto& file : files) {
    const auto scanned = scan(file.path, file.text);
    problems.insert(problems.end(), scanned.problems.begin(), scanned.problems.end());
    for (const auto& section : scanned.sections)
      if (section.name != kSection)
        problems.push_back(
            {file.path, section.line, fmt::format("unknown section [{}]; a service file has [Service] alone", section.name)});
    for (const auto& assignment : scanned.assignments) apply(assignment, file.path, service, problems);
  }
  if (problems.size() == before) check(service, problems);
  return problems.size() == before ? std::optional(std::move(service)) : std::nullopt;
}

}  // namespace

void Services::read(Diagnostics& problems) {
  if (read_) return;
  read_ = true;
  auto collected = collect(directories_);
  problems.insert(problems.end(), collected.problems.begin(), collected.problems.end());
  for (auto& [name, files] : collected.links) files_.emplace(name, std::move(files));
}

const Service* Services::find(std::string_view name, const Where& where, Diagnostics& problems) {
  read(problems);
  if (const auto known = known_.find(name); known != known_.end()) return known->second ? &*known->second : nullptr;
  const auto files = files_.find(name);
  if (files == files_.end()) {
    std::vector<std::string_view> names;
    for (const auto& [one, unused] : files_) names.push_back(one);
    const auto near = nearest(name, names);
    problems.push_back({where.file, where.line,
                        fmt::format("Service={}: there is no {}.conf in {}{}", name, name, fmt::join(directories_, ", "),
                                    near.empty() ? "" : fmt::format("; did you mean {}?", near))});
    return nullptr;
  }
  const auto& service = known_.emplace(std::string(name), parse(files->second, problems)).first->second;
  return service ? &*service : nullptr;
}

}  // namespace ghost::config
