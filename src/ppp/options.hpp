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
#include "ppp/option_files.hpp"

namespace ghost::ppp {

struct PppdPaths {
  std::string pppd = "/usr/sbin/pppd";
  std::string chat = "/usr/sbin/chat";
  // The directory whose ip-up and ip-down run in place of pppd's, unless the peer file names others. Empty: none.
  std::string scripts;
};

// argv, argv[0] included. Of several peers (Peer=), the first is called. pppd's stderr must be the pipe from which we read facts
// (`logfd 2`). pppd reports refused options on stderr before it knows any logfd, and chat's stderr follows logfd.
// `connect`: a connect script that replaces the peer file's (connect_script.hpp). Empty: none.
// Error: one line that says which value cannot be given to pppd. Only paths of [A-Za-z0-9/._+@:-] reach a shell. Control
// bytes are refused everywhere, and secrets are not among the values.
tl::expected<std::vector<std::string>, std::string> pppd_argv(const core::LinkConfig& link, const PppdPaths& paths = {},
                                                              std::string connect = {});

// What pppd would read with this argv.
PppdOptions read_options_of(const std::vector<std::string>& argv, OptionFiles& files, const PppdFiles& where = {});

// What the call goes through: an absolute path below /dev, or the name of a network interface (PPPoE). Empty: not known.
std::string device(const PppdOptions& options);

// Whether pppd knows each word. If it does not, or a plugin may, what device() tells is a guess.
bool is_understood(const PppdOptions& options);

inline constexpr core::Duration kEchoInterval = std::chrono::seconds(20);  // unless a file says otherwise

// lcp-echo-interval, as pppd gets it.
core::Duration echo_interval(const PppdOptions& options);

}  // namespace ghost::ppp
