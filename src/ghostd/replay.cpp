// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/replay.hpp"

#include <algorithm>
#include <span>

#include "core/too_big.hpp"
#include "loop/event_loop.hpp"

namespace ghost::daemon {
namespace {

constexpr double kAnswersPerSecond = 100;
constexpr double kAnswersAtOnce = 100;

using Bytes = std::span<const std::uint8_t>;

unsigned mtu_for(const core::PacketBytes& packet, const net::Mtu& mtu) {
  return mtu.of(!packet.empty() && packet[0] >> 4 == 6 ? Family::v6 : Family::v4);
}

core::Drop kind_of(net::Taken taken) {
  switch (taken) {
    case net::Taken::full: return core::Drop::queue;
    case net::Taken::too_big: return core::Drop::too_big;
    case net::Taken::queued:
    case net::Taken::refused: break;
  }
  return core::Drop::refused;
}

}  // namespace

void Replay::send(const std::vector<core::PacketBytes>& packets, const Way& way, core::SentOn& outcome) {
  std::vector<Bytes> pieces;                              // the packets and fragments to send
  std::vector<std::size_t> owners;                        // by piece: the index of its packet
  std::vector<std::vector<core::PacketBytes>> fragments;  // own the fragments' bytes
  std::vector<const core::PacketBytes*> too_big;
  pieces.reserve(packets.size());
  owners.reserve(packets.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto& packet = packets[i];
    const auto mtu = mtu_for(packet, way.mtu);
    if (packet.size() <= mtu) {
      pieces.emplace_back(packet);
      owners.push_back(i);
      continue;
    }
    auto parts = core::fragment(packet, mtu);
    if (parts.empty()) {
      too_big.push_back(&packet);
      ++outcome.drops[core::Drop::too_big];
      continue;
    }
    for (const auto& part : fragments.emplace_back(std::move(parts))) {
      pieces.emplace_back(part);
      owners.push_back(i);
    }
  }
  const auto answers = sender_.send(pieces, way.interface);
  // A packet is lost if one of its pieces is lost.
  for (std::size_t at = 0; at < answers.size();) {
    const auto owner = owners[at];
    auto worst = net::Taken::queued;
    for (; at < answers.size() && owners[at] == owner; ++at)
      if (answers[at] != net::Taken::queued) worst = answers[at];
    if (worst == net::Taken::queued) {
      ++outcome.replayed;
      continue;
    }
    ++outcome.drops[kind_of(worst)];
    if (worst == net::Taken::too_big) too_big.push_back(&packets[owner]);
  }
  if (!too_big.empty()) answer_too_big(too_big, way);
}

void Replay::answer_too_big(const std::vector<const core::PacketBytes*>& packets, const Way& way) {
  const auto now = loop::now();
  const double seconds = std::chrono::duration<double>(now - filled_).count();
  tokens_ = std::min(kAnswersAtOnce, tokens_ + seconds * kAnswersPerSecond);
  filled_ = now;
  std::vector<core::PacketBytes> answers;
  for (const auto* packet : packets) {
    if (tokens_ < 1) break;
    for (const auto& router : *way.routers) {
      auto answer = core::too_big_answer(*packet, mtu_for(*packet, way.mtu), router);
      if (!answer) continue;
      answers.push_back(std::move(*answer));
      tokens_ -= 1;
    }
  }
  const std::vector<Bytes> bytes(answers.begin(), answers.end());
  (void)sender_.send(bytes, 0);  // by the routing tables: to this host itself, or into the LAN
}

}  // namespace ghost::daemon
