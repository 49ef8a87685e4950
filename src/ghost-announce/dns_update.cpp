// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/dns_update.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <charconv>

#include "ghost-announce/attempt.hpp"
#include "ghost-announce/dns_exchange.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/resolve.hpp"
#include "ghost-announce/text_template.hpp"

namespace ghost::announce {

using core::NoticeResult;

namespace {

constexpr std::uint16_t kFudge = 300;  // seconds the clocks may differ by: RFC 8945, 10
constexpr std::size_t kMaxString = 255;

std::string absolute(std::string name) {
  if (!name.ends_with('.')) name += '.';
  return name;
}

std::uint32_t ttl_of(const core::AnnounceConfig& config) {
  const auto text = option(config, "Ttl", "60");
  std::uint32_t out = 60;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string algorithm_of(const core::AnnounceConfig& config) {
  const auto name = option(config, "Algorithm", "hmac-sha256");
  return name == "hmac-md5" ? "hmac-md5.sig-alg.reg.int." : name + ".";
}

LdnsRecord record(const ldns_rdf* owner, ldns_rr_type type, ldns_rr_class klass, std::uint32_t ttl) {
  LdnsRecord out(ldns_rr_new());
  ldns_rr_set_owner(out.get(), ldns_rdf_clone(owner));
  ldns_rr_set_type(out.get(), type);
  ldns_rr_set_class(out.get(), klass);
  ldns_rr_set_ttl(out.get(), ttl);
  return out;
}

LdnsRecord address_record(const ldns_rdf* owner, const IpAddress& address, std::uint32_t ttl) {
  const bool v4 = address.family() == Family::v4;
  auto out = record(owner, v4 ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA, LDNS_RR_CLASS_IN, ttl);
  ldns_rr_push_rdf(out.get(), ldns_rdf_new_frm_data(v4 ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, address.bytes().size(),
                                                    address.bytes().data()));
  return out;
}

LdnsRecord text_record(const ldns_rdf* owner, std::string_view text, std::uint32_t ttl) {
  auto out = record(owner, LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_IN, ttl);
  do {
    const auto piece = text.substr(0, kMaxString);
    const auto counted = std::string(1, static_cast<char>(piece.size())) + std::string(piece);
    ldns_rr_push_rdf(out.get(), ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, counted.size(), counted.data()));
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return out;
}

unsigned tsig_error(const ldns_pkt* answer) {
  const auto* const tsig = ldns_pkt_tsig(answer);
  constexpr std::size_t kError = 5;
  if (tsig == nullptr || ldns_rr_rd_count(tsig) <= kError) return 0;
  return ldns_rdf2native_int16(ldns_rr_rdf(tsig, kError));
}

}  // namespace

LdnsPacket update_message(const core::Notice& notice, const core::AnnounceConfig& config, std::uint16_t id) {
  LdnsData zone(ldns_dname_new_frm_str(absolute(option(config, "Zone")).c_str()));
  const LdnsData host(ldns_dname_new_frm_str(absolute(option(config, "Host")).c_str()));
  if (!zone || !host) return nullptr;
  const LdnsRecords updates(ldns_rr_list_new());
  const auto push = [&](LdnsRecord rr) { ldns_rr_list_push_rr(updates.get(), rr.release()); };
  // 2.5.2: class ANY, TTL 0, no data: the whole set goes.
  for (const auto type : {LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA, LDNS_RR_TYPE_TXT})
    push(record(host.get(), type, LDNS_RR_CLASS_ANY, 0));
  if (notice.kind == core::NoticeKind::appear) {
    const auto ttl = ttl_of(config);
    for (const auto& address : notice.addresses) push(address_record(host.get(), address, ttl));
    const auto text = fill_template(option(config, "Body", "${name} until ${until}, next ${next}, notice ${sequence}"), notice);
    push(text_record(host.get(), text.substr(0, 4 * kMaxString), ttl));
  }
  LdnsPacket packet(ldns_update_pkt_new(zone.get(), LDNS_RR_CLASS_IN, nullptr, updates.get(), nullptr));
  if (!packet) return nullptr;
  (void)zone.release();  // the packet's now
  ldns_pkt_set_id(packet.get(), id);
  return packet;
}

tl::expected<LdnsData, std::string> sign_update(ldns_pkt* message, const core::AnnounceConfig& config,
                                                const std::string& secret) {
  const auto status = ldns_pkt_tsig_sign(message, absolute(option(config, "Key")).c_str(), secret.c_str(), kFudge,
                                         algorithm_of(config).c_str(), nullptr);
  if (status != LDNS_STATUS_OK)
    return tl::unexpected(
        fmt::format("the TSIG key: {}; the credential must be its secret in base64", ldns_get_errorstr_by_id(status)));
  constexpr std::size_t kMac = 3;
  return LdnsData(ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(message), kMac)));
}

Outcome judge_update(const std::vector<std::uint8_t>& answer, const core::AnnounceConfig& config, const std::string& secret,
                     const ldns_rdf* mark) {
  const auto packet = packet_of(answer);
  if (!packet || ldns_pkt_get_opcode(packet.get()) != LDNS_PACKET_UPDATE)
    return {NoticeResult::Refused, "the server did not answer the update"};
  auto outcome = from_dns_rcode(static_cast<unsigned>(ldns_pkt_get_rcode(packet.get())), tsig_error(packet.get()));
  if (outcome.result != NoticeResult::Ok) return outcome;
  // A refusal may come from anybody, because it does no harm. A confirmation must come from the key holder.
  if (ldns_pkt_tsig(packet.get()) == nullptr ||
      !ldns_pkt_tsig_verify(packet.get(), answer.data(), answer.size(), absolute(option(config, "Key")).c_str(), secret.c_str(),
                            mark))
    return {NoticeResult::AuthFailed, "the server did not sign its answer with the key"};
  return outcome;
}

Outcome send_dns_update(const Attempt& a) {
  const auto servers = resolve(a.url.host, a.via, a.deadline);
  if (!servers) return {a.deadline.over() ? NoticeResult::TimedOut : NoticeResult::NoSuchHost, servers.error()};
  std::uint16_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != sizeof id) return {NoticeResult::Crashed, "the kernel gives no random numbers"};
  const auto message = update_message(a.notice, a.config, id);
  if (!message) return {NoticeResult::BadConfig, "Zone= or Host= is not a DNS name"};
  const auto mark = sign_update(message.get(), a.config, a.secret.text());
  if (!mark) return {NoticeResult::BadConfig, mark.error()};
  const auto question = wire_of(message.get());
  if (question.empty()) return {NoticeResult::BadConfig, "the update cannot be encoded"};
  std::string why;
  for (const auto& server : *servers) {
    const auto answer = dns_exchange(question, server, a.url.port, a.via, a.deadline);
    if (answer) return judge_update(*answer, a.config, a.secret.text(), mark->get());
    why = answer.error();
    if (a.deadline.over()) return {NoticeResult::TimedOut, why};
  }
  return {NoticeResult::Unreachable, why};
}

}  // namespace ghost::announce
