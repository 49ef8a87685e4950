// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/tty.hpp"

#include <asm/termbits.h>  // termios2, which has speeds as numbers; <termios.h> cannot be included beside it
#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

namespace ghost::supervisor {

tl::expected<UniqueFd, std::string> open_tty(const std::string& path, unsigned speed) {
  const auto no = [&](const char* what) { return tl::unexpected(path + ": " + what + std::strerror(errno)); };
  UniqueFd tty(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!tty) return no("");
  struct termios2 settings{};
  if (::ioctl(tty.get(), TCGETS2, &settings) != 0) return no("not a tty: ");
  settings.c_iflag = IGNBRK | IGNPAR;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = (settings.c_cflag & (CBAUD | CRTSCTS)) | CS8 | CREAD | CLOCAL;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  if (speed != 0) {
    settings.c_cflag = (settings.c_cflag & ~static_cast<tcflag_t>(CBAUD)) | BOTHER;
    settings.c_ispeed = settings.c_ospeed = speed;
  }
  if (::ioctl(tty.get(), TCSETSF2, &settings) != 0) return no("cannot be set up: ");
  ::ioctl(tty.get(), TIOCEXCL);
  const int flags = ::fcntl(tty.get(), F_GETFL);
  if (flags < 0 || ::fcntl(tty.get(), F_SETFL, flags & ~O_NONBLOCK) < 0) return no("");
  return tty;
}

void set_dtr(const UniqueFd& tty, bool up) {
  const int line = TIOCM_DTR;
  ::ioctl(tty.get(), up ? TIOCMBIS : TIOCMBIC, &line);
}

}  // namespace ghost::supervisor
