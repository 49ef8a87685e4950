// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/fd_store.hpp"

#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <string_view>

#include "base/ids.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {
constexpr std::string_view kPrefix = "tun-";
}

std::map<std::string, UniqueFd> inherited_tuns() {
  std::map<std::string, UniqueFd> tuns;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    UniqueFd fd(SD_LISTEN_FDS_START + i);
    const std::string_view name = names[i];
    if (name.starts_with(kPrefix)) {
      const std::string link(name.substr(kPrefix.size()));
      if (net::interface_of(fd.get()) == demand_interface(link)) tuns[link] = std::move(fd);
    }
    std::free(names[i]);
  }
  std::free(names);
  return tuns;
}

void store_tun(const std::string& link, int fd) {
  const auto state = "FDSTORE=1\nFDNAME=tun-" + link + "\nFDPOLL=0";
  sd_pid_notify_with_fds(0, 0, state.c_str(), &fd, 1);
}

void remove_stored_tun(const std::string& link) { sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=tun-" + link).c_str()); }

}  // namespace ghost::daemon
