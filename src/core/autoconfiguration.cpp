// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/autoconfiguration.hpp"

#include <algorithm>
#include <array>

namespace ghost::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 4s;       // RTR_SOLICITATION_INTERVAL, and RFC 7559's first
constexpr Duration kLongestPause = 3600s;  // RFC 7559
constexpr Duration kSame = 1s;             // a repetition within this time changes nothing
constexpr std::uint32_t kLeastMtu = 1280;  // RFC 8200 §5

Time until(Time now, std::uint32_t seconds) {
  return seconds == kForever ? Time::max() : after(now, std::chrono::seconds(seconds));
}

bool is_same(Time a, Time b) { return a == b || (a > b ? a - b : b - a) < kSame; }

// ::/8 (unspecified, loopback, IPv4 inside), link-local, multicast: no far end may assign these.
bool can_be_given(const Prefix& prefix) {
  const auto first = prefix.address.bytes()[0];
  return prefix.length == 64 && first != 0 && first != 0xff && !is_link_local(prefix.address);
}

}  // namespace

Autoconfiguration::Autoconfiguration(const IpAddress& link_local, Time now)
    : link_local_(link_local), not_before_(now), pause_(kFirstPause) {}

IpAddress Autoconfiguration::address_in(const Prefix& prefix) const {
  std::array<std::uint8_t, 16> bytes{};
  const auto network = prefix.address.bytes(), identifier = link_local_.bytes();
  std::copy_n(network.begin(), 8, bytes.begin());
  std::copy(identifier.begin() + 8, identifier.end(), bytes.begin() + 8);
  return *IpAddress::from_bytes(bytes);
}

void Autoconfiguration::take(const AdvertisedPrefix& said, Time now, std::vector<AutoconfigurationStep>& steps) {
  if (!can_be_given(said.prefix) || said.preferred > said.valid) return;
  const auto address = address_in(said.prefix);
  const auto at = known_.find(address);
  if (said.valid == 0) {
    // The address is removed even if it is unknown here, because an earlier ghostd may have added it.
    if (at != known_.end()) known_.erase(at);
    steps.emplace_back(TakeAddress{address});
    return;
  }
  if (at == known_.end() && known_.size() >= kAddressesMax) return;
  const Time preferred = until(now, said.preferred), valid = until(now, said.valid);
  if (at != known_.end() && is_same(at->second.preferred, preferred) && is_same(at->second.valid, valid)) return;
  auto& known = known_[address];
  known = {preferred, valid, std::nullopt};
  if (said.preferred == kForever) known.renew = Time::max();
  else if (said.preferred != 0) known.renew = after(now, Duration(std::chrono::seconds(said.preferred)) * 3 / 4);
  steps.emplace_back(GiveAddress{address, said.preferred, said.valid});
}

void Autoconfiguration::forget_expired(Time now) {
  std::erase_if(known_, [now](const auto& k) { return k.second.valid <= now; });
}

// When to solicit if no advertisement comes. In the past, if there is no address for new conversations.
Time Autoconfiguration::renewal() const {
  std::optional<Time> earliest;
  for (const auto& [address, lifetimes] : known_)
    if (lifetimes.renew) earliest = std::min(earliest.value_or(Time::max()), *lifetimes.renew);
  return earliest.value_or(Time{});
}

std::vector<AutoconfigurationStep> Autoconfiguration::heard(const RouterAdvertisement& said, Time now) {
  std::vector<AutoconfigurationStep> steps;
  forget_expired(now);
  for (const auto& prefix : said.prefixes) take(prefix, now, steps);
  if (said.mtu && *said.mtu >= kLeastMtu && said.mtu != mtu_) {
    mtu_ = said.mtu;
    steps.emplace_back(SetMtu{*said.mtu});
  }
  if (renewal() > now) pause_ = kFirstPause;  // the far end has answered
  return steps;
}

std::vector<AutoconfigurationStep> Autoconfiguration::due(Time now) {
  if (now < deadline()) return {};
  forget_expired(now);
  not_before_ = after(now, pause_);
  pause_ = std::min(pause_ * 2, kLongestPause);
  return {Solicit{}};
}

Time Autoconfiguration::deadline() const { return std::max(renewal(), not_before_); }

std::vector<IpAddress> Autoconfiguration::addresses(Time now) const {
  std::vector<IpAddress> out;
  for (const auto& [address, lifetimes] : known_)
    if (lifetimes.valid > now) out.push_back(address);
  return out;
}

}  // namespace ghost::core
