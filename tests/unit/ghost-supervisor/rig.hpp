// SPDX-License-Identifier: GPL-2.0-or-later
// A supervisor, its clients and a pppd that is a shell script. It prints the log lines a test chooses and ends as the test
// says. The kernel here may have no PPP; everything else is real: processes, pipes, signals, sockets, time.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "ghost-supervisor/supervisor.hpp"
#include "loop/event_loop.hpp"

namespace ghost::supervisor::testing {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& text, unsigned mode = 0644) const;

 private:
  std::string path_;
};

// `pppd` in `dir`, which runs the script `peers/<name>` of the `linkname <name>` it is given. The scripts have say(), and
// obey() that waits for SIGTERM as pppd does.
void write_fake_pppd(const TempDir& dir);

UniqueFd listen_at(const std::string& path);
UniqueFd connect_to(const std::string& path);
void send_text(const UniqueFd& to, std::string_view text);
// The next message if there is one; "EOF" when the other side has closed; "" when nothing is there.
std::string receive(const UniqueFd& from);

struct Rig : LinkSource, Journal {
  explicit Rig(const Settings& changes = {});

  // The behaviour of this link's fake pppd; also makes the link known.
  void scenario(const std::string& link, const std::string& script);
  [[nodiscard]] UniqueFd connect() const { return connect_to(dir.path() + "/socket"); }
  // Turns the loop until a message has come, for ten seconds at most ("nothing came").
  std::string next(const UniqueFd& client);
  bool await(const std::function<bool()>& done);

  tl::expected<core::LinkConfig, std::string> find(std::string_view link) override;
  std::vector<core::LinkConfig> all() override;
  void pppd_said(std::string_view link, CallSerial serial, std::string_view line) override;
  void note(int priority, std::string_view link, CallSerial serial, std::string_view text) override;
  [[nodiscard]] std::size_t noted(std::string_view part) const;

  TempDir dir;
  loop::EventLoop loop;
  std::map<std::string, core::LinkConfig, std::less<>> links;
  unsigned reads = 0;  // of all files
  std::vector<std::string> said;
  std::vector<std::string> notes;
  std::unique_ptr<Supervisor> supervisor;
};

}  // namespace ghost::supervisor::testing
