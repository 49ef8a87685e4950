// SPDX-License-Identifier: GPL-2.0-or-later
// Requests and calls: at most one pppd per link, and news of it to all connected clients. Calls do not depend on
// connections: a ghostd that goes away and comes back finds them by `list`.
#pragma once
#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "core/call_news.hpp"
#include "ghost-supervisor/call.hpp"
#include "ghost-supervisor/clients.hpp"
#include "ghost-supervisor/connect_scripts.hpp"
#include "ghost-supervisor/device_watch.hpp"
#include "ghost-supervisor/name_records.hpp"
#include "ghost-supervisor/pace.hpp"
#include "ghost-supervisor/ports.hpp"
#include "ghost-supervisor/recovery.hpp"
#include "loop/sources.hpp"
#include "ppp/options.hpp"
#include "ppp/protocol.hpp"

namespace ghost::supervisor {

struct Settings {
  uid_t allowed = 0;  // the user that may ask
  ppp::PppdPaths paths;
  ppp::PppdFiles files;                            // where pppd finds its options
  core::Duration idle = std::chrono::seconds(30);  // exit after this time without a call or a client
  Clients::Limits limits;
  resolvconf::Paths resolvconf;
  std::string locks = "/run/lock";                // where pppd and others lock devices
  std::string scripts = "/run/ghost-supervisor";  // for copies of connect scripts
  RecoveryPaths recovery;
};

// How many ends of calls are kept for an absent ghostd. The oldest is dropped first.
inline constexpr std::size_t kUnheardMax = 64;

class Supervisor {
 public:
  Supervisor(loop::EventLoop& loop, UniqueFd listener, Settings settings, LinkSource& links, Journal& journal);

  // Hangs up all calls properly and leaves the loop once they have ended. Refuses new ones.
  void shut_down();

 private:
  struct Live {
    CallSerial serial = CallSerial::none;
    core::Duration hangup_timeout{};
    std::vector<Prefix> routes;
    std::string device;
    std::unique_ptr<Call> call;
  };

  struct Step {
    core::RecoveryReport running;
    std::string device;
    std::unique_ptr<Recovery> recovery;
  };
  // What a request asks for, from the root-owned files.
  struct Subject {
    core::LinkConfig link;  // of several peers, only the one that was named
    ppp::PppdOptions options;
    std::vector<std::string> argv;
    std::string device;
  };

  void on_request(ClientId from, const ppp::Request& request);
  void dial(ClientId from, const ppp::Dial& dial);
  void hang_up(ClientId from, const ppp::Hangup& hangup);
  void recover(const ppp::Recover& recover);
  void list(ClientId to);
  tl::expected<Subject, std::string> look_up(const std::string& link, const std::string& peer);
  tl::expected<RecoveryPlan, std::string> plan(const ppp::Recover& recover, const Subject& subject);
  // sure: the device is no guess. Otherwise pppd has to say that it is missing.
  [[nodiscard]] std::optional<std::string> cannot_be_called(const std::string& link, const std::string& device, bool sure) const;
  // The step of the link, or of another link by the device, if there is one.
  [[nodiscard]] std::optional<std::string> step_under_way(const std::string& link, const std::string& device) const;
  // Why the device cannot be used for a step now.
  [[nodiscard]] std::optional<std::string> in_use(const std::string& link, const std::string& device) const;
  void step_over(const std::string& link, const core::RecoveryReport::End& end);
  tl::expected<void, core::CallGone> start(const ppp::Dial& dial);
  void on_news(const std::string& link, CallSerial serial, const ppp::News& news);
  void await_device(const std::string& link, const std::string& device, core::CallEnd reason);
  void device_returned(const std::string& link);
  void tell(core::CallNews news);
  void send(core::CallNews news);
  // What a client can cause at will.
  void note_paced(int priority, const std::string& link, CallSerial serial, std::string text);
  void refuse(ClientId to, const std::string& link, CallSerial serial, const std::string& why);
  void bury();
  void look_idle();

  loop::EventLoop& loop_;
  Settings settings_;
  LinkSource& links_;
  Journal& journal_;
  std::map<std::string, Live> calls_;
  std::map<std::string, Step> steps_;
  Pace refusals_{20, std::chrono::seconds(10)};
  std::deque<core::CallNews> unheard_;  // ends of calls that no client has received
  bool stopping_ = false;
  loop::DeferSource bury_;  // a call cannot be destroyed from within its own last news
  loop::Timer leave_;
  ConnectScripts scripts_;
  NameRecords names_;
  DeviceWatch devices_;
  Clients clients_;
};

}  // namespace ghost::supervisor
