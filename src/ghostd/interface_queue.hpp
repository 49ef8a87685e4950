// SPDX-License-Identifier: GPL-2.0-or-later
// The queue of a call's interface, from the interface's appearance until it has run dry (net/ppp_queue.hpp). One object per link.
#pragma once
#include "ghostd/host.hpp"
#include "ghostd/ports.hpp"
#include "net/interface.hpp"

namespace ghost::daemon {

class InterfaceQueue final : public CallQueue {
 public:
  InterfaceQueue(Host& host, Where where) : host_(host), where_(std::move(where)) {}

  [[nodiscard]] net::Result<void> prepare() override { return host_.prepare_call(where_()); }
  [[nodiscard]] bool settle(bool force) override;
  [[nodiscard]] bool drained() override;
  [[nodiscard]] std::optional<std::uint32_t> received() override { return net::received_by(where_().interface); }

 private:
  Host& host_;
  Where where_;
};

}  // namespace ghost::daemon
