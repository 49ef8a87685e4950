// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ghostctl/doctor_facts.hpp"

namespace ghost::doctor {
namespace {

using enum Weight;
using All = std::vector<Finding>;

bool active(const Facts& facts, const std::string& unit) { return facts.units && facts.units->contains(unit); }

void look_at_configuration(const Facts& facts, All& out) {
  for (const auto& error : facts.errors) out.push_back({obstacle, error.str(), "correct it; ghostctl check reads it again"});
  for (const auto& warning : facts.warnings) out.push_back({caution, warning.str()});
  if (facts.errors.empty() && facts.links.empty())
    out.push_back({obstacle, "no link is configured", "sudo ghostctl init makes one"});
  if (facts.errors.empty() && !facts.links.empty())
    out.push_back({fine, fmt::format("the configuration is sound; links: {}", facts.links.size())});
}

// "isp", or "isp, peer second" if the link has several.
std::string name_of(const Link& link, const Way& way) {
  if (link.ways.size() == 1) return link.name;
  return fmt::format("{}, peer {}", link.name, way.peer_path.substr(way.peer_path.rfind('/') + 1));
}

void look_at_tty(const Facts& facts, const std::string& name, const Way& way, All& out) {
  const auto& path = way.says.tty;
  const auto before = out.size();
  if (way.tty.seen == Seen::missing) {
    out.push_back(
        {obstacle, fmt::format("{}: {} does not exist", name, path),
         fmt::format("connect the modem, or correct the tty in {}", way.peer_path.empty() ? "the link's file" : way.peer_path)});
    return;
  }
  if (way.tty.seen == Seen::hidden) {
    out.push_back({unseen, fmt::format("{}: {} cannot be looked at", name, path), "run ghostctl doctor as root"});
    return;
  }
  if (!way.tty.is_device) out.push_back({obstacle, fmt::format("{}: {} is not a tty", name, path), "write the modem's tty"});
  if (!way.tty.holder.empty())
    out.push_back({obstacle, fmt::format("{}: {} is in use by {}", name, path, way.tty.holder), "end that program"});
  const auto file = path.substr(path.rfind('/') + 1);
  if (active(facts, "serial-getty@" + file + ".service"))
    out.push_back({obstacle, fmt::format("{}: a login prompt (serial-getty) uses {}", name, path),
                   fmt::format("sudo systemctl disable --now serial-getty@{}.service", file)});
  if (way.tty.of_modem_manager && active(facts, "ModemManager.service"))
    out.push_back(
        {obstacle, fmt::format("{}: ModemManager may open {} at any time", name, path),
         fmt::format(
             "write KERNEL==\"{}\", ENV{{ID_MM_PORT_IGNORE}}=\"1\" into /etc/udev/rules.d/70-ghostd-modem.rules, run sudo "
             "udevadm control --reload and sudo udevadm trigger, and restart ModemManager; or sudo systemctl disable "
             "--now ModemManager",
             file)});
  if (out.size() == before) out.push_back({fine, fmt::format("{}: {} is there and free", name, path)});
}

void look_at_way(const Facts& facts, const Link& link, const Way& way, All& out) {
  const auto name = name_of(link, way);
  if (way.peer == Seen::hidden) {
    out.push_back({unseen, fmt::format("{}: {} cannot be read", name, way.peer_path), "run ghostctl doctor as root"});
    return;
  }
  if (way.peer == Seen::missing) {
    out.push_back({obstacle, fmt::format("{}: {} does not exist", name, way.peer_path),
                   fmt::format("write it (pppd(8)), or correct Peer= of link {}", link.name)});
    return;
  }
  if (!way.says.unusable.empty())
    out.push_back({obstacle, fmt::format("{}: {}", name, way.says.unusable), "correct it; ghostctl check reads it again"});
  if (!way.says.script.empty() && way.script == Seen::missing)
    out.push_back({obstacle, fmt::format("{}: the chat script {} does not exist", name, way.says.script), "write it (chat(8))"});
  if (!way.says.interface.empty() && !way.interface_there)
    out.push_back({obstacle, fmt::format("{}: there is no interface {}", name, way.says.interface),
                   fmt::format("correct nic-{} in {}", way.says.interface, way.peer_path)});
  if (!way.says.tty.empty()) look_at_tty(facts, name, way, out);
}

void look_at_kernel(const Facts& facts, All& out) {
  std::vector<std::string> missing;
  for (const auto& module : facts.modules)
    if (module.state == Module::State::missing) missing.push_back(module.name);
  if (missing.empty()) {
    out.push_back({fine, fmt::format("kernel {} has all modules that are needed", facts.kernel)});
  } else if (!facts.has_modules) {
    out.push_back({obstacle,
                   fmt::format("the modules of the running kernel {} are not installed, and {} not loaded", facts.kernel,
                               fmt::join(missing, ", ")),
                   "restart the machine if its kernel was upgraded; a container needs them loaded on its host"});
  } else {
    out.push_back({obstacle, fmt::format("kernel {} has no {}", facts.kernel, fmt::join(missing, ", ")),
                   "install the distribution's full kernel (Debian: linux-image-amd64, not its cloud variant)"});
  }
}

void look_at_pppd(const Facts& facts, All& out) {
  if (!facts.pppd) {
    out.push_back({obstacle, "pppd is not installed", "sudo apt install ppp"});
  } else if (facts.pppd_version.empty()) {
    out.push_back({unseen, "pppd is there; its version is not known"});
  } else if (facts.pppd_version.starts_with("2.4.9") || facts.pppd_version.starts_with("2.5")) {
    out.push_back({fine, "pppd " + facts.pppd_version});
  } else {
    out.push_back({caution, fmt::format("pppd {} was not tested with ghostd", facts.pppd_version), "use 2.4.9 or 2.5"});
  }
}

void look_at_services(const Facts& facts, All& out) {
  if (!facts.units) {
    out.push_back({unseen, "systemd did not say which services run"});
    return;
  }
  if (!active(facts, "ghostd.service"))
    out.push_back(
        {obstacle, "ghostd is not running", "sudo systemctl enable --now ghostd; journalctl -u ghostd says why it stopped"});
  else if (!active(facts, "ghost-supervisor.socket"))
    out.push_back({obstacle, "ghost-supervisor.socket is not active, so no call can be made", "sudo systemctl restart ghostd"});
  else out.push_back({fine, "ghostd runs"});
  if (active(facts, "NetworkManager.service") && !facts.tells_network_manager)
    out.push_back({obstacle, "NetworkManager runs, and nothing tells it to leave gd-* and ppp-* alone",
                   "install /usr/lib/NetworkManager/conf.d/70-ghostd.conf again, and reload NetworkManager"});
  if (active(facts, "systemd-networkd.service") && !facts.tells_networkd)
    out.push_back({obstacle, "systemd-networkd runs, and would remove ghostd's addresses and routes",
                   "install /usr/lib/systemd/network/70-ghostd.network again, and restart systemd-networkd"});
  for (const auto* unit : {"firewalld", "ufw", "nftables"})
    if (active(facts, std::string(unit) + ".service"))
      out.push_back({caution, fmt::format("{} runs", unit), "docs/beside.md says what it must allow"});
}

void look_at_firewall(const Facts& facts, All& out) {
  if (!facts.chains) {
    out.push_back({unseen, "the firewall's chains cannot be read", facts.is_root ? "" : "run ghostctl doctor as root"});
    return;
  }
  for (const auto& chain : *facts.chains)
    out.push_back(
        {caution, fmt::format("{} drops by default", chain), "it must accept what leaves by gd-* and ppp-* (docs/beside.md)"});
}

void look_at_names(const Facts& facts, All& out) {
  if (!facts.resolv) {
    out.push_back({caution, "there is no /etc/resolv.conf", "write \"nameserver ADDRESS\" into it, or use systemd-resolved"});
  } else if (facts.resolv->target.find("systemd/resolve") != std::string::npos) {
    out.push_back({fine, "systemd-resolved looks up names"});
  } else if (facts.resolv->servers == 0) {
    out.push_back({caution, "/etc/resolv.conf names no server", "write \"nameserver ADDRESS\" into it"});
  } else if (facts.resolv->target.find("resolvconf") != std::string::npos) {
    out.push_back({fine, "resolvconf keeps /etc/resolv.conf"});
  } else {
    out.push_back({fine, "/etc/resolv.conf is a plain file"});
  }
}

void look_at_timers(const Facts& facts, All& out) {
  for (const auto& timer : facts.timers) {
    const auto unit = fmt::format("ghost-appear@{}.timer", timer.link);
    const auto is_of_it = [&](const Link& link) { return link.name == timer.link; };
    if (facts.errors.empty() && std::none_of(facts.links.begin(), facts.links.end(), is_of_it))
      out.push_back(
          {caution, fmt::format("{} is enabled, and there is no such link", unit), "sudo systemctl disable --now " + unit});
    if (!timer.persistent)
      out.push_back({caution, fmt::format("{} is not persistent: what falls into a time without power is not made up for", unit),
                     fmt::format("remove Persistent= in systemctl edit {}", unit)});
  }
  for (const auto& link : facts.links)
    if (link.notifies &&
        std::none_of(facts.timers.begin(), facts.timers.end(), [&](const Timer& t) { return t.link == link.name; }))
      out.push_back({caution, fmt::format("{}: it has notifiers, but no timer makes it appear", link.name),
                     fmt::format("sudo systemctl enable --now ghost-appear@{}.timer", link.name)});
}

}  // namespace

std::vector<Finding> findings(const Facts& facts) {
  All out;
  look_at_configuration(facts, out);
  for (const auto& link : facts.links)
    for (const auto& way : link.ways) look_at_way(facts, link, way, out);
  look_at_kernel(facts, out);
  look_at_pppd(facts, out);
  look_at_services(facts, out);
  for (const auto& route : facts.beside) out.push_back({caution, route});
  look_at_names(facts, out);
  look_at_firewall(facts, out);
  look_at_timers(facts, out);
  std::stable_sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.weight < b.weight; });
  return out;
}

}  // namespace ghost::doctor
