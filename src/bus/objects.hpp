// SPDX-License-Identifier: GPL-2.0-or-later
// The exported objects: thin shells over the generated adaptors. Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bus/link_properties.hpp"
#include "bus/requests.hpp"
#include "bus/wire.hpp"
#include "link_adaptor.hpp"
#include "manager_adaptor.hpp"

namespace ghost::bus {

// The sender of a message.
struct Caller {
  std::string name;          // unique, of the connection
  bool interactive = false;  // it waits while a person is asked for a password
};

// The manager's object. Its methods are in the service, which derives from it, registers it, and unregisters it while the connection
// lives. Each may throw sdbus::Error, which becomes the reply.
class ManagerObject : public sdbus::AdaptorInterfaces<org::ghostd1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
 public:
  explicit ManagerObject(sdbus::IConnection& connection);
  // Of the method call that is being answered.
  [[nodiscard]] Caller caller();

 protected:
  ~ManagerObject() = default;

 private:
  std::string Version() override;
};

// What the methods of the links' objects ask of the service: the manager's methods, for one link. Each is answered once, perhaps minutes later.
struct LinkPort {
  virtual ~LinkPort() = default;
  virtual void act(const std::string& link, const LinkAct& act, const Caller& by, sdbus::Result<>&& result) = 0;
};

class LinkObject final
    : public sdbus::AdaptorInterfaces<org::ghostd1::Link_adaptor, sdbus::ManagedObject_adaptor, sdbus::Properties_adaptor> {
 public:
  // `port` and `shown` are lent: the getters return the latter, now and later. look() may change it.
  LinkObject(sdbus::IConnection& connection, const std::string& path, LinkPort& port, const LinkProperties& shown,
             std::function<void()> look);
  ~LinkObject();

 private:
  void Connect(sdbus::Result<>&& result) override { act(act::Connect{}, std::move(result)); }
  void Disconnect(sdbus::Result<>&& result) override { act(act::Disconnect{}, std::move(result)); }
  void Block(sdbus::Result<>&& result) override { act(act::Block{}, std::move(result)); }
  void Unblock(sdbus::Result<>&& result) override { act(act::Unblock{}, std::move(result)); }
  void Appear(sdbus::Result<>&& result, std::uint64_t hold_usec) override {
    act(act::Appear{core::Duration(static_cast<std::int64_t>(hold_usec))}, std::move(result));
  }
  std::string Name() override { return shown_.name; }
  std::string Description() override { return shown_.description; }
  std::string State() override { return shown_.state; }
  bool Blocked() override { return shown_.blocked; }
  std::uint64_t Since() override { return shown_.since; }
  std::string Reason() override { return shown_.reason; }
  std::string Detail() override { return shown_.detail; }
  std::string Trigger() override { return shown_.trigger; }
  std::string Peer() override { return shown_.peer; }
  Wire<std::vector<PeerRow>>::Type Peers() override { return to_wire(shown_.peers); }
  std::string Interface() override { return shown_.interface; }
  std::string DemandInterface() override { return shown_.demand_interface; }
  std::vector<std::string> StableAddresses() override { return shown_.stable_addresses; }
  std::string LocalAddress() override { return shown_.local_address; }
  std::vector<std::string> LocalAddresses() override { return shown_.local_addresses; }
  std::string RemoteAddress() override { return shown_.remote_address; }
  std::vector<std::string> DNS() override { return shown_.dns; }
  std::uint64_t Calls() override { return shown_.calls; }
  std::uint64_t BufferedPackets() override { return shown_.buffered_packets; }
  std::uint64_t BufferedBytes() override { return shown_.buffered_bytes; }
  std::uint64_t ReplayedPackets() override { return shown_.replayed_packets; }
  std::uint64_t DroppedPackets() override {
    look_();
    return shown_.dropped_packets;
  }
  Wire<std::vector<DropRow>>::Type Drops() override {
    look_();
    return to_wire(shown_.drops);
  }
  Wire<std::vector<DropRow>>::Type Stopped() override {
    look_();
    return to_wire(shown_.stopped);
  }
  std::uint64_t CoalescedPackets() override { return shown_.coalesced_packets; }
  std::uint64_t MalformedPackets() override { return shown_.malformed_packets; }
  std::uint64_t IdleDeadline() override { return shown_.idle_deadline; }
  std::uint64_t RedialDeadline() override { return shown_.redial_deadline; }
  std::uint32_t Failures() override { return shown_.failures; }
  std::string RecoveryStep() override { return shown_.recovery_step; }
  std::string RecoveryResult() override { return shown_.recovery_result; }
  std::string RecoveryDetail() override { return shown_.recovery_detail; }
  std::uint32_t RecoverySteps() override { return shown_.recovery_steps; }
  std::string Front() override { return shown_.front; }
  std::string Degraded() override { return shown_.degraded; }
  std::string Appearance() override { return shown_.appearance; }
  std::uint64_t Appearances() override { return shown_.appearances; }
  std::uint64_t LastAppearance() override { return shown_.last_appearance; }
  std::uint64_t NextAppearance() override { return shown_.next_appearance; }
  std::uint64_t AppearUntil() override { return shown_.appear_until; }
  std::uint64_t Sequence() override { return shown_.sequence; }
  bool CarrierNat() override { return shown_.carrier_nat; }
  std::vector<std::string> Addresses() override { return shown_.addresses; }
  Wire<std::vector<NoticeRow>>::Type Notices() override { return to_wire(shown_.notices); }

  void act(const LinkAct& act, sdbus::Result<>&& result);

  LinkPort& port_;
  const LinkProperties& shown_;
  std::function<void()> look_;
};

}  // namespace ghost::bus
