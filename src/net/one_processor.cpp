// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/one_processor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "base/unique_fd.hpp"

namespace ghost::net {
namespace {

// net/core/net-procfs.c, softnet_seq_show(): of the columns, counted from 0.
constexpr std::size_t kBacklogColumn = 11, kProcessorColumn = 12;

std::optional<unsigned> column(std::string_view line, std::size_t n) {
  for (; n > 0; --n) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    line.remove_prefix(space + 1);
  }
  unsigned value = 0;
  if (std::from_chars(line.data(), line.data() + line.size(), value, 16).ec != std::errc{}) return std::nullopt;
  return value;
}

std::string read_file(const char* path) {
  std::string text;
  const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> some{};
  for (ssize_t n = 0; fd && (n = ::read(fd.get(), some.data(), some.size())) > 0;) text.append(some.data(), static_cast<std::size_t>(n));
  return text;
}

}  // namespace

std::optional<unsigned> softnet_backlog(std::string_view text, unsigned processor) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (column(line, kProcessorColumn) == processor) return column(line, kBacklogColumn);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return std::nullopt;
}

OneProcessor::OneProcessor() noexcept {
  if (::sched_getaffinity(0, sizeof before_, &before_) < 0) return;
  const int here = ::sched_getcpu();
  if (here < 0 || here >= CPU_SETSIZE) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(here), &only);
  if (::sched_setaffinity(0, sizeof only, &only) == 0) processor_ = here;
}

OneProcessor::~OneProcessor() {
  if (processor_ >= 0) (void)::sched_setaffinity(0, sizeof before_, &before_);
}

bool OneProcessor::wait_for_backlog() const {
  if (processor_ < 0) return false;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  bool waited = false;
  while (softnet_backlog(read_file("/proc/net/softnet_stat"), static_cast<unsigned>(processor_)).value_or(0) != 0) {
    waited = true;
    if (std::chrono::steady_clock::now() > end) break;
    ::usleep(200);
  }
  return waited;
}

}  // namespace ghost::net
