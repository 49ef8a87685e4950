// SPDX-License-Identifier: GPL-2.0-or-later
// A flag of D-Bus messages that sdbus-c++ does not offer. It says that the caller waits while a person is asked for a password.
// See sd_bus_message_set_allow_interactive_authorization(3).
#pragma once
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

namespace ghost::bus {

// sdbus-c++ keeps the sd-bus message in a protected member, to which a derived class may take a pointer.
class MessageFlags : private sdbus::Message {
 public:
  static bool interactive(const sdbus::Message& message) {
    auto* m = of(message);
    return m != nullptr && sd_bus_message_get_allow_interactive_authorization(m) > 0;
  }
  static void set_interactive(sdbus::Message& message, bool on) {
    if (auto* m = of(message)) sd_bus_message_set_allow_interactive_authorization(m, on);
  }

 private:
  static sd_bus_message* of(const sdbus::Message& message) {
    return static_cast<sd_bus_message*>(message.*(&MessageFlags::msg_));
  }
};

}  // namespace ghost::bus
