// SPDX-License-Identifier: GPL-2.0-or-later
// By what a receiver knows that a notice it gets twice is one: a mail's Message-ID (RFC 5322, 3.6.4), a POST's Idempotency-Key
// (draft-ietf-httpapi-idempotency-key-header). The same for every attempt, another for every notice, and of letters, digits,
// dots, "-" and "_" alone.
#pragma once
#include <string>

#include "core/notice.hpp"

namespace ghost::announce {

std::string identity(const core::Notice& notice);

}  // namespace ghost::announce
