// SPDX-License-Identifier: GPL-2.0-or-later
// Access to /proc/sys, and the record of the values before us. Every original value is in the journal
// file before it is overwritten, and an existing entry is never changed. So a restart, or a start
// after a crash, cannot mistake our own value for the original.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/error.hpp"
#include "net/sysctl_plan.hpp"

namespace ghost::net {

class Sysctls {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;  // key, value; in the order of the first writes
  // The journal's text. Total: nullopt for any other bytes, including a key outside net/.
  [[nodiscard]] static std::optional<Entries> parse(std::string_view text);

  // root: "/proc/sys". journal: "/run/ghostd/restore.json"; its directory must exist. A journal that cannot be read or understood
  // is not an empty one: it is set aside, as restore.json.broken, and problem() says so. Nothing is restored from it.
  [[nodiscard]] static Sysctls open(std::filesystem::path root, std::filesystem::path journal);
  // A line for people; empty: the journal was there and sound, or not there.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  [[nodiscard]] Result<std::string> read(const std::string& key) const;
  // All of net/ipv4/conf/*/ and net/ipv6/conf/*/ that the plans look at.
  [[nodiscard]] SysctlValues snapshot() const;

  // In order, stopping at the first failure. Values that are already right are recorded but not written. A
  // key that does not exist (no IPv6 in this kernel, the interface has just gone) is ignored.
  [[nodiscard]] Result<void> apply(const std::vector<SysctlWrite>& writes);

  // The values that apply() wrote for ourselves (our interfaces' own values, and forwarding where we enabled it) and that have
  // changed since. Values that other interfaces got so that nothing changes for them do not count.
  [[nodiscard]] std::vector<SysctlWrite> lost() const;

  // The interface is gone, and its values with it. Another one of its name begins with the kernel's.
  void forget(std::string_view interface);

  // The value before our first write, or nullopt if it was never recorded.
  [[nodiscard]] std::optional<std::string> original(const std::string& key) const;

  // Changes the value that restore() will write, because the value without ghostd would now be this one. ghostd's own value
  // stays. Without an entry in the journal, nothing happens.
  [[nodiscard]] Result<void> amend(const std::string& key, const std::string& value);

  // Writes all originals back, the last first, and removes the journal. Keys that no longer exist are
  // ignored. A value that the kernel refuses (EINVAL, ERANGE) is dropped from the journal, because it will never be accepted;
  // refused() says so. It tries all, keeps the journal if one failed, and returns the first failure.
  [[nodiscard]] Result<void> restore();
  // A line for people: what restore() has dropped. Empty: nothing. One line, because ghostd could forge thousands of entries.
  [[nodiscard]] const std::string& refused() const { return refused_; }

 private:
  Sysctls(std::filesystem::path root, std::filesystem::path journal, Entries entries)
      : root_(std::move(root)), journal_(std::move(journal)), entries_(std::move(entries)) {}
  [[nodiscard]] Result<void> write(const std::string& key, const std::string& value) const;
  [[nodiscard]] Result<void> save(const Entries& entries) const;
  [[nodiscard]] Result<void> restore_inherited() const;

  std::filesystem::path root_;
  std::filesystem::path journal_;
  Entries entries_;
  std::string problem_;
  std::string refused_;
  SysctlValues wanted_;  // as apply() wrote them last
};

}  // namespace ghost::net
