// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/dns_query.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <span>

#include "ghost-announce/dns_exchange.hpp"
#include "ghost-announce/ldns_seam.hpp"
#include "ghost-announce/sockets.hpp"

namespace ghost::announce {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr auto kPatience = std::chrono::seconds(5);  // of one server, when there are others to ask

tl::expected<std::vector<IpAddress>, std::string> ask(const std::string& host, Family family, const IpAddress& server,
                                                      const Via& via, const Deadline& deadline) {
  ldns_pkt* made = nullptr;
  const auto type = family == Family::v4 ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA;
  if (ldns_pkt_query_new_frm_str(&made, host.c_str(), type, LDNS_RR_CLASS_IN, LDNS_RD) != LDNS_STATUS_OK)
    return tl::unexpected(std::string("not a DNS name"));
  const LdnsPacket question(made);
  std::uint16_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != sizeof id) return tl::unexpected(std::string("the kernel gives no random numbers"));
  ldns_pkt_set_id(question.get(), id);
  const auto answer = dns_exchange(wire_of(question.get()), server, kDnsPort, via, deadline);
  if (!answer) return tl::unexpected(answer.error());
  const auto packet = packet_of(*answer);
  if (!packet) return tl::unexpected(fmt::format("name server {}: not a DNS message", server.str()));
  const auto rcode = ldns_pkt_get_rcode(packet.get());
  if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN)
    return tl::unexpected(fmt::format("name server {}: rcode {}", server.str(), static_cast<int>(rcode)));
  std::vector<IpAddress> out;
  // The target of an alias is in the same answer.
  const auto* const records = ldns_pkt_answer(packet.get());
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i) {
    const auto* const rr = ldns_rr_list_rr(records, i);
    if (ldns_rr_get_type(rr) != type || ldns_rr_rd_count(rr) != 1) continue;
    const auto* const data = ldns_rr_rdf(rr, 0);
    if (const auto a = IpAddress::from_bytes({ldns_rdf_data(data), ldns_rdf_size(data)})) out.push_back(*a);
  }
  return out;
}

}  // namespace

tl::expected<std::vector<IpAddress>, std::string> query_addresses(const std::string& host, const IpAddress& server,
                                                                  const Via& via, const Deadline& deadline) {
  const auto patience = deadline.within(kPatience);
  std::vector<IpAddress> out;
  for (const auto family : {Family::v4, Family::v6}) {
    if (!usable(via, family)) continue;
    auto found = ask(host, family, server, via, patience);
    if (!found && out.empty()) return found;
    if (found) out.insert(out.end(), found->begin(), found->end());
  }
  return out;
}

}  // namespace ghost::announce
