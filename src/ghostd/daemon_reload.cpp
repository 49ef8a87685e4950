// SPDX-License-Identifier: GPL-2.0-or-later
// A reload: the files' new content replaces the old. Making new interfaces can fail, and comes first. A link that goes, or gets other
// addresses, says good-bye first. The link decides how long that takes (PartAsked), and asks for what follows (place_changed).
#include <fmt/format.h>

#include <utility>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

net::Result<void> Daemon::apply(core::Config config) {
  std::map<std::string, core::LinkConfig> wanted;
  for (auto& link : config.links) wanted[link.name] = named(link);
  remove_parted();  // the new configuration may want their names again
  // If this fails, nothing has changed.
  std::map<std::string, StoredTun> fresh;
  for (const auto& [name, wants] : wanted) {
    if (links_.contains(name)) continue;
    auto tun = StoredTun::make(name);
    if (!tun) return tl::unexpected(tun.error());
    fresh.emplace(name, std::move(*tun));
  }
  std::vector<std::string> vanished;
  for (const auto& [name, link] : links_)
    if (!wanted.contains(name)) vanished.push_back(name);
  for (const auto& name : vanished) post(name, core::PartAsked{});
  remove_parted();
  for (auto& [name, wants] : wanted) {
    if (links_.contains(name)) post(name, core::Reconfigured{std::move(wants)});
    else add_link(std::move(wants), fresh.at(name).keep(), free_index());
  }
  places_.set_enabled(false);  // apply() does it here
  if (auto ok = take_over(); !ok)
    return tl::unexpected(net::Error{ok.error().errno_value, "the new settings apply, but " + ok.error().what});
  return {};
}

void Daemon::remove_parted() {
  std::vector<std::string> parted;
  for (const auto& [name, link] : links_)
    if (link->machine().parted()) parted.push_back(name);
  for (const auto& name : parted) remove_link(name);
}

void Daemon::set_up_places() {
  remove_parted();
  if (auto ok = take_over(); !ok) log(LOG_ERR, "", ok.error().what);
  publish();
  see_calls();
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
  const auto applied = apply(std::move(loaded->config));
  publish();
  turn_end_.tell_now();
  tell_manager();
  if (roll_.known()) tell_names();
  see_calls();
  if (!applied) {
    log(LOG_ERR, "", applied.error().what);
    return tl::unexpected(bus::RequestError{bus::RequestError::Kind::Failed, applied.error().what});
  }
  log(LOG_INFO, "", fmt::format("configuration loaded, {} links", links_.size()));
  return {};
}

}  // namespace ghost::daemon
