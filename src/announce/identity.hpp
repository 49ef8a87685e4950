// SPDX-License-Identifier: GPL-2.0-or-later
// By what a receiver knows that a notice it gets twice is one: a mail's Message-ID (RFC 5322, 3.6.4), a POST's Idempotency-Key
// (draft-ietf-httpapi-idempotency-key-header). The same for every attempt of one notice to one notifier, another for everything
// else, and of letters, digits, dots, "-" and "_" alone.
#pragma once
#include <string>
#include <string_view>

#include "core/notice.hpp"

namespace ghost::announce {

// notifier: the name of its section. Two may have one server.
std::string identity(const core::Notice& notice, std::string_view notifier);

}  // namespace ghost::announce
