// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_machine.hpp"

#include <fmt/format.h>
#include <net/if_arp.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "base/ids.hpp"
#include "config/stable_address.hpp"
#include "config/values.hpp"
#include "ghostctl/pppd_files.hpp"
#include "ppp/option_judgement.hpp"

namespace ghost::init {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kTextMax = 256 * 1024;

bool is_ethernet(const std::string& root, const std::string& interface) {
  std::ifstream file(root + "/sys/class/net/" + interface + "/type");
  int type = -1;
  return file >> type && type == ARPHRD_ETHER && !is_of_a_link(interface);
}

// Debian's package ppp ships the file "provider".
bool is_example(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find("-T ********") < line.find('#')) return true;
  return false;
}

std::string why_unusable(const std::string& root, const std::string& peer) {
  core::LinkConfig link;
  link.name = "new";
  link.ppp.peers = {peer};
  const auto options = client::pppd_reads(link, root);
  const auto refused = options ? ppp::refusal(*options) : std::nullopt;
  return refused ? refused->str() : "";
}

}  // namespace

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code error;
  for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator(); entry.increment(error))
    out.push_back(entry->path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::string> text_or_empty(const std::string& path) {
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0) return errno == ENOENT ? std::optional(std::string()) : std::nullopt;
  if (!S_ISREG(st.st_mode) || static_cast<std::size_t>(st.st_size) > kTextMax) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

config::Roots roots_under(const std::string& root) {
  config::Roots out;
  for (auto& directory : out.link_directories) directory.insert(0, root);
  for (auto& directory : out.service_directories) directory.insert(0, root);
  return out;
}

Surroundings surroundings(const std::string& root, bool force) {
  Surroundings out;
  out.force = force;
  for (const auto& directory : roots_under(root).link_directories)
    for (const auto& name : names_in(directory))
      if (name.ends_with(".conf") && name.front() != '.') out.links.insert(name.substr(0, name.size() - 5));
  for (const auto& name : names_in(root + "/etc/ppp/peers"))
    if (valid_peer_name(name))
      if (const auto text = text_or_empty(root + "/etc/ppp/peers/" + name))
        out.peers[name] = is_example(*text)
                              ? fmt::format("/etc/ppp/peers/{} is Debian's example: it has no telephone number yet", name)
                              : why_unusable(root, name);
  // Ports that exist without any hardware behind them (ttyS0 to ttyS31) come last, and only the first two of them.
  for (const auto* prefix : {"ttyUSB", "ttyACM", "ttyAMA", "ttyS"}) {
    const std::string_view start = prefix;
    for (const auto& name : names_in(root + "/dev"))
      if (name.starts_with(start) && name.size() > start.size() &&
          name.find_first_not_of("0123456789", start.size()) == name.npos &&
          (start != "ttyS" || name == "ttyS0" || name == "ttyS1"))
        out.ttys.push_back("/dev/" + name);
  }
  for (const auto& name : names_in(root + "/sys/class/net"))
    if (is_ethernet(root, name)) out.interfaces.push_back(name);
  return out;
}

Pppd pppd_here(const std::string& root) {
  Pppd out;
  // Up to 2.4.9 the plugin's own name was rp-pppoe.so; 2.5 and Debian's 2.4.9 call it pppoe.so.
  bool old_name = false, new_name = false;
  std::error_code error;
  for (const auto* library : {"/usr/lib/pppd", "/usr/lib/x86_64-linux-gnu/pppd", "/usr/lib/aarch64-linux-gnu/pppd"})
    for (const auto& version : names_in(root + library)) {
      const auto directory = root + library + "/" + version;
      new_name = new_name || fs::exists(directory + "/pppoe.so", error);
      old_name = old_name || fs::exists(directory + "/rp-pppoe.so", error);
    }
  if (old_name && !new_name) out.pppoe_plugin = "rp-pppoe.so";
  return out;
}

std::optional<IpAddress> address_beside(const std::string& root, const std::string& link) {
  const auto loaded = config::load(roots_under(root));
  if (!loaded) return std::nullopt;
  std::set<IpAddress> taken;
  for (const auto& other : loaded->config.links) {
    if (other.name == link) continue;
    taken.insert(other.stable.begin(), other.stable.end());
  }
  if (taken.empty()) return std::nullopt;
  return config::next_default_address(taken);
}

}  // namespace ghost::init
