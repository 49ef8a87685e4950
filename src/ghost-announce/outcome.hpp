// SPDX-License-Identifier: GPL-2.0-or-later
// From a server's answer, or the end of the connection, to a NoticeResult. Pure: each table is a function with a test.
#pragma once
#include <curl/curl.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "core/notice.hpp"

namespace ghost::announce {

struct Outcome {
  core::NoticeResult result = core::NoticeResult::Crashed;
  std::string detail = {};
  std::string text = {};  // of an echo: the address
  bool clock = false;     // a clock that is set might have made it Ok
  bool operator==(const Outcome&) const = default;
};

// Safe to show: printable ASCII, everything else is "?" or a space, no spaces at the ends, at most 200 bytes.
std::string clean_line(std::string_view text);

// The state of a transfer by libcurl at its end.
struct Transfer {
  CURLcode code = CURLE_OK;
  long reply = 0;  // the last three digits of HTTP, SMTP or FTP; 0 if there were none
  long os_errno = 0;
  bool too_large = false;  // the answer was too long, so the rest was not read
  bool long_body = false;  // HTTP: it was the body, and not the headers
  bool no_route = false;   // the sockets could not be bound to the link
  std::string said;        // the server's line with these digits
  std::string error;       // libcurl's own words
  std::string body;
};

Outcome judge_http(const Transfer& t);
// `expected`: a text that the body of a success contains; empty: any body, however long it is.
Outcome judge_answer(const Transfer& t, std::string_view expected);
Outcome judge_mail(const Transfer& t);
Outcome judge_upload(const Transfer& t);      // FTP and SFTP
Outcome judge_connection(const Transfer& t);  // of a transfer that has failed below the protocol

core::NoticeResult from_http_status(long status);
core::NoticeResult from_smtp_reply(long reply);
core::NoticeResult from_ftp_reply(long reply);
// One line per host, or per address; the worst counts. An answer that names other addresses than `sent` is Refused. Nothing
// sent: the answer's addresses do not count. `hosts`: how many names were sent.
Outcome from_dyndns2(std::string_view body, std::span<const IpAddress> sent, std::size_t hosts);
Outcome from_exit_status(int wait_status);  // of exec:'s program, as waitpid(2) has it
Outcome from_dns_rcode(unsigned rcode, unsigned tsig_error);
Outcome from_mqtt_connack(unsigned code);  // of MQTT 3.1.1 and 5, which differ in all codes but 0
Outcome from_mqtt_puback(unsigned code);
Outcome from_echo(std::string_view body);  // an address and nothing else, or Refused

}  // namespace ghost::announce
