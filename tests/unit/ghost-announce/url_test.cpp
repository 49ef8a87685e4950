// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/url.hpp"

#include <gmock/gmock.h>

namespace ghost::announce {
namespace {

TEST(Url, IsTakenApart) {
  EXPECT_EQ(parse_url("https://example.org/a?b=c"), (Url{Scheme::https, "example.org", 443, "/a?b=c"}));
  EXPECT_EQ(parse_url("http://example.org?b"), (Url{Scheme::http, "example.org", 80, "/?b"}));
  EXPECT_EQ(parse_url("smtp://mail:587"), (Url{Scheme::smtp, "mail", 587, ""}));
  EXPECT_EQ(parse_url("dyndns2+https://[2001:DB8:0::1]:8443/nic"), (Url{Scheme::dyndns2_https, "2001:db8::1", 8443, "/nic"}));
  EXPECT_EQ(parse_url("dns://192.0.2.1/"), (Url{Scheme::dns, "192.0.2.1", 53, "/"}));
  EXPECT_EQ(parse_url("file:///run/notice"), (Url{Scheme::file, "", 0, "/run/notice"}));
  EXPECT_EQ(host_for_url(*parse_url("https://[2001:db8::1]/")), "[2001:db8::1]");
}

TEST(Url, EveryFaultIsOne) {
  for (const auto* text : {"",
                           "example.org",
                           "https:/example.org",
                           "gopher://example.org/",
                           "HTTPS://example.org",
                           "https:///path",
                           "https://:443/",
                           "https://example.org:0/",
                           "https://example.org:65536/",
                           "https://example.org:x/",
                           "https://example.org:/",
                           "https://[::1/",
                           "https://[127.0.0.1]/",
                           "https://[::1]443/",
                           "https://exa mple.org/",
                           "https://example.org/\n",
                           "https://b\xc3\xbcro.example/",
                           "https://example.org/#there",
                           "https://-example.org/",
                           "file://host/path",
                           "file:///",
                           "file:///dir/",
                           "exec://"})
    EXPECT_FALSE(parse_url(text)) << text;
  EXPECT_FALSE(parse_url("https://" + std::string(3000, 'a')));
}

TEST(Url, APasswordIsRefusedAndNotRepeated) {
  const auto url = parse_url("https://me:hunter2@example.org/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().find("hunter2"), std::string::npos);
  EXPECT_NE(url.error().find("Credential="), std::string::npos);
}

}  // namespace
}  // namespace ghost::announce
