// SPDX-License-Identifier: GPL-2.0-or-later
#include "pty.hpp"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <system_error>

namespace ghost::lab {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

void make_raw(int master) {
  termios t{};
  if (tcgetattr(master, &t) != 0) fail("tcgetattr");
  cfmakeraw(&t);
  t.c_cflag |= CLOCAL | CREAD;
  cfsetspeed(&t, B115200);
  if (tcsetattr(master, TCSANOW, &t) != 0) fail("tcsetattr");
}

void reset_line_discipline(const std::string& slave) {
  const UniqueFd fd(::open(slave.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  const int discipline = N_TTY;
  if (!fd || ::ioctl(fd.get(), TIOCSETD, &discipline) != 0) fail("TIOCSETD");
}

Pty open_pty() {
  Pty pty;
  pty.master = UniqueFd(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!pty.master) fail("posix_openpt");
  std::array<char, 64> name{};
  if (grantpt(pty.master.get()) != 0 || unlockpt(pty.master.get()) != 0 ||
      ptsname_r(pty.master.get(), name.data(), name.size()) != 0)
    fail("pty");
  pty.slave = name.data();
  make_raw(pty.master.get());
  // Group dialout, as Debian's serial ports are.
  if (::chmod(pty.slave.c_str(), 0660) != 0) fail("chmod");
  return pty;
}

void point(const std::string& link, const std::string& target) {
  if (target.empty()) {
    if (::unlink(link.c_str()) != 0 && errno != ENOENT) fail("unlink");
    return;
  }
  const std::string fresh = link + ".new";
  ::unlink(fresh.c_str());
  if (::symlink(target.c_str(), fresh.c_str()) != 0 || std::rename(fresh.c_str(), link.c_str()) != 0) fail("symlink");
}

}  // namespace ghost::lab
