// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/supervisor_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ghost::daemon {

SupervisorClient::SupervisorClient(loop::EventLoop& loop, std::string path, OnMessage on_message, OnLost on_lost)
    : loop_(loop), path_(std::move(path)), on_message_(std::move(on_message)), on_lost_(std::move(on_lost)), lost_(loop, [this] {
        on_lost_(why_lost_);
      }) {}

bool SupervisorClient::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path_.c_str(), path_.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  io_ = loop::IoSource(loop_, fd.get(), EPOLLIN, [this](std::uint32_t) { readable(); });
  io_.set_priority(loop::kPriorityImportant);
  fd_ = std::move(fd);
  return true;
}

bool SupervisorClient::send(const ppp::Request& request) {
  // Before the links have heard of the loss, a new call would be lost with it.
  if (!fd_ && (lost_.enabled() || !connect())) return false;
  const auto text = ppp::encode(request);
  if (::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) return true;
  // It may run a call that it can no longer be told to end. The next connection lists its calls.
  why_lost_ = std::string("it takes no request: ") + std::strerror(errno);
  close();
  lost_.run_soon();
  return false;
}

void SupervisorClient::close() {
  io_.reset();
  fd_.reset();
}

void SupervisorClient::readable() {
  std::array<char, ppp::kMessageMax + 1> buffer;
  while (fd_) {
    const auto size = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      const std::string why = size == 0 ? "closed by ghost-supervisor" : std::strerror(errno);
      close();
      return on_lost_(why);
    }
    auto message = ppp::decode_message({buffer.data(), static_cast<std::size_t>(size)});
    if (!message) {
      close();
      return on_lost_("not understood: " + message.error());
    }
    on_message_(std::move(*message));
  }
}

}  // namespace ghost::daemon
