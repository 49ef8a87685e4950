// SPDX-License-Identifier: GPL-2.0-or-later
// The ways in which a link can call, each a peer file that Peer= names, and the one by which the next call is made. They take turns: a
// failed call moves on to the next, and after a call that went well its way stays. So the way that worked is the first next time.
//
// A way is out when only a person can help it: its far end has refused us too often, or a file is wrong. The others take their
// turns without it. A refusal counts for its own way alone, whatever calls other ways make in between. With the last way that is
// not out, the link is blocked. LinkMemory keeps all this, by the names of the peers.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/acceptance.hpp"
#include "core/reason.hpp"

namespace ghost::core {

struct Way {
  std::string peer;                 // a file in /etc/ppp/peers; empty: Device= says how to call
  Acceptance acceptance{};          // of its far end
  std::optional<CallEnd> out = {};  // the failure after which no more calls are made by it; nullopt: it takes its turns
  bool operator==(const Way&) const = default;
};

class Ways {
 public:
  // One way, without a peer.
  Ways() : all_(1) {}
  // Of these peers, in this order; no peer: one way without. No call was made yet. The next is made by `next`, if that is among
  // them, else by the first.
  explicit Ways(const std::vector<std::string>& peers, std::string_view next = {});
  // Of these peers, after those of `before`. A peer that stays keeps what its far end once accepted, and not what was refused.
  static Ways of(const std::vector<std::string>& peers, const Ways& before);
  // As they were saved. Any saved list is valid. An empty list means one way without a peer.
  static Ways saved(std::vector<Way> all, std::string_view next);
  // What an earlier ghostd saved, for the peers of today. If they differ from those of then, as of().
  static Ways restored(const Ways& earlier, const std::vector<std::string>& peers);

  [[nodiscard]] const std::vector<Way>& all() const { return all_; }  // never empty
  [[nodiscard]] bool several() const { return all_.size() > 1; }
  // The next call uses this way. It is out only if all ways are out.
  [[nodiscard]] const Way& next() const { return all_[next_]; }
  [[nodiscard]] Acceptance& acceptance() { return all_[next_].acceptance; }  // its
  // Another way takes its turns, too.
  [[nodiscard]] bool another() const;
  [[nodiscard]] bool any_out() const;

  // A call by it has failed.
  void move_on();
  // Only a person can help it. Without another way, it remains the next.
  void take_out(CallEnd why);
  // The next call is made by this one, unless it is out or not among them.
  void prefer(std::string_view peer);

  // A person has unblocked the link: as if none had ever refused us. All take their turns again. What a far end once accepted stays.
  void forgive();
  // A file may have been mended: all take their turns again, with one more try before they are out after `refused_attempts`.
  void mend(unsigned refused_attempts);

  bool operator==(const Ways&) const = default;

 private:
  void bring_back();

  std::vector<Way> all_;
  std::size_t next_ = 0;
};

}  // namespace ghost::core
