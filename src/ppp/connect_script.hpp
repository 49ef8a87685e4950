// SPDX-License-Identifier: GPL-2.0-or-later
// The connect script of pppd's files, if it is a chat(8), made to tell why it fails. Without -s, chat reports to syslog alone.
// Without -v, it does not report what it has sent. If a PIN was among it, another try may lock a SIM card. -S keeps that from
// syslog.
#pragma once
#include <string>
#include <string_view>

#include "ppp/option_files.hpp"

namespace ghost::ppp {

struct TellingConnect {
  std::string command;  // for pppd's option connect, after the peer file; empty: nothing is changed
  // The script, to be stored at the path that was given, for root alone; empty: the command needs none. A script among the
  // arguments of a command would be among pppd's arguments, which every user can read, and may hold a password.
  std::string script;
  bool operator==(const TellingConnect&) const = default;
};

// script_path: where a script can be stored.
TellingConnect telling_connect(const PppdOptions& options, std::string_view script_path);

// Whether it is a chat whose reasons ghostd does not hear in spite of that.
bool chat_is_mute(const PppdOptions& options);

// The connect script that counts is a chat.
bool connects_by_chat(const PppdOptions& options);

}  // namespace ghost::ppp
