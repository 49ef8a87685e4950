// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "ppp/option_words.hpp"

namespace ghost::ppp {
namespace {

using enum OptionKind;

// Sources: pppd(8), `pppd show-options` of 2.5, and pppd's behaviour (tests/unit/ppp/real_pppd_test.py asks it about each row).
// Traits:
//   P  priority: a later one of lower priority is ignored (options.TTY comes last, and ranks below the command line)
//   F  root's: a user cannot replace what root has set
//   R  needs root
//   D  means a device: not allowed in options.TTY
//   T  of the serial line: unknown once a plugin's device has taken its place
//   4  only pppd 2.4.9 has it;  5  only pppd 2.5;  B  only some builds, and not Debian's
// Sorted.
// clang-format off
constexpr KnownOption kOptions[] = {
    {"+chap", flag, "auth", "P"}, {"+ipv6", flag, "", "P"}, {"+ipx", flag, "ipx", "P4"}, {"+mppe", flag, "", "P"},
    {"+mppe-128", flag, "", "P"}, {"+mppe-40", flag, "", "P"}, {"+mschap", flag, "auth", "P"},
    {"+mschap-v2", flag, "auth", "P"}, {"+pap", flag, "auth", "P"}, {"+ua", special, "", "P"}, {"--help", leave, "", ""},
    {"--version", leave, "", ""}, {"-ac", flag, "", ""}, {"-all", flag, "", ""}, {"-am", flag, "", ""}, {"-as", hex, "", ""},
    {"-bsdcomp", flag, "bsdcomp", "P"}, {"-ccp", flag, "", ""}, {"-chap", flag, "", ""}, {"-crtscts", flag, "crtscts", "PT"},
    {"-d", flag, "", ""}, {"-defaultroute", flag, "defaultroute", ""}, {"-defaultroute6", flag, "defaultroute6", ""},
    {"-deflate", flag, "deflate", "P"}, {"-detach", flag, "nodetach", "P"}, {"-ecp", flag, "", ""}, {"-h", leave, "", ""},
    {"-ip", flag, "", ""}, {"-ipv6", flag, "+ipv6", "P"}, {"-ipx", flag, "ipx", "P4"}, {"-mn", flag, "", ""},
    {"-mppe", flag, "", "P"}, {"-mppe-128", flag, "+mppe-128", "P"}, {"-mppe-40", flag, "+mppe-40", "P"},
    {"-mru", flag, "mru", "P"}, {"-mschap", flag, "", ""}, {"-mschap-v2", flag, "", ""}, {"-p", flag, "", ""},
    {"-pap", flag, "", ""}, {"-pc", flag, "", ""}, {"-predictor1", flag, "predictor1", "P"},
    {"-proxyarp", flag, "proxyarp", ""}, {"-v", leave, "", "5"}, {"-vj", flag, "", ""}, {"-vjccomp", flag, "", ""},
    {"active-filter", special, "", "P"}, {"allow-ip", special, "", "R"}, {"allow-number", special, "", "R"},
    {"asyncmap", hex, "", ""}, {"auth", flag, "", "P"}, {"avpair", special, "", "", "radius"}, {"bsdcomp", special, "", "P"},
    {"bundle", text, "", "P"}, {"ca", text, "", ""}, {"call", call, "", ""}, {"callback", special, "", "P"},
    {"capath", text, "", ""}, {"cdtrcts", flag, "crtscts", "PT"}, {"cert", text, "", ""}, {"chap-interval", number, "", "P"},
    {"chap-max-challenge", number, "", "P"}, {"chap-restart", number, "", "P"}, {"chap-secrets", text, "", "PR5"},
    {"chap-timeout", number, "", "P"}, {"chapms-strip-domain", flag, "", ""}, {"child-timeout", number, "", "P"},
    {"connect", text, "", "PFT"}, {"connect-delay", number, "", "P"}, {"crl", text, "", ""}, {"crl-dir", text, "", ""},
    {"crtscts", flag, "", "PT"}, {"datarate", number, "", "PT"}, {"debug", flag, "", ""}, {"default-asyncmap", flag, "", ""},
    {"default-mru", flag, "mru", "P"}, {"defaultroute", flag, "", ""}, {"defaultroute-metric", number, "", "R"},
    {"defaultroute6", flag, "", ""}, {"deflate", special, "", "P"}, {"demand", flag, "", ""}, {"disconnect", text, "", "PFT"},
    {"domain", special, "", "PR"}, {"dryrun", flag, "", ""}, {"dump", flag, "", ""}, {"eap-interval", number, "", ""},
    {"eap-max-rreq", number, "", ""}, {"eap-max-sreq", number, "", ""}, {"eap-restart", number, "", ""},
    {"eap-timeout", number, "", ""}, {"enable-session", flag, "", "R"}, {"endpoint", special, "", "P"},
    {"escape", special, "", "T"}, {"file", file, "", ""}, {"hide-password", flag, "", "P"}, {"holdoff", number, "", "P"},
    {"host-uniq", text, "", "", "pppoe"}, {"idle", number, "", "P"}, {"ifname", text, "", "PR"}, {"init", text, "", "PFT"},
    {"ip-down-script", text, "", "R"}, {"ip-pre-up-script", text, "", "R5"}, {"ip-up-script", text, "", "R"},
    {"ipcp-accept-local", flag, "", ""}, {"ipcp-accept-remote", flag, "", ""}, {"ipcp-max-configure", number, "", "P"},
    {"ipcp-max-failure", number, "", "P"}, {"ipcp-max-terminate", number, "", "P"}, {"ipcp-no-address", flag, "", ""},
    {"ipcp-no-addresses", flag, "", ""}, {"ipcp-restart", number, "", "P"}, {"ipparam", text, "", "P"},
    {"ipv6", special, "", ""}, {"ipv6-down-script", text, "", "R5"}, {"ipv6-up-script", text, "", "R5"},
    {"ipv6cp-accept-local", flag, "", ""}, {"ipv6cp-accept-remote", flag, "", ""}, {"ipv6cp-max-configure", number, "", "P"},
    {"ipv6cp-max-failure", number, "", "P"}, {"ipv6cp-max-terminate", number, "", "P"}, {"ipv6cp-noremote", flag, "", "5"},
    {"ipv6cp-nosend", flag, "", "5"}, {"ipv6cp-restart", number, "", "P"}, {"ipv6cp-use-ipaddr", flag, "", ""},
    {"ipv6cp-use-persistent", flag, "", ""}, {"ipv6cp-use-remotenumber", flag, "", "5"}, {"ipx", flag, "", "P4"},
    {"ipx-network", hex, "", "P4"}, {"ipx-node", special, "", "4"}, {"ipx-router-name", special, "", "P4"},
    {"ipx-routing", number, "", "P4"}, {"ipxcp-accept-local", flag, "", "4"}, {"ipxcp-accept-network", flag, "", "4"},
    {"ipxcp-accept-remote", flag, "", "4"}, {"ipxcp-max-configure", number, "", "P4"}, {"ipxcp-max-failure", number, "", "P4"},
    {"ipxcp-max-terminate", number, "", "P4"}, {"ipxcp-restart", number, "", "P4"}, {"kdebug", number, "", "P"},
    {"key", text, "", ""}, {"ktune", flag, "", "P"}, {"lcp-echo-adaptive", flag, "", ""}, {"lcp-echo-failure", number, "", "P"},
    {"lcp-echo-interval", number, "", "P"}, {"lcp-max-configure", number, "", "P"}, {"lcp-max-failure", number, "", "P"},
    {"lcp-max-terminate", number, "", "P"}, {"lcp-restart", number, "", "P"}, {"lcp-rtt-file", text, "", "PR5"},
    {"linkname", text, "", "PR"}, {"llc-encaps", flag, "", "", "pppoatm"}, {"local", flag, "modem", "PT"},
    {"lock", flag, "", "PT"}, {"logfd", number, "logfile", "P"}, {"logfile", special, "", "P"}, {"login", flag, "", ""},
    {"map-to-ifname", flag, "map-to-ttyname", "P", "radius"}, {"map-to-ttyname", flag, "", "P", "radius"},
    {"master_detach", flag, "", ""}, {"max-tls-version", text, "", ""}, {"maxconnect", number, "", "P"},
    {"maxfail", number, "", "P"}, {"maxoctets", number, "", "P"}, {"minconnect", number, "", "", "minconn"},
    {"mo", number, "", "P"}, {"mo-direction", special, "", ""}, {"mo-timeout", number, "", "P"}, {"modem", flag, "", "PT"},
    {"mp", flag, "multilink", "P"}, {"mppe-stateful", flag, "", "P"}, {"mpshortseq", flag, "", "P"}, {"mrru", number, "", "P"},
    {"mru", number, "", "P"}, {"ms-dns", special, "", ""}, {"ms-lanman", flag, "", "B"}, {"ms-wins", special, "", ""},
    {"mschap-challenge", text, "", "B"}, {"mschap2-peer-challenge", text, "", "B"}, {"mtu", number, "", ""},
    {"multilink", flag, "", "P"}, {"name", text, "", "PR"}, {"need-peer-eap", flag, "", ""},
    {"net-down-script", text, "", "R5"}, {"net-init-script", text, "", "R5"}, {"net-pre-up-script", text, "", "R5"},
    {"netmask", special, "", "P"}, {"noaccomp", flag, "", ""}, {"noauth", flag, "auth", "PR"},
    {"nobsdcomp", flag, "bsdcomp", "P"}, {"noccp", flag, "", ""}, {"nocdtrcts", flag, "crtscts", "PT"},
    {"nocrtscts", flag, "crtscts", "PT"}, {"nodefaultroute", flag, "defaultroute", ""},
    {"nodefaultroute6", flag, "defaultroute6", ""}, {"nodeflate", flag, "deflate", "P"}, {"nodeflatedraft", flag, "", ""},
    {"nodetach", flag, "", "P"}, {"noecp", flag, "", ""}, {"noendpoint", flag, "", ""}, {"noip", flag, "", ""},
    {"noipdefault", flag, "", ""}, {"noipv6", flag, "+ipv6", "P"}, {"noipx", flag, "ipx", "P"}, {"noktune", flag, "ktune", "P"},
    {"nolock", flag, "lock", "PRT"}, {"nolog", flag, "logfile", "P"}, {"nologfd", flag, "logfile", "P"},
    {"nomagic", flag, "", ""}, {"nomp", flag, "multilink", "P"}, {"nomppe", flag, "", "P"},
    {"nomppe-128", flag, "+mppe-128", "P"}, {"nomppe-40", flag, "+mppe-40", "P"}, {"nomppe-stateful", flag, "", "P"},
    {"nompshortseq", flag, "mpshortseq", "P"}, {"nomultilink", flag, "multilink", "P"}, {"nopcomp", flag, "", ""},
    {"nopersist", flag, "persist", "P"}, {"nopredictor1", flag, "predictor1", "P"}, {"noproxyarp", flag, "proxyarp", ""},
    {"noremoteip", flag, "", ""}, {"noreplacedefaultroute", flag, "", ""}, {"noresolvconf", flag, "", "5"},
    {"nosendip", flag, "", ""}, {"notty", flag, "", "DT"}, {"novj", flag, "", ""}, {"novjccomp", flag, "", ""},
    {"ntlm_auth-helper", special, "", "R", "winbind"}, {"pap-max-authreq", number, "", "P"}, {"pap-restart", number, "", "P"},
    {"pap-secrets", text, "", "PR5"}, {"pap-timeout", number, "", "P"}, {"papcrypt", flag, "", ""},
    {"pass-filter", special, "", "P"}, {"passive", flag, "", ""}, {"password", text, "", "P"},
    {"passwordfd", number, "", "", "passwordfd"}, {"persist", flag, "", "P"}, {"pkcs12", text, "", "5"},
    {"plugin", plugin, "", "R"}, {"pppoe-ac", text, "", "", "pppoe"}, {"pppoe-host-uniq", text, "", "", "pppoe"},
    {"pppoe-mac", text, "", "", "pppoe"}, {"pppoe-padi-attempts", number, "", "", "pppoe"},
    {"pppoe-padi-timeout", number, "", "", "pppoe"}, {"pppoe-service", text, "", "", "pppoe"},
    {"pppoe-sess", text, "", "", "pppoe"}, {"pppoe-verbose", number, "", "", "pppoe"},
    {"pppol2tp", special, "", "D", "pppol2tp"}, {"pppol2tp_debug_mask", number, "", "P", "pppol2tp"},
    {"pppol2tp_ifname", text, "", "PR", "pppol2tp"}, {"pppol2tp_lns_mode", flag, "", "P", "pppol2tp"},
    {"pppol2tp_recv_seq", flag, "", "P", "pppol2tp"}, {"pppol2tp_reorderto", number, "", "P", "pppol2tp"},
    {"pppol2tp_send_seq", flag, "", "P", "pppol2tp"}, {"pppol2tp_session_id", number, "", "P", "pppol2tp"},
    {"pppol2tp_tunnel_id", number, "", "P", "pppol2tp"}, {"predictor1", flag, "", "P"}, {"privgroup", special, "", "R"},
    {"promptprog", text, "", "4", "passprompt"}, {"proxyarp", flag, "", ""}, {"pty", text, "", "PFDT"},
    {"qos", text, "", "", "pppoatm"}, {"radius-config-file", text, "", "", "radius"},
    {"realms-config-file", text, "", "", "radrealms"}, {"receive-all", flag, "", ""}, {"record", text, "", "PT"},
    {"refuse-chap", flag, "", ""}, {"refuse-eap", flag, "", ""}, {"refuse-mschap", flag, "", ""},
    {"refuse-mschap-v2", flag, "", ""}, {"refuse-pap", flag, "", ""}, {"remotename", text, "", "P"},
    {"remotenumber", text, "", "P"}, {"replacedefaultroute", flag, "", "R"}, {"require-chap", flag, "auth", "P"},
    {"require-eap", flag, "-mschap-v2", ""}, {"require-mppe", flag, "", "P"}, {"require-mppe-128", flag, "", "P"},
    {"require-mppe-40", flag, "", "P"}, {"require-mschap", flag, "auth", "P"}, {"require-mschap-v2", flag, "auth", "P"},
    {"require-pap", flag, "auth", "P"}, {"rp_pppoe_ac", text, "", "", "pppoe"}, {"rp_pppoe_service", text, "", "", "pppoe"},
    {"rp_pppoe_sess", text, "", "", "pppoe"}, {"rp_pppoe_verbose", number, "", "", "pppoe"}, {"set", special, "", ""},
    {"show-options", flag, "", "5"}, {"show-password", flag, "hide-password", "P"}, {"silent", flag, "", ""},
    {"socket", text, "", "PDT"}, {"srp-interval", number, "", "B"}, {"srp-pn-secret", text, "", "B"},
    {"srp-use-pseudonym", flag, "", "B"}, {"stop-bits", number, "", "PFT"}, {"sync", flag, "", "T"},
    {"tls-verify-key-usage", flag, "", "5"}, {"tls-verify-method", text, "", "5"}, {"unit", number, "", "P"},
    {"unset", special, "", ""}, {"up_sdnotify", flag, "nodetach", "P"}, {"updetach", flag, "nodetach", "P"},
    {"usehostname", flag, "", ""}, {"usepeerdns", flag, "", ""}, {"usepeerwins", flag, "", "5"}, {"user", text, "", "P"},
    {"vc-encaps", flag, "", "", "pppoatm"}, {"vj-max-slots", special, "", "P"}, {"welcome", text, "", "PFT"},
    {"xonxoff", flag, "crtscts", "PT"},
};
// clang-format on

constexpr bool is_sorted() {
  for (std::size_t i = 1; i < std::size(kOptions); ++i)
    if (!(kOptions[i - 1].name < kOptions[i].name)) return false;
  return true;
}
static_assert(is_sorted());

constexpr std::array<std::string_view, 11> kOwnPlugins{"minconn",  "openl2tp", "passprompt", "passwordfd", "pppoatm", "pppoe",
                                                       "pppol2tp", "radattr",  "radius",     "radrealms",  "winbind"};

}  // namespace

const KnownOption* known_option(std::string_view name) {
  const auto* at = std::lower_bound(std::begin(kOptions), std::end(kOptions), name,
                                    [](const KnownOption& option, std::string_view n) { return option.name < n; });
  return at != std::end(kOptions) && at->name == name ? at : nullptr;
}

std::span<const KnownOption> all_known_options() { return kOptions; }

std::string_view own_plugin(std::string_view argument) {
  argument.remove_prefix(argument.rfind('/') + 1);  // npos + 1 is 0
  if (argument.ends_with(".so")) argument.remove_suffix(3);
  if (argument == "rp-pppoe") argument = "pppoe";
  const auto* at = std::find(kOwnPlugins.begin(), kOwnPlugins.end(), argument);
  return at == kOwnPlugins.end() ? std::string_view{} : *at;
}

std::optional<int> option_number(std::string_view text, int base) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hex_mark = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && digit(text[2]) < 16;
  if (base == 0) base = hex_mark ? 16 : text.starts_with('0') ? 8 : 10;
  if (hex_mark && base == 16) text.remove_prefix(2);
  if (text.empty() || digit(text.front()) >= static_cast<unsigned>(base)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (digit(c) >= static_cast<unsigned>(base)) break;
    const auto more = digit(c);
    if (value > (std::numeric_limits<std::uint64_t>::max() - more) / static_cast<unsigned>(base)) return -1;  // ULONG_MAX
    value = value * static_cast<unsigned>(base) + more;
  }
  if (negative) value = ~value + 1;
  return static_cast<int>(static_cast<std::uint32_t>(value));
}

}  // namespace ghost::ppp
