// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/clients.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <syslog.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "ghost-supervisor/mailbox.hpp"
#include "ppp/text.hpp"

namespace ghost::supervisor {
namespace {

bool send_text(int fd, const std::string& text) {
  return ::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

Clients::Clients(loop::EventLoop& loop, UniqueFd listener, uid_t allowed, const Limits& limits, Journal& journal,
                 Callbacks callbacks)
    : loop_(loop),
      listener_(std::move(listener)),
      allowed_(allowed),
      limits_(limits),
      journal_(journal),
      callbacks_(std::move(callbacks)),
      closer_(loop, [this] { acceptable_.set_enabled(!closer_.full()); }),
      acceptable_(loop, listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_all(); }) {
  acceptable_.set_description("accept");
}

Clients::~Clients() {
  for (auto& [id, client] : clients_) {
    client.readable.reset();
    Closer::close_or_leave(std::move(client.fd));
  }
}

void Clients::accept_all() {
  // Bounded: strangers who keep connecting must not keep the loop from the calls.
  for (int i = 0; i < 16 && !closer_.full(); ++i) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      admit(std::move(fd));
      continue;
    }
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
    throw std::system_error(errno, std::generic_category(), "accept4");
  }
}

void Clients::admit(UniqueFd fd) {
  prepare_to_look(fd.get());
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != allowed_) {
    complain(Complaint::Stranger, fmt::format("refused a connection of user {} (process {})", peer.uid, peer.pid));
    refuse(fd.get(), "not allowed");
    return closer_.close(std::move(fd));
  }
  if (clients_.size() >= limits_.connected) {
    complain(Complaint::TooMany, fmt::format("refused a connection, because there are already {}", clients_.size()));
    refuse(fd.get(), "too many connections");
    return closer_.close(std::move(fd));
  }
  const auto id = static_cast<ClientId>(next_id_++);
  const int raw = fd.get();
  auto& client = clients_[id];
  client.fd = std::move(fd);
  client.readable = loop::IoSource(loop_, raw, EPOLLIN, [this, id](std::uint32_t) { read(id); });
  client.silence = loop::Timer(loop_, [this, id] {
    complain(Complaint::Silent, "closed a connection that sent no request");
    drop(id);
  });
  client.silence.arm(loop::now() + limits_.silence);
  callbacks_.on_change();
}

void Clients::read(ClientId id) {
  // A handler may drop the client, so it is looked up again for each message.
  for (int i = 0; i < 16; ++i) {
    const auto it = clients_.find(id);
    if (it == clients_.end()) return;
    const int fd = it->second.fd.get();
    switch (look(fd)) {
      case Waiting::nothing: return;
      case Waiting::end: return drop(id);
      case Waiting::descriptors: return reject(id, "file descriptors were sent");
      case Waiting::message: break;
    }
    std::array<char, ppp::kMessageMax + 1> bytes;
    const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return drop(id);
    const auto request = ppp::decode_request({bytes.data(), static_cast<std::size_t>(n)});
    if (!request) return reject(id, request.error());
    it->second.silence.disarm();
    callbacks_.on_request(id, *request);
  }
}

bool Clients::send(ClientId to, const ppp::Message& message) {
  const auto it = clients_.find(to);
  if (it == clients_.end()) return false;
  if (send_text(it->second.fd.get(), ppp::encode(message))) return true;
  drop(to);
  return false;
}

std::size_t Clients::tell(const ppp::Message& message) {
  std::vector<ClientId> ids;
  for (const auto& [id, client] : clients_) ids.push_back(id);
  std::size_t told = 0;
  for (const auto id : ids) told += send(id, message) ? 1 : 0;
  return told;
}

void Clients::refuse(int fd, std::string why) {
  send_text(fd, ppp::encode(ppp::Message{ppp::Refused{{}, CallSerial::none, std::move(why)}}));
}

void Clients::reject(ClientId id, const std::string& why) {
  complain(Complaint::Garbage, "closed a connection: " + why);
  refuse(clients_.at(id).fd.get(), why);
  drop(id);
}

void Clients::drop(ClientId id) {
  auto node = clients_.extract(id);
  if (node.empty()) return;
  node.mapped().readable.reset();
  closer_.close(std::move(node.mapped().fd));
  callbacks_.on_change();
}

void Clients::complain(Complaint kind, const std::string& text) {
  const auto unsaid = complaints_[static_cast<std::size_t>(kind)].admit(loop::now());
  if (!unsaid) return;
  const auto more = *unsaid == 0 ? std::string() : fmt::format(" (and {} times before)", *unsaid);
  journal_.note(LOG_WARNING, {}, CallSerial::none, ppp::printable(text + more));
}

}  // namespace ghost::supervisor
