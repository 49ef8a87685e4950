// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces and addresses, from the kernel. Subscribe, then dump; if the socket overran (ENOBUFS),
// dump again. It reports the difference to the known state, so that no change is missed and none is
// reported twice.
#pragma once
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/address_conflict.hpp"
#include "net/error.hpp"
#include "net/rtnetlink_decode.hpp"

namespace ghost::net {

struct InterfaceAppeared {
  std::string ifname;
  bool operator==(const InterfaceAppeared&) const = default;
};
// Also after a rename: the old name is gone, the new one appeared. Its addresses are reported gone
// before it.
struct InterfaceGone {
  std::string ifname;
  bool operator==(const InterfaceGone&) const = default;
};
// The interface is up and the address usable: of global scope and not tentative.
struct AddressUp {
  std::string ifname;
  IpAddress local;
  IpAddress peer;  // equal to local where the link is not point-to-point
  bool operator==(const AddressUp&) const = default;
  [[nodiscard]] Family family() const { return local.family(); }
};
struct AddressGone {
  std::string ifname;
  IpAddress local;
  bool operator==(const AddressGone&) const = default;
  [[nodiscard]] Family family() const { return local.family(); }
};
// The interface can talk to its neighbours, from this link-local IPv6 address. The end of that is not reported.
struct LinkLocalUp {
  std::string ifname;
  unsigned index = 0;
  IpAddress local;
  bool operator==(const LinkLocalUp&) const = default;
};
using Change = std::variant<InterfaceAppeared, InterfaceGone, AddressUp, AddressGone, LinkLocalUp>;

// The known state of the interfaces, and which part of it was reported. Pure: news in, changes out.
class InterfaceTable {
 public:
  void apply(const RtnetlinkNews& news, std::vector<Change>& changes);
  // A full dump follows. Interfaces and addresses that it does not mention are gone after it.
  void begin_dump();
  void end_dump(std::vector<Change>& changes);

  // All addresses of this host, usable at the moment or not.
  [[nodiscard]] std::vector<HeldAddress> held() const;
  // Those of an interface that can be used.
  [[nodiscard]] std::vector<IpAddress> usable(const std::string& ifname, Family family) const;

 private:
  struct Address {
    IpAddress peer;
    std::uint8_t prefix_length = 0;
    bool link_local = false;
    bool usable = false;
    bool told = false;
    bool seen = true;  // in the current dump
  };
  struct Interface {
    std::string name;
    unsigned index = 0;
    bool up = false;
    bool seen = true;
    std::map<IpAddress, Address> addresses;
  };
  void apply(const LinkSeen& link, std::vector<Change>& changes);
  void apply(const AddressSeen& address, std::vector<Change>& changes);
  static void tell(Interface& interface, std::vector<Change>& changes);
  void forget(std::map<unsigned, Interface>::iterator at, std::vector<Change>& changes);
  std::map<unsigned, Interface> interfaces_;
};

class RtnetlinkMonitor {
 public:
  // Opens, subscribes and requests the dump; the first read() reports everything that already exists.
  [[nodiscard]] static Result<RtnetlinkMonitor> open();

  // Poll for readability.
  [[nodiscard]] int fd() const { return fd_.get(); }
  // All changes since the last call, in order. Never blocks. No caller can handle an error (the socket is
  // broken).
  [[nodiscard]] Result<std::vector<Change>> read();
  // As of the last read().
  [[nodiscard]] const InterfaceTable& table() const { return table_; }

 private:
  enum class Dump { none, links, addresses };
  explicit RtnetlinkMonitor(UniqueFd fd) : fd_(std::move(fd)) {}
  [[nodiscard]] Result<void> ask(Dump what);
  [[nodiscard]] Result<void> digest(std::span<const std::uint8_t> bytes, std::vector<Change>& changes);

  UniqueFd fd_;
  InterfaceTable table_;
  Dump dump_ = Dump::none;
  bool again_ = false;  // the current dump cannot be trusted
  std::uint32_t sequence_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace ghost::net
