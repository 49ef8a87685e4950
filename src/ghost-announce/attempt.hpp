// SPDX-License-Identifier: GPL-2.0-or-later
// One attempt to tell one receiver, and the functions that make it, one per notifier. Each returns the result by the
// deadline, and no answer of a server makes it throw.
#pragma once
#include "ghost-announce/deadline.hpp"
#include "ghost-announce/job.hpp"
#include "ghost-announce/outcome.hpp"
#include "ghost-announce/secret.hpp"
#include "ghost-announce/url.hpp"

namespace ghost::announce {

struct Attempt {
  const core::Notice& notice;
  const core::AnnounceConfig& config;
  const Via& via;
  const Url& url;
  const Secret& secret;                // of Credential=; empty without one
  const Secrets& secrets;              // it, and all that templates name
  const std::string& credential_path;  // its file, for libraries that read a key themselves
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
