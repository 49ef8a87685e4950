// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/request.hpp"

#include <gmock/gmock.h>

#include "ghost-announce/identity.hpp"
#include "ghost-announce/section.hpp"
#include "notices.hpp"

namespace ghost::announce {
namespace {

Secrets secrets(std::initializer_list<std::pair<const char*, const char*>> list) {
  Secrets out;
  for (const auto& [name, text] : list) out.emplace(name, Secret(std::string(text)));
  return out;
}

HttpRequest of(const core::AnnounceConfig& config, const Secrets& known = {}) {
  auto n = a_notice();
  n.name = "my \"office\" & home";
  return notice_request(n, config, section_url(config).value(), known);
}

TEST(Request, EachPlaceWritesAValueInItsOwnWay) {
  const auto url = std::string("https://h/${name}/${Zone}?a=${name}&b=${addresses}&c=${Zone}");
  EXPECT_EQ(of(a_section(url, {{"Zone", "a/b?c#d+e"}, {"Method", "GET"}})).target,
            "/my%20%22office%22%20%26%20home/a%2Fb%3Fc%23d%2Be"
            "?a=my%20%22office%22%20%26%20home&b=203.0.113.7%202001:db8::7&c=a/b%3Fc%23d%2Be");
  const auto body = [](const char* type) {
    return of(a_section("https://h/", {{"Body", "n=${name}"}, {"ContentType", type}})).body;
  };
  EXPECT_EQ(body("text/plain"), "n=my \"office\" & home");
  EXPECT_EQ(body("application/json"), "n=my \\\"office\\\" & home");
  EXPECT_EQ(body("application/Problem+JSON; charset=utf-8"), "n=my \\\"office\\\" & home");
  EXPECT_EQ(body("application/x-www-form-urlencoded"), "n=my%20%22office%22%20%26%20home");
  EXPECT_THAT(
      of(a_section("https://h/", {{"Method", "GET"}, {"Header-X-At", "${ipv6} ${ipv4} ${summary}"}})).headers,
      testing::ElementsAre("X-At: 2001:db8::7 203.0.113.7 my \"office\" & home is on the net at 203.0.113.7 2001:db8::7"));
}

TEST(Request, ASecretStandsWhereATemplateNamesIt) {
  const auto known = secrets({{"", "123:A-b/c"}, {"other", "p w"}});
  auto asked = of(a_section("https://h/bot${secret}/x?t=${secret}",
                            {{"Header-Authorization", "Token ${secret:other}"}, {"Body", "{\"k\":\"${secret}\"}"}}, "bot"),
                  known);
  EXPECT_EQ(asked.target, "/bot123:A-b/c/x?t=123:A-b/c");
  EXPECT_THAT(asked.headers, testing::Contains("Authorization: Token p w"));
  EXPECT_EQ(asked.body, "{\"k\":\"123:A-b/c\"}");
  EXPECT_EQ(asked.login, Login::none);  // a template has placed it
  EXPECT_EQ(of(a_section("https://h/?t=${secret}", {{"User", "me"}}, "bot"), known).login, Login::basic);
  EXPECT_EQ(of(a_section("https://h/", {{"Header-X", "${secret:other}"}}, "bot"), known).login, Login::bearer);
}

TEST(Request, EachMethodHasTheBodyThatItNeeds) {
  for (const auto* method : {"GET", "DELETE"}) {
    EXPECT_EQ(of(a_section("https://h/", {{"Method", method}})).body, std::nullopt) << method;
    EXPECT_EQ(of(a_section("https://h/", {{"Method", method}, {"Body", "x"}})).body, "x") << method;
  }
  for (const auto* method : {"POST", "PUT", "PATCH"}) {
    const auto asked = of(a_section("https://h/", {{"Method", method}}));
    EXPECT_EQ(asked.method, method);
    EXPECT_TRUE(asked.body && asked.body->starts_with('{')) << method;
  }
}

// An URL of an earlier version may have a "$" that means itself.
TEST(Request, AUrlWithoutANameIsNoTemplate) { EXPECT_EQ(of(a_section("https://h/$metadata?$x=1")).target, "/$metadata?$x=1"); }

TEST(UserAgent, SaysWhoAsks) {
  EXPECT_EQ(user_agent("0.2.0", ""), "ghostd/0.2.0");
  EXPECT_EQ(user_agent("0.2.0", "https://example.org/ghostd"), "ghostd/0.2.0 (+https://example.org/ghostd)");
}

TEST(Section, AKeyMayBeTheHost) {
  EXPECT_EQ(section_url(a_section("https://${Server}/message", {{"Server", "push.example:8443"}})),
            (Url{Scheme::https, "push.example", 8443, "/message"}));
  for (const auto* bad : {"a@b", "a b", "a?b#", ""})
    EXPECT_FALSE(section_url(a_section("https://${Server}/message", {{"Server", bad}}))) << bad;
  EXPECT_FALSE(section_url(a_section("https://${Server}/message")));
  EXPECT_FALSE(section_url(a_section("https://${name}/message")));
  EXPECT_FALSE(section_url(a_section("https://x${secret}/message")));
}

TEST(Section, NamesWhatItsTemplatesName) {
  const auto section = a_section("https://h/${Zone}?x=${secret}",
                                 {{"Body", "${name} ${Text} ${secret:b}"}, {"Header-A", "${secret:a}"}});
  EXPECT_EQ(named_keys(section), (std::set<std::string, std::less<>>{"Text", "Zone"}));
  EXPECT_EQ(named_secrets(section), (std::set<std::string, std::less<>>{"", "a", "b"}));
  EXPECT_EQ(secret_url(section), std::nullopt);
  EXPECT_EQ(secret_url(a_section("${secret}")), "");
  EXPECT_EQ(secret_url(a_section("${secret:hook}")), "hook");
  EXPECT_EQ(secret_url(a_section("${secret:hook}/x")), std::nullopt);
}

}  // namespace
}  // namespace ghost::announce
