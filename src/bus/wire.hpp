// SPDX-License-Identifier: GPL-2.0-or-later
// Values in the types of sdbus-c++. A value with a D-Bus type stays as it is, a row (rows.hpp) becomes a sdbus::Struct, an
// array of rows an array of them. Only .cpp files that use sdbus-c++ include this.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <utility>
#include <vector>

#include "bus/rows.hpp"

namespace ghost::bus {

template <class T>
struct Wire {
  using Type = T;
  static T to(T value) { return value; }
  static T from(T value) { return value; }
};

template <class T>
struct Wire<std::vector<T>> {
  using Type = std::vector<typename Wire<T>::Type>;
  static Type to(const std::vector<T>& values) {
    Type out;
    for (const auto& v : values) out.push_back(Wire<T>::to(v));
    return out;
  }
  static std::vector<T> from(const Type& values) {
    std::vector<T> out;
    for (const auto& v : values) out.push_back(Wire<T>::from(v));
    return out;
  }
};

template <IsRow Row>
struct Wire<Row> {
  template <class... T>
  static sdbus::Struct<typename Wire<T>::Type...> struct_of(const std::tuple<Column<Row, T>...>&);
  using Type = decltype(struct_of(Row::columns()));

  static Type to(const Row& row) {
    return std::apply([&]<class... T>(const Column<Row, T>&... column) { return Type(Wire<T>::to(row.*column.member)...); },
                      Row::columns());
  }
  static Row from(const Type& value) {
    Row row;
    from(row, value, Row::columns(), std::make_index_sequence<std::tuple_size_v<decltype(Row::columns())>>());
    return row;
  }

 private:
  template <class... T, std::size_t... I>
  static void from(Row& row, const Type& value, const std::tuple<Column<Row, T>...>& columns, std::index_sequence<I...>) {
    ((row.*std::get<I>(columns).member = Wire<T>::from(std::get<I>(value))), ...);
  }
};

template <class T>
typename Wire<T>::Type to_wire(const T& value) {
  return Wire<T>::to(value);
}
template <class T>
T from_wire(const typename Wire<T>::Type& value) {
  return Wire<T>::from(value);
}

}  // namespace ghost::bus
