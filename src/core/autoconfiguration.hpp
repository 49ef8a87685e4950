// SPDX-License-Identifier: GPL-2.0-or-later
// Our IPv6 addresses on one call's interface, from what its far end advertises (RFC 4862 §5.5.3), and when to ask it
// (RFC 4861 §6.3.7, RFC 7559). Pure: time and advertisements in, things to do out. Only addresses come of it, no route.
//
// RFC 4862's rule that a lifetime is not cut to less than two hours is left out. It is against a third party on the link, and a
// call has none: who advertises here could as well hang up. So what was said last holds, and a valid lifetime of 0 takes the
// address away at once.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "core/router_advertisement.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Send one router solicitation.
struct Solicit {
  bool operator==(const Solicit&) const = default;
};
// Have this address, or change its lifetimes. The kernel takes it away when the valid one is over.
struct GiveAddress {
  IpAddress address;
  std::uint32_t preferred = 0, valid = 0;  // seconds, or kForever
  bool operator==(const GiveAddress&) const = default;
};
// The far end has withdrawn it.
struct TakeAddress {
  IpAddress address;
  bool operator==(const TakeAddress&) const = default;
};
// The largest IPv6 packet on the interface: at least IPv6's least, 1280.
struct SetMtu {
  std::uint32_t mtu = 0;
  bool operator==(const SetMtu&) const = default;
};
using AutoconfigurationStep = std::variant<Solicit, GiveAddress, TakeAddress, SetMtu>;

class Autoconfiguration {
 public:
  // A prefix each; further ones are passed over.
  static constexpr std::size_t kAddressesMax = 4;

  // link_local: the interface's own, whose last 64 bits are its identifier. A solicitation is due at once.
  Autoconfiguration(const IpAddress& link_local, Time now);

  [[nodiscard]] std::vector<AutoconfigurationStep> heard(const RouterAdvertisement& said, Time now);
  // To be called at deadline(); a call too many does no harm.
  [[nodiscard]] std::vector<AutoconfigurationStep> due(Time now);
  [[nodiscard]] Time deadline() const;

  [[nodiscard]] const IpAddress& link_local() const { return link_local_; }
  // Those that are valid.
  [[nodiscard]] std::vector<IpAddress> addresses(Time now) const;

 private:
  struct Lifetimes {
    Time preferred, valid;      // until then
    std::optional<Time> renew;  // ask when nothing has been said by then; nullopt: deprecated, kept for what it has
  };
  [[nodiscard]] IpAddress address_in(const Prefix& prefix) const;
  void take(const AdvertisedPrefix& said, Time now, std::vector<AutoconfigurationStep>& steps);
  void forget_expired(Time now);
  [[nodiscard]] Time renewal() const;

  IpAddress link_local_;
  std::map<IpAddress, Lifetimes> known_;
  std::optional<std::uint32_t> mtu_;
  Time not_before_;  // the next solicitation
  Duration pause_;   // after it
};

}  // namespace ghost::core
