// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/device_watch.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ghost::supervisor {
namespace {

constexpr core::Duration kPace = std::chrono::seconds(1);
constexpr int kLinksMax = 8;  // in a row, as for a path that goes round in a circle
constexpr std::uint32_t kChanges = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF | IN_ONLYDIR;

bool is_path(const std::string& device) { return device.starts_with('/'); }

std::string parent(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// Whether a living process holds the lock on the device. pppd names the lock file after the device's path without /dev/, with _ for
// each /, and removes the lock of a dead process itself. Every user can write into the directory.
bool locked(const std::string& locks, std::string device) {
  constexpr std::string_view kDev = "/dev/";
  if (device.starts_with(kDev)) device.erase(0, kDev.size());
  std::replace(device.begin(), device.end(), '/', '_');
  const UniqueFd file(::open((locks + "/LCK.." + device).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  std::array<char, 12> text{};
  if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return false;
  const int pid = std::atoi(text.data());
  return pid > 0 && (::kill(pid, 0) == 0 || errno != ESRCH);
}

}  // namespace

DeviceWatch::DeviceWatch(loop::EventLoop& loop, std::string locks, std::function<void(const std::string&)> returned)
    : loop_(loop), locks_(std::move(locks)), returned_(std::move(returned)), again_(loop, [this] { look_at_all(); }) {}

void DeviceWatch::wait_for(const std::string& link, const std::string& device) { wait_for(link, Awaited{.device = device}); }

void DeviceWatch::wait_for_return(const std::string& link, const std::string& device) {
  wait_for(link, Awaited{.device = device, .only_its_return = true});
}

void DeviceWatch::wait_for(const std::string& link, Awaited awaited) {
  const auto device = awaited.device;
  if (device.empty()) return;
  awaited_[link] = std::move(awaited);
  // First the watch, then the look: what happens between the two is seen.
  if (is_path(device)) watch_directories();
  else watch_interfaces();
  awaited_[link].last = look(device);
}

void DeviceWatch::forget(const std::string& link) {
  awaited_.erase(link);
  const auto any = [this](bool path) {
    return std::any_of(awaited_.begin(), awaited_.end(), [&](const auto& a) { return is_path(a.second.device) == path; });
  };
  if (!any(true)) {
    directory_changed_.reset();
    inotify_.reset();
  }
  if (!any(false)) {
    interface_changed_.reset();
    interfaces_.reset();
  }
}

DeviceWatch::Look DeviceWatch::look(const std::string& device) const {
  if (!is_path(device)) return {.there = ::if_nametoindex(device.c_str()) != 0};
  struct stat file{};
  if (::stat(device.c_str(), &file) != 0 || !S_ISCHR(file.st_mode)) return {};
  std::array<char, PATH_MAX> target{};
  const auto real = ::realpath(device.c_str(), target.data()) != nullptr ? std::string(target.data()) : device;
  return {.there = true,
          .locked = ghost::supervisor::locked(locks_, device) || ghost::supervisor::locked(locks_, real),
          .which = {file.st_rdev, file.st_dev, file.st_ino}};
}

void DeviceWatch::drain(int fd) {
  std::array<char, 4096> bytes;
  while (::read(fd, bytes.data(), bytes.size()) > 0) {
  }
}

void DeviceWatch::look_at_all() {
  std::optional<core::Time> again;
  std::vector<std::string> back;
  for (auto& [link, awaited] : awaited_) {
    const auto now = look(awaited.device);
    if (now == awaited.last) continue;
    if (!now.there || now.locked || (awaited.only_its_return && awaited.last.there)) {
      awaited.last = now;
    } else if (const auto time = loop::now(); time < awaited.not_before) {
      again = std::min(again.value_or(awaited.not_before), awaited.not_before);  // `last` stays, so it is told then
    } else {
      awaited.last = now;
      awaited.not_before = time + kPace;
      back.push_back(link);
    }
  }
  if (again) again_.arm(*again);
  if (inotify_) watch_directories();
  for (const auto& link : back) returned_(link);
}

void DeviceWatch::watch_directories() {
  if (!inotify_) {
    inotify_ = UniqueFd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_) return;  // ghostd tries again by its own clock
    directory_changed_ = loop::IoSource(loop_, inotify_.get(), EPOLLIN, [this](std::uint32_t) {
      drain(inotify_.get());
      look_at_all();
    });
    directory_changed_.set_description("device-directory");
  }
  ::inotify_add_watch(inotify_.get(), locks_.c_str(), kChanges);
  for (const auto& [link, awaited] : awaited_)
    if (is_path(awaited.device)) watch_path(awaited.device, kLinksMax);
}

// Watches the last directory of the path that exists. If a part of the path is a symbolic link, the same for what it points to.
void DeviceWatch::watch_path(const std::string& path, int links) {
  auto directory = parent(path);
  while (::inotify_add_watch(inotify_.get(), directory.c_str(), kChanges) < 0 && directory != "/") directory = parent(directory);
  std::array<char, PATH_MAX> target{};
  const auto n = ::readlink(path.c_str(), target.data(), target.size() - 1);
  if (n <= 0 || links == 0) return;
  const std::string to(target.data(), static_cast<std::size_t>(n));
  watch_path(is_path(to) ? to : parent(path) + "/" + to, links - 1);
}

void DeviceWatch::watch_interfaces() {
  if (interfaces_) return;
  interfaces_ = UniqueFd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl here{};
  here.nl_family = AF_NETLINK;
  here.nl_groups = RTMGRP_LINK;
  if (!interfaces_ || ::bind(interfaces_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) return;
  interface_changed_ = loop::IoSource(loop_, interfaces_.get(), EPOLLIN, [this](std::uint32_t) {
    drain(interfaces_.get());
    look_at_all();
  });
  interface_changed_.set_description("device-interface");
}

}  // namespace ghost::supervisor
