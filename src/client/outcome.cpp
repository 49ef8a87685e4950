// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/outcome.hpp"

#include "client/words.hpp"

namespace ghost::client {

Verdict ConnectOutcome::see(const bus::LinkProperties& now) {
  if (now.state == "up") return Verdict::done;
  if (now.state == "dialing" || now.calls > before_.calls) dialed_ = true;
  // An older call that is ending is not ours; its end says nothing about the requested one.
  if (now.state != "down" && now.state != "waiting") return Verdict::pending;
  if (now.blocked) return Verdict::failed;
  // A call too short to be seen has left its mark in the counters.
  if (dialed_ || now.failures > before_.failures) return Verdict::failed;
  return Verdict::pending;
}

Verdict DisconnectOutcome::see(const bus::LinkProperties& now) const {
  if (now.state == "down" || now.state == "waiting") return Verdict::done;
  // Ended, and called again before we could look.
  if (now.calls > before_.calls) return Verdict::done;
  return Verdict::pending;
}

Verdict AppearOutcome::see(const bus::LinkProperties& now) const {
  if (now.appearances <= asked_) return Verdict::pending;  // an older one
  if (now.appearance == "connecting" || now.appearance == "announcing") return Verdict::pending;
  if (now.appearance == "failed") return Verdict::failed;
  // It is present, or it was and ended before we could look.
  for (const auto& notice : now.notices)
    if (notice.result == "pending" && now.appearance != "none") return Verdict::pending;
  return Verdict::done;
}

bool all_told(const bus::LinkProperties& link) {
  for (const auto& notice : link.notices)
    if (notice.result != "Ok") return false;
  return true;
}

std::string advice(const bus::LinkProperties& link, std::uint64_t now_usec) {
  if (link.reason == "AuthFailed")
    return "check User= and the secret in /etc/ppp/chap-secrets or pap-secrets, then run: ghostctl " +
           std::string(link.blocked ? "unblock " : "connect ") + link.name;
  if (link.reason == "ConfigError") return "run ghostctl check and correct the link's file, then run: ghostctl reload";
  if (link.reason == "SimRefused") return "check the SIM card and its PIN, then run: ghostctl unblock " + link.name;
  if (link.blocked) return "the link is blocked; when the cause is fixed, run: ghostctl unblock " + link.name;
  if (link.reason == "DeviceMissing") return "check that the modem is connected and that Device= names it";
  if (link.reason == "SupervisorLost") return "run: systemctl status ghost-supervisor.socket";
  if (link.redial_deadline > now_usec)
    return "ghostd tries again in " + span_words(link.redial_deadline - now_usec) + "; to stop that, run: ghostctl disconnect " +
           link.name;
  return "run: journalctl -u ghostd -u ghost-supervisor";
}

}  // namespace ghost::client
