// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of an address that is no longer ours must leave conntrack. Otherwise packets of an old conversation would keep
// that source, at which nobody answers.
#pragma once
#include "base/address.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Deletes every entry with this address in any of its tuples and returns their number. An entry that ends
// by itself meanwhile is not an error, nor is a kernel without conntrack (0).
[[nodiscard]] Result<unsigned> forget_conntrack(const IpAddress& address);

// The same for entries that begin in this prefix, end outside of it and have no translation. They were made while the table
// that translates was missing, and would stay untranslated as long as the conversation lasts.
[[nodiscard]] Result<unsigned> forget_untranslated(const Prefix& prefix);

}  // namespace ghost::net
