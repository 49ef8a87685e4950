// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd's end of the connection to ghost-supervisor (ppp/protocol.hpp). It is open while a call exists, and for the first
// question at ghostd's start. Otherwise it is closed, so that the supervisor can end.
#pragma once
#include <functional>
#include <string>

#include "base/unique_fd.hpp"
#include "ghostd/ports.hpp"
#include "loop/sources.hpp"
#include "ppp/protocol.hpp"

namespace ghost::daemon {

class SupervisorClient final : public Bearer {
 public:
  using OnMessage = std::function<void(ppp::Message)>;
  using OnLost = std::function<void(const std::string& why)>;

  SupervisorClient(loop::EventLoop& loop, std::string path, OnMessage on_message, OnLost on_lost);

  // Connects if necessary. False: the request could not be sent. on_lost comes later if there was a connection.
  [[nodiscard]] bool send(const ppp::Request& request);
  [[nodiscard]] bool dial(const std::string& link, CallSerial serial, const std::string& peer) override {
    return send(ppp::Dial{link, serial, peer});
  }
  [[nodiscard]] bool hang_up(const std::string& link, CallSerial serial) override { return send(ppp::Hangup{link, serial}); }
  [[nodiscard]] bool recover(const std::string& link, const core::Recover& step) override {
    return send(ppp::Recover{link, step.after, step.step, step.peer});
  }
  [[nodiscard]] std::string interface_of(const std::string& link) const override { return ppp_interface(link); }
  void close();
  [[nodiscard]] bool connected() const { return static_cast<bool>(fd_); }

 private:
  [[nodiscard]] bool connect();
  void readable();

  loop::EventLoop& loop_;
  std::string path_;
  OnMessage on_message_;
  OnLost on_lost_;
  UniqueFd fd_;
  loop::IoSource io_;
  std::string why_lost_;
  loop::DeferSource lost_;
};

}  // namespace ghost::daemon
