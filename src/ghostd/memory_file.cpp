// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/memory_file.hpp"

#include <utility>

#include "appear_state/file.hpp"
#include "ghostd/clocks.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

MemoryFile::MemoryFile(loop::EventLoop& loop, std::string directory, std::string link, Current current, Saved saved)
    : link_(link),
      saved_(std::move(saved)),
      writer_(
          loop,
          [directory = std::move(directory), link = std::move(link), current = std::move(current)] {
            return appear_state::save(directory, link, current());
          },
          [this](const auto& problem) { ended(problem); }) {}

void MemoryFile::save(std::uint64_t generation) {
  asked_for_ = generation;
  writer_.write();
}

void MemoryFile::ended(const std::optional<std::string>& problem) {
  if (problem && !std::exchange(failed_, true))
    log(LOG_ERR, link_, "cannot save what ghostd must remember of this link: " + *problem);
  if (!problem) failed_ = false;
  // The writer tries again. A notice that waits for this write leaves unwritten after 2 s at most (core::Appearances).
  if (!problem && !writer_.busy()) saved_({asked_for_});
}

core::LinkMemory remembered(const std::string& directory, const std::string& link) {
  auto loaded = appear_state::load(directory, link, wall_now());
  if (loaded.problem) log(LOG_WARNING, link, *loaded.problem);
  return std::move(loaded.state);
}

}  // namespace ghost::daemon
