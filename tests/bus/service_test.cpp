// SPDX-License-Identifier: GPL-2.0-or-later
// BusService over a real dbus-daemon, asked by the generated proxies: every method, every error by name, and what the
// signals carry, whole.
#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

#include <unistd.h>

#include <chrono>
#include <map>

#include "bus/bus_pump.hpp"
#include "bus/link_properties.hpp"
#include "bus/names.hpp"
#include "bus/sdbus_seam.hpp"
#include "fake_systemd.hpp"
#include "link_proxy.hpp"
#include "manager_proxy.hpp"
#include "private_bus.hpp"
#include "test_server.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Kind = bus::RequestError::Kind;
using WireValues = std::map<bus::PropertyName, sdbus::Variant>;
using Values = std::map<std::string, sdbus::Variant>;

Values plain(const WireValues& values) { return {values.begin(), values.end()}; }

class Manager final : public sdbus::ProxyInterfaces<org::ghostd1::Manager_proxy, sdbus::ObjectManager_proxy> {
 public:
  explicit Manager(sdbus::IConnection& bus)
      : ProxyInterfaces(bus, bus::BusName(bus::kBusName), sdbus::ObjectPath(bus::kManagerPath)) {
    registerProxy();
  }
  ~Manager() { unregisterProxy(); }
  std::vector<std::pair<std::string, Values>> added;  // path, properties of org.ghostd1.Link
  std::vector<std::pair<std::string, std::vector<std::string>>> removed;
  std::vector<std::tuple<std::string, std::vector<std::string>, std::uint64_t, std::uint64_t>> appeared;
  std::vector<std::pair<std::string, std::string>> vanished;
  int left = 0;

 private:
  void onInterfacesAdded(const sdbus::ObjectPath& path, const std::map<bus::InterfaceName, WireValues>& interfaces) override {
    added.emplace_back(path, plain(interfaces.at(bus::InterfaceName(bus::kLinkInterface))));
  }
  void onInterfacesRemoved(const sdbus::ObjectPath& path, const std::vector<bus::InterfaceName>& interfaces) override {
    removed.emplace_back(path, std::vector<std::string>(interfaces.begin(), interfaces.end()));
  }
  void onAppeared(const std::string& link, const std::vector<std::string>& addresses, const std::uint64_t& until,
                  const std::uint64_t& next) override {
    appeared.emplace_back(link, addresses, until, next);
  }
  void onLeft() override { ++left; }
  void onVanished(const std::string& link, const std::string& reason) override { vanished.emplace_back(link, reason); }
};

class Link final : public sdbus::ProxyInterfaces<org::ghostd1::Link_proxy, sdbus::Properties_proxy> {
 public:
  Link(sdbus::IConnection& bus, const std::string& path)
      : ProxyInterfaces(bus, bus::BusName(bus::kBusName), sdbus::ObjectPath(path)) {
    registerProxy();
  }
  ~Link() { unregisterProxy(); }
  struct Change {
    std::string interface;
    Values values;
    std::vector<std::string> invalidated;
  };
  std::vector<Change> changes;

 private:
  void onPropertiesChanged(const bus::InterfaceName& interface, const WireValues& values,
                           const std::vector<bus::PropertyName>& invalidated) override {
    changes.push_back({interface, plain(values), {invalidated.begin(), invalidated.end()}});
  }
};

std::vector<std::string> names(const Values& values) {
  std::vector<std::string> out;
  for (const auto& [name, value] : values) out.push_back(name);
  return out;
}

struct BusServiceTest : testing::Test {
  PrivateBus daemon;
  core::LinkStatus isp = sample_link();
  TestServer server{daemon.address(), {isp}};
  loop::EventLoop loop;
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus = connect_to(daemon.address());
  bus::BusPump pump{loop, *bus, [](const std::string&) {}};
  Manager manager{*bus};

  bool turn_until(const std::function<bool()>& done) {
    return eventually([&] {
      loop.turn(20ms);
      return done();
    });
  }
  // The name of the error that `call` ends with, and its message.
  template <class Call>
  std::string error_of(Call call) {
    try {
      call();
    } catch (const sdbus::Error& e) {
      return std::string(e.getName()) + ": " + e.getMessage();
    }
    return "no error";
  }
};

TEST_F(BusServiceTest, HasAVersion) { EXPECT_EQ(manager.Version(), GHOSTD_VERSION); }

TEST_F(BusServiceTest, ListsLinksByName) {
  server.publish(sample_link("4g-fast"));
  using Row = sdbus::Struct<std::string, sdbus::ObjectPath, std::string>;
  EXPECT_THAT(manager.ListLinks(), ElementsAre(Row("4g-fast", sdbus::ObjectPath("/org/ghostd1/link/_34g_2dfast"), "up"),
                                               Row("isp", sdbus::ObjectPath("/org/ghostd1/link/isp"), "up")));
}

TEST_F(BusServiceTest, PassesEachRequestOn) {
  EXPECT_EQ(manager.GetLink("isp"), "/org/ghostd1/link/isp");
  EXPECT_EQ(manager.Connect("isp"), "/org/ghostd1/link/isp");
  EXPECT_EQ(manager.Disconnect("isp"), "/org/ghostd1/link/isp");
  manager.Block("isp");
  manager.Unblock("isp");
  manager.Reload();
  EXPECT_THAT(server.take_record(), ElementsAre("connect isp", "disconnect isp", "block isp", "unblock isp", "reload"));
}

TEST_F(BusServiceTest, LeaveTellsWhenTheLastCallHasEnded) {
  EXPECT_TRUE(manager.Leave());
  EXPECT_THAT(server.take_record(), ElementsAre("leave"));
  EXPECT_EQ(manager.left, 0);
  server.in_loop([](bus::BusService& service) { service.left(); });
  EXPECT_TRUE(eventually([&] {
    loop.turn(20ms);
    return manager.left == 1;
  }));
}

TEST_F(BusServiceTest, TellsWhoAsked) {
  manager.Block("isp");
  manager.Reload();
  manager.Appear("isp", 0);
  for (const auto* act : {"block isp", "reload", "appear isp"}) {
    ASSERT_TRUE(eventually([&] { return server.who_asked(act).has_value(); })) << act;
    EXPECT_EQ(server.who_asked(act)->uid, getuid()) << act;
    EXPECT_EQ(server.who_asked(act)->pid, static_cast<std::uint32_t>(getpid())) << act;
  }
  manager.AppearTick("isp", "resume", 0);
  manager.Connect("isp");
  ASSERT_TRUE(eventually([&] { return server.who_asked("connect isp").has_value(); }));
  EXPECT_FALSE(server.who_asked("appear-tick isp")) << "a timer's question is nobody's act";
}

TEST_F(BusServiceTest, KnowsNoOtherLink) {
  const std::string expected = "org.ghostd1.Error.NoSuchLink: there is no link named 'nope'";
  EXPECT_EQ(error_of([&] { manager.GetLink("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Connect("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Disconnect("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Block("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Unblock("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Appear("nope", 0); }), expected);
  EXPECT_EQ(error_of([&] { manager.AppearTick("nope", "resume", 0); }), expected);
  EXPECT_EQ(error_of([&] { manager.ListAppearances("nope"); }), expected);
  EXPECT_EQ(error_of([&] { manager.Connect(""); }), "org.ghostd1.Error.NoSuchLink: there is no link named ''");
  EXPECT_EQ(error_of([&] { manager.Connect("../x"); }), "org.ghostd1.Error.NoSuchLink: there is no link named '../x'");
  EXPECT_THAT(server.take_record(), IsEmpty());
}

TEST_F(BusServiceTest, NamesEachError) {
  server.answer("connect isp", {Kind::Blocked, "isp is blocked"});
  server.answer("disconnect isp", {Kind::Failed, "no"});
  server.answer("block isp", {Kind::Failed, "not here"});
  server.answer("unblock isp", {Kind::NoSuchLink, "gone"});
  server.answer("reload", {Kind::ConfigInvalid, "/etc/ghostd/links/isp.conf:3: unknown key 'Fo\xff'\n/x:1: bad"});
  EXPECT_EQ(error_of([&] { manager.Connect("isp"); }), "org.ghostd1.Error.Blocked: isp is blocked");
  EXPECT_EQ(error_of([&] { manager.Disconnect("isp"); }), "org.ghostd1.Error.Failed: no");
  EXPECT_EQ(error_of([&] { manager.Block("isp"); }), "org.ghostd1.Error.Failed: not here");
  EXPECT_EQ(error_of([&] { manager.Unblock("isp"); }), "org.ghostd1.Error.NoSuchLink: gone");
  // Lines stay lines; a byte that D-Bus cannot carry does not swallow the answer.
  EXPECT_EQ(error_of([&] { manager.Reload(); }),
            "org.ghostd1.Error.ConfigInvalid: /etc/ghostd/links/isp.conf:3: unknown key 'Fo\xef\xbf\xbd'\n/x:1: bad");
}

TEST_F(BusServiceTest, AnExceptionIsAnAnswerAndEndsTheLoop) {
  server.on_throw("connect isp");
  EXPECT_EQ(error_of([&] { manager.Connect("isp"); }), "org.ghostd1.Error.Failed: internal error; ghostd exits");
  EXPECT_EQ(server.join(), EXIT_FAILURE);
}

TEST_F(BusServiceTest, ShowsEveryProperty) {
  Link link(*bus, "/org/ghostd1/link/isp");
  const auto now_usec = [] {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  };
  EXPECT_EQ(link.Name(), "isp");
  EXPECT_EQ(link.Description(), "Office ISP");
  EXPECT_EQ(link.State(), "up");
  EXPECT_EQ(link.Blocked(), false);
  EXPECT_NEAR(static_cast<double>(now_usec() - link.Since()), 90e6, 10e6);
  EXPECT_EQ(link.Reason(), "trigger");
  EXPECT_EQ(link.Detail(), "CONNECT 33600");
  EXPECT_EQ(link.Trigger(), "udp 192.0.0.2:5353 -> 9.9.9.9:53");
  EXPECT_EQ(link.Peer(), "second");
  ASSERT_EQ(link.Peers().size(), 2u);
  EXPECT_EQ(std::get<0>(link.Peers()[0]), "first");
  EXPECT_EQ(std::get<1>(link.Peers()[0]), "AuthFailed");
  EXPECT_EQ(link.Interface(), "ppp-isp");
  EXPECT_EQ(link.DemandInterface(), "gd-isp");
  EXPECT_THAT(link.StableAddresses(), ElementsAre("192.0.0.2", "2001:db8::2"));
  EXPECT_EQ(link.LocalAddress(), "10.64.1.7");
  EXPECT_THAT(link.LocalAddresses(), ElementsAre("10.64.1.7"));
  EXPECT_EQ(link.RemoteAddress(), "10.64.0.1");
  EXPECT_THAT(link.DNS(), ElementsAre("10.64.0.53"));
  EXPECT_EQ(link.Calls(), 3u);
  EXPECT_EQ(link.BufferedPackets(), 4u);
  EXPECT_EQ(link.BufferedBytes(), 500u);
  EXPECT_EQ(link.ReplayedPackets(), 60u);
  EXPECT_EQ(link.DroppedPackets(), 7u);
  EXPECT_EQ(link.CoalescedPackets(), 8u);
  EXPECT_EQ(link.MalformedPackets(), 9u);
  EXPECT_EQ(link.IdleDeadline() - link.Since(), 290'000'000u);
  EXPECT_EQ(link.RedialDeadline(), 0u);
  EXPECT_EQ(link.Failures(), 1u);
  EXPECT_EQ(link.Appearance(), "none");
  EXPECT_EQ(link.LastAppearance() + link.NextAppearance() + link.AppearUntil(), 0u);
  EXPECT_THAT(link.Notices(), IsEmpty());
  isp.appearance = sample_appearance();
  server.publish(isp);
  EXPECT_EQ(link.Appearance(), "present");
  EXPECT_EQ(link.Appearances(), 2u);
  EXPECT_EQ(link.LastAppearance(), 1'800'000'000'000'000u);
  EXPECT_EQ(link.NextAppearance(), 1'800'001'830'000'000u);
  EXPECT_EQ(link.AppearUntil(), 1'800'000'600'000'000u);
  EXPECT_EQ(link.Sequence(), 41u);
  EXPECT_EQ(link.CarrierNat(), true);
  EXPECT_THAT(link.Addresses(), ElementsAre("203.0.113.9", "2001:db8::9"));
  using Notice = sdbus::Struct<std::string, std::string, std::string, std::uint64_t, std::uint32_t>;
  EXPECT_THAT(link.Notices(), ElementsAre(Notice("mail", "Ok", "250 queued", 1'800'000'003'000'000u, 1),
                                          Notice("dns", "pending", "Later: SERVFAIL", 1'800'000'004'000'000u, 2)));
}

TEST_F(BusServiceTest, ANoticesResultIsSignalledWithTheWholeList) {
  Link link(*bus, "/org/ghostd1/link/isp");
  isp.appearance = sample_appearance();
  server.publish(isp);
  isp.appearance.notices[1].result = core::NoticeResult::Ok;
  server.publish(isp);
  ASSERT_TRUE(turn_until([&] { return link.changes.size() == 2; }));
  EXPECT_THAT(names(link.changes[0].values),
              UnorderedElementsAre("Appearance", "Appearances", "LastAppearance", "NextAppearance", "AppearUntil", "Sequence",
                                   "CarrierNat", "Addresses", "Notices"));
  EXPECT_THAT(names(link.changes[1].values), ElementsAre("Notices"));
  using Notice = sdbus::Struct<std::string, std::string, std::string, std::uint64_t, std::uint32_t>;
  EXPECT_THAT(link.changes[1].values.at("Notices").get<std::vector<Notice>>(),
              ElementsAre(Notice("mail", "Ok", "250 queued", 1'800'000'003'000'000u, 1),
                          Notice("dns", "Ok", "Later: SERVFAIL", 1'800'000'004'000'000u, 2)));
}

TEST_F(BusServiceTest, Appear) {
  EXPECT_EQ(manager.Appear("isp", 0), "/org/ghostd1/link/isp");
  EXPECT_EQ(manager.Appear("isp", 90'000'000), "/org/ghostd1/link/isp");
  EXPECT_THAT(server.take_record(), ElementsAre("appear isp 0", "appear isp 90000000"));
  constexpr std::uint64_t kLongest = 366ull * 86400 * 1'000'000;
  manager.Appear("isp", kLongest);
  EXPECT_EQ(error_of([&] { manager.Appear("isp", kLongest + 1); }),
            "org.ghostd1.Error.InvalidArgument: hold_usec is longer than 366 days");
  EXPECT_EQ(error_of([&] { manager.Appear("isp", UINT64_MAX); }),
            "org.ghostd1.Error.InvalidArgument: hold_usec is longer than 366 days");
  EXPECT_THAT(server.take_record(), SizeIs(1));
  server.answer("appear isp 0", {Kind::Failed, "no [Appear]"});
  EXPECT_EQ(error_of([&] { manager.Appear("isp", 0); }), "org.ghostd1.Error.Failed: no [Appear]");
}

TEST_F(BusServiceTest, AppearTick) {
  server.answer_tick({.due = true, .next = wall(1'800'001'830), .wake_system = true});
  EXPECT_EQ(manager.AppearTick("isp", "calendar", 1'800'086'400'000'000u), std::tuple(true, 1'800'001'830'000'000u, true));
  server.answer_tick({});
  EXPECT_EQ(manager.AppearTick("isp", "chain", 0), std::tuple(false, 0u, false));
  EXPECT_EQ(manager.AppearTick("isp", "resume", UINT64_MAX), std::tuple(false, 0u, false));
  EXPECT_THAT(server.take_record(),
              ElementsAre("tick isp calendar 1800086400000000", "tick isp chain never", "tick isp resume never"));
  EXPECT_EQ(error_of([&] { manager.AppearTick("isp", "tock", 0); }), "org.ghostd1.Error.InvalidArgument: unknown kind 'tock'");
  server.answer("tick isp resume never", {Kind::Blocked, "isp is blocked"});
  EXPECT_EQ(error_of([&] { manager.AppearTick("isp", "resume", 0); }), "org.ghostd1.Error.Blocked: isp is blocked");
}

TEST_F(BusServiceTest, ListsAppearances) {
  const auto sample = sample_appearance();
  server.answer_appearances({{.begun = wall(1'799'000'000),
                              .ended = wall(1'799'000'700),
                              .kind = "asked",
                              .outcome = "idle",
                              .addresses = {},
                              .next = {},
                              .notices = {}},
                             {.begun = wall(1'800'000'000),
                              .ended = std::nullopt,
                              .kind = "chain",
                              .outcome = "present",
                              .addresses = sample.addresses,
                              .next = sample.next,
                              .notices = sample.notices}});
  using Notice = sdbus::Struct<std::string, std::string, std::string, std::uint64_t, std::uint32_t>;
  using Row = sdbus::Struct<std::uint64_t, std::uint64_t, std::string, std::string, std::vector<std::string>, std::uint64_t,
                            std::vector<Notice>>;
  EXPECT_THAT(manager.ListAppearances("isp"),
              ElementsAre(Row(1'799'000'000'000'000u, 1'799'000'700'000'000u, "asked", "idle", std::vector<std::string>{}, 0u,
                              std::vector<Notice>{}),
                          Row(1'800'000'000'000'000u, 0u, "chain", "present",
                              std::vector<std::string>{"203.0.113.9", "2001:db8::9"}, 1'800'001'830'000'000u,
                              std::vector<Notice>{Notice("mail", "Ok", "250 queued", 1'800'000'003'000'000u, 1),
                                                  Notice("dns", "pending", "Later: SERVFAIL", 1'800'000'004'000'000u, 2)})));
  server.answer("appearances isp", {Kind::Failed, "no [Appear]"});
  EXPECT_EQ(error_of([&] { manager.ListAppearances("isp"); }), "org.ghostd1.Error.Failed: no [Appear]");
}

TEST_F(BusServiceTest, TellsWhoAppearsAndVanishes) {
  server.in_loop([](bus::BusService& s) {
    s.appeared("isp", {*IpAddress::parse("203.0.113.9")}, wall(1'800'000'600), wall(1'800'001'830));
    s.appeared("isp", {}, wall(1'800'000'600), std::nullopt);
    s.vanished("isp", "idle\xff");
  });
  ASSERT_TRUE(turn_until([&] { return !manager.vanished.empty(); }));
  EXPECT_THAT(manager.appeared, ElementsAre(std::tuple("isp", std::vector<std::string>{"203.0.113.9"}, 1'800'000'600'000'000u,
                                                       1'800'001'830'000'000u),
                                            std::tuple("isp", std::vector<std::string>{}, 1'800'000'600'000'000u, 0u)));
  EXPECT_THAT(manager.vanished, ElementsAre(std::pair("isp", "idle\xef\xbf\xbd")));
}

TEST_F(BusServiceTest, NothingIsWritable) {
  Link link(*bus, "/org/ghostd1/link/isp");
  EXPECT_THAT(error_of([&] {
                link.Set(bus::InterfaceName(bus::kLinkInterface), bus::PropertyName("State"), sdbus::Variant(std::string("up")));
              }),
              testing::StartsWith("org.freedesktop.DBus.Error.PropertyReadOnly: "));
}

// The XML, the table of fields and the adaptor name the same properties: no one of the three can gain one alone.
TEST_F(BusServiceTest, FieldsAreThePropertiesOfTheXml) {
  Link link(*bus, "/org/ghostd1/link/isp");
  std::vector<std::string> fields;
  bus::for_each_field([&](const auto& field) { fields.emplace_back(field.dbus); });
  EXPECT_THAT(names(plain(link.GetAll(bus::InterfaceName(bus::kLinkInterface)))), testing::UnorderedElementsAreArray(fields));
}

TEST_F(BusServiceTest, SignalsWhatChangedAndNothingElse) {
  Link link(*bus, "/org/ghostd1/link/isp");
  auto next = isp;
  next.state = "hanging-up";
  next.reason = "idle";
  next.since += 1s;
  next.idle_deadline.reset();
  next.replayed_packets = 61;
  server.publish(next);
  ASSERT_TRUE(turn_until([&] { return !link.changes.empty(); }));
  const auto& change = link.changes[0];
  EXPECT_EQ(change.interface, bus::kLinkInterface);
  EXPECT_THAT(names(change.values), UnorderedElementsAre("State", "Reason", "Since", "IdleDeadline", "ReplayedPackets"));
  EXPECT_EQ(change.values.at("State").get<std::string>(), "hanging-up");
  EXPECT_EQ(change.values.at("Reason").get<std::string>(), "idle");
  EXPECT_EQ(change.values.at("Since").get<std::uint64_t>(), link.Since());
  EXPECT_EQ(change.values.at("IdleDeadline").get<std::uint64_t>(), 0u);
  EXPECT_EQ(change.values.at("ReplayedPackets").get<std::uint64_t>(), 61u);
  EXPECT_THAT(change.invalidated, IsEmpty());
}

TEST_F(BusServiceTest, EqualStatusesSignalNothing) {
  Link link(*bus, "/org/ghostd1/link/isp");
  for (int i = 0; i < 20; ++i) server.publish(isp);
  auto last = isp;
  last.state = "down";
  server.publish(last);  // a fence: signals arrive in order
  ASSERT_TRUE(turn_until([&] { return !link.changes.empty(); }));
  EXPECT_THAT(link.changes, SizeIs(1));
  EXPECT_THAT(names(link.changes[0].values), ElementsAre("State"));
}

TEST_F(BusServiceTest, CountersAreGathered) {
  Link link(*bus, "/org/ghostd1/link/isp");
  auto next = isp;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 1; i <= 500; ++i) {
    next.buffered_packets = 1000 + static_cast<std::uint64_t>(i);
    server.publish(next);
  }
  const auto last_value = [&] {
    return link.changes.empty() ? 0 : link.changes.back().values.at("BufferedPackets").get<std::uint64_t>();
  };
  ASSERT_TRUE(turn_until([&] { return last_value() == 1500; }));
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LE(static_cast<long>(link.changes.size()), took / bus::BusService::kCounterPause + 2);
  // Read meanwhile, the counters are never old; and a change of state takes them along at once.
  next.buffered_packets = 7;
  server.publish(next);
  EXPECT_EQ(link.BufferedPackets(), 7u);
  next.state = "down";
  server.publish(next);
  link.changes.clear();
  ASSERT_TRUE(turn_until([&] { return !link.changes.empty() && link.changes.back().values.contains("State"); }));
}

TEST_F(BusServiceTest, AChangeOfStateDoesNotWaitForTheCounters) {
  Link link(*bus, "/org/ghostd1/link/isp");
  auto next = isp;
  next.calls++;
  server.publish(next);  // starts the pause
  next.buffered_packets++;
  server.publish(next);  // gathered
  next.state = "down";
  server.publish(next);  // takes it along
  ASSERT_TRUE(turn_until([&] { return link.changes.size() >= 2; }));
  EXPECT_THAT(names(link.changes[0].values), ElementsAre("Calls"));
  EXPECT_THAT(names(link.changes[1].values), UnorderedElementsAre("BufferedPackets", "State"));
}

TEST_F(BusServiceTest, ObjectManagerTellsOfLinks) {
  server.publish(sample_link("lte"));
  ASSERT_TRUE(turn_until([&] { return !manager.added.empty(); }));
  EXPECT_EQ(manager.added[0].first, "/org/ghostd1/link/lte");
  EXPECT_THAT(manager.added[0].second, SizeIs(std::tuple_size_v<decltype(bus::kFields)>));
  EXPECT_EQ(manager.added[0].second.at("Name").get<std::string>(), "lte");

  const auto objects = manager.GetManagedObjects();
  EXPECT_TRUE(objects.contains(sdbus::ObjectPath("/org/ghostd1/link/isp")));
  const auto& lte = objects.at(sdbus::ObjectPath("/org/ghostd1/link/lte")).at(bus::InterfaceName(bus::kLinkInterface));
  EXPECT_EQ(plain(lte).at("DemandInterface").get<std::string>(), "gd-lte");

  server.remove("lte");
  ASSERT_TRUE(turn_until([&] { return !manager.removed.empty(); }));
  EXPECT_EQ(manager.removed[0].first, "/org/ghostd1/link/lte");
  EXPECT_THAT(manager.removed[0].second, testing::Contains(bus::kLinkInterface));
  EXPECT_EQ(error_of([&] { manager.GetLink("lte"); }), "org.ghostd1.Error.NoSuchLink: there is no link named 'lte'");
  server.remove("lte");  // again: nothing to do
  server.publish(sample_link("lte"));
  EXPECT_EQ(manager.GetLink("lte"), "/org/ghostd1/link/lte");
}

// As a real reload does it: links come and go inside the request.
TEST_F(BusServiceTest, AReloadMayChangeTheLinks) {
  server.on("reload", [](bus::BusService& s) {
    s.remove("isp");
    s.publish(sample_link("new"));
  });
  manager.Reload();
  EXPECT_EQ(error_of([&] { manager.GetLink("isp"); }), "org.ghostd1.Error.NoSuchLink: there is no link named 'isp'");
  EXPECT_EQ(manager.GetLink("new"), "/org/ghostd1/link/new");
}

// A noisy line must not make the link's object unreadable.
TEST_F(BusServiceTest, NoiseInADetailIsShownAsReplacement) {
  Link link(*bus, "/org/ghostd1/link/isp");
  auto next = isp;
  next.detail = "expected CONNECT, got ~\xff}#\x1b[2J" + std::string(1, '\0') + "!";
  server.publish(next);
  ASSERT_TRUE(turn_until([&] { return !link.changes.empty(); }));
  EXPECT_EQ(link.changes[0].values.at("Detail").get<std::string>(), "expected CONNECT, got ~\xef\xbf\xbd}# [2J !");
}

TEST_F(BusServiceTest, TheNameIsOurs) {
  EXPECT_THAT(error_of([&] { TestServer second(daemon.address(), {}); }), testing::HasSubstr("Failed to request bus name"));
}

TEST_F(BusServiceTest, WatchesAUnitOfSystemds) {
  FakeSystemd systemd(daemon.address());
  systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = 1});
  std::vector<bool> told;  // touched in the server's loop alone
  const auto now_told = [&] {
    std::vector<bool> out;
    server.in_loop([&](bus::BusService&) { out = told; });
    return out;
  };
  const auto watch = [&](bus::BusService& service) {
    service.watch_active("ghost-appear@isp.timer", [&](bool active) { told.push_back(active); });
  };
  server.in_loop(watch);
  server.in_loop(watch);
  EXPECT_TRUE(eventually([&] { return now_told() == std::vector{true} && systemd.subscribed(); }));
  systemd.set("ghost-appear@other.timer", {.sub = "dead", .next = 0});
  systemd.set("ghost-appear@isp.timer", {.sub = "dead", .next = 0});
  EXPECT_TRUE(eventually([&] { return now_told() == std::vector{true, false}; }));
  systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = 2});
  EXPECT_TRUE(eventually([&] { return now_told() == std::vector{true, false, true}; }));
  // A shutdown does not change the promise: what stands is promised for the next boot.
  systemd.set_system("stopping");
  systemd.set("ghost-appear@isp.timer", {.sub = "dead", .next = 0});
  EXPECT_TRUE(eventually([&] { return systemd.asked_for_system() == 2; }));
  systemd.set_system("running");
  systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = 3});
  EXPECT_TRUE(eventually([&] { return now_told() == std::vector{true, false, true, true}; }));
  server.in_loop([](bus::BusService& service) { service.forget("ghost-appear@isp.timer"); });
  systemd.set("ghost-appear@isp.timer", {.sub = "dead", .next = 0});
  server.in_loop(watch);
  EXPECT_TRUE(eventually([&] { return now_told().size() > 4 && !now_told()[4]; }));
}

TEST_F(BusServiceTest, WithoutSystemdNoUnitIsActive) {
  bool answered = false, active = true;
  server.in_loop([&](bus::BusService& service) {
    service.watch_active("ghost-appear@isp.timer", [&](bool is) {
      answered = true;
      active = is;
    });
  });
  EXPECT_TRUE(eventually([&] {
    bool out = false;
    server.in_loop([&](bus::BusService&) { out = answered && !active; });
    return out;
  }));
}

TEST_F(BusServiceTest, ALostBusIsReportedAndPublishingGoesOn) {
  daemon.stop();
  EXPECT_NE(server.wait_lost(), "");
  auto next = isp;
  next.state = "down";
  server.publish(next);
  server.publish(sample_link("lte"));
  server.remove("isp");
}

}  // namespace
}  // namespace ghost::test
