// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/exit_code.hpp"

#include <string_view>

#include "bus/names.hpp"

namespace ghost::client {

ExitCode exit_code_of(const char* dbus_error) {
  const std::string_view name = dbus_error;
  constexpr std::string_view kBus = "org.freedesktop.DBus.Error.";
  if (name == bus::kErrorNoSuchLink) return ExitCode::no_such_link;
  if (name == bus::kErrorBlocked) return ExitCode::blocked;
  if (name.starts_with("org.ghostd1.Error.")) return ExitCode::failed;
  if (name.starts_with(kBus)) {
    const auto rest = name.substr(kBus.size());
    if (rest == "AccessDenied" || rest == "AuthFailed" || rest == "InteractiveAuthorizationRequired") return ExitCode::denied;
    if (rest == "ServiceUnknown" || rest == "NameHasNoOwner" || rest == "NoReply" || rest == "Timeout" || rest == "TimedOut" ||
        rest == "Disconnected" || rest == "NoServer" || rest == "FileNotFound" || rest == "IOError" || rest.starts_with("Spawn."))
      return ExitCode::unreachable;
    return ExitCode::failed;
  }
  // systemd's answer if the unit behind an activated name does not start; sd-bus's name for an errno.
  if (name.starts_with("org.freedesktop.systemd1.") || name.starts_with("System.Error.E")) return ExitCode::unreachable;
  return ExitCode::failed;
}

}  // namespace ghost::client
