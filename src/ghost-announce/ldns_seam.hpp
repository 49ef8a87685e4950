// SPDX-License-Identifier: GPL-2.0-or-later
// ldns's values with owners. A packet owns a dname or a record that was put into it.
#pragma once
#include <stdbool.h>  // before ldns, which else makes macros of bool, true and false

#include <ldns/ldns.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace ghost::announce {

struct LdnsFree {
  void operator()(ldns_pkt* p) const { ldns_pkt_free(p); }
  void operator()(ldns_rdf* r) const { ldns_rdf_deep_free(r); }
  void operator()(ldns_rr* r) const { ldns_rr_free(r); }
  void operator()(ldns_rr_list* l) const { ldns_rr_list_deep_free(l); }
};
using LdnsPacket = std::unique_ptr<ldns_pkt, LdnsFree>;
using LdnsData = std::unique_ptr<ldns_rdf, LdnsFree>;
using LdnsRecord = std::unique_ptr<ldns_rr, LdnsFree>;
using LdnsRecords = std::unique_ptr<ldns_rr_list, LdnsFree>;

// Empty: ldns cannot encode it.
inline std::vector<std::uint8_t> wire_of(const ldns_pkt* packet) {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&data, packet, &size) != LDNS_STATUS_OK) return {};
  std::vector<std::uint8_t> out(data, data + size);
  std::free(data);
  return out;
}

// Null: it is not a DNS message.
inline LdnsPacket packet_of(const std::vector<std::uint8_t>& wire) {
  ldns_pkt* packet = nullptr;
  if (ldns_wire2pkt(&packet, wire.data(), wire.size()) != LDNS_STATUS_OK) return nullptr;
  return LdnsPacket(packet);
}

}  // namespace ghost::announce
