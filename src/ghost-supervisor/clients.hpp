// SPDX-License-Identifier: GPL-2.0-or-later
// The listening socket and its connections. The kernel identifies the clients (SO_PEERCRED, unix(7)): only one user may
// ask. A stranger, garbage and a connection too many get `refused`, are logged (at most once per minute and kind) and
// closed. So is a client that sends file descriptors. A client that connects and sends nothing is closed after a while.
#pragma once
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/unique_fd.hpp"
#include "core/time.hpp"
#include "ghost-supervisor/closer.hpp"
#include "ghost-supervisor/pace.hpp"
#include "ghost-supervisor/ports.hpp"
#include "loop/sources.hpp"
#include "ppp/protocol.hpp"

namespace ghost::supervisor {

enum class ClientId : std::uint64_t {};

class Clients {
 public:
  struct Limits {
    std::size_t connected = 8;
    core::Duration silence = std::chrono::seconds(10);  // from the connection to the first request
  };
  struct Callbacks {
    std::function<void(ClientId, const ppp::Request&)> on_request;
    std::function<void()> on_change;  // a client came or went
  };

  // `listener`: a listening, non-blocking SOCK_SEQPACKET socket.
  Clients(loop::EventLoop& loop, UniqueFd listener, uid_t allowed, const Limits& limits, Journal& journal, Callbacks callbacks);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // False: it could not be delivered, and the client was dropped. A client that does not read its messages is dropped.
  bool send(ClientId to, const ppp::Message& message);
  // To all; returns how many got it.
  std::size_t tell(const ppp::Message& message);
  [[nodiscard]] std::size_t count() const { return clients_.size(); }

 private:
  struct Client {
    UniqueFd fd;
    loop::IoSource readable;
    loop::Timer silence;
  };
  enum class Complaint { Stranger, Garbage, TooMany, Silent };

  void accept_all();
  void admit(UniqueFd fd);
  void read(ClientId id);
  void refuse(int fd, std::string why);
  void reject(ClientId id, const std::string& why);
  void drop(ClientId id);
  void complain(Complaint kind, const std::string& text);

  loop::EventLoop& loop_;
  UniqueFd listener_;
  uid_t allowed_;
  Limits limits_;
  Journal& journal_;
  Callbacks callbacks_;
  std::map<ClientId, Client> clients_;
  std::uint64_t next_id_ = 1;
  static constexpr Pace kOncePerMinute{1, std::chrono::minutes(1)};
  std::array<Pace, 4> complaints_{kOncePerMinute, kOncePerMinute, kOncePerMinute, kOncePerMinute};
  Closer closer_;
  loop::IoSource acceptable_;
};

}  // namespace ghost::supervisor
