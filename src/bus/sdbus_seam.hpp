// SPDX-License-Identifier: GPL-2.0-or-later
// sdbus-c++ 1.x and 2.x under one set of names. The generated glue fits either; hand-written code uses what is here.
// meson.build chooses sdbus1/ or sdbus2/ by the library's version. Only .cpp files that use sdbus-c++ include this.
//
//   BusName, InterfaceName, MethodName, PropertyName, ErrorName   made explicitly from a string
//   AsyncError                          what a reply's handler gets first: true and like a pointer when the call failed
//   deadline(poll data)                 absolute, CLOCK_MONOTONIC in microseconds, UINT64_MAX for never
//   process_one(bus)                    one message or time-out, if there is one
//   add_match(bus, rule, handler)       the handler is called as long as the slot lives
//   subscribe(proxy)                    after the proxy's uponSignal() calls, and before a call if there are none
//   sender_of_current(object)           the unique name of the caller of the method that runs now; empty if none does
//   current_message(object)             that method's message
//   Interface(object, name)             .method(), .signal<…>(), .property(), then finish() once
#pragma once
#include "sdbus_version.hpp"

#include <string>
#include <vector>

namespace ghost::bus {

inline std::vector<PropertyName> property_names(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

}  // namespace ghost::bus
