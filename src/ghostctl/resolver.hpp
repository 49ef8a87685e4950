// SPDX-License-Identifier: GPL-2.0-or-later
// This host's resolver, for config::check_resolver(). It reads files and sockets that every user may read, and sends nothing.
#pragma once
#include "config/resolver.hpp"

namespace ghost::client {

config::Resolver host_resolver();
bool leads_somewhere(const IpAddress& server);

}  // namespace ghost::client
