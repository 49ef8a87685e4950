// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/netlink_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>

namespace ghost::net {

NlMessage make_message(int type, int flags, const void* header, std::size_t size) {
  NlMessage message(nlmsg_alloc_simple(type, flags));
  if (!message) throw std::bad_alloc();
  void* place = nlmsg_reserve(message.get(), size, NLMSG_ALIGNTO);
  if (place == nullptr) throw std::bad_alloc();
  std::memcpy(place, header, size);
  return message;
}

void must_fit(int outcome) {
  if (outcome < 0) throw std::length_error("netlink message is full");
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  nl_sock* raw = nl_socket_alloc();
  if (raw == nullptr) throw std::bad_alloc();
  NetlinkSocket out(raw);
  if (nl_connect(raw, protocol) < 0) return failure(errno, "open a netlink socket");  // O_CLOEXEC inside
  const int on = 1;
  // Both are optional: an older kernel only reports less.
  std::ignore = ::setsockopt(nl_socket_get_fd(raw), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  std::ignore = ::setsockopt(nl_socket_get_fd(raw), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  // The kernel answers at once. A time limit prevents a bug from hanging the daemon.
  const timeval bound{.tv_sec = 5, .tv_usec = 0};
  if (::setsockopt(nl_socket_get_fd(raw), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound) < 0) {
    return failure(errno, "set a netlink socket's time limit");
  }
  out.buffer_.resize(std::size_t{64} * 1024);
  return out;
}

namespace {

// The kernel's own words for a refusal; they stand behind its copy of our request.
std::string extended_text(const NetlinkMessage& refusal, const nlmsgerr& error) {
  if ((refusal.head.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  std::size_t offset = sizeof error;
  if ((refusal.head.nlmsg_flags & NLM_F_CAPPED) == 0) offset += NLMSG_ALIGN(error.msg.nlmsg_len) - sizeof error.msg;
  const auto words = find_attribute(rest(refusal.body, offset), NLMSGERR_ATTR_MSG);
  return words ? " (" + std::string(text(*words)) + ")" : std::string();
}

}  // namespace

Result<NetlinkSocket::Ended> NetlinkSocket::receive(std::uint32_t sequence, bool is_dump, const std::string& what,
                                                    const std::function<void(const NetlinkMessage&)>& part) {
  bool interrupted = false;
  for (;;) {
    const ssize_t n = ::recv(nl_socket_get_fd(sock_.get()), buffer_.data(), buffer_.size(), MSG_TRUNC);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == ENOBUFS && is_dump) {
        interrupted = true;
        continue;
      }
      return failure(errno, what);
    }
    if (static_cast<std::size_t>(n) > buffer_.size()) return failure(EMSGSIZE, what);
    for (Bytes datagram(buffer_.data(), static_cast<std::size_t>(n)); !datagram.empty();) {
      const auto message = take_message(datagram);
      if (!message) return failure(EBADMSG, what);
      const nlmsghdr& head = message->head;
      if (head.nlmsg_seq != sequence) continue;  // the rest of something given up
      if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) interrupted = true;
      if (head.nlmsg_type == NLMSG_ERROR) {
        const auto error = take<nlmsgerr>(message->body);
        if (!error) return failure(EBADMSG, what);
        if (error->error == 0) return Ended::done;
        auto refused = failure(-error->error, what);
        refused.value().what += extended_text(*message, *error);
        return refused;
      }
      if (head.nlmsg_type == NLMSG_DONE) {
        const int error = -take<std::int32_t>(message->body).value_or(0);
        if (error > 0) return failure(error, what);
        return interrupted ? Ended::again : Ended::done;
      }
      if (part) part(*message);
    }
  }
}

Result<void> NetlinkSocket::request(nl_msg& message, const std::string& what) {
  nlmsg_hdr(&message)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  nl_complete_msg(sock_.get(), &message);
  if (const int sent = nl_send(sock_.get(), &message); sent < 0) return failure(EIO, what + ": " + nl_geterror(sent));
  const auto ended = receive(nlmsg_hdr(&message)->nlmsg_seq, false, what, nullptr);
  if (!ended) return tl::unexpected(ended.error());
  return {};
}

Result<void> NetlinkSocket::dump(nl_msg& message, const std::string& what, const std::function<void(const NetlinkMessage&)>& part,
                                 const std::function<void()>& restart) {
  nlmsg_hdr(&message)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
  for (int attempt = 0; attempt < 10; ++attempt) {
    restart();
    nlmsg_hdr(&message)->nlmsg_seq = NL_AUTO_SEQ;
    nl_complete_msg(sock_.get(), &message);
    if (const int sent = nl_send(sock_.get(), &message); sent < 0) return failure(EIO, what + ": " + nl_geterror(sent));
    const auto ended = receive(nlmsg_hdr(&message)->nlmsg_seq, true, what, part);
    if (!ended) return tl::unexpected(ended.error());
    if (*ended == Ended::done) return {};
  }
  return failure(EAGAIN, what);  // the data changes faster than it can be read
}

}  // namespace ghost::net
