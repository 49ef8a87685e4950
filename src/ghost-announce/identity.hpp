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

// RFC 9110, 10.1.5: who asks, and where its people are found. Some services refuse a program that does not say so.
std::string user_agent(std::string_view version, std::string_view homepage);  // "" if it has none

}  // namespace ghost::announce
