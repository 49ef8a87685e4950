// SPDX-License-Identifier: GPL-2.0-or-later
// The identity by which a receiver recognizes a notice that it gets twice: a mail's Message-ID (RFC 5322, 3.6.4), a POST's
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header). It is the same for every attempt of one notice to one notifier,
// and different otherwise. It has only letters, digits, dots, "-" and "_".
#pragma once
#include <string>
#include <string_view>

#include "core/notice.hpp"

namespace ghost::announce {

// notifier: the name of its section. Two may have one server.
std::string identity(const core::Notice& notice, std::string_view notifier);

}  // namespace ghost::announce
