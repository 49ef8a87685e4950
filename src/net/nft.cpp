// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nft.hpp"

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <utility>

#include "base/ids.hpp"
#include "net/nft_library.hpp"

namespace ghost::net::nft {
namespace {

using nlohmann::json;

// Gives the memory that libnftables and its JSON need for a moment back to the system at once, because ghostd mostly waits. It is
// a megabyte for one link, twenty for a hundred.
struct GiveBack {
  ~GiveBack() { ::malloc_trim(0); }
};

class Context {
 public:
  static Result<Context> make(bool dry) {
    auto nft = NftLibrary::load();
    if (!nft) return tl::unexpected(nft.error());
    Context out(std::move(*nft));
    auto* const raw = out.context_.get();
    if (!raw || out.nft_.ctx_buffer_output(raw) != 0 || out.nft_.ctx_buffer_error(raw) != 0) return failure(ENOMEM, "nftables");
    out.nft_.ctx_set_dry_run(raw, dry);
    return out;
  }
  void answer_in_json() { nft_.ctx_output_set_flags(context_.get(), NFT_CTX_OUTPUT_JSON); }
  Result<void> execute(const std::string& commands) {
    if (nft_.run_cmd_from_buffer(context_.get(), commands.c_str()) == 0) return {};
    std::string text = nft_.ctx_get_error_buffer(context_.get());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return tl::unexpected(Error{0, "nftables: " + (text.empty() ? "refused" : text)});
  }
  std::string answer() { return nft_.ctx_get_output_buffer(context_.get()); }

 private:
  explicit Context(NftLibrary nft) : nft_(std::move(nft)), context_(nft_.ctx_new(NFT_CTX_DEFAULT), nft_.ctx_free) {}
  NftLibrary nft_;
  std::unique_ptr<nft_ctx, decltype(&::nft_ctx_free)> context_;
};

Result<json> run_json(const json& commands, bool dry) {
  const GiveBack after_all;
  auto context = Context::make(dry);
  if (!context) return tl::unexpected(context.error());
  context->answer_in_json();
  if (auto ok = context->execute(commands.dump()); !ok) return tl::unexpected(ok.error());
  const std::string text = context->answer();
  if (text.empty()) return json();
  json out = json::parse(text, nullptr, false);
  if (out.is_discarded()) return tl::unexpected(Error{0, "nftables: its answer is not JSON"});
  return out;
}

json in_table(const char* kind, json object) {
  object.update({{"family", "inet"}, {"table", kTable}});
  return {{kind, std::move(object)}};
}

json single(const char* command, json object) { return {{"nftables", json::array({{{command, std::move(object)}}})}}; }

// The objects of this kind in an answer.
std::vector<json> objects(const json& answer, const char* kind) {
  std::vector<json> out;
  if (!answer.is_object() || !answer.contains("nftables")) return out;
  for (const auto& one : answer["nftables"])
    if (one.is_object() && one.contains(kind)) out.push_back(one[kind]);
  return out;
}

Result<std::map<std::string, std::chrono::seconds>> live_elements() {
  const auto answer = run(single("list", in_table("set", {{"name", "live"}})));
  if (!answer) return tl::unexpected(answer.error());
  return live_in(*answer);
}

}  // namespace

std::map<std::string, std::chrono::seconds> live_in(const json& answer) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::map<std::string, std::chrono::seconds> out;
  for (const auto& set : objects(answer, "set")) {
    if (!set.is_object() || !set.contains("elem")) continue;
    for (const auto& entry : set["elem"]) {
      if (!entry.is_object() || !entry.contains("elem")) continue;
      const json& elem = entry["elem"];
      if (!elem.is_object() || !elem.contains("val") || !elem["val"].is_string() || !elem.contains("expires")) continue;
      // nlohmann converts any number, and one above INT64_MAX becomes negative.
      if (!elem["expires"].is_number_integer()) continue;
      const auto seconds = elem["expires"].get<std::int64_t>();
      if (seconds >= 0 && seconds <= kMost) out[elem["val"].get<std::string>()] = std::chrono::seconds(seconds);
    }
  }
  return out;
}

Result<json> run(const json& commands) { return run_json(commands, false); }

Result<void> run_text(const std::string& commands) {
  const GiveBack after_all;
  auto context = Context::make(false);
  if (!context) return tl::unexpected(context.error());
  return context->execute(commands);
}

Result<void> check(const json& commands) {
  const auto answer = run_json(commands, true);
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Result<void> load(const Ruleset& ruleset) {
  const auto live = live_elements();  // fails if there is no table yet
  if (!live && live.error().errno_value != 0) return tl::unexpected(live.error());
  const auto loaded = run(render(ruleset));
  if (!loaded) return tl::unexpected(loaded.error());
  if (!live) return {};
  for (const auto& [ifname, left] : *live) {
    // A reload may have made the idle time shorter.
    auto most = left;
    for (const auto& link : ruleset.links)
      if (link.call_interface == ifname) most = std::min(left, link.idle_timeout);
    // A failure does no harm: the interface may have gone meanwhile.
    std::ignore = keep_live(ifname, std::max(most, std::chrono::seconds(1)));
  }
  return {};
}

Result<std::optional<std::chrono::seconds>> live_remaining(const std::string& ifname) {
  const auto live = live_elements();
  if (!live) return tl::unexpected(live.error());
  const auto at = live->find(ifname);
  if (at == live->end()) return std::nullopt;
  return at->second + std::chrono::seconds(1);
}

Result<void> keep_live(const std::string& ifname, std::chrono::seconds timeout) {
  const json elem = {{"elem", {{"val", ifname}, {"timeout", timeout.count()}}}};
  const auto done = run(single("add", in_table("element", {{"name", "live"}, {"elem", json::array({elem})}})));
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<void> set_call(const RulesetLink& link) {
  const auto done = run(render_call(link));
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<void> set_blocked(const std::string& link, bool blocked) {
  const auto done = run(render_blocked(link, blocked));
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<void> delete_table() {
  const auto done = run(render_delete_table());
  if (!done) return tl::unexpected(done.error());
  return {};
}

}  // namespace ghost::net::nft
