// SPDX-License-Identifier: GPL-2.0-or-later
// What `ghostctl doctor` has seen of a machine, and what it concludes. Both are values, so that each conclusion is a row of a table
// in its test; doctor_machine.cpp looks. What could not be seen is a fact as well.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "ghostctl/doctor_peer.hpp"

namespace ghost::doctor {

enum class Seen : std::uint8_t { there, missing, hidden };  // hidden: this user may not look

struct Tty {
  Seen seen = Seen::there;
  bool is_device = true;
  bool of_modem_manager = false;  // udev: ID_MM_CANDIDATE without ID_MM_DEVICE_IGNORE or ID_MM_PORT_IGNORE
  std::string holder;             // the process that has locked it, "minicom (123)"; not the pppd of its link
};

// One way to call.
struct Way {
  std::string peer_path;  // empty: the link's own file has Device=
  Seen peer = Seen::there;
  PeerFacts says;
  Tty tty;                      // if says.tty
  Seen script = Seen::there;    // if says.script
  bool interface_there = true;  // if says.interface
};

struct Link {
  std::string name;
  std::vector<Way> ways;
  bool notifies = false;  // it has [Announce] sections
};

struct Module {
  std::string name;
  enum class State : std::uint8_t { loaded, loadable, missing } state = State::loaded;
};

struct Timer {
  std::string link;
  bool persistent = true;
};

struct Resolv {
  std::string target;  // of the symbolic link; empty: a file
  unsigned servers = 0;
};

struct Facts {
  bool is_root = true;
  config::Diagnostics errors, warnings;  // of the configuration
  std::vector<Link> links;
  std::string kernel;           // its release
  bool has_modules = true;      // the running kernel's modules are installed
  std::vector<Module> modules;  // that the links need
  bool pppd = true;
  std::string pppd_version;  // empty: not known
  std::optional<Resolv> resolv = Resolv{};
  std::vector<std::string> beside;                 // other default routes, explained
  std::optional<std::vector<std::string>> chains;  // that drop by default where packets of a link pass; nullopt: not seen
  std::optional<std::set<std::string>> units;      // that are active; nullopt: systemd did not say
  std::vector<Timer> timers;                       // ghost-appear@LINK.timer, enabled
  bool tells_network_manager = true;               // that it leaves our interfaces alone
  bool tells_networkd = true;
};

enum class Weight : std::uint8_t { obstacle, caution, unseen, fine };

struct Finding {
  Weight weight = Weight::fine;
  std::string what;
  std::string todo{};  // empty: nothing
  bool operator==(const Finding&) const = default;
};

// The worst first.
std::vector<Finding> findings(const Facts& facts);

}  // namespace ghost::doctor
