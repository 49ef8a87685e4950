// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/job.hpp"

#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "notices.hpp"

namespace ghost::announce {
namespace {

NoticeJob a_job() {
  NoticeJob job{a_notice(),
                a_section("https://example.org/", {{"User", "me"}, {"Body", "\"${name}\"\n"}}, "web"),
                {"ppp-isp", {*IpAddress::parse("100.64.0.9")}, {*IpAddress::parse("2001:db8::53")}}};
  job.announce.timeout = std::chrono::milliseconds(1500);
  return job;
}

TEST(Job, ComesBackAsItWent) {
  auto job = a_job();
  EXPECT_EQ(parse_job(to_json(Job(job))), Job(job));
  job.notice.kind = core::NoticeKind::vanish;
  job.notice.reason = "idle";
  job.notice.next.reset();
  job.notice.sequence = ~std::uint64_t{0};
  EXPECT_EQ(parse_job(to_json(Job(job))), Job(job));
  const EchoJob echo{"https://echo.example/", std::chrono::seconds(3), job.via};
  EXPECT_EQ(parse_job(to_json(Job(echo))), Job(echo));
  EXPECT_EQ(to_json(Job(job)).find('\n'), std::string::npos);
}

TEST(Job, NeedNotBeUtf8) {
  auto job = a_job();
  job.notice.name = "b\xfcro";
  ASSERT_TRUE(parse_job(to_json(Job(job))));
}

TEST(Job, GarbageIsAnErrorAndNothingWorse) {
  const auto good = to_json(Job(a_job()));
  std::mt19937 random(2136);
  for (int i = 0; i < 20000; ++i) {
    auto text = good;
    for (auto n = random() % 4 + 1; n != 0; --n) {
      const auto at = random() % text.size();
      if (random() % 2 == 0) text[at] = static_cast<char>(random());
      else text.erase(at, random() % 20);
      if (text.empty()) break;
    }
    (void)parse_job(text);
    (void)parse_answer(text);
  }
  for (const auto* text :
       {"", "null", "[]", "{}", R"({"via":{}})", R"({"echo":{},"via":{"interface":"","addresses":[],"dns":[]}})",
        R"({"echo":{"url":"x","timeout_usec":-1},"via":{"interface":"","addresses":[],"dns":[]}})",
        R"({"echo":{"url":"x","timeout_usec":1},"via":{"interface":"","addresses":["x"],"dns":[]}})"})
    EXPECT_FALSE(parse_job(text)) << text;
}

// The number is judged before it is converted: a double out of range has no int64_t, and seconds times a million may overflow.
constexpr std::array kNoTimes{"1e300",   "-1e300", "1.5",  "-1", "9223372036854775807", "18446744073709551615",
                              "1e10000", "true",   "\"1\""};

TEST(Job, ANumberThatIsNoTimeIsAnError) {
  auto job = a_job();
  job.notice.since = job.notice.until = core::WallTime(std::chrono::seconds(4242));
  job.notice.next = job.notice.since;
  job.notice.sequence = 4242;
  job.announce.timeout = std::chrono::microseconds(4242);
  const auto good = to_json(Job(job));
  ASSERT_TRUE(parse_job(good));
  const auto with = [&](const std::string& key, const std::string& value) {
    auto text = good;
    const auto old = '"' + key + "\":4242";
    return text.replace(text.find(old), old.size(), '"' + key + "\":" + value);
  };
  for (const auto* key : {"since_unix", "until_unix", "next_unix", "timeout_usec"}) {
    for (const auto* value : kNoTimes) EXPECT_FALSE(parse_job(with(key, value))) << key << " " << value;
    EXPECT_TRUE(parse_job(with(key, "253402300800"))) << key;
  }
  for (const auto* value : {"1e300", "-1e300", "1.5", "-1", "18446744073709551616"})
    EXPECT_FALSE(parse_job(with("sequence", value))) << value;
  EXPECT_TRUE(parse_job(with("sequence", "18446744073709551615")));
}

TEST(Answer, ANumberThatIsNoTimeIsAnError) {
  const auto with = [](const std::string& usec) {
    return R"({"result":"Ok","detail":"","text":"","elapsed_usec":)" + usec + "}";
  };
  for (const auto* value : kNoTimes) EXPECT_FALSE(parse_answer(with(value))) << value;
  EXPECT_TRUE(parse_answer(with("3600000000")));
}

TEST(Answer, ComesBackAsItWent) {
  const Answer answer{core::NoticeResult::Later, "451 later", std::chrono::milliseconds(12), "192.0.2.1"};
  EXPECT_EQ(parse_answer(to_json(answer)), answer);
  EXPECT_EQ(to_json(answer).find("clock"), std::string::npos);
  const Answer by_clock{core::NoticeResult::TlsFailed, "not yet valid", {}, "", true};
  EXPECT_EQ(parse_answer(to_json(by_clock)), by_clock);
}

TEST(Answer, IsReadWithDistrust) {
  const auto with = [](core::NoticeResult result, std::string detail, std::string text) {
    return to_json(Answer{result, std::move(detail), {}, std::move(text)});
  };
  EXPECT_TRUE(parse_answer(with(core::NoticeResult::Ok, "", "")));
  EXPECT_FALSE(parse_answer(with(core::NoticeResult::Ok, "two\nlines", "")));
  EXPECT_FALSE(parse_answer(with(core::NoticeResult::Ok, "\x1b[31m", "")));
  EXPECT_FALSE(parse_answer(with(core::NoticeResult::Ok, std::string(201, 'x'), "")));
  EXPECT_FALSE(parse_answer(with(core::NoticeResult::Ok, "", std::string(65, 'x'))));
  EXPECT_FALSE(parse_answer(with(core::NoticeResult::Ok, std::string(5000, 'x'), "")));
  EXPECT_FALSE(parse_answer(R"({"result":"Splendid","detail":"","elapsed_usec":0,"text":""})"));
  EXPECT_FALSE(parse_answer(R"({"result":"Ok","detail":"","elapsed_usec":-1,"text":""})"));
  EXPECT_FALSE(parse_answer(R"({"result":"Ok","detail":"","elapsed_usec":0,"text":"","clock":"x"})"));
  EXPECT_FALSE(parse_answer(R"({"result":"Ok"})"));
}

}  // namespace
}  // namespace ghost::announce
