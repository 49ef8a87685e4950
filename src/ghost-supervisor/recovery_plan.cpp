// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/recovery_plan.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/root_program.hpp"

namespace ghost::supervisor {
namespace {

using core::RecoveryStep;

tl::unexpected<std::string> no(std::string why) { return tl::unexpected(std::move(why)); }

std::optional<std::string> real_path(const std::string& path) {
  std::array<char, PATH_MAX> real{};
  if (::realpath(path.c_str(), real.data()) == nullptr) return std::nullopt;
  return std::string(real.data());
}

// A modem in data mode takes commands only after +++ between two pauses (TIA/EIA-602). A modem that is in command mode
// already takes +++ for a part of the next command. So an answer is awaited, and else a line is ended.
std::vector<std::string> chat_argv(const std::string& chat, const std::vector<std::string>& commands) {
  std::vector<std::string> argv{chat, "-v", "-s", "-S", "TIMEOUT", "5"};
  std::string awaited;
  for (const auto& command : commands) {
    argv.push_back(awaited);
    if (command == "+++") {
      argv.emplace_back("\\d+++\\d\\c");
      awaited = "OK-\\rAT-OK";
      continue;
    }
    std::string text;
    for (const char c : command) text += c == '\\' || c == '^' ? std::string("\\") + c : std::string(1, c);
    argv.push_back(std::move(text));
    awaited = "OK";
  }
  argv.push_back(std::move(awaited));
  return argv;
}

tl::expected<RecoveryPlan, std::string> commands(const std::vector<std::string>& commands, bool drop_line,
                                                 const std::string& device, unsigned speed, const RecoveryPaths& paths) {
  if (!device.starts_with('/')) return no("the link has no tty to which AT commands could be sent");
  struct stat st{};
  if (::stat(device.c_str(), &st) != 0) return no(device + ": " + std::strerror(errno));
  if (!S_ISCHR(st.st_mode)) return no(device + " is not a tty");
  return Commands{device, speed, drop_line, chat_argv(paths.chat, commands)};
}

// The USB device that a device in sysfs belongs to.
std::optional<std::string> usb_above(std::string directory, const std::string& sys) {
  const auto exists = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
  while (directory.size() > sys.size() && directory.starts_with(sys)) {
    // An interface of a USB device has no idVendor.
    if (exists(directory + "/authorized") && exists(directory + "/idVendor")) return directory;
    directory.erase(directory.rfind('/'));
  }
  return std::nullopt;
}

tl::expected<RecoveryPlan, std::string> reauthorise(const std::string& port, const std::string& device, const std::string& at) {
  const auto sys = real_path(at).value_or(at);
  std::string entry = sys + "/bus/usb/devices/" + port;
  if (port == "yes") {
    if (device.empty()) return no("the link's device is not known; name its port in USB=");
    if (device.starts_with('/')) {
      struct stat st{};
      if (::stat(device.c_str(), &st) != 0)
        return no(device + ": " + std::strerror(errno) + "; USB= with the name of a port does not need it");
      entry = fmt::format("{}/dev/char/{}:{}", sys, major(st.st_rdev), minor(st.st_rdev));
    } else {
      entry = sys + "/class/net/" + device;
    }
  }
  const auto real = real_path(entry);
  if (!real) return no(port == "yes" ? device + " is not in sysfs" : "there is no USB device at port " + port);
  auto found = usb_above(*real, sys);
  if (!found) return no((port == "yes" ? device : port) + " is not a USB device");
  return Reauthorise{std::move(*found)};
}

}  // namespace

tl::expected<RecoveryPlan, std::string> plan_recovery(const core::LinkConfig& link, RecoveryStep step, const std::string& device,
                                                      unsigned speed, const RecoveryPaths& paths) {
  const auto& recover = link.recover;
  if (!recover.has(step)) return no(fmt::format("[Recover] of link {} has no step {}", link.name, core::to_string(step)));
  switch (step) {
    case RecoveryStep::hangup: return commands(recover.hangup, true, device, speed, paths);
    case RecoveryStep::reset: return commands(recover.reset, false, device, speed, paths);
    case RecoveryStep::usb: return reauthorise(recover.usb, device, paths.sys);
    case RecoveryStep::power: break;
  }
  if (const auto why = untrusted_program(recover.power)) return no("Power=: " + *why);
  return Program{{recover.power, link.name, device}};
}

}  // namespace ghost::supervisor
