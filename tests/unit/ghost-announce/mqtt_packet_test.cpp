// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/mqtt_packet.hpp"

#include <gmock/gmock.h>

#include <random>

namespace ghost::announce {
namespace {

using testing::ElementsAre;

using Reply = std::variant<MqttReply, MqttNone>;

Reply reply(std::initializer_list<std::uint8_t> bytes) { return mqtt_reply(MqttBytes(bytes)); }

TEST(MqttPacket, IsTheStandards) {
  EXPECT_THAT(mqtt_connect(MqttVersion::v3_1_1, "", ""), ElementsAre(0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0));
  EXPECT_THAT(mqtt_connect(MqttVersion::v5, "u", "pw"),
              ElementsAre(0x10, 20, 0, 4, 'M', 'Q', 'T', 'T', 5, 0xc2, 0, 0, 0, 0, 0, 0, 1, 'u', 0, 2, 'p', 'w'));
  EXPECT_THAT(mqtt_publish(MqttVersion::v3_1_1, "t", "x"), ElementsAre(0x33, 6, 0, 1, 't', 0, 1, 'x'));
  EXPECT_THAT(mqtt_publish(MqttVersion::v5, "t", "x"), ElementsAre(0x33, 7, 0, 1, 't', 0, 1, 0, 'x'));
  const auto big = mqtt_publish(MqttVersion::v5, "t", std::string(200, 'x'));
  EXPECT_EQ((std::vector<int>{big[1], big[2]}), (std::vector<int>{206 % 128 | 128, 206 / 128}));
}

TEST(MqttReply, IsReadWhole) {
  EXPECT_EQ(reply({0x20, 2, 0, 5}), Reply(MqttReply{MqttType::connack, 5, 4}));
  EXPECT_EQ(reply({0x20, 3, 0, 0x87, 0, 0x40}), Reply(MqttReply{MqttType::connack, 0x87, 5}));
  EXPECT_EQ(reply({0x40, 2, 0, 1}), Reply(MqttReply{MqttType::puback, 0, 4}));
  EXPECT_EQ(reply({0x40, 4, 0, 1, 0x87, 0}), Reply(MqttReply{MqttType::puback, 0x87, 6}));
  EXPECT_EQ(reply({0xe0, 0}), Reply(MqttReply{MqttType::disconnect, 0, 2}));
  EXPECT_EQ(reply({0xd0, 0}), Reply(MqttReply{MqttType::other, 0, 2}));
}

TEST(MqttReply, EveryFaultHasItsName) {
  EXPECT_EQ(reply({}), Reply(MqttNone::unfinished));
  EXPECT_EQ(reply({0x20}), Reply(MqttNone::unfinished));
  EXPECT_EQ(reply({0x20, 2, 0}), Reply(MqttNone::unfinished));
  EXPECT_EQ(reply({0x20, 1, 0}), Reply(MqttNone::malformed));
  EXPECT_EQ(reply({0x40, 2, 0, 2}), Reply(MqttNone::malformed));  // of a packet that we have not sent
  EXPECT_EQ(reply({0x20, 0xff, 0xff, 0xff, 0xff, 1}), Reply(MqttNone::malformed));
  EXPECT_EQ(reply({0x20, 0xff, 0xff, 0xff, 0x7f}), Reply(MqttNone::too_large));
}

TEST(MqttReply, TakesNoMoreThanThereIs) {
  std::mt19937 random(1883);
  for (int i = 0; i < 100000; ++i) {
    MqttBytes bytes(random() % 12);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    const auto got = mqtt_reply(bytes);
    if (const auto* const r = std::get_if<MqttReply>(&got)) {
      EXPECT_LE(r->size, bytes.size());
      EXPECT_GT(r->size, 0u);
    }
  }
}

}  // namespace
}  // namespace ghost::announce
