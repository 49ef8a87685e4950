// SPDX-License-Identifier: GPL-2.0-or-later
// The file with what ghostd must know of a link after a crash. Another process writes it (appear_state/writer.hpp), so the loop
// never waits for the disk.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "appear_state/writer.hpp"
#include "ghostd/ports.hpp"

namespace ghost::daemon {

class MemoryFile final : public Memory {
 public:
  using Current = std::function<const core::LinkMemory&()>;
  using Saved = std::function<void(core::Written)>;
  // saved: called from the loop, when everything requested is on disk. Not after a failure: the writer tries again.
  MemoryFile(loop::EventLoop& loop, std::string directory, std::string link, Current current, Saved saved);

  void save(std::uint64_t generation) override;
  // The last try to write failed.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void ended(const std::optional<std::string>& problem);

  std::string link_;
  Saved saved_;
  std::uint64_t asked_for_ = 0;  // the newest generation
  bool failed_ = false;
  appear_state::Writer writer_;
};

// Reads what an earlier ghostd has saved.
[[nodiscard]] core::LinkMemory remembered(const std::string& directory, const std::string& link);

}  // namespace ghost::daemon
