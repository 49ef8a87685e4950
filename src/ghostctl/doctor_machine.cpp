// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/doctor_machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "base/unique_fd.hpp"
#include "config/load.hpp"
#include "config/resolver.hpp"
#include "config/values.hpp"
#include "ghostctl/beside.hpp"
#include "ghostctl/init_machine.hpp"
#include "ghostctl/pppd_files.hpp"
#include "ghostctl/resolver.hpp"
#include "ghostctl/within.hpp"
#include "net/nft.hpp"
#include "systemd/manager.hpp"

namespace ghost::doctor {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using init::names_in;
constexpr auto kPatience = 3s;

Seen seen(const std::string& path) {
  struct stat st{};
  if (::stat(path.c_str(), &st) == 0) return Seen::there;
  return errno == EACCES ? Seen::hidden : Seen::missing;
}

// O_NONBLOCK: a FIFO must not stop us. Empty if it cannot be read.
std::string text_of(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  std::string out;
  char buffer[16384];
  for (ssize_t n = 0; fd && out.size() < (1U << 22) && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(n));
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// The first word of a file, or of the part of it behind `key`.
std::string word_of(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  in >> out;
  return out;
}

Tty look_at_tty(const std::string& root, const std::string& path, const std::string& link) {
  Tty out;
  struct stat st{};
  if (::stat((root + path).c_str(), &st) != 0) {
    out.seen = errno == EACCES ? Seen::hidden : Seen::missing;
    return out;
  }
  out.is_device = S_ISCHR(st.st_mode);
  // udev's words on it.
  const auto udev = text_of(fmt::format("{}/run/udev/data/c{}:{}", root, major(st.st_rdev), minor(st.st_rdev)));
  const auto says = [&](const char* words) { return udev.find(words) != std::string::npos; };
  out.of_modem_manager = says("E:ID_MM_CANDIDATE=1") && !says("E:ID_MM_DEVICE_IGNORE=1") && !says("E:ID_MM_PORT_IGNORE=1");
  // A lock of a process that lives. During a call it is the link's own pppd, whose pid is in /run/ppp-LINK.pid.
  const auto pid = word_of(text_of(root + "/run/lock/LCK.." + path.substr(path.rfind('/') + 1)));
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) return out;
  const auto name = word_of(text_of(root + "/proc/" + pid + "/comm"));
  if (!name.empty() && pid != word_of(text_of(root + "/run/ppp-" + link + ".pid")))
    out.holder = fmt::format("{} ({})", name, pid);
  return out;
}

// config: with one peer at most.
Way look_at_way(const std::string& root, const core::LinkConfig& config) {
  Way out;
  if (config.ppp.peers.empty()) {
    out.says.tty = config.ppp.device;
    out.says.script = config.ppp.connect;
  } else {
    out.peer_path = "/etc/ppp/peers/" + config.ppp.peers.front();
    out.peer = seen(root + out.peer_path);
    if (out.peer == Seen::there && ::access((root + out.peer_path).c_str(), R_OK) != 0) out.peer = Seen::hidden;
    if (out.peer == Seen::there)
      if (const auto options = client::pppd_reads(config, root)) out.says = read_peer(*options);
  }
  if (!out.says.script.empty()) out.script = seen(root + out.says.script);
  if (!out.says.tty.empty()) out.tty = look_at_tty(root, out.says.tty, config.name);
  if (!out.says.interface.empty()) out.interface_there = seen(root + "/sys/class/net/" + out.says.interface) == Seen::there;
  return out;
}

Link look_at_link(const std::string& root, const core::LinkConfig& config) {
  Link out;
  out.name = config.name;
  out.notifies = !config.announces.empty();
  for (const auto& way : client::each_way(config)) out.ways.push_back(look_at_way(root, way));
  return out;
}

void look_at_modules(const std::string& root, Facts& out) {
  utsname kernel{};
  ::uname(&kernel);
  out.kernel = kernel.release;
  const auto directory = root + "/lib/modules/" + out.kernel;
  out.has_modules = seen(directory + "/modules.dep") == Seen::there;
  const auto known = text_of(directory + "/modules.dep") + text_of(directory + "/modules.builtin");
  const bool may_load = word_of(text_of(root + "/proc/sys/kernel/modules_disabled")) != "1";
  std::vector<std::string> needed{"ppp_generic", "tun", "nf_tables", "nft_masq", "nft_fib_inet", "sch_prio", "sch_plug"};
  const auto any = [&](auto which) {
    return std::any_of(out.links.begin(), out.links.end(),
                       [&](const Link& l) { return std::any_of(l.ways.begin(), l.ways.end(), which); });
  };
  if (any([](const Way& w) { return !w.says.tty.empty(); })) needed.emplace_back("ppp_async");
  if (any([](const Way& w) { return w.says.plugin.find("pppoe") != std::string::npos; })) needed.emplace_back("pppoe");
  for (const auto& name : needed) {
    using enum Module::State;
    const bool is_known = known.find("/" + name + ".ko") != std::string::npos;
    const bool is_builtin = text_of(directory + "/modules.builtin").find("/" + name + ".ko") != std::string::npos;
    const bool is_loaded = seen(root + "/sys/module/" + name) == Seen::there;
    out.modules.push_back({name, is_loaded || is_builtin ? loaded : is_known && may_load ? loadable : missing});
  }
}

void look_at_pppd(const std::string& root, Facts& out) {
  out.pppd = seen(root + "/usr/sbin/pppd") == Seen::there;
  // Plugins are in a directory that has the version's name. `pppd --version` is not for every user.
  std::vector<std::string> libraries{root + "/usr/lib/pppd"};
  for (const auto& name : names_in(root + "/usr/lib"))
    if (name.find("-linux-") != std::string::npos) libraries.push_back(root + "/usr/lib/" + name + "/pppd");
  for (const auto& library : libraries)
    for (const auto& version : names_in(library)) out.pppd_version = std::max(out.pppd_version, version);
}

std::optional<std::set<std::string>> active_units() {
  const auto text = within(kPatience, []() -> std::optional<std::string> {
    auto manager = systemd::Manager::open(kPatience);
    if (!manager) return std::nullopt;
    const auto units = manager->active_units("*");
    if (!units) return std::nullopt;
    std::string out;
    for (const auto& unit : *units) out += unit + "\n";
    return out;
  });
  if (!text) return std::nullopt;
  const auto lines = lines_of(*text);
  return std::set<std::string>(lines.begin(), lines.end());
}

// Base chains of others, with the policy to drop, that a link's packets pass.
std::optional<std::vector<std::string>> strict_chains() {
  const auto text = within(kPatience, []() -> std::optional<std::string> {
    const auto listed = net::nft::run({{"nftables", {{{"list", {{"chains", nullptr}}}}}}});
    if (!listed) return std::nullopt;
    std::string out;
    for (const auto& object : listed->value("nftables", nlohmann::json::array())) {
      const auto chain = object.find("chain");
      if (chain == object.end() || chain->value("policy", "") != "drop") continue;
      const auto hook = chain->value("hook", "");
      if (hook == "output" || hook == "forward" || hook == "postrouting")
        out += fmt::format("chain {} of nftables' table {} {}\n", chain->value("name", ""), chain->value("family", ""),
                           chain->value("table", ""));
    }
    return out;
  });
  if (!text) return std::nullopt;
  return lines_of(*text);
}

// The last setting of systemd.timer(5)'s Persistent= in the administrator's files.
bool is_persistent(const std::string& root, const std::string& link) {
  bool out = true;
  const auto directory = root + "/etc/systemd/system/";
  std::vector<std::string> files{directory + "ghost-appear@.timer"};
  for (const auto& drop_ins : {directory + "ghost-appear@.timer.d", directory + "ghost-appear@" + link + ".timer.d"})
    for (const auto& name : names_in(drop_ins))
      if (name.ends_with(".conf")) files.push_back(drop_ins + "/" + name);
  for (const auto& file : files) {
    std::istringstream lines(text_of(file));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("Persistent="))
        if (const auto value = config::parse_bool(config::trim(std::string_view(line).substr(11)))) out = *value;
  }
  return out;
}

void look_at_timers(const std::string& root, Facts& out) {
  constexpr std::string_view kStart = "ghost-appear@", kEnd = ".timer";
  for (const auto& name : names_in(root + "/etc/systemd/system/timers.target.wants"))
    if (name.starts_with(kStart) && name.ends_with(kEnd)) {
      const auto link = name.substr(kStart.size(), name.size() - kStart.size() - kEnd.size());
      out.timers.push_back({link, is_persistent(root, link)});
    }
}

void look_at_names(const std::string& root, Facts& out) {
  const auto path = root + "/etc/resolv.conf";
  out.resolv.reset();
  if (seen(path) == Seen::missing) return;
  std::error_code error;
  const auto target = fs::read_symlink(path, error);
  const auto text = text_of(path);
  out.resolv = Resolv{error ? "" : target.string(), static_cast<unsigned>(config::name_servers_in(text).size())};
}

}  // namespace

Facts look(const std::string& root) {
  Facts out;
  const bool whole = root.empty();
  out.is_root = ::geteuid() == 0;
  auto loaded = config::load(init::roots_under(root));
  if (loaded) {
    out.warnings = loaded->warnings;
    for (const auto& link : loaded->config.links) out.links.push_back(look_at_link(root, link));
    if (whole) {
      for (auto& warning : config::check_resolver(*loaded, client::host_resolver(), client::leads_somewhere))
        out.warnings.push_back(std::move(warning));
      for (auto& line : client::what_stands_beside(loaded->config)) out.beside.push_back(std::move(line.text));
    }
  } else {
    out.errors = std::move(loaded.error());
  }
  look_at_modules(root, out);
  look_at_pppd(root, out);
  look_at_names(root, out);
  look_at_timers(root, out);
  out.tells_network_manager = seen(root + "/usr/lib/NetworkManager/conf.d/70-ghostd.conf") == Seen::there;
  out.tells_networkd = seen(root + "/usr/lib/systemd/network/70-ghostd.network") == Seen::there;
  if (whole) out.units = active_units();
  if (whole && out.is_root) out.chains = strict_chains();
  return out;
}

}  // namespace ghost::doctor
