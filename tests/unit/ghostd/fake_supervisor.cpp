// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_supervisor.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace ghost::test {

FakeSupervisor::FakeSupervisor(int backlog) {
  std::string name = std::filesystem::temp_directory_path() / "ghostd-daemon-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  directory_ = name;
  path_ = name + "/socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  listening_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(listening_.get(), backlog) < 0)
    throw std::runtime_error("cannot listen at " + path_);
}

FakeSupervisor::~FakeSupervisor() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

bool FakeSupervisor::accept() {
  client_.reset(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  return static_cast<bool>(client_);
}

void FakeSupervisor::say(std::string_view message) const {
  if (::send(client_.get(), message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size()))
    throw std::runtime_error(std::string("send: ") + std::strerror(errno));
}

std::string FakeSupervisor::heard() const {
  std::array<char, 4096> bytes;
  const ssize_t n = ::recv(client_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n > 0) return {bytes.data(), static_cast<std::size_t>(n)};
  return n < 0 && errno == EAGAIN ? "" : "EOF";
}

void FakeSupervisor::go() {
  client_.reset();
  listening_.reset();
}

}  // namespace ghost::test
