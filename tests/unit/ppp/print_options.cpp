// SPDX-License-Identifier: GPL-2.0-or-later
// For real_pppd_test.py: what our reader finds on this machine, as JSON.
//
// print_options ARGUMENT…   the options and remarks of a pppd with these arguments
// print_options --table     the table of known options
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "ppp/disk_files.hpp"

using nlohmann::json;
using namespace ghost::ppp;

namespace {

constexpr const char* kKinds[] = {"flag", "leave", "text", "number", "hex", "special", "file", "call", "plugin"};
constexpr const char* kVerdicts[] = {"refused", "stops", "odd", "unknown", "overridden"};

// JSON has no bytes: a character for each.
std::string as_latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

json table() {
  auto out = json::array();
  for (const auto& known : all_known_options())
    out.push_back({{"name", known.name},
                   {"kind", kKinds[static_cast<int>(known.kind)]},
                   {"traits", known.traits},
                   {"plugin", known.plugin}});
  return out;
}

json what_is_read(const std::vector<std::string>& arguments) {
  DiskFiles disk;
  const auto read = read_options(arguments, disk);
  auto out = json{{"options", json::array()}, {"remarks", json::array()}};
  for (const auto& option : read.options) {
    const auto* known = known_option(option.name);
    const auto group = known == nullptr ? std::string_view(option.name) : known->of_group();
    if (read.effective(group) != &option) continue;
    const auto number = option_number(option.value, 0);
    out["options"].push_back({{"name", option.name},
                              {"kind", known == nullptr ? "word" : kKinds[static_cast<int>(known->kind)]},
                              {"value", as_latin1(option.value)},
                              {"number", number ? json(*number) : json()},
                              {"file", option.at.file},
                              {"line", option.at.line}});
  }
  for (const auto& remark : read.remarks)
    out["remarks"].push_back({{"verdict", kVerdicts[static_cast<int>(remark.verdict)]},
                              {"file", remark.at.file},
                              {"line", remark.at.line},
                              {"text", remark.text}});
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto out = arguments == std::vector<std::string>{"--table"} ? table() : what_is_read(arguments);
  std::cout << out.dump(-1, ' ', true, json::error_handler_t::replace) << '\n';
}
