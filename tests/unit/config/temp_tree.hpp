// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration tree of a test's own under the temporary directory, gone with the test.
#pragma once
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "config/load.hpp"

namespace ghost::config {

class TempTree {
 public:
  TempTree() {
    std::string name = std::filesystem::temp_directory_path() / "ghostd-config-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
    std::filesystem::permissions(root_, std::filesystem::perms(0755));
  }
  ~TempTree() { std::filesystem::remove_all(root_); }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  // Relative to the tree; directories above are made.
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0644) {
    const auto path = at(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod");
    return path;
  }
  std::string link(const std::string& name, const std::string& target) {
    const auto path = at(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::create_symlink(target, path);
    return path;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return root_ / name; }
  // usr, run and etc stand for the system's three.
  [[nodiscard]] Roots roots() const {
    return {{at("usr"), at("run"), at("etc")},
            MachineId{0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87},
            {},
            {at("services"), at("own-services")}};
  }

  [[nodiscard]] auto load() const { return config::load(roots()); }
  // The diagnostics of a load that must fail, without the tree's own path, one line each.
  [[nodiscard]] std::string errors() const {
    const auto loaded = load();
    return loaded ? "no error" : lines(loaded.error());
  }
  [[nodiscard]] std::string lines(const Diagnostics& diagnostics) const {
    std::string out;
    for (const auto& d : diagnostics) {
      auto line = d.str();
      for (auto p = line.find(root_.string() + "/"); p != std::string::npos; p = line.find(root_.string() + "/"))
        line.erase(p, root_.string().size() + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace ghost::config
