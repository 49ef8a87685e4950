// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel dropped of a link's packets before ghostd could see them: counters of our nftables table, and of the demand
// interface. Nobody is woken when they move, so they are read when somebody looks.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/link_status.hpp"
#include "core/time.hpp"

namespace ghost::daemon {

class KernelCounts {
 public:
  // Since the link was first asked about. Adds to what ghostd itself has counted.
  void add_to(core::LinkStatus& status);
  // They are asked for anew, unless that was a moment ago.
  void look(core::Time now);
  // The table is about to be loaded; it has been, and begins at zero.
  void before_reset() { read_table(); }
  void after_reset();
  // The link is no more.
  void forget(const std::string& link);

 private:
  // A counter that may begin again: what it had counted by then is kept.
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
    std::uint64_t start = 0;  // what its interface had dropped before we knew it
    Counter dropped;
  };
  void read_table();

  std::map<std::string, Counter> table_;  // by net::counter_name()
  std::map<std::string, Tun> tuns_;       // by link
  core::Time next_look_{};
};

}  // namespace ghost::daemon
