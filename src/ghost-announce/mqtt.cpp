// SPDX-License-Identifier: GPL-2.0-or-later
// mqtt and mqtts: the notice as a retained message, confirmed by the broker. libcurl makes the connection, TLS included.
// Version 5 is tried first, because only its brokers report a rejected message. An older broker gets 3.1.1.
#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <optional>

#include "base/overloaded.hpp"
#include "ghost-announce/attempt.hpp"
#include "ghost-announce/curl_request.hpp"
#include "ghost-announce/mqtt_packet.hpp"
#include "ghost-announce/options.hpp"

namespace ghost::announce {

using core::NoticeResult;

namespace {

class Conversation {
 public:
  Conversation(CURL* curl, const Deadline& deadline) : curl_(curl), deadline_(deadline) {
    curl_easy_getinfo(curl_, CURLINFO_ACTIVESOCKET, &socket_);
  }

  std::optional<Outcome> send(const MqttBytes& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      std::size_t sent = 0;
      const auto code = curl_easy_send(curl_, bytes.data() + done, bytes.size() - done, &sent);
      done += sent;
      if (code == CURLE_AGAIN) {
        if (!await(POLLOUT)) return timed_out();
      } else if (code != CURLE_OK) {
        return broken();
      }
    }
    return std::nullopt;
  }

  // The next packet that concerns us.
  tl::expected<MqttReply, Outcome> receive() {
    while (true) {
      const auto reply = mqtt_reply(received_);
      if (const auto* const found = std::get_if<MqttReply>(&reply)) {
        received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(found->size));
        if (found->type != MqttType::other) return *found;
        if (++others_ > kMaxOthers)
          return tl::unexpected(Outcome{NoticeResult::TooLarge, "the broker sends too many other packets"});
        continue;
      }
      switch (std::get<MqttNone>(reply)) {
        case MqttNone::unfinished: break;
        case MqttNone::malformed: return tl::unexpected(Outcome{NoticeResult::Refused, "the answer is not MQTT"});
        case MqttNone::too_large: return tl::unexpected(Outcome{NoticeResult::TooLarge, "the answer is longer than 64 KiB"});
      }
      std::array<std::uint8_t, 4096> some{};
      std::size_t got = 0;
      const auto code = curl_easy_recv(curl_, some.data(), some.size(), &got);
      if (code == CURLE_AGAIN) {
        if (!await(POLLIN)) return tl::unexpected(timed_out());
      } else if (code != CURLE_OK || got == 0) {
        return tl::unexpected(broken());
      } else {
        received_.insert(received_.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(got));
      }
      if (deadline_.over()) return tl::unexpected(timed_out());
    }
  }

 private:
  static constexpr int kMaxOthers = 100;

  static Outcome timed_out() { return {NoticeResult::TimedOut, "the broker did not answer in time"}; }
  static Outcome broken() { return {NoticeResult::Unreachable, "the broker closed the connection"}; }

  bool await(short events) {
    pollfd p{static_cast<int>(socket_), events, 0};
    return ::poll(&p, 1, deadline_.milliseconds()) != 0;
  }

  CURL* curl_;
  const Deadline& deadline_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  MqttBytes received_;
  int others_ = 0;
};

std::string topic_of(const Attempt& a) {
  const auto topic = option(a.config, "Topic");
  return topic.empty() ? a.url.path.substr(1) : topic;
}

struct Said {
  Outcome outcome;
  bool too_new = false;  // the broker's word for "not this version"
};

Said publish(const Attempt& a, MqttVersion version) {
  CurlRequest request(
      a.config, a.via, a.deadline, a.url,
      fmt::format("{}://{}:{}/", a.url.scheme == Scheme::mqtts ? "https" : "http", host_for_url(a.url), a.url.port));
  const auto connected = request.connect_only();
  if (connected.code != CURLE_OK) return {judge_connection(connected)};
  Conversation broker(request.handle(), a.deadline);
  if (auto failed = broker.send(mqtt_connect(version, option(a.config, "User"), a.secret.text()))) return {*failed};
  const auto welcome = broker.receive();
  // Some old brokers close the connection without an answer.
  if (!welcome) return {welcome.error(), version == MqttVersion::v5 && welcome.error().result == NoticeResult::Unreachable};
  if (welcome->type != MqttType::connack) return {{NoticeResult::Refused, "the answer is not MQTT"}};
  if (welcome->code != 0)
    return {from_mqtt_connack(welcome->code), version == MqttVersion::v5 && (welcome->code == 1 || welcome->code == 0x84)};
  if (auto failed = broker.send(mqtt_publish(version, topic_of(a), body_or_json(a)))) return {*failed};
  const auto answer = broker.receive();
  if (!answer) return {answer.error()};
  if (answer->type == MqttType::puback && from_mqtt_puback(answer->code).result == NoticeResult::Ok)
    (void)broker.send(mqtt_disconnect());
  // A DISCONNECT in its place has the same codes. Without a code it is not a confirmation either.
  if (answer->type == MqttType::disconnect && answer->code == 0) return {{NoticeResult::Later, "the broker hung up"}};
  return {from_mqtt_puback(answer->code)};
}

}  // namespace

Outcome send_mqtt(const Attempt& a) {
  auto said = publish(a, MqttVersion::v5);
  if (said.too_new) said = publish(a, MqttVersion::v3_1_1);
  return said.outcome;
}

}  // namespace ghost::announce
