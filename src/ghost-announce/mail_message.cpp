// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/mail_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ghost-announce/identity.hpp"
#include "ghost-announce/options.hpp"
#include "ghost-announce/secret.hpp"
#include "ghost-announce/text_template.hpp"
#include "ghost-announce/wall_text.hpp"

namespace ghost::announce {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_plain(char c) { return c >= ' ' && c < 0x7f; }

// Text from a template or a name must not begin a new header.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return text;
}

// Display names are RFC 5322 phrases: quoted if they have more than words in them.
std::string header_mailbox(std::string_view mailbox) {
  const auto open = mailbox.find('<');
  if (open == std::string_view::npos || trimmed(mailbox.substr(0, open)).empty()) return bare_mailbox(mailbox);
  auto name = std::string(trimmed(mailbox.substr(0, open)));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  std::erase_if(name, [](char c) { return c == '"' || c == '\\'; });
  const auto encoded = encode_header(name);
  return fmt::format("{} <{}>", encoded == name ? "\"" + name + "\"" : encoded, bare_mailbox(mailbox));
}

std::string header_mailboxes(std::string_view list) {
  std::string out;
  for (const auto& one : split_mailboxes(list)) out += (out.empty() ? "" : ",\r\n ") + header_mailbox(one);
  return out;
}

std::string default_subject(const core::Notice& n) {
  if (n.kind == core::NoticeKind::vanish) return "${name} has left the net";
  return n.addresses.empty() ? "${name} is on the net" : "${name} is on the net at ${address}";
}

std::string default_body(const core::Notice& n) {
  std::string out;
  if (n.kind == core::NoticeKind::appear) {
    out = "${name} is on the net.\\n\\nAddress: ${addresses}\\nSince:   ${since}\\nUntil:   ${until} at least\\n";
    if (n.carrier_nat) out += "It is behind the provider's NAT and may not be reachable from outside.\\n";
  } else {
    out =
        "${name} has left the net (${reason}).\\n\\nAddress: ${addresses}, no longer\\nSince:   ${since}\\nUntil:   ${until}\\n";
  }
  return out + "Next:    ${next}\\nNotice:  ${sequence} of link ${link}\\n";
}

}  // namespace

std::string bare_mailbox(std::string_view mailbox) {
  const auto open = mailbox.find('<');
  if (open == std::string_view::npos) return std::string(trimmed(mailbox));
  const auto inner = mailbox.substr(open + 1);
  return std::string(trimmed(inner.substr(0, std::min(inner.find('>'), inner.size()))));
}

std::vector<std::string> split_mailboxes(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto one = trimmed(list.substr(0, comma)); !one.empty()) out.emplace_back(one);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

std::string encode_header(std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  // An encoded word has at most 75 characters (RFC 2047, 2) and whole UTF-8 sequences: 45 bytes make 60 digits.
  std::string out;
  while (!text.empty()) {
    auto size = std::min<std::size_t>(text.size(), 45);
    while (size > 1 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    const auto piece = is_plain(c) && c != '=' && !(c == ' ' && last) ? std::string(1, c)
                                                                      : fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (column + piece.size() > 75) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  if (column != 0) out += "\r\n";
  return out;
}

std::string mail_message(const core::Notice& notice, const core::AnnounceConfig& config, core::WallTime now) {
  const auto from = option(config, "From");
  const auto sender = bare_mailbox(from);
  const auto subject = fill_template(option(config, "Subject", default_subject(notice)), notice);
  const auto body = fill_template(option(config, "Body", default_body(notice)), notice);
  std::string out;
  const auto header = [&](std::string_view name, std::string_view value) { out += fmt::format("{}: {}\r\n", name, value); };
  header("Date", rfc5322(now));
  header("Message-ID", fmt::format("<{}@{}>", identity(notice, config.name), sender.substr(sender.find('@') + 1)));
  header("From", header_mailbox(one_line(from)));
  header("To", header_mailboxes(one_line(option(config, "To"))));
  header("Subject", encode_header(one_line(subject)));
  header("Auto-Submitted", "auto-generated");  // RFC 3834: vacation programs need not answer
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "quoted-printable");
  return out + "\r\n" + quoted_printable(body);
}

}  // namespace ghost::announce
