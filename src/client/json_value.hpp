// SPDX-License-Identifier: GPL-2.0-or-later
// Values of the bus as JSON: a row (bus/rows.hpp) is an object of its columns. Private to src/client.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bus/rows.hpp"

namespace ghost::client {

using Json = nlohmann::ordered_json;

template <class T>
Json json_value(const T& value) {
  return value;
}
template <bus::IsRow Row>
Json json_value(const Row& row);
template <class T>
Json json_value(const std::vector<T>& values) {
  Json out = Json::array();
  for (const auto& v : values) out.push_back(json_value(v));
  return out;
}
template <bus::IsRow Row>
Json json_value(const Row& row) {
  Json out = Json::object();
  bus::for_each_column<Row>([&](const auto& column) { out[column.json] = json_value(row.*column.member); });
  return out;
}

// Strings from ghostd are valid UTF-8. Others do not cause an exception.
inline std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace ghost::client
