// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/dns_exchange.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "ghost-announce/sockets.hpp"

namespace ghost::announce {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMaxDatagram = 4096;

tl::unexpected<std::string> no_answer(const IpAddress& server, int error) {
  return tl::unexpected(fmt::format("name server {}: {}", server.str(), std::strerror(error)));
}

bool answers(std::span<const std::uint8_t> answer, std::span<const std::uint8_t> question) {
  return answer.size() >= kHeader && answer[0] == question[0] && answer[1] == question[1] && (answer[2] & 0x80) != 0;
}

bool is_truncated(std::span<const std::uint8_t> answer) { return (answer[2] & 0x02) != 0; }

// 0: in time. Else ETIMEDOUT or poll's own.
int await(int fd, short events, const Deadline& deadline) {
  while (true) {
    pollfd p{fd, events, 0};
    const int ready = ::poll(&p, 1, deadline.milliseconds());
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

tl::expected<UniqueFd, int> connected(const IpAddress& server, std::uint16_t port, const Via& via, int type,
                                      const Deadline& deadline) {
  auto fd = bound_socket(via, server.family(), type | SOCK_NONBLOCK);
  if (!fd) return fd;
  const auto address = socket_address(server, port);
  if (::connect(fd->get(), address.get(), address.size) == 0) return fd;
  if (errno != EINPROGRESS) return tl::unexpected(errno);
  if (const int error = await(fd->get(), POLLOUT, deadline)) return tl::unexpected(error);
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd->get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return tl::unexpected(error);
  return fd;
}

// Sends or receives all of `bytes`; 0 or an errno.
template <class Call>
int all(int fd, short events, std::size_t size, const Deadline& deadline, Call call) {
  for (std::size_t done = 0; done < size;) {
    const auto moved = call(done);
    if (moved > 0) done += static_cast<std::size_t>(moved);
    else if (moved == 0) return ECONNRESET;
    else if (errno == EAGAIN) {
      if (const int error = await(fd, events, deadline)) return error;
    } else if (errno != EINTR) return errno;
  }
  return 0;
}

int send_all(int fd, std::span<const std::uint8_t> bytes, const Deadline& deadline) {
  return all(fd, POLLOUT, bytes.size(), deadline,
             [&](std::size_t done) { return ::send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL); });
}

int receive_all(int fd, std::span<std::uint8_t> bytes, const Deadline& deadline) {
  return all(fd, POLLIN, bytes.size(), deadline,
             [&](std::size_t done) { return ::recv(fd, bytes.data() + done, bytes.size() - done, 0); });
}

tl::expected<Bytes, std::string> by_tcp(std::span<const std::uint8_t> question, const IpAddress& server, std::uint16_t port,
                                        const Via& via, const Deadline& deadline) {
  const auto fd = connected(server, port, via, SOCK_STREAM, deadline);
  if (!fd) return no_answer(server, fd.error());
  Bytes framed{static_cast<std::uint8_t>(question.size() >> 8), static_cast<std::uint8_t>(question.size())};
  framed.insert(framed.end(), question.begin(), question.end());
  if (const int error = send_all(fd->get(), framed, deadline)) return no_answer(server, error);
  std::array<std::uint8_t, 2> size{};
  if (const int error = receive_all(fd->get(), size, deadline)) return no_answer(server, error);
  Bytes answer(static_cast<std::size_t>(size[0]) << 8 | size[1]);
  if (const int error = receive_all(fd->get(), answer, deadline)) return no_answer(server, error);
  if (!answers(answer, question)) return no_answer(server, EBADMSG);
  return answer;
}

}  // namespace

tl::expected<Bytes, std::string> dns_exchange(std::span<const std::uint8_t> question, const IpAddress& server, std::uint16_t port,
                                              const Via& via, const Deadline& deadline) {
  if (question.size() > kMaxDatagram) return no_answer(server, EMSGSIZE);
  if (question.size() > 512) return by_tcp(question, server, port, via, deadline);
  const auto fd = connected(server, port, via, SOCK_DGRAM, deadline);
  if (!fd) return no_answer(server, fd.error());
  int last = ETIMEDOUT;
  for (std::chrono::seconds patience(1); !deadline.over(); patience *= 2) {
    const auto round = deadline.within(patience);
    if (::send(fd->get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) last = errno;
    while (true) {
      if (const int error = await(fd->get(), POLLIN, round)) {
        if (error != ETIMEDOUT) return no_answer(server, error);
        break;
      }
      Bytes answer(kMaxDatagram);
      const auto got = ::recv(fd->get(), answer.data(), answer.size(), 0);
      if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) continue;
        return no_answer(server, errno);  // ECONNREFUSED: there is no server
      }
      answer.resize(static_cast<std::size_t>(got));
      if (!answers(answer, question)) continue;
      if (is_truncated(answer)) return by_tcp(question, server, port, via, deadline);
      return answer;
    }
  }
  return no_answer(server, last);
}

}  // namespace ghost::announce
