// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/outcome.hpp"

#include <gmock/gmock.h>

namespace ghost::announce {
namespace {

using core::NoticeResult;

TEST(CleanLine, IsOneLineForPeople) {
  EXPECT_EQ(clean_line("  250 2.0.0\tqueued\r\n"), "250 2.0.0 queued");
  EXPECT_EQ(clean_line("\x1b[31mred\x07 \xc3\xbc \x7f"), "?[31mred? ?? ?");
  EXPECT_EQ(clean_line(std::string(300, 'x')).size(), 200u);
  EXPECT_EQ(clean_line("\r\n\r\n"), "");
}

TEST(FromHttpStatus, NamesEach) {
  const struct {
    long status;
    NoticeResult result;
  } kRows[]{{200, NoticeResult::Ok},      {204, NoticeResult::Ok},         {299, NoticeResult::Ok},
            {100, NoticeResult::Refused}, {0, NoticeResult::Refused},      {301, NoticeResult::Refused},
            {400, NoticeResult::Refused}, {401, NoticeResult::AuthFailed}, {403, NoticeResult::AuthFailed},
            {404, NoticeResult::Refused}, {407, NoticeResult::AuthFailed}, {408, NoticeResult::Later},
            {429, NoticeResult::Later},   {500, NoticeResult::Later},      {599, NoticeResult::Later},
            {600, NoticeResult::Refused}};
  for (const auto& row : kRows) EXPECT_EQ(from_http_status(row.status), row.result) << row.status;
}

TEST(FromReplies, NameEach) {
  EXPECT_EQ(from_smtp_reply(421), NoticeResult::Later);
  EXPECT_EQ(from_smtp_reply(454), NoticeResult::Later);
  EXPECT_EQ(from_smtp_reply(535), NoticeResult::AuthFailed);
  EXPECT_EQ(from_smtp_reply(550), NoticeResult::Refused);
  EXPECT_EQ(from_ftp_reply(421), NoticeResult::Later);
  EXPECT_EQ(from_ftp_reply(530), NoticeResult::AuthFailed);
  EXPECT_EQ(from_ftp_reply(553), NoticeResult::Refused);
}

Transfer transfer(CURLcode code, long reply = 0, std::string said = {}, std::string error = {}) {
  Transfer t;
  t.code = code;
  t.reply = reply;
  t.said = std::move(said);
  t.error = std::move(error);
  return t;
}

TEST(JudgeMail, TheServersWordBeforeLibcurls) {
  EXPECT_EQ(judge_mail(transfer(CURLE_OK, 250, "250 ok")), (Outcome{NoticeResult::Ok, "250 ok"}));
  EXPECT_EQ(judge_mail(transfer(CURLE_SEND_ERROR, 451, "451 later")), (Outcome{NoticeResult::Later, "451 later"}));
  EXPECT_EQ(judge_mail(transfer(CURLE_LOGIN_DENIED, 535, "535 no")), (Outcome{NoticeResult::AuthFailed, "535 no"}));
  EXPECT_EQ(judge_mail(transfer(CURLE_LOGIN_DENIED, 250, "250 AUTH")).result, NoticeResult::AuthFailed);
  EXPECT_EQ(judge_mail(transfer(CURLE_RECV_ERROR, 354)).result, NoticeResult::Unreachable);
  // An earlier no to something else does not hide what ended it.
  EXPECT_EQ(judge_mail(transfer(CURLE_OPERATION_TIMEDOUT, 502)).result, NoticeResult::TimedOut);
  EXPECT_EQ(judge_mail(transfer(CURLE_PEER_FAILED_VERIFICATION, 502)).result, NoticeResult::TlsFailed);
  EXPECT_EQ(judge_upload(transfer(CURLE_OPERATION_TIMEDOUT, 421)).result, NoticeResult::Later);
}

TEST(JudgeConnection, NamesEach) {
  EXPECT_EQ(judge_connection(transfer(CURLE_COULDNT_CONNECT)).result, NoticeResult::Unreachable);
  EXPECT_EQ(judge_connection(transfer(CURLE_COULDNT_RESOLVE_HOST)).result, NoticeResult::NoSuchHost);
  EXPECT_EQ(judge_connection(transfer(CURLE_OPERATION_TIMEDOUT)).result, NoticeResult::TimedOut);
  EXPECT_EQ(judge_connection(transfer(CURLE_PEER_FAILED_VERIFICATION)).result, NoticeResult::TlsFailed);
  EXPECT_EQ(judge_connection(transfer(CURLE_USE_SSL_FAILED)).result, NoticeResult::TlsFailed);
  EXPECT_EQ(judge_connection(transfer(CURLE_SSL_CACERT_BADFILE)).result, NoticeResult::BadConfig);
  EXPECT_EQ(judge_connection(transfer(CURLE_GOT_NOTHING)).result, NoticeResult::Unreachable);
  auto t = transfer(CURLE_WRITE_ERROR);
  t.too_large = true;
  EXPECT_EQ(judge_connection(t).result, NoticeResult::TooLarge);
  t = transfer(CURLE_COULDNT_CONNECT);
  t.no_route = true;
  EXPECT_EQ(judge_connection(t).result, NoticeResult::Unreachable);
}

// The receiver has accepted the notice, whatever it then says.
TEST(JudgeAnswer, ALongSuccessIsOneUnlessItMustContainSomething) {
  auto t = transfer(CURLE_WRITE_ERROR, 200, "200 OK");
  t.too_large = t.long_body = true;
  EXPECT_EQ(judge_answer(t, ""), (Outcome{NoticeResult::Ok, "200 OK"}));
  EXPECT_EQ(judge_answer(t, "good").result, NoticeResult::TooLarge);
  EXPECT_EQ(judge_http(t).result, NoticeResult::TooLarge) << "dyndns2 and the echo service read the body";
  t.code = CURLE_FILESIZE_EXCEEDED;
  EXPECT_EQ(judge_answer(t, "").result, NoticeResult::Ok);
  t.reply = 302;
  EXPECT_EQ(judge_answer(t, "").result, NoticeResult::TooLarge);
  t.reply = 200;
  t.long_body = false;
  EXPECT_EQ(judge_answer(t, "").result, NoticeResult::TooLarge);
}

TEST(JudgeConnection, AHandshakeCutOffIsNoWrongCertificate) {
  EXPECT_EQ(
      judge_connection(transfer(CURLE_SSL_CONNECT_ERROR, 0, "", "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to x"))
          .result,
      NoticeResult::Unreachable);
  EXPECT_EQ(judge_connection(transfer(CURLE_SSL_CONNECT_ERROR, 0, "", "wrong version number")).result, NoticeResult::TlsFailed);
}

// A clock that nobody has set may be behind or ahead.
TEST(JudgeConnection, KnowsWhatASetClockWouldMend) {
  const auto by_clock = [](const char* error) {
    return judge_connection(transfer(CURLE_PEER_FAILED_VERIFICATION, 0, "", error)).clock;
  };
  EXPECT_TRUE(by_clock("SSL certificate problem: certificate is not yet valid"));
  EXPECT_TRUE(by_clock("SSL certificate problem: certificate has expired"));
  EXPECT_FALSE(by_clock("self-signed certificate"));
  EXPECT_TRUE(from_dns_rcode(9, 18).clock);
  EXPECT_FALSE(from_dns_rcode(9, 16).clock);
}

TEST(FromDyndns2, TheWorstLineCounts) {
  const auto result = [](std::string_view body) { return from_dyndns2(body, {}, 1).result; };
  EXPECT_EQ(result("good 192.0.2.1\r\nnochg 192.0.2.1\r\n"), NoticeResult::Ok);
  EXPECT_EQ(result("good 192.0.2.1\n911\n"), NoticeResult::Later);
  EXPECT_EQ(result("911\nnohost\ngood"), NoticeResult::Refused);
  EXPECT_EQ(result("badauth"), NoticeResult::AuthFailed);
  EXPECT_EQ(result("goodbye"), NoticeResult::Refused);
  EXPECT_EQ(result(" \n"), NoticeResult::Refused);
}

TEST(FromDyndns2, AnotherAddressIsNotWhatWasSent) {
  struct Row {
    std::string_view body;
    std::size_t hosts;
    NoticeResult result;
    std::string_view detail;
  };
  const std::vector sent{*IpAddress::parse("203.0.113.7"), *IpAddress::parse("2001:db8::7")};
  for (const auto& [body, hosts, result, detail] : {
           Row{"good 203.0.113.7,2001:DB8:0::7", 1, NoticeResult::Ok, ""},
           Row{"good", 1, NoticeResult::Ok, ""},  // it names none
           Row{"nochg (no change)", 1, NoticeResult::Ok, ""},
           Row{"good 127.0.0.1", 1, NoticeResult::Refused, "good 127.0.0.1: the service has 127.0.0.1, which was not sent"},
           Row{"nochg 198.51.100.1", 1, NoticeResult::Refused, "has 198.51.100.1"},
           Row{"good 203.0.113.7", 1, NoticeResult::Refused, "does not have 2001:db8::7"},
           Row{"good 203.0.113.7, 2001:db8::8", 1, NoticeResult::Refused, "has 2001:db8::8"},
           Row{"good 203.0.113.7\ngood 2001:db8::7\n", 1, NoticeResult::Ok, ""},  // a line per address
           Row{"good 203.0.113.7 2001:db8::7\r\nnochg 203.0.113.7\r\n", 2, NoticeResult::Refused, "does not have"},
           Row{"good 203.0.113.7,2001:db8::7\ngood 127.0.0.1\n", 2, NoticeResult::Refused, "127.0.0.1"},
           Row{"good 203.0.113.7,2001:db8::7\nnochg\n", 2, NoticeResult::Ok, ""},
           Row{"good 127.0.0.1\nbadauth\n", 2, NoticeResult::AuthFailed, "badauth"},
       }) {
    const auto outcome = from_dyndns2(body, sent, hosts);
    EXPECT_EQ(outcome.result, result) << body;
    EXPECT_THAT(outcome.detail, ::testing::HasSubstr(detail)) << body;
  }
}

TEST(FromExitStatus, NamesEach) {
  EXPECT_EQ(from_exit_status(0), (Outcome{NoticeResult::Ok, "exit status 0"}));
  EXPECT_EQ(from_exit_status(75 << 8).result, NoticeResult::Later);
  EXPECT_EQ(from_exit_status(1 << 8).result, NoticeResult::Refused);
  EXPECT_EQ(from_exit_status(9), (Outcome{NoticeResult::Refused, "the program was killed by signal 9"}));
}

TEST(FromDnsRcode, ASignatureErrorComesFirst) {
  EXPECT_EQ(from_dns_rcode(0, 0).result, NoticeResult::Ok);
  EXPECT_EQ(from_dns_rcode(9, 0).result, NoticeResult::Refused);
  for (const unsigned error : {16u, 17u, 18u, 22u}) EXPECT_EQ(from_dns_rcode(9, error).result, NoticeResult::AuthFailed);
  EXPECT_EQ(from_dns_rcode(2, 0).result, NoticeResult::Later);
  EXPECT_EQ(from_dns_rcode(5, 0).result, NoticeResult::Refused);
  EXPECT_EQ(from_dns_rcode(15, 0), (Outcome{NoticeResult::Refused, "rcode 15"}));
}

TEST(FromMqtt, NamesBothVersionsCodes) {
  for (const unsigned code : {4u, 5u, 0x86u, 0x87u, 0x8au})
    EXPECT_EQ(from_mqtt_connack(code).result, NoticeResult::AuthFailed) << code;
  for (const unsigned code : {3u, 0x88u, 0x89u, 0x97u, 0x9fu})
    EXPECT_EQ(from_mqtt_connack(code).result, NoticeResult::Later) << code;
  for (const unsigned code : {1u, 2u, 0x84u, 0xffu}) EXPECT_EQ(from_mqtt_connack(code).result, NoticeResult::Refused) << code;
  EXPECT_EQ(from_mqtt_puback(0).result, NoticeResult::Ok);
  EXPECT_EQ(from_mqtt_puback(0x10).result, NoticeResult::Ok);
  EXPECT_EQ(from_mqtt_puback(0x87).result, NoticeResult::AuthFailed);
  EXPECT_EQ(from_mqtt_puback(0x80).result, NoticeResult::Refused);
}

TEST(FromEcho, AnAddressAndNothingElse) {
  EXPECT_EQ(from_echo("\t192.0.2.1\r\n"), (Outcome{NoticeResult::Ok, "seen as 192.0.2.1", "192.0.2.1"}));
  for (const auto* body : {"", "192.0.2", "192.0.2.1 x", "<b>192.0.2.1</b>"})
    EXPECT_EQ(from_echo(body).result, NoticeResult::Refused) << body;
}

}  // namespace
}  // namespace ghost::announce
