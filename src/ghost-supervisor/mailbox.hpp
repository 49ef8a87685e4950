// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at a client's message before it is received. A message may carry file descriptors (SCM_RIGHTS, unix(7)). The receiver of
// such a message must close them, and close(2) of a socket with SO_LINGER waits for as long as its owner chose. So a message that
// carries descriptors is never received.
#pragma once

namespace ghost::supervisor {

enum class Waiting {
  nothing,      // now
  message,      // plain bytes, perhaps none
  descriptors,  // a message that carries some; or nobody knows, because the connection cannot be looked at
  end,          // the other side is closed, or both are after shutdown(2)
};

// To be called once per connection, before the first look. Throws std::system_error.
void prepare_to_look(int connection);

// At the next message, which stays where it is. The descriptors that it carries are not installed here.
[[nodiscard]] Waiting look(int connection);

}  // namespace ghost::supervisor
