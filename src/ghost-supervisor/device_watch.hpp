// SPDX-License-Identifier: GPL-2.0-or-later
// Waits for devices that are missing when a call is to be made, or went away after it, and says when one is there again. A device is
// a tty, a link to one (/dev/serial/by-id/…), or a network interface. inotify(7) tells what happens in the directories that lead
// to the tty, and to the lock file of another program that uses it. rtnetlink(7) tells that an interface has come or gone. Their
// text is never read. They only are a reason to look.
#pragma once
#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "base/unique_fd.hpp"
#include "core/time.hpp"
#include "loop/sources.hpp"

namespace ghost::supervisor {

class DeviceWatch {
 public:
  // returned(link): the device was missing or locked, and is there and free now; or another device has its name. At most once
  // per second and link. locks: pppd's directory of lock files.
  DeviceWatch(loop::EventLoop& loop, std::string locks, std::function<void(const std::string& link)> returned);

  // device: an absolute path, or the name of a network interface. A device that cannot be watched is not waited for.
  void wait_for(const std::string& link, const std::string& device);
  // Only its return after it was missing is told, because it may be there all the time. For the pause after a call that failed
  // for another reason: a modem may drop the call first and vanish afterwards.
  void wait_for_return(const std::string& link, const std::string& device);
  void forget(const std::string& link);

  // No tty at this path, or no interface of this name.
  [[nodiscard]] bool is_missing(const std::string& device) const { return !look(device).there; }
  // Another program has locked the tty at this path.
  [[nodiscard]] bool is_locked(const std::string& device) const { return look(device).locked; }

 private:
  // Which device has the name, if any, and whether another program has locked it.
  struct Look {
    bool there = false, locked = false;
    std::tuple<dev_t, dev_t, ino_t> which{};  // of a tty: its number, its file's device and its inode
    bool operator==(const Look&) const = default;
  };
  struct Awaited {
    std::string device;
    Look last{};
    core::Time not_before{};       // for the next word to the owner
    bool only_its_return = false;  // not an unlocked one, nor another one of that name
  };

  void wait_for(const std::string& link, Awaited awaited);
  [[nodiscard]] Look look(const std::string& device) const;
  void drain(int fd);
  void look_at_all();
  // The directories to watch change with what is in them: udev makes /dev/serial with the first link in it.
  void watch_directories();
  void watch_path(const std::string& path, int links);
  void watch_interfaces();

  loop::EventLoop& loop_;
  std::string locks_;
  std::function<void(const std::string&)> returned_;
  std::map<std::string, Awaited> awaited_;
  UniqueFd inotify_, interfaces_;
  loop::IoSource directory_changed_, interface_changed_;
  loop::Timer again_;
};

}  // namespace ghost::supervisor
