// SPDX-License-Identifier: GPL-2.0-or-later
// Our IPv6 addresses on one call's interface. It says what the far end's advertisements mean (RFC 4862 §5.5.3), and when to
// solicit one (RFC 4861 §6.3.7, RFC 7559). Pure: time and advertisements in, things to do out. It makes addresses only, never
// a route.
//
// RFC 4862 does not let an advertisement cut a lifetime to less than two hours. We leave this rule out: it protects against a
// third party on the link, and a call has none. A far end that advertises here could as well hang up. So the last advertisement
// holds, and a valid lifetime of 0 removes the address at once.
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
// Add this address, or change its lifetimes. The kernel removes the address when its valid lifetime is over.
struct GiveAddress {
  IpAddress address;
  std::uint32_t preferred = 0, valid = 0;  // seconds, or kForever
  bool operator==(const GiveAddress&) const = default;
};
// Remove this address, because the far end has withdrawn it.
struct TakeAddress {
  IpAddress address;
  bool operator==(const TakeAddress&) const = default;
};
// The largest IPv6 packet on the interface: at least 1280, IPv6's minimum.
struct SetMtu {
  std::uint32_t mtu = 0;
  bool operator==(const SetMtu&) const = default;
};
using AutoconfigurationStep = std::variant<Solicit, GiveAddress, TakeAddress, SetMtu>;

class Autoconfiguration {
 public:
  // One per prefix. Further prefixes are ignored.
  static constexpr std::size_t kAddressesMax = 4;

  // link_local: the interface's own address; its last 64 bits are the interface identifier. A solicitation is due at once.
  Autoconfiguration(const IpAddress& link_local, Time now);

  [[nodiscard]] std::vector<AutoconfigurationStep> heard(const RouterAdvertisement& said, Time now);
  // The caller calls it at deadline(). An extra call does no harm.
  [[nodiscard]] std::vector<AutoconfigurationStep> due(Time now);
  [[nodiscard]] Time deadline() const;

  [[nodiscard]] const IpAddress& link_local() const { return link_local_; }
  // The addresses that are valid.
  [[nodiscard]] std::vector<IpAddress> addresses(Time now) const;

 private:
  struct Lifetimes {
    Time preferred, valid;      // until then
    std::optional<Time> renew;  // solicit if no advertisement has come by then; nullopt: deprecated, and not renewed
  };
  [[nodiscard]] IpAddress address_in(const Prefix& prefix) const;
  void take(const AdvertisedPrefix& said, Time now, std::vector<AutoconfigurationStep>& steps);
  void forget_expired(Time now);
  [[nodiscard]] Time renewal() const;

  IpAddress link_local_;
  std::map<IpAddress, Lifetimes> known_;
  std::optional<std::uint32_t> mtu_;
  Time not_before_;  // no solicitation before
  Duration pause_;   // after that solicitation
};

}  // namespace ghost::core
