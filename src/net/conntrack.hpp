// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of an address that is no longer ours must leave conntrack: packets of an old conversation would go
// on being given that source, and nobody answers there.
#pragma once
#include "base/address.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Deletes every entry with this address in any of its tuples and says how many those were. An entry that ends
// by itself meanwhile is not an error, nor is a kernel without conntrack (0).
[[nodiscard]] Result<unsigned> forget_conntrack(const IpAddress& address);

// The same for what began at an address in there, does not end in there, and was not translated at all: made while the table
// that translates was gone, it would stay so for as long as anybody speaks.
[[nodiscard]] Result<unsigned> forget_untranslated(const Prefix& prefix);

}  // namespace ghost::net
