// SPDX-License-Identifier: GPL-2.0-or-later
// The fixed words of the D-Bus interface; dbus/*.xml explains them.
#pragma once

namespace ghost::bus {

inline constexpr const char* kBusName = "org.ghostd1";
inline constexpr const char* kManagerPath = "/org/ghostd1";
inline constexpr const char* kLinkPathPrefix = "/org/ghostd1/link";
inline constexpr const char* kManagerInterface = "org.ghostd1.Manager";
inline constexpr const char* kLinkInterface = "org.ghostd1.Link";

// Of polkit's actions, which dbus/rights.py makes.
inline constexpr const char* kActionPrefix = "org.ghostd1.";

inline constexpr const char* kErrorDenied = "org.freedesktop.DBus.Error.AccessDenied";
inline constexpr const char* kErrorNeedsPerson = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
inline constexpr const char* kErrorNoSuchLink = "org.ghostd1.Error.NoSuchLink";
inline constexpr const char* kErrorBlocked = "org.ghostd1.Error.Blocked";
inline constexpr const char* kErrorConfigInvalid = "org.ghostd1.Error.ConfigInvalid";
inline constexpr const char* kErrorInvalidArgument = "org.ghostd1.Error.InvalidArgument";
inline constexpr const char* kErrorFailed = "org.ghostd1.Error.Failed";

}  // namespace ghost::bus
