// SPDX-License-Identifier: GPL-2.0-or-later
// sdbus-c++ 1.x: names are strings, and registrations count from finishRegistration() on. ../sdbus_seam.hpp explains each.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace ghost::bus {

using BusName = std::string;
using InterfaceName = std::string;
using MethodName = std::string;
using PropertyName = std::string;
using ErrorName = std::string;
using AsyncError = const sdbus::Error*;

inline std::uint64_t deadline(const sdbus::IConnection::PollData& data) { return data.timeout_usec; }
inline void process_one(sdbus::IConnection& bus) { bus.processPendingRequest(); }

inline sdbus::Slot add_match(sdbus::IConnection& bus, const std::string& rule, std::function<void(sdbus::Message&)> handler) {
  return bus.addMatch(rule, std::move(handler));
}

inline void subscribe(sdbus::IProxy& proxy) { proxy.finishRegistration(); }

inline std::string sender_of_current(sdbus::IObject& object) {
  const auto* message = object.getCurrentlyProcessedMessage();
  return message ? message->getSender() : std::string();
}

inline const sdbus::Message& current_message(sdbus::IObject& object) { return *object.getCurrentlyProcessedMessage(); }

class Interface {
 public:
  Interface(sdbus::IObject& object, std::string name) : object_(object), name_(std::move(name)) {}
  template <class F>
  Interface& method(const std::string& name, F implementation) {
    object_.registerMethod(name).onInterface(name_).implementedAs(std::move(implementation));
    return *this;
  }
  template <class... Parameters>
  Interface& signal(const std::string& name) {
    object_.registerSignal(name).onInterface(name_).template withParameters<Parameters...>();
    return *this;
  }
  template <class F>
  Interface& property(const std::string& name, F getter) {
    object_.registerProperty(name).onInterface(name_).withGetter(std::move(getter));
    return *this;
  }
  void finish() { object_.finishRegistration(); }

 private:
  sdbus::IObject& object_;
  std::string name_;
};

}  // namespace ghost::bus
