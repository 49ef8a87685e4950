// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "ppp/connect_script.hpp"
#include "ppp/options.hpp"

namespace ghost::ppp {
namespace {

using Verdict = Remark::Verdict;

// No later option takes these back.
struct Refused {
  std::string_view name;
  std::string_view why;
};
constexpr Refused kRefused[] = {
    {"demand", "pppd would dial by itself"}, {"dryrun", "pppd would not dial"},
    {"show-options", "pppd would not dial"}, {"--help", "pppd would not dial"},
    {"-h", "pppd would not dial"},           {"--version", "pppd would not dial"},
    {"-v", "pppd would not dial"},           {"notty", "pppd would take its standard input for the line"},
};

std::optional<Remark> refused(const GivenOption& option) {
  if (option.at.file.empty()) return std::nullopt;
  const auto* found = std::find_if(std::begin(kRefused), std::end(kRefused),
                                   [&](const Refused& r) { return r.name == option.name; });
  if (found == std::end(kRefused)) return std::nullopt;
  return Remark{Verdict::refused, option.at,
                fmt::format("\"{}\" cannot be used with ghostd, because {}; remove it", option.name, found->why)};
}

// Two names of one thing.
std::string_view plain_name(std::string_view name) {
  if (name == "-detach") return "nodetach";
  if (name == "-defaultroute") return "nodefaultroute";
  if (name == "-defaultroute6") return "nodefaultroute6";
  if (name == "-ipv6") return "noipv6";
  return name;
}

bool same(const GivenOption& one, const GivenOption& other) {
  return plain_name(one.name) == plain_name(other.name) && one.value == other.value;
}

std::string words(const GivenOption& option) {
  const auto* known = known_option(option.name);
  return known != nullptr && known->takes_argument() ? option.name + " " + option.value : option.name;
}

// An option of a file that yields to one of ghostd's own. The defaults that ghostd gives before `call` yield themselves.
std::optional<Remark> overridden(const PppdOptions& options, const GivenOption& option) {
  const auto* known = known_option(option.name);
  if (option.at.file.empty() || known == nullptr || known->kind == OptionKind::file || known->kind == OptionKind::call ||
      known->kind == OptionKind::plugin)
    return std::nullopt;
  const auto* winner = options.effective(known->of_group());
  if (winner == nullptr || !winner->at.file.empty()) return std::nullopt;
  if (same(*winner, option)) return std::nullopt;
  return Remark{Verdict::overridden, option.at,
                fmt::format("\"{}\" has no effect, because ghostd gives pppd \"{}\"", words(option), words(*winner))};
}

// Options that ghostd needs, whatever the files say.
constexpr std::string_view kNeeded[] = {"nodetach", "persist",  "maxfail",      "idle",          "logfile", "hide-password",
                                        "ifname",   "linkname", "defaultroute", "defaultroute6", "+ipv6",   "ipparam"};

// A file that is read after ghostd's arguments and does not yield to them.
std::optional<Remark> overrides_ghostd(const PppdOptions& options, const GivenOption& option) {
  const auto* known = known_option(option.name);
  if (option.at.file.empty() || known == nullptr || options.effective(known->of_group()) != &option) return std::nullopt;
  if (std::find(std::begin(kNeeded), std::end(kNeeded), known->of_group()) == std::end(kNeeded)) return std::nullopt;
  const auto ours = std::find_if(options.options.rbegin(), options.options.rend(), [&](const GivenOption& other) {
    const auto* its = known_option(other.name);
    return other.at.file.empty() && its != nullptr && its->of_group() == known->of_group();
  });
  if (ours == options.options.rend() || same(*ours, option)) return std::nullopt;
  return Remark{Verdict::refused, option.at,
                fmt::format("\"{}\" would override \"{}\", which ghostd needs; remove it", words(option), words(*ours))};
}

std::optional<Remark> mute_chat(const PppdOptions& options) {
  if (!chat_is_mute(options)) return std::nullopt;
  return Remark{Verdict::odd, options.effective("connect")->at,
                "why this chat fails cannot be known; write its script into a file (-f)"};
}

// Programs that a call needs and that have no way to tell their reason.
std::optional<Remark> silent(const PppdOptions& options, std::string_view name) {
  const auto* program = options.effective(name);
  if (program == nullptr || program->at.file.empty() || (name == "connect" && connects_by_chat(options))) return std::nullopt;
  return Remark{
      Verdict::odd, program->at,
      fmt::format("ghostd will not know why the program of \"{}\" fails, because it understands only a chat(8) of \"connect\"",
                  name)};
}

}  // namespace

std::optional<Remark> refusal(const PppdOptions& options) {
  for (const auto& option : options.options) {
    if (auto remark = refused(option)) return remark;
    if (auto remark = overrides_ghostd(options, option)) return remark;
  }
  for (const auto& remark : options.remarks)
    if (remark.verdict == Verdict::refused) return remark;
  return std::nullopt;
}

std::vector<Remark> judgement(const PppdOptions& options) {
  std::vector<Remark> out;
  std::set<std::string> said;  // a file may be read twice
  const auto add = [&](std::optional<Remark> remark) {
    if (remark && said.insert(remark->str()).second) out.push_back(std::move(*remark));
  };
  for (const auto& option : options.options) {
    add(refused(option));
    add(overrides_ghostd(options, option));
  }
  for (const auto& remark : options.remarks) add(remark);
  add(mute_chat(options));
  for (const auto* name : {"connect", "init", "pty"}) add(silent(options, name));
  const auto is_stopped_by = [&](const GivenOption& option) {
    return std::any_of(options.remarks.begin(), options.remarks.end(), [&](const Remark& remark) {
      return remark.verdict == Verdict::stops_pppd && remark.at == option.at && remark.text.starts_with('"' + option.name + '"');
    });
  };
  for (const auto& option : options.options)
    if (auto remark = overridden(options, option); remark && !is_stopped_by(option)) add(std::move(remark));
  return out;
}

}  // namespace ghost::ppp
