// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/check.hpp"

#include <gmock/gmock.h>

#include "notices.hpp"

namespace ghost::announce {
namespace {

using testing::Contains;
using testing::IsEmpty;

using More = std::map<std::string, std::string>;

std::vector<std::string> keys(const core::AnnounceConfig& config, bool fatal) {
  std::vector<std::string> out;
  for (const auto& finding : check(config))
    if (finding.fatal == fatal) out.push_back(finding.key);
  return out;
}

TEST(Check, WhatTheManualShowsIsGood) {
  const std::string pin = "SHA256:" + std::string(43, 'a');
  for (const auto& good : {
           a_section("smtp://mail.example:587", {{"From", "a@b.example"}, {"To", "c@d.example, E <e@f.example>"}, {"User", "a"}},
                     "mail"),
           a_section("smtps://mail.example", {{"From", "Me <a@b.example>"}, {"To", "c@d.example"}, {"Subject", "${name}"}}),
           a_section("https://example.org/hook", {{"Auth", "bearer"}}, "token"),
           a_section("https://example.org/hook",
                     {{"User", "me"}, {"Method", "PUT"}, {"Body", "${address}"}, {"ContentType", "text/plain"}}, "web"),
           a_section(
               "https://example.org/${Zone}?t=${secret}&at=${ipv6}",
               {{"Method", "PATCH"}, {"Zone", "z"}, {"Header-X-Key", "${secret:b}"}, {"Expect", "OK"}, {"Families", "ipv6"}},
               "c"),
           a_section("https://${Server}/", {{"Server", "h.example"}}),
           a_section("${secret:webhook}", {{"Body", "${summary}"}}),
           a_section("dyndns2+https://members.example/", {{"Host", "a.example,b.example"}, {"User", "me"}, {"Offline", "yes"}},
                     "dyn"),
           a_section("ftp://example.org/pub/notice", {{"User", "me"}}, "ftp"),
           a_section("sftp://example.org/home/me/notice", {{"User", "me"}, {"HostKey", pin}}, "sftp"),
           a_section("mqtts://broker.example/home/office", {{"User", "me"}, {"CAFile", "/etc/ca.pem"}}, "mqtt"),
           a_section("dns://ns.example/", {{"Zone", "example"}, {"Host", "office.example"}, {"Key", "office-key"}, {"Ttl", "60"}},
                     "tsig"),
           a_section("file:///run/notice"),
           a_section("exec:///usr/local/bin/tell"),
       })
    EXPECT_THAT(check(good), IsEmpty()) << good.url;
}

TEST(Check, NamesTheKeyThatIsWrong) {
  const struct {
    core::AnnounceConfig config;
    std::string key;
  } kRows[]{
      {a_section("nonsense"), "Url"},
      {a_section("https://me:pw@example.org/"), "Url"},
      {a_section("smtp://m", {{"To", "a@b"}}), "From"},
      {a_section("smtp://m", {{"From", "a@b"}}), "To"},
      {a_section("smtp://m", {{"From", "nobody"}, {"To", "a@b"}}), "From"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b,"}}), "To"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b"}, {"Subject", "${nobody}"}}), "Subject"},
      {a_section("smtp://m", {{"From", "a@b\r\nBcc: c@d"}, {"To", "a@b"}}), "From"},
      {a_section("smtp://m/path", {{"From", "a@b"}, {"To", "a@b"}}), "Url"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b"}, {"Tls", "maybe"}}), "Tls"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b"}, {"User", "me"}}), "Credential"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b"}}, "mail"), "User"},
      {a_section("https://h/", {{"Topic", "x"}}), "Topic"},
      {a_section("https://h/", {{"Methode", "PUT"}}), "Methode"},
      {a_section("https://h/", {{"Method", "HEAD"}}), "Method"},
      {a_section("https://h/", {{"Body", "${nobody}"}}), "Body"},
      {a_section("https://h/", {{"Header-X", "${nobody}"}}), "Header-X"},
      {a_section("https://h/${nobody}"), "Url"},
      {a_section("https://h/${name"), "Url"},
      {a_section("https://h/${Zone}"), "Url"},
      {a_section("https://${Zone}/"), "Url"},
      {a_section("https://h/", {{"Body", "${Zone}"}}), "Body"},
      {a_section("https://h/", {{"Zone", "z"}}), "Zone"},
      {a_section("https://h/", {{"Header-Host", "x"}}), "Header-Host"},
      {a_section("https://h/", {{"Header-content-type", "x"}}), "Header-content-type"},
      {a_section("https://h/", {{"Header-", "x"}}), "Header-"},
      {a_section("https://h/", {{"Header-X-A", "x"}, {"Header-x-a", "y"}}), "Header-x-a"},
      {a_section("https://h/", {{"Header-Authorization", "x"}, {"User", "me"}}, "c"), "Header-Authorization"},
      {a_section("https://h/?t=${secret}"), "Credential"},
      {a_section("https://h/?t=${secret:../x}"), "Url"},
      {a_section("http://h/?t=${secret:x}"), "Url"},
      {a_section("http://h/", {{"Body", "${secret:x}"}}), "Url"},
      {a_section("${secret}"), "Credential"},
      {a_section("${secret:a}${secret:b}"), "Url"},
      {a_section("file:///f", {{"Header-X", "x"}}), "Header-X"},
      {a_section("file:///f", {{"Body", "${secret:x}"}}), "Body"},
      {a_section("dyndns2+https://h/", {{"Host", "h.example"}, {"User", "me"}, {"Families", "ipv5"}}, "c"), "Families"},
      {a_section("dyndns2+https://h/", {{"Host", "h.example"}, {"User", "me"}, {"Ipv6Parameter", "a&b"}}, "c"), "Ipv6Parameter"},
      {a_section("https://h/", {{"CAFile", "ca.pem"}}), "CAFile"},
      {a_section("https://h/", {{"Auth", "bearer"}}), "Credential"},
      {a_section("https://h/", {{"Auth", "bearer"}, {"User", "me"}}, "c"), "User"},
      {a_section("https://h/", {{"Auth", "basic"}}, "c"), "User"},
      {a_section("https://h/", {}, "../c"), "Credential"},
      {a_section("http://h/", {{"User", "me"}}, "c"), "Url"},
      {a_section("mqtt://h/t", {{"User", "me"}}, "c"), "Url"},
      {a_section("ftp://h/f", {{"User", "me"}, {"Tls", "none"}}, "c"), "Url"},
      {a_section("smtp://m", {{"From", "a@b"}, {"To", "a@b"}, {"User", "me"}, {"Tls", "opportunistic"}}, "c"), "Url"},
      {a_section("dyndns2+http://h/", {{"Host", "h.example"}, {"User", "me"}}, "c"), "Url"},
      {a_section("dyndns2+https://h/", {{"User", "me"}}, "c"), "Host"},
      {a_section("dyndns2+https://h/", {{"Host", "a b"}, {"User", "me"}}, "c"), "Host"},
      {a_section("ftp://h/"), "Url"},
      {a_section("sftp://h/f", {{"User", "me"}}, "c"), "HostKey"},
      {a_section("sftp://h/f", {{"User", "me"}, {"HostKey", "MD5:00"}}, "c"), "HostKey"},
      {a_section("mqtts://h"), "Topic"},
      {a_section("mqtts://h/a/+"), "Url"},
      {a_section("dns://h", {{"Zone", "z"}, {"Host", "h.z"}}, "c"), "Key"},
      {a_section("dns://h", {{"Zone", "z"}, {"Host", "h.z"}, {"Key", "k"}}), "Credential"},
      {a_section("dns://h", {{"Zone", "z"}, {"Host", "h.z"}, {"Key", "k"}, {"Ttl", "-1"}}, "c"), "Ttl"},
      {a_section("dns://h", {{"Zone", "z"}, {"Host", "h.other"}, {"Key", "k"}}, "c"), "Host"},
      {a_section("file:///f", {}, "c"), "Credential"},
      {a_section("exec:///f", {{"Body", "x"}}), "Body"},
  };
  for (const auto& row : kRows) EXPECT_THAT(keys(row.config, true), Contains(row.key)) << row.config.url << " " << row.key;
}

TEST(Check, WarnsOfWhatIsAllowedAndNotAdvisable) {
  EXPECT_THAT(keys(a_section("https://h/", {{"VerifyTls", "no"}}), false), testing::ElementsAre("VerifyTls"));
  const auto clear = a_section("http://h/", {{"User", "me"}, {"Insecure", "yes"}}, "c");
  EXPECT_THAT(keys(clear, false), testing::ElementsAre("Insecure"));
  EXPECT_THAT(keys(clear, true), IsEmpty());
}

TEST(Check, EchoIsHttp) {
  EXPECT_EQ(check_echo("https://echo.example/ip"), std::nullopt);
  EXPECT_NE(check_echo("ftp://echo.example/ip"), std::nullopt);
  EXPECT_NE(check_echo("echo.example"), std::nullopt);
}

TEST(Check, KnowsTheKeysOfAllNotifiers) {
  for (const auto* key : {"From", "Topic", "Zone", "HostKey", "Insecure", "Offline", "Body"})
    EXPECT_TRUE(is_notifier_key(key)) << key;
  for (const auto* key : {"from", "", "Url", "Hold"}) EXPECT_FALSE(is_notifier_key(key)) << key;
}

}  // namespace
}  // namespace ghost::announce
