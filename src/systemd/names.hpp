// SPDX-License-Identifier: GPL-2.0-or-later
// The fixed words of systemd's D-Bus interface (org.freedesktop.systemd1(5)).
#pragma once

namespace ghost::systemd {

inline constexpr const char* kBusName = "org.freedesktop.systemd1";
inline constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
inline constexpr const char* kUnitPathPrefix = "/org/freedesktop/systemd1/unit";
inline constexpr const char* kManagerInterface = "org.freedesktop.systemd1.Manager";
inline constexpr const char* kUnitInterface = "org.freedesktop.systemd1.Unit";
inline constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";
inline constexpr const char* kTimerInterface = "org.freedesktop.systemd1.Timer";
inline constexpr const char* kJobInterface = "org.freedesktop.systemd1.Job";

}  // namespace ghost::systemd
