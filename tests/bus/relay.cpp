// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace ghost::test {
namespace {

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::strncpy(out.sun_path, path.c_str(), sizeof out.sun_path - 1);
  return out;
}

void must(int r, const char* what) {
  if (r < 0) throw std::system_error(errno, std::generic_category(), what);
}

UniqueFd unix_socket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  must(fd.get(), "socket");
  return fd;
}

std::string path_of(const std::string& address) {
  const auto begin = address.find("path=") + 5;
  return address.substr(begin, address.find(',', begin) - begin);
}

// False: that side has closed.
bool pass(int from, int to) {
  char buffer[4096];
  const auto n = ::read(from, buffer, sizeof buffer);
  return n > 0 && ::send(to, buffer, static_cast<std::size_t>(n), MSG_NOSIGNAL) == n;
}

}  // namespace

Relay::Relay(const PrivateBus& bus)
    : path_((bus.dir() / "relay").string()), listening_(unix_socket()), wake_(::eventfd(0, EFD_CLOEXEC)) {
  const auto ours = unix_address(path_);
  must(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&ours), sizeof ours), "bind");
  must(::listen(listening_.get(), 1), "listen");
  thread_ = std::thread([this, path = path_of(bus.address())] { serve(path); });
}

Relay::~Relay() {
  stop_ = true;
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void Relay::send_garbage() {
  garbage_ = true;
  ::eventfd_write(wake_.get(), 1);
}

void Relay::serve(const std::string& bus) {
  UniqueFd client, there = unix_socket();
  const auto theirs = unix_address(bus);
  must(::connect(there.get(), reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs), "connect");
  while (!stop_) {
    pollfd fds[] = {
        {wake_.get(), POLLIN, 0}, {client ? client.get() : listening_.get(), POLLIN, 0}, {client ? there.get() : -1, POLLIN, 0}};
    must(::poll(fds, 3, -1), "poll");
    if (fds[0].revents) {
      eventfd_t n = 0;
      ::eventfd_read(wake_.get(), &n);
      const std::string garbage(64, 'x');
      if (garbage_.exchange(false))
        must(static_cast<int>(::send(client.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL)), "send");
    } else if (!client) {
      client = UniqueFd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    } else {
      if (fds[1].revents && !pass(client.get(), there.get())) return;
      if (fds[2].revents && !pass(there.get(), client.get())) return;
    }
  }
}

}  // namespace ghost::test
