// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/mqtt_packet.hpp"

namespace ghost::announce {
namespace {

void put16(MqttBytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_text(MqttBytes& out, std::string_view text) {
  put16(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

// 2.2.3 of 3.1.1: seven bits per byte, the lowest first.
MqttBytes packet(std::uint8_t first, const MqttBytes& body) {
  MqttBytes out{first};
  auto size = body.size();
  do {
    const auto digit = static_cast<std::uint8_t>(size & 0x7f);
    size >>= 7;
    out.push_back(size == 0 ? digit : static_cast<std::uint8_t>(digit | 0x80));
  } while (size != 0);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace

MqttBytes mqtt_connect(MqttVersion version, std::string_view user, std::string_view password) {
  constexpr std::uint8_t kCleanStart = 0x02;
  constexpr std::uint8_t kUserAndPassword = 0xc0;
  MqttBytes body;
  put_text(body, "MQTT");
  body.push_back(static_cast<std::uint8_t>(version));
  body.push_back(user.empty() ? kCleanStart : kCleanStart | kUserAndPassword);
  put16(body, 0);                                     // no keep-alive: it is over sooner
  if (version == MqttVersion::v5) body.push_back(0);  // no properties
  put_text(body, "");                                 // the broker gives us a name
  if (!user.empty()) {
    put_text(body, user);
    put_text(body, password);
  }
  return packet(0x10, body);
}

MqttBytes mqtt_publish(MqttVersion version, std::string_view topic, std::string_view payload) {
  MqttBytes body;
  put_text(body, topic);
  put16(body, 1);
  if (version == MqttVersion::v5) body.push_back(0);
  body.insert(body.end(), payload.begin(), payload.end());
  return packet(0x33, body);  // PUBLISH, QoS 1, RETAIN
}

MqttBytes mqtt_disconnect() { return packet(0xe0, {}); }

std::variant<MqttReply, MqttNone> mqtt_reply(std::span<const std::uint8_t> in) {
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (shift > 21) return MqttNone::malformed;
    if (at >= in.size()) return MqttNone::unfinished;
    length |= static_cast<std::size_t>(in[at] & 0x7f) << shift;
    if ((in[at] & 0x80) == 0) break;
  }
  ++at;
  if (length > kMqttMaxReply) return MqttNone::too_large;
  if (in.size() < at + length) return MqttNone::unfinished;
  const auto body = in.subspan(at, length);
  MqttReply out{.type = MqttType::other, .code = 0, .size = at + length};
  switch (in[0] >> 4) {
    case 2:
      if (body.size() < 2) return MqttNone::malformed;
      out.type = MqttType::connack;
      out.code = body[1];
      break;
    case 4:
      if (body.size() < 2 || body[0] != 0 || body[1] != 1) return MqttNone::malformed;
      out.type = MqttType::puback;
      out.code = body.size() > 2 ? body[2] : 0;
      break;
    case 14:
      out.type = MqttType::disconnect;
      out.code = body.empty() ? 0 : body[0];
      break;
    default: break;
  }
  return out;
}

}  // namespace ghost::announce
