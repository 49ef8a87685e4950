// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/table_print.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/nft_dump.hpp"

namespace ghost::net {
namespace {

constexpr const char* kCanary = "canary";

// FNV-1a, 64 bits.
class Hash {
 public:
  void add(Bytes bytes) {
    for (const auto b : bytes) value_ = (value_ ^ b) * 0x100000001b3ULL;
  }
  void add(std::uint32_t number) { add(Bytes(reinterpret_cast<const std::uint8_t*>(&number), sizeof number)); }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

// Of an expression whose data packets change, only the name counts.
bool moves(std::string_view expression) {
  return expression == "counter" || expression == "quota" || expression == "last" || expression == "connlimit";
}

void add_expressions(Hash& hash, Bytes list) {
  for_each_attribute(list, [&](int, Bytes element) {
    bool moving = false;
    for_each_attribute(element, [&](int type, Bytes value) {
      if (type == NFTA_EXPR_NAME) moving = moves(text(value));
      if (type == NFTA_EXPR_NAME || !moving) hash.add(value);
      return true;
    });
    return true;
  });
}

bool counts(TableObject kind, int type) {
  switch (kind) {
    case TableObject::chain: return type != NFTA_CHAIN_HANDLE && type != NFTA_CHAIN_COUNTERS && type != NFTA_CHAIN_USE;
    case TableObject::rule: return type != NFTA_RULE_HANDLE && type != NFTA_RULE_POSITION;
    case TableObject::set: return type != NFTA_SET_HANDLE;
  }
  return false;
}

std::string name_of(Bytes attributes, int name_type) {
  return std::string(text(find_attribute(attributes, name_type).value_or(Bytes())));
}

}  // namespace

std::uint64_t print_of(TableObject kind, std::span<const std::uint8_t> attributes) {
  Hash hash;
  for_each_attribute(attributes, [&](int type, Bytes value) {
    if (!counts(kind, type)) return true;
    hash.add(static_cast<std::uint32_t>(type));
    if (kind == TableObject::rule && type == NFTA_RULE_EXPRESSIONS) add_expressions(hash, value);
    else hash.add(value);
    return true;
  });
  return hash.value();
}

Result<std::optional<TablePrint>> table_print() {
  auto socket = NetlinkSocket::open(NETLINK_NETFILTER);
  if (!socket) return tl::unexpected(socket.error());
  TablePrint print;
  Hash table, chains, rules, sets;
  const auto add = [](Hash& hash, unsigned& count, TableObject kind) {
    return [&hash, &count, kind](Bytes attributes) {
      ++count;
      const auto value = print_of(kind, attributes);
      hash.add(Bytes(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
    };
  };
  const auto again = [](Hash& hash, unsigned& count) {
    return [&hash, &count] {
      hash = {};
      count = 0;
    };
  };
  if (auto ok = dump_table(*socket, NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, add(chains, print.chains, TableObject::chain),
                           again(chains, print.chains));
      !ok)
    return tl::unexpected(ok.error());
  if (print.chains == 0) return std::optional<TablePrint>();
  // A dormant table judges no packet, although all that is in it stands.
  const auto flags = [&table](Bytes attributes) { table.add(find_attribute(attributes, NFTA_TABLE_FLAGS).value_or(Bytes())); };
  if (auto ok = dump_table(*socket, NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, flags, [&table] { table = {}; }); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = dump_table(*socket, NFT_MSG_GETRULE, NFT_MSG_NEWRULE, add(rules, print.rules, TableObject::rule),
                           again(rules, print.rules));
      !ok)
    return tl::unexpected(ok.error());
  if (auto ok = dump_table(*socket, NFT_MSG_GETSET, NFT_MSG_NEWSET, add(sets, print.sets, TableObject::set),
                           again(sets, print.sets));
      !ok)
    return tl::unexpected(ok.error());
  const auto element = [&](Bytes attributes) {
    for_each_attribute(attributes, [&](int type, Bytes list) {
      if (type != NFTA_SET_ELEM_LIST_ELEMENTS) return true;
      for_each_attribute(list, [&](int, Bytes one) {
        for_each_attribute(one, [&](int what, Bytes key) {
          if (what == NFTA_SET_ELEM_KEY)
            for_each_attribute(key, [&](int, Bytes value) {
              print.blocked.emplace(text(value));
              return true;
            });
          return true;
        });
        return true;
      });
      return true;
    });
  };
  if (auto ok = dump_table(
          *socket, NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM, element, [&] { print.blocked.clear(); },
          [](nl_msg& m) { must_fit(nla_put_string(&m, NFTA_SET_ELEM_LIST_SET, "blocked")); });
      !ok)
    return tl::unexpected(ok.error());
  Hash all;
  for (const auto& part : {table, chains, rules, sets}) {
    const auto value = part.value();
    all.add(Bytes(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  print.content = all.value();
  return std::optional(print);
}

Result<bool> table_canary_lives() {
  auto socket = NetlinkSocket::open(NETLINK_NETFILTER);
  if (!socket) return tl::unexpected(socket.error());
  bool lives = false;
  auto ok = dump_table(
      *socket, NFT_MSG_GETRULE, NFT_MSG_NEWRULE,
      [&](Bytes attributes) { lives = lives || name_of(attributes, NFTA_RULE_CHAIN) == kCanary; }, [&] { lives = false; });
  if (!ok) return tl::unexpected(ok.error());
  return lives;
}

namespace {

// One message of a transaction, with a request for its acknowledgement.
void append(std::vector<std::uint8_t>& out, int type, int flags, const nfgenmsg& head,
            const std::function<void(nl_msg&)>& attributes) {
  auto message = make_message(type, NLM_F_REQUEST | flags, head);
  attributes(*message);
  auto* header = nlmsg_hdr(message.get());
  header->nlmsg_seq = static_cast<std::uint32_t>(out.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(header);
  out.insert(out.end(), bytes, bytes + header->nlmsg_len);
  out.resize(NLMSG_ALIGN(out.size()));
}

}  // namespace

Result<void> put_table_canary() {
  const std::string what = "add a chain to table inet ghostd";
  std::vector<std::uint8_t> batch;
  nfgenmsg subsystem{};
  subsystem.res_id = htons(NFNL_SUBSYS_NFTABLES);
  append(batch, NFNL_MSG_BATCH_BEGIN, 0, subsystem, [](nl_msg&) {});
  append(batch, nft_message(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_ACK, nft_head(),
         [](nl_msg& m) { must_fit(nla_put_string(&m, NFTA_TABLE_NAME, kTable)); });
  append(batch, nft_message(NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_ACK, nft_head(), [](nl_msg& m) {
    must_fit(nla_put_string(&m, NFTA_CHAIN_TABLE, kTable));
    must_fit(nla_put_string(&m, NFTA_CHAIN_NAME, kCanary));
  });
  append(batch, nft_message(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, nft_head(), [](nl_msg& m) {
    must_fit(nla_put_string(&m, NFTA_RULE_TABLE, kTable));
    must_fit(nla_put_string(&m, NFTA_RULE_CHAIN, kCanary));
  });
  append(batch, NFNL_MSG_BATCH_END, 0, subsystem, [](nl_msg&) {});

  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!fd || ::send(fd.get(), batch.data(), batch.size(), 0) < 0) return failure(errno, what);
  // The kernel has answered before send() returned: one acknowledgement each. The first refusal is the result.
  std::array<std::uint8_t, 8192> answer{};
  for (ssize_t n = 0; (n = ::recv(fd.get(), answer.data(), answer.size(), 0)) > 0;) {
    for (Bytes bytes(answer.data(), static_cast<std::size_t>(n)); !bytes.empty();) {
      const auto message = take_message(bytes);
      if (!message) return failure(EBADMSG, what);
      const auto error = take<std::int32_t>(message->body);
      if (message->head.nlmsg_type == NLMSG_ERROR && error && *error != 0) return failure(-*error, what);
    }
  }
  return {};
}

}  // namespace ghost::net
