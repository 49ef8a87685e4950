// SPDX-License-Identifier: GPL-2.0-or-later
// The five MQTT packets that a single publication needs, 3.1.1 and 5 (OASIS), as bytes and back. Pure. No client library,
// because those open their own sockets, and ours must be bound to the link.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace ghost::announce {

using MqttBytes = std::vector<std::uint8_t>;

enum class MqttVersion : std::uint8_t { v3_1_1 = 4, v5 = 5 };

// A clean session without a name of its own. An empty user: no login.
MqttBytes mqtt_connect(MqttVersion version, std::string_view user, std::string_view password);
// Retained, QoS 1, packet number 1.
MqttBytes mqtt_publish(MqttVersion version, std::string_view topic, std::string_view payload);
MqttBytes mqtt_disconnect();

enum class MqttType : std::uint8_t { connack = 2, puback = 4, disconnect = 14, other = 0 };

struct MqttReply {
  MqttType type = MqttType::other;
  unsigned code = 0;     // 0: it went well
  std::size_t size = 0;  // bytes it took
  bool operator==(const MqttReply&) const = default;
};
enum class MqttNone : std::uint8_t { unfinished, malformed, too_large };

inline constexpr std::size_t kMqttMaxReply = 64 * 1024;

// The first packet of what has been received.
std::variant<MqttReply, MqttNone> mqtt_reply(std::span<const std::uint8_t> received);

}  // namespace ghost::announce
