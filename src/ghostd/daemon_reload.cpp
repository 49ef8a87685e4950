// SPDX-License-Identifier: GPL-2.0-or-later
// A reload: what the files say now takes the place of what they said. What can fail comes first. A link that goes, or gets other
// addresses, says good-bye before (parting_); nobody waits here.
#include <fmt/format.h>

#include <utility>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

net::Result<void> Daemon::apply(core::Config config) {
  std::map<std::string, core::LinkConfig> wanted;
  for (auto& link : config.links) wanted[link.name] = named(link);
  // First what can fail.
  std::map<std::string, UniqueFd> fresh;
  for (const auto& [name, wants] : wanted) {
    if (links_.contains(name)) continue;
    auto tun = make_stored_tun(name);
    if (!tun) {
      for (const auto& [made, fd] : fresh) remove_stored_tun(made);
      return tl::unexpected(tun.error());
    }
    fresh[name] = std::move(*tun);
  }
  std::vector<std::string> vanished;
  for (const auto& [name, link] : links_)
    if (!wanted.contains(name)) vanished.push_back(name);
  for (const auto& name : vanished)
    if (auto ok = part_from(name, std::nullopt); !ok) return ok;

  for (auto& [name, wants] : wanted) {
    const auto at = links_.find(name);
    if (at == links_.end()) {
      add_link(std::move(wants), std::move(fresh.at(name)), free_index());
      continue;
    }
    const auto before = at->second->placed();
    // Its conversations cannot outlive their address: the call ends, then the routes change.
    if (parting_.contains(name) || before.config.routes != wants.routes || before.config.stable != wants.stable ||
        before.config.metric != wants.metric) {
      if (auto ok = part_from(name, std::move(wants)); !ok) return ok;
    } else {
      post(name, core::Reconfigured{std::move(wants)});
    }
  }
  return take_over();
}

net::Result<void> Daemon::part_from(const std::string& name, std::optional<core::LinkConfig> wants) {
  post(name, core::DisconnectAsked{});
  if (!says_farewell(name)) {
    parting_.erase(name);
    return put_in_place(name, std::move(wants));
  }
  parting_[name] = std::move(wants);
  return {};
}

net::Result<void> Daemon::put_in_place(const std::string& name, std::optional<core::LinkConfig> wants) {
  if (!wants) {
    remove_link(name);
    return {};
  }
  if (auto ok = host_.give_up(links_.at(name)->placed()); !ok) return ok;
  post(name, core::Reconfigured{std::move(*wants)});
  return {};
}

bool Daemon::says_farewell(const std::string& name) const {
  const auto at = links_.find(name);
  return at != links_.end() && at->second->decides().leaving();
}

void Daemon::farewells_said() {
  std::vector<std::string> done;
  for (const auto& [name, wants] : parting_)
    if (!says_farewell(name)) done.push_back(name);
  if (done.empty()) return;
  const auto warn = [](const net::Result<void>& result) {
    if (!result) log(LOG_ERR, "", result.error().what);
  };
  for (const auto& name : done) {
    auto wants = std::move(parting_.extract(name).mapped());
    if (links_.contains(name)) warn(put_in_place(name, std::move(wants)));
  }
  warn(take_over());
  publish();
  tell_left();
}

bus::Accepted Daemon::reload() {
  auto loaded = config::load(roots_);
  if (!loaded) {
    std::string message;
    for (const auto& d : loaded.error()) message += (message.empty() ? "" : "\n") + d.str();
    log(LOG_ERR, "", "ghostd keeps the old configuration:\n" + message);
    return tl::unexpected(bus::RequestError{bus::RequestError::Kind::ConfigInvalid, message});
  }
  for (const auto& d : loaded->warnings) log(LOG_WARNING, "", d.str());
  if (auto ok = apply(std::move(loaded->config)); !ok) {
    log(LOG_ERR, "", ok.error().what);
    publish();
    return tl::unexpected(bus::RequestError{bus::RequestError::Kind::Failed, ok.error().what});
  }
  publish();
  turn_end_.tell_now();
  tell_manager();
  if (listening_) tell_names();
  leave_idle_supervisor();
  tell_left();
  log(LOG_INFO, "", fmt::format("configuration loaded, {} links", links_.size()));
  return {};
}

}  // namespace ghost::daemon
