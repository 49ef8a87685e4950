// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/mailbox.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace ghost::supervisor {

// Every message then has its sender's credentials beside it, which tells an empty message from the end.
void prepare_to_look(int connection) {
  const int on = 1;
  if (::setsockopt(connection, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    throw std::system_error(errno, std::generic_category(), "setsockopt(SO_PASSCRED)");
}

Waiting look(int connection) {
  // An error of the connection (ECONNRESET) is reported once, before the messages that came earlier.
  for (int i = 0; i < 4; ++i) {
    // Room for the credentials, which come first, and for nothing else: the kernel reports what else there is as MSG_CTRUNC.
    alignas(cmsghdr) char beside[CMSG_SPACE(sizeof(ucred))];
    msghdr message{};
    message.msg_control = beside;
    message.msg_controllen = sizeof beside;
    const auto n = ::recvmsg(connection, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EAGAIN) return Waiting::nothing;
    if (n < 0) continue;
    if ((message.msg_flags & MSG_CTRUNC) != 0) return Waiting::descriptors;
    return CMSG_FIRSTHDR(&message) != nullptr ? Waiting::message : Waiting::end;
  }
  return Waiting::descriptors;
}

}  // namespace ghost::supervisor
