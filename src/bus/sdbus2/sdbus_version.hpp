// SPDX-License-Identifier: GPL-2.0-or-later
// sdbus-c++ 2.x: each kind of name has a type, and an interface is registered as a whole. ../sdbus_seam.hpp explains each.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ghost::bus {

using BusName = sdbus::ServiceName;
using InterfaceName = sdbus::InterfaceName;
using MethodName = sdbus::MethodName;
using PropertyName = sdbus::PropertyName;
using ErrorName = sdbus::Error::Name;
using AsyncError = std::optional<sdbus::Error>;

inline std::uint64_t deadline(const sdbus::IConnection::PollData& data) {
  return data.timeout == data.timeout.max() ? UINT64_MAX : static_cast<std::uint64_t>(data.timeout.count());
}
// PollData's eventFd wakes a loop in another thread; we have one thread, which reads the poll data again before every poll.
inline void process_one(sdbus::IConnection& bus) { bus.processPendingEvent(); }

inline sdbus::Slot add_match(sdbus::IConnection& bus, const std::string& rule, std::function<void(sdbus::Message&)> handler) {
  return bus.addMatch(rule, [handler = std::move(handler)](sdbus::Message message) { handler(message); }, sdbus::return_slot);
}

inline void subscribe(sdbus::IProxy&) {}

inline std::string sender_of_current(sdbus::IObject& object) {
  const auto message = object.getCurrentlyProcessedMessage();
  const char* sender = message.isValid() ? message.getSender() : nullptr;
  return sender ? sender : "";
}

inline sdbus::Message current_message(sdbus::IObject& object) { return object.getCurrentlyProcessedMessage(); }

class Interface {
 public:
  Interface(sdbus::IObject& object, std::string name) : object_(object), name_(std::move(name)) {}
  template <class F>
  Interface& method(const std::string& name, F implementation) {
    items_.push_back(sdbus::registerMethod(name).implementedAs(std::move(implementation)));
    return *this;
  }
  template <class... Parameters>
  Interface& signal(const std::string& name) {
    items_.push_back(sdbus::registerSignal(name).withParameters<Parameters...>());
    return *this;
  }
  template <class F>
  Interface& property(const std::string& name, F getter) {
    items_.push_back(sdbus::registerProperty(name).withGetter(std::move(getter)));
    return *this;
  }
  void finish() { object_.addVTable(std::move(items_)).forInterface(name_); }

 private:
  sdbus::IObject& object_;
  InterfaceName name_;
  std::vector<sdbus::VTableItem> items_;
};

}  // namespace ghost::bus
