// SPDX-License-Identifier: GPL-2.0-or-later
// A link's configuration → the arguments of pppd(8). Pure, and the only place that knows pppd's options.
//
// Order matters: if an option is given twice, pppd uses the later one. First come defaults that a peer file may change,
// then the peer file, then the options that ghostd needs in any case.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/config.hpp"
#include "core/time.hpp"

namespace ghost::ppp {

struct PppdPaths {
  std::string pppd = "/usr/sbin/pppd";
  std::string chat = "/usr/sbin/chat";
  // The directory whose ip-up and ip-down run in place of pppd's, unless the peer file names others. Empty: none.
  std::string scripts;
};

// argv, argv[0] included. pppd's stderr must be the pipe from which we read facts (`logfd 2`). pppd reports refused options
// on stderr before it knows any logfd, and chat's stderr follows logfd.
// `peer_file`: the text of Peer='s file, if there is one; see telling_connect().
// Error: one line that says which value cannot be given to pppd. Only paths of [A-Za-z0-9/._+@:-] reach a shell. Control
// bytes are refused everywhere, and secrets are not among the values.
tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths = {},
                                                              std::string_view peer_file = {});

// The first word of a peer file that is incompatible with ghostd and that no later option of pppd can undo. Empty if there
// is none. This is "demand", with which pppd dials by itself and answers for an absent peer.
std::string_view unusable_option(std::string_view peer_file);

// What the call goes through: an absolute path below /dev, or the name of a network interface (PPPoE). Empty: not known.
std::string device(const core::LinkConfig& link, std::string_view peer_file);

inline constexpr core::Duration kEchoInterval = std::chrono::seconds(20);  // unless the peer file says otherwise

// lcp-echo-interval, as pppd gets it with this peer file.
core::Duration echo_interval(std::string_view peer_file);

// chat(8) without -s reports its reason for failing only to syslog. If the peer file's connect script is a plain chat with its
// script in a file (-f), this is that command with -s added. It goes to pppd after the peer file. Otherwise it is empty,
// because it would be among pppd's arguments, which every user can read.
std::string telling_connect(std::string_view peer_file);

}  // namespace ghost::ppp
