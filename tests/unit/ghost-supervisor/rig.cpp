// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace ghost::supervisor::testing {
namespace {

using namespace std::chrono_literals;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

constexpr auto kFakePppd = R"(#!/bin/sh
peer=
while [ $# -gt 0 ]; do [ "$1" = linkname ] && peer=$2; shift; done
dir=$(dirname "$0")
say() { echo "$1" >&2; }
obey() {
  trap 'say "Terminating on signal 15"; exit 5' TERM
  while :; do sleep 100 & wait $!; done
}
. "$dir/peers/$peer"
)";

}  // namespace

TempDir::TempDir() {
  std::string name = std::filesystem::temp_directory_path() / "ghost-supervisor-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  ::chmod(name.c_str(), 0755);  // another user must reach the socket in it
  path_ = name;
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
void TempDir::write(const std::string& name, const std::string& text, unsigned mode) const {
  const std::filesystem::path path = path_ + "/" + name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
}

void write_fake_pppd(const TempDir& dir) { dir.write("pppd", kFakePppd, 0755); }

UniqueFd listen_at(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto address = address_of(path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 || ::listen(fd.get(), 16) < 0)
    throw std::runtime_error("cannot listen at " + path);
  ::chmod(path.c_str(), 0666);
  return fd;
}

UniqueFd connect_to(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto address = address_of(path);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    throw std::runtime_error("cannot connect to " + path);
  return fd;
}

void send_text(const UniqueFd& to, std::string_view text) {
  if (::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error(std::string("send: ") + std::strerror(errno));
}

std::string receive(const UniqueFd& from) {
  std::array<char, 4096> bytes;
  const ssize_t n = ::recv(from.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (n > 0) return {bytes.data(), static_cast<std::size_t>(n)};
  return n < 0 && errno == EAGAIN ? "" : "EOF";
}

Rig::Rig(const Settings& changes) {
  write_fake_pppd(dir);
  auto settings = changes;
  if (settings.allowed == 0) settings.allowed = ::getuid();
  settings.paths.pppd = dir.path() + "/pppd";
  settings.files = {.options = dir.path() + "/options", .peers = dir.path() + "/peers", .home = dir.path()};
  if (settings.resolvconf.program == resolvconf::Paths{}.program)  // never the machine's own
    settings.resolvconf = {dir.path() + "/resolvconf", dir.path() + "/nobody"};
  supervisor = std::make_unique<Supervisor>(loop, listen_at(dir.path() + "/socket"), settings, *this, *this);
}

void Rig::scenario(const std::string& link, const std::string& script) {
  dir.write("peers/" + link, script);
  auto& config = links[link];
  config.name = link;
  config.ppp.peers = {link};
}

std::string Rig::next(const UniqueFd& client) {
  std::string text;
  return await([&] { return !(text = receive(client)).empty(); }) ? text : "nothing came";
}

bool Rig::await(const std::function<bool()>& done) {
  const auto deadline = loop::now() + 10s;
  while (!done()) {
    if (loop::now() > deadline) return false;
    if (!loop.turn(20ms)) return done();
  }
  return true;
}

tl::expected<core::LinkConfig, std::string> Rig::find(std::string_view link) {
  const auto it = links.find(link);
  if (it == links.end()) return tl::unexpected<std::string>("no such link is configured");
  return it->second;
}
std::vector<core::LinkConfig> Rig::all() {
  ++reads;
  std::vector<core::LinkConfig> out;
  for (const auto& [name, config] : links) out.push_back(config);
  return out;
}
void Rig::pppd_said(std::string_view link, CallSerial serial, std::string_view line) {
  said.push_back(fmt::format("{} {}: {}", link, number(serial), line));
}
void Rig::note(int, std::string_view, CallSerial, std::string_view text) { notes.emplace_back(text); }
std::size_t Rig::noted(std::string_view part) const {
  return static_cast<std::size_t>(
      std::count_if(notes.begin(), notes.end(), [&](const std::string& n) { return n.find(part) != std::string::npos; }));
}

}  // namespace ghost::supervisor::testing
