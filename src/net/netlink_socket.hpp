// SPDX-License-Identifier: GPL-2.0-or-later
// A netlink socket for questions: one request and its acknowledgement, or one dump and its parts. Blocking, because
// the kernel answers these before sendmsg(2) returns. A negative acknowledgement is a failure, with the
// kernel's own text (NETLINK_EXT_ACK) if there is one. Messages are made with libnl's nlmsg_* and nla_*.
#pragma once
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "net/error.hpp"
#include "net/netlink_message.hpp"

namespace ghost::net {

struct NlFree {
  void operator()(nl_sock* s) const { nl_socket_free(s); }
  void operator()(nl_msg* m) const { nlmsg_free(m); }
};
using NlMessage = std::unique_ptr<nl_msg, NlFree>;

// A message of this type with a fixed header in front of its attributes. Out of memory is an exception.
NlMessage make_message(int type, int flags, const void* header, std::size_t size);
template <class Header>
NlMessage make_message(int type, int flags, const Header& header) {
  return make_message(type, flags, &header, sizeof header);
}
// Of libnl's nla_put and its like: a message of ours that is full is an exception, because its size does not depend on others.
void must_fit(int outcome);

class NetlinkSocket {
 public:
  // protocol: NETLINK_ROUTE or NETLINK_NETFILTER.
  [[nodiscard]] static Result<NetlinkSocket> open(int protocol);

  // Sends with NLM_F_ACK and waits for it. what goes into the error: "add route …".
  [[nodiscard]] Result<void> request(nl_msg& message, const std::string& what);

  // Sends a dump request and passes each message to part(). Begins again if the kernel reports that a change
  // interrupted the dump, or that it overran. part() may then see the same object twice; before that,
  // restart() is called to discard earlier results.
  [[nodiscard]] Result<void> dump(nl_msg& message, const std::string& what,
                                  const std::function<void(const NetlinkMessage&)>& part, const std::function<void()>& restart);

 private:
  explicit NetlinkSocket(nl_sock* s) : sock_(s) {}
  enum class Ended { done, again };
  [[nodiscard]] Result<Ended> receive(std::uint32_t sequence, bool is_dump, const std::string& what,
                                      const std::function<void(const NetlinkMessage&)>& part);
  std::unique_ptr<nl_sock, NlFree> sock_;
  std::vector<unsigned char> buffer_;
};

}  // namespace ghost::net
