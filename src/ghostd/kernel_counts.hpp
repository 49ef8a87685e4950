// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of a link that the kernel dropped before ghostd could see them: counters of ghostd's nftables table and of the
// demand interface. The kernel does not report their changes, so ghostd reads them when somebody asks for the status.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/link_status.hpp"
#include "core/time.hpp"

namespace ghost::daemon {

class KernelCounts {
 public:
  // Adds the counts since the first question about the link to what ghostd itself has counted.
  void add_to(core::LinkStatus& status);
  // Reads the counters anew, unless the last reading is recent.
  void look(core::Time now);
  // The table is about to be loaded / has been loaded, so its counters begin at zero.
  void before_reset() { read_table(); }
  void after_reset();
  // The link is gone.
  void forget(const std::string& link);

 private:
  // A counter of the kernel that may restart at zero. Its earlier counts are kept.
  struct Counter {
    std::uint64_t before = 0, last = 0;
    void begin_again() {
      before += last;
      last = 0;
    }
    void see(std::uint64_t now) {
      if (now < last) begin_again();
      last = now;
    }
    [[nodiscard]] std::uint64_t value() const { return before + last; }
  };
  struct Tun {
    std::uint64_t start = 0;  // what its interface had dropped before ghostd knew it
    Counter dropped;
  };
  void read_table();

  std::map<std::string, Counter> table_;  // by net::counter_name()
  std::map<std::string, Tun> tuns_;       // by link
  core::Time next_look_{};
};

}  // namespace ghost::daemon
