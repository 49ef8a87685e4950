// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as what a server, ghost-announce or a user's template says: a value or an error. The first byte chooses.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ghost-announce/check.hpp"
#include "ghost-announce/dns_update.hpp"
#include "ghost-announce/job.hpp"
#include "ghost-announce/mail_message.hpp"
#include "ghost-announce/mqtt_packet.hpp"
#include "ghost-announce/outcome.hpp"
#include "ghost-announce/text_template.hpp"
#include "ghost-announce/url.hpp"

namespace {

using namespace ghost;
using namespace ghost::announce;

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

core::AnnounceConfig dns_section() {
  core::AnnounceConfig config;
  config.url = "dns://ns.example/";
  config.more = {{"Zone", "example"}, {"Host", "office.example"}, {"Key", "k"}};
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::vector<std::uint8_t> bytes(data + 1, data + size);
  const std::string text(bytes.begin(), bytes.end());
  switch (data[0] % 8) {
    case 0:
      if (const auto answer = parse_answer(text)) expect(parse_answer(to_json(*answer)) == *answer);
      break;
    case 1:
      if (const auto job = parse_job(text)) expect(parse_job(to_json(*job)).has_value());
      break;
    case 2: {
      const auto reply = mqtt_reply(bytes);
      if (const auto* const found = std::get_if<MqttReply>(&reply)) expect(found->size > 0 && found->size <= bytes.size());
      break;
    }
    case 3: {
      static const auto config = dns_section();
      expect(judge_update(bytes, config, "c2VjcmV0", nullptr).result != core::NoticeResult::Ok);  // nobody signs by chance
      break;
    }
    case 4: (void)from_dyndns2(text, std::array{*IpAddress::parse("192.0.2.1")}, 1), (void)from_echo(text); break;
    case 5:
      for (const char c : clean_line(text)) expect(c >= ' ' && c < 0x7f);
      break;
    case 6:
      if (const auto url = parse_url(text)) expect(url->host.find('@') == std::string::npos);
      break;
    case 7: {
      core::Notice notice;
      (void)fill_template(text, notice);
      const auto printable = quoted_printable(text);
      expect(printable.empty() || printable.ends_with("\r\n"));
      break;
    }
  }
  return 0;
}
