// SPDX-License-Identifier: GPL-2.0-or-later
// One try to tell one receiver, and the functions that make it: one a notifier. Each returns what came of it by the
// deadline and throws nothing of a server's doing.
#pragma once
#include "announce/deadline.hpp"
#include "announce/job.hpp"
#include "announce/outcome.hpp"
#include "announce/secret.hpp"
#include "announce/url.hpp"

namespace ghost::announce {

struct Attempt {
  const core::Notice& notice;
  const core::AnnounceConfig& config;
  const Via& via;
  const Url& url;
  const Secret& secret;  // of Credential=; empty without one
  const std::string& credential_path;  // its file, for what reads a key itself
  const Deadline& deadline;
};

// Body= filled in, or the notice as JSON.
std::string body_or_json(const Attempt& attempt);

Outcome send_mail(const Attempt& attempt);
Outcome send_http(const Attempt& attempt);
Outcome send_dyndns2(const Attempt& attempt);
Outcome send_upload(const Attempt& attempt);
Outcome send_mqtt(const Attempt& attempt);
Outcome send_dns_update(const Attempt& attempt);
Outcome write_file(const Attempt& attempt);

Outcome ask_echo(const Url& url, const Via& via, const Deadline& deadline);

}  // namespace ghost::announce
