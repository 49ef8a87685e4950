// SPDX-License-Identifier: GPL-2.0-or-later
// A link's configuration → the words pppd(8) is started with. Pure, and the only place that knows pppd's options.
//
// Order is the point: of two equal options pppd takes the later one. First come defaults that a peer file may change,
// then the peer file, then what must hold for ghostd to work, whatever the peer file says.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/config.hpp"

namespace ghost::ppp {

struct PppdPaths {
  std::string pppd = "/usr/sbin/pppd";
  std::string chat = "/usr/sbin/chat";
  std::string ip_up;  // run in place of /etc/ppp/ip-up, unless the peer file names another; empty: none
};

// argv, argv[0] included. pppd's stderr must be the pipe that is read for facts (`logfd 2`: options that pppd refuses are
// told on stderr before any logfd is known, and chat's stderr follows logfd).
// `peer_file`: the text of Peer='s file, if there is one; see telling_connect().
// Error: one line that says which value cannot be handed to pppd. No value of a link's file reaches a shell unless it is a
// path of [A-Za-z0-9/._+@:-]; control bytes are refused everywhere; secrets are not among the values.
tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths = {},
                                                              std::string_view peer_file = {});

// The first word of a peer file's text that ghostd cannot live with and that pppd gives no later option to undo
// ("demand", which dials by itself and answers for a peer that is not there); empty if there is none.
std::string_view unusable_option(std::string_view peer_file);

// chat(8) tells why it failed to syslog alone unless it has -s. If the peer file's connect script is a chat without further ado,
// and its script in a file (-f), this is that command with -s added, to be given to pppd after the peer file; otherwise empty: it
// stands among pppd's arguments, which everybody can read.
std::string telling_connect(std::string_view peer_file);

}  // namespace ghost::ppp
