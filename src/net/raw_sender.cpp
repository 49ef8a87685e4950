// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/raw_sender.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace ghost::net {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kBatch = 64;  // packets per system call
constexpr int kPatience = 1000;     // ms, for room in the send buffer
constexpr std::size_t kControl = CMSG_SPACE(std::max(sizeof(in_pktinfo), sizeof(in6_pktinfo)));

std::optional<Family> family_of(Bytes packet) {
  if (packet.size() >= 20 && packet[0] >> 4 == 4) return Family::v4;
  if (packet.size() >= 40 && packet[0] >> 4 == 6) return Family::v6;
  return std::nullopt;
}

// The destination and the interface of one message; lives as long as the call.
struct Envelope {
  sockaddr_storage to{};
  alignas(cmsghdr) std::array<char, kControl> control{};
  iovec bytes{};
};

template <class Info>
void put_interface(msghdr& head, int level, int type, const Info& info) {
  head.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* one = CMSG_FIRSTHDR(&head);
  one->cmsg_level = level;
  one->cmsg_type = type;
  one->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(one), &info, sizeof info);
}

void address(msghdr& head, Envelope& envelope, Bytes packet, Family family, unsigned interface) {
  envelope.bytes = {const_cast<std::uint8_t*>(packet.data()), packet.size()};  // sendmsg(2) does not write to it
  head = {};
  head.msg_iov = &envelope.bytes;
  head.msg_iovlen = 1;
  head.msg_name = &envelope.to;
  if (interface != 0) head.msg_control = envelope.control.data();
  if (family == Family::v4) {
    auto& to = reinterpret_cast<sockaddr_in&>(envelope.to);
    to = {};
    to.sin_family = AF_INET;
    std::memcpy(&to.sin_addr, packet.data() + 16, 4);
    head.msg_namelen = sizeof to;
    if (interface != 0)
      put_interface(head, IPPROTO_IP, IP_PKTINFO,
                    in_pktinfo{.ipi_ifindex = static_cast<int>(interface), .ipi_spec_dst = {}, .ipi_addr = {}});
  } else {
    auto& to = reinterpret_cast<sockaddr_in6&>(envelope.to);
    to = {};
    to.sin6_family = AF_INET6;
    std::memcpy(&to.sin6_addr, packet.data() + 24, 16);
    head.msg_namelen = sizeof to;
    if (interface != 0) put_interface(head, IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{.ipi6_addr = {}, .ipi6_ifindex = interface});
  }
}

// With IP_RECVERR an EMSGSIZE is also queued. If it stayed there, it would become the answer to another packet.
void forget_errors(int fd) {
  std::array<char, 512> control{};
  char byte = 0;
  iovec bytes{&byte, 1};
  for (int n = 0; n < 64; ++n) {
    msghdr head{};
    head.msg_iov = &bytes;
    head.msg_iovlen = 1;
    head.msg_control = control.data();
    head.msg_controllen = control.size();
    if (::recvmsg(fd, &head, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
  }
}

// Nothing: there is room now, try again.
std::optional<Taken> judge(int fd, int error) {
  switch (error) {
    case EINTR: return std::nullopt;
    case EAGAIN: {
      pollfd room{fd, POLLOUT, 0};
      if (::poll(&room, 1, kPatience) > 0) return std::nullopt;
      return Taken::full;
    }
    case ENOBUFS: return Taken::full;
    case EMSGSIZE: forget_errors(fd); return Taken::too_big;
    default: forget_errors(fd); return Taken::refused;
  }
}

// Packets of one family; each gets its answer.
void send_run(int fd, Family family, std::span<const Bytes> packets, unsigned interface, std::vector<Taken>& answers) {
  std::array<Envelope, kBatch> envelopes;
  std::array<mmsghdr, kBatch> heads{};
  while (!packets.empty()) {
    const auto count = std::min(packets.size(), kBatch);
    for (std::size_t i = 0; i < count; ++i) address(heads[i].msg_hdr, envelopes[i], packets[i], family, interface);
    for (std::size_t done = 0; done < count;) {
      const int sent = ::sendmmsg(fd, heads.data() + done, static_cast<unsigned>(count - done), 0);
      if (sent > 0) {
        answers.insert(answers.end(), static_cast<std::size_t>(sent), Taken::queued);
        done += static_cast<std::size_t>(sent);
      } else if (const auto verdict = judge(fd, errno)) {
        answers.push_back(*verdict);
        ++done;
      }
    }
    packets = packets.subspan(count);
  }
}

}  // namespace

std::vector<Taken> RawSender::send(std::span<const Bytes> packets, unsigned interface) {
  std::vector<Taken> answers;
  answers.reserve(packets.size());
  for (std::size_t at = 0; at < packets.size();) {
    const auto family = family_of(packets[at]);
    std::size_t end = at + 1;
    while (end < packets.size() && family_of(packets[end]) == family) ++end;
    const int fd = !family ? -1 : (*family == Family::v4 ? v4_ : v6_).get();
    if (fd < 0) answers.insert(answers.end(), end - at, Taken::refused);
    else send_run(fd, *family, packets.subspan(at, end - at), interface, answers);
    at = end;
  }
  return answers;
}

}  // namespace ghost::net
