// SPDX-License-Identifier: GPL-2.0-or-later
// What must be known of a link after a crash, in its file. Who writes it is another process (appear_state/writer.hpp): the loop
// waits for no disk.
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
  // saved: from the loop, when all that was asked for is on disk, or could not be written.
  MemoryFile(loop::EventLoop& loop, std::string directory, std::string link, Current current, Saved saved);

  void save(std::uint64_t generation) override;

 private:
  void ended(const std::optional<std::string>& problem);

  std::string link_;
  Saved saved_;
  std::uint64_t asked_for_ = 0;  // the newest generation
  bool failed_ = false;
  appear_state::Writer writer_;
};

// What an earlier ghostd has left there.
[[nodiscard]] core::LinkMemory remembered(const std::string& directory, const std::string& link);

}  // namespace ghost::daemon
