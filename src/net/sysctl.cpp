// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/sysctl.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "base/ids.hpp"
#include "base/unique_fd.hpp"
#include "net/set_aside.hpp"

namespace ghost::net {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kNames = {
    "accept_dad",    "accept_local", "accept_ra",  "accept_ra_defrtr", "addr_gen_mode",
    "dad_transmits", "disable_ipv6", "forwarding", "rp_filter",        "router_solicitation_delay"};

// ghostd owns the journal, but "ghost-tun release" reads it as root. So only entries that
// the plans can have written are accepted.
bool sound(const std::string& key, const std::string& value) {
  std::string_view rest = key;
  if (!rest.starts_with("net/ipv4/conf/") && !rest.starts_with("net/ipv6/conf/")) return false;
  rest.remove_prefix(std::string_view("net/ipv4/conf/").size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  const auto interface = rest.substr(0, slash);
  if (interface == "." || interface == "..") return false;
  if (std::find(kNames.begin(), kNames.end(), rest.substr(slash + 1)) == kNames.end()) return false;
  const auto digits = std::string_view(value).substr(value.starts_with('-') ? 1 : 0);
  return !digits.empty() && digits.size() <= 10 && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// Far more than the interfaces of 250 links need.
constexpr std::size_t kFileMax = 1024 * 1024;

// The journal is in ghostd's directory, so ghostd could put anything there under its name, and the reader
// may be root. It must not be a symbolic link, a FIFO that makes us wait, or an endless file.
Result<std::string> read_file(const std::filesystem::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags));
  if (!fd) return failure(errno, "read " + path.string());
  struct stat st{};
  if (::fstat(fd.get(), &st) < 0) return failure(errno, "read " + path.string());
  if (!S_ISREG(st.st_mode)) return failure(EINVAL, "read " + path.string() + ", which is not a regular file");
  std::string out;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t n = ::read(fd.get(), part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure(errno, "read " + path.string());
    if (n == 0) return out;
    out.append(part.data(), static_cast<std::size_t>(n));
    if (out.size() > kFileMax) return failure(EFBIG, "read " + path.string());
  }
}

Result<void> write_all(const UniqueFd& fd, const std::filesystem::path& path, std::string_view text) {
  const ssize_t n = ::write(fd.get(), text.data(), text.size());
  if (n < 0) return failure(errno, "write " + path.string());
  if (static_cast<std::size_t>(n) != text.size()) return failure(ENOSPC, "write " + path.string());
  return {};
}

// An interface may disappear at any time.
bool is_gone(const Error& error) { return error.errno_value == ENOENT || error.errno_value == ENODEV; }

// The kernel does not accept the value there, however often it is written.
bool is_refused(const Error& error) { return error.errno_value == EINVAL || error.errno_value == ERANGE; }

}  // namespace

std::optional<Sysctls::Entries> Sysctls::parse(std::string_view text) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return std::nullopt;
  Entries entries;
  for (const auto& one : list) {
    if (!one.is_array() || one.size() != 2 || !one[0].is_string() || !one[1].is_string()) return std::nullopt;
    auto key = one[0].get<std::string>(), value = one[1].get<std::string>();
    if (!sound(key, value)) return std::nullopt;
    entries.emplace_back(std::move(key), std::move(value));
  }
  return entries;
}

Sysctls Sysctls::open(std::filesystem::path root, std::filesystem::path journal) {
  Sysctls out(std::move(root), std::move(journal), {});
  const auto text = read_file(out.journal_, O_NOFOLLOW);
  if (!text && text.error().errno_value == ENOENT) return out;
  auto entries = text ? parse(*text) : std::nullopt;
  if (entries) out.entries_ = std::move(*entries);
  else
    out.problem_ = (text ? out.journal_.string() + " is not what ghostd writes" : text.error().what) + "; " +
                   set_aside(out.journal_) + ", and nothing is restored from it";
  return out;
}

Result<std::string> Sysctls::read(const std::string& key) const {
  auto text = read_file(root_ / key, 0);
  if (text && text->ends_with('\n')) text->pop_back();
  return text;
}

Result<void> Sysctls::write(const std::string& key, const std::string& value) const {
  const auto path = root_ / key;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return failure(errno, "write " + path.string());
  return write_all(fd, path, value + "\n");
}

SysctlValues Sysctls::snapshot() const {
  SysctlValues out;
  for (const auto& [tree, names] :
       {std::pair<std::string, std::vector<std::string>>{"net/ipv4/conf", {"rp_filter", "forwarding"}},
        {"net/ipv6/conf", {"accept_ra", "forwarding"}}}) {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / tree, none)) {
      for (const auto& name : names) {
        const std::string key = tree + "/" + entry.path().filename().string() + "/" + name;
        if (const auto value = read(key)) out[key] = *value;
      }
    }
  }
  return out;
}

std::optional<std::string> Sysctls::original(const std::string& key) const {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.first == key; });
  if (at == entries_.end()) return std::nullopt;
  return at->second;
}

Result<void> Sysctls::amend(const std::string& key, const std::string& value) {
  Entries entries = entries_;
  for (auto& entry : entries)
    if (entry.first == key) entry.second = value;
  if (entries == entries_) return {};
  if (auto ok = save(entries); !ok) return ok;
  entries_ = std::move(entries);
  return {};
}

Result<void> Sysctls::save(const Entries& entries) const {
  json list = json::array();
  for (const auto& [key, value] : entries) list.push_back(json::array({key, value}));
  // Written beside it and renamed, so that there is never half a journal. /run is memory, so there is nothing to fsync. The name is
  // a new one, because what has a known name may be a FIFO.
  std::string beside = journal_.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) return failure(errno, "write " + beside);
  if (auto ok = write_all(fd, beside, list.dump(1) + "\n"); !ok) {
    ::unlink(beside.c_str());
    return ok;
  }
  if (::rename(beside.c_str(), journal_.c_str()) < 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    return failure(error, "write " + journal_.string());
  }
  return {};
}

namespace {

// net/ipv4/conf/<interface>/<name>. An entry that is not recorded belongs to an interface of ours, whatever its name is.
bool is_kept(const SysctlWrite& one) {
  const std::string_view key = one.key;
  const auto at = std::string_view("net/ipv4/conf/").size();
  if (key.ends_with("/mtu")) return false;  // follows the interface's own
  return !one.record || is_of_a_link(key.substr(at)) || key == "net/ipv6/conf/all/forwarding" ||
         (key.starts_with("net/ipv4/") && key.ends_with("/forwarding"));
}

}  // namespace

void Sysctls::forget(std::string_view interface) {
  const auto at = std::string_view("net/ipv4/conf/").size();
  const auto name = std::string(interface) + "/";
  std::erase_if(wanted_, [&](const auto& w) { return w.first.compare(at, name.size(), name) == 0; });
}

std::vector<SysctlWrite> Sysctls::lost() const {
  std::vector<SysctlWrite> out;
  for (const auto& [key, value] : wanted_)
    if (const auto now = read(key); now && *now != value) out.push_back({key, value, false});
  return out;
}

Result<void> Sysctls::apply(const std::vector<SysctlWrite>& writes) {
  // All originals first, in one write, so that the journal has at least all overwritten values.
  Entries entries = entries_;
  std::vector<SysctlWrite> to_do;
  for (const auto& one : writes) {
    const auto now = read(one.key);
    if (now && is_kept(one)) wanted_[one.key] = one.value;
    if (!now) {
      if (is_gone(now.error())) continue;
      return tl::unexpected(now.error());
    }
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.first == one.key; });
    if (one.record && !known) entries.emplace_back(one.key, *now);
    if (*now != one.value) to_do.push_back(one);
  }
  if (entries.size() != entries_.size()) {
    if (auto ok = save(entries); !ok) return ok;
    entries_ = std::move(entries);
  }
  for (const auto& one : to_do) {
    if (auto ok = write(one.key, one.value); !ok && !is_gone(ok.error())) return ok;
  }
  return {};
}

// An interface that has appeared since got default's value, which apply() may have changed. It gets what it would have got.
Result<void> Sysctls::restore_inherited() const {
  Result<void> out;
  const std::string tree = "net/ipv6/conf/", name = "/accept_ra";
  const auto by_default = original(tree + "default" + name);
  if (!by_default) return out;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(root_ / tree, none)) {
    const auto key = tree + entry.path().filename().string() + name;
    const auto now = read(key);
    if (entry.path().filename() == "all" || original(key) || !now || *now != "2") continue;
    if (auto ok = write(key, *by_default); !ok && !is_gone(ok.error())) out = ok;
  }
  return out;
}

Result<void> Sysctls::restore() {
  Result<void> out;
  Entries accepted;
  for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
    // Written even if it looks right, because writing an earlier entry may change it (all.forwarding does).
    auto ok = write(at->first, at->second);
    if (!ok && is_refused(ok.error())) {
      if (refused_.empty()) refused_ = ok.error().what + "; " + journal_.string() + " names the value " + at->second;
      continue;
    }
    if (!ok && !is_gone(ok.error()) && out) out = ok;
    accepted.push_back(*at);
  }
  std::reverse(accepted.begin(), accepted.end());
  const auto dropped = entries_.size() - accepted.size();
  if (dropped > 1) refused_ += ", and " + std::to_string(dropped - 1) + " more that the kernel refuses";
  if (dropped > 0) refused_ += dropped > 1 ? "; they keep their present values" : "; it keeps its present value";
  entries_ = std::move(accepted);
  if (auto ok = restore_inherited(); !ok && out) out = ok;
  if (!out) {
    // The journal stays, because some entries failed. It loses the refused ones, so that they are not reported again.
    if (dropped > 0) std::ignore = save(entries_);
    return out;
  }
  entries_.clear();
  wanted_.clear();
  if (::unlink(journal_.c_str()) < 0 && errno != ENOENT) return failure(errno, "remove " + journal_.string());
  return {};
}

}  // namespace ghost::net
