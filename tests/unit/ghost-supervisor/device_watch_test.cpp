// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own inotify, on a directory in the place of /dev whose devices are links to /dev/null and /dev/zero.
#include "ghost-supervisor/device_watch.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace {

struct Devices : ::testing::Test {
  TempDir dir;
  std::string dev = dir.path() + "/dev", locks = dir.path() + "/locks";
  loop::EventLoop loop;
  std::vector<std::string> back;
  DeviceWatch watch{loop, locks, [this](const std::string& link) { back.push_back(link); }};

  Devices() {
    fs::create_directory(dev);
    fs::create_directory(locks);
  }
  void plug(const std::string& name, const char* device = "/dev/null") const { fs::create_symlink(device, dev + "/" + name); }
  void pull(const std::string& name) const { fs::remove(dev + "/" + name); }
  std::string lock(std::string path) const {
    std::replace(path.begin(), path.end(), '/', '_');
    return locks + "/LCK.." + path;
  }
  // Turns the loop until somebody was told, or until all that has happened is seen.
  void turn(std::size_t told = 0) {
    const auto deadline = loop::now() + 10s;
    while (back.size() < told && loop::now() < deadline) loop.turn(20ms);
    for (int i = 0; i < 5; ++i) loop.turn(1ms);
  }
};

TEST_F(Devices, OneThatReturnsIsTold) {
  watch.wait_for("isp", dev + "/ttyUSB0");
  watch.wait_for("other", dev + "/ttyUSB1");
  turn();
  EXPECT_THAT(back, IsEmpty());
  plug("ttyUSB0");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
  turn();
  EXPECT_THAT(back, ElementsAre("isp")) << "once";
}

// As udev removes and makes it: the directory goes with its last link.
TEST_F(Devices, ALinkByIdThatGoesAndReturnsFiftyTimes) {
  const auto by_id = dev + "/serial/by-id";
  for (std::size_t n = 1; n <= 50; ++n) {
    // The link waits again after each failed call, as the supervisor has it.
    watch.wait_for("isp", by_id + "/usb-modem-if00");
    turn(n - 1);
    ASSERT_EQ(back.size(), n - 1) << "told without a device";
    const auto name = "ttyUSB" + std::to_string(n % 3);  // often another number
    plug(name);
    fs::create_directories(by_id);
    fs::create_symlink("../../" + name, by_id + "/usb-modem-if00");
    turn(n);
    ASSERT_EQ(back.size(), n);
    fs::remove_all(dev + "/serial");
    pull(name);
  }
}

TEST_F(Devices, ALinkBelowADirectoryThatDoesNotExistYet) {
  const auto by_id = dev + "/serial/by-id";
  watch.wait_for("isp", by_id + "/usb-modem-if00");
  fs::create_directories(by_id);
  turn();
  // udev makes the link before its device, or after it.
  fs::create_symlink("../../ttyACM0", by_id + "/usb-modem-if00");
  turn();
  EXPECT_THAT(back, IsEmpty()) << "the link leads nowhere";
  plug("ttyACM0");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
  fs::remove_all(dev + "/serial");
  pull("ttyACM0");
  turn();
  fs::create_directories(by_id);
  plug("ttyACM0");
  fs::create_symlink("../../ttyACM0", by_id + "/usb-modem-if00");
  turn(2);
  EXPECT_THAT(back, ElementsAre("isp", "isp"));
}

// A device that is there although pppd cannot open it would otherwise be told in a circle.
TEST_F(Devices, OneThatWasThereAllTheTimeIsNotTold) {
  plug("ttyUSB0");
  watch.wait_for("isp", dev + "/ttyUSB0");
  plug("ttyUSB7");
  turn();
  EXPECT_THAT(back, IsEmpty());
  pull("ttyUSB0");
  plug("ttyUSB0", "/dev/zero");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp")) << "another one has its name";
}

TEST_F(Devices, ALockedOneIsToldWhenTheLockIsGone) {
  plug("ttyUSB0");
  const auto file = lock(dev + "/ttyUSB0");
  std::ofstream(file) << "         1\n";
  watch.wait_for("isp", dev + "/ttyUSB0");
  turn();
  EXPECT_THAT(back, IsEmpty());
  fs::remove(file);
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
}

TEST_F(Devices, TheLockOfADeadProcessIsNone) {
  std::ofstream(lock(dev + "/ttyUSB0")) << "4194304\n";  // the kernel gives no such pid (PID_MAX_LIMIT)
  watch.wait_for("isp", dev + "/ttyUSB0");
  plug("ttyUSB0");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
}

TEST_F(Devices, WhatTremblesIsToldOncePerSecond) {
  watch.wait_for("isp", dev + "/ttyUSB0");
  for (int i = 0; i < 50; ++i) {
    plug("ttyUSB0");
    turn();
    pull("ttyUSB0");
    turn();
  }
  EXPECT_LE(back.size(), 3u);
  const auto before = back.size();
  plug("ttyUSB0");
  turn(before + 1);
  EXPECT_EQ(back.size(), before + 1) << "the last coming is told, if late";
}

// The call failed for another reason. What happens to a device that stays is no reason to call again.
TEST_F(Devices, OneWhoseReturnAloneCountsIsNotToldBeforeItWasMissing) {
  plug("ttyUSB0");
  const auto file = lock(dev + "/ttyUSB0");
  std::ofstream(file) << "         1\n";
  watch.wait_for_return("isp", dev + "/ttyUSB0");
  fs::remove(file);
  turn();
  fs::create_symlink("/dev/zero", dev + "/new");
  fs::rename(dev + "/new", dev + "/ttyUSB0");
  turn();
  EXPECT_THAT(back, IsEmpty());
  pull("ttyUSB0");
  turn();
  EXPECT_THAT(back, IsEmpty());
  plug("ttyUSB0");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
}

TEST_F(Devices, NobodyIsToldOfWhatIsForgotten) {
  watch.wait_for("isp", dev + "/ttyUSB0");
  watch.forget("isp");
  watch.forget("isp");
  plug("ttyUSB0");
  turn();
  EXPECT_THAT(back, IsEmpty());
  watch.wait_for("isp", dev + "/ttyUSB1");
  plug("ttyUSB1");
  turn(1);
  EXPECT_THAT(back, ElementsAre("isp"));
}

TEST_F(Devices, PathsThatGoRoundInACircleEnd) {
  fs::create_symlink("b", dev + "/a");
  fs::create_symlink("a", dev + "/b");
  watch.wait_for("isp", dev + "/a");
  turn();
  EXPECT_THAT(back, IsEmpty());
}

// A call of the link isp with this tty and no peer file, by a pppd that does as the script says.
UniqueFd call_by(Rig& rig, const std::string& tty, const std::string& script) {
  rig.scenario("isp", script);
  auto& link = rig.links["isp"];
  link.name = "isp";
  link.ppp.peers.clear();
  link.ppp.device = tty;
  auto client = rig.connect();
  send_text(client, "dial isp 7");
  EXPECT_THAT(rig.next(client), ::testing::StartsWith("started isp 7"));
  return client;
}

// The modem drops the carrier and vanishes afterwards, as one that resets itself does.
TEST(Supervisor, TellsThatADeviceReturnedThatVanishedAfterItsCall) {
  Rig rig;
  const auto tty = rig.dir.path() + "/ttyUSB0";
  fs::create_symlink("/dev/null", tty);
  for (const auto& [end, told] : std::map<std::string, bool>{{"exit 16", true}, {"obey", false}}) {
    const auto client = call_by(rig, tty, end);
    if (!told) send_text(client, "hangup isp 7");
    EXPECT_THAT(rig.next(client), ::testing::StartsWith(told ? "gone isp 7 NoCarrier" : "gone isp 7 HungUp"));
    fs::remove(tty);
    for (int i = 0; i < 20; ++i) rig.loop.turn(1ms);
    fs::create_symlink("/dev/null", tty);
    for (int i = 0; i < 20; ++i) rig.loop.turn(1ms);
    EXPECT_EQ(rig.noted("the device is there again"), 1u) << end;
    EXPECT_EQ(receive(client), told ? "device isp" : "");
  }
}

// No pppd is started for a tty that is away. When it is there again, ghostd is told, and no sooner.
TEST(Supervisor, WaitsForAMissingDeviceWithoutPppd) {
  Rig rig;
  const auto tty = rig.dir.path() + "/ttyUSB0";
  fs::create_symlink(rig.dir.path() + "/nowhere", tty);  // a by-id link that leads nowhere
  rig.scenario("isp", "obey");
  rig.links["isp"].ppp.peers.clear();
  rig.links["isp"].ppp.device = tty;
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  EXPECT_EQ(rig.next(client), "gone isp 7 DeviceMissing " + tty + ": no such device");
  fs::create_symlink("/dev/null", rig.dir.path() + "/nowhere");
  EXPECT_EQ(rig.next(client), "device isp");
  send_text(client, "dial isp 8");
  EXPECT_THAT(rig.next(client), ::testing::StartsWith("started isp 8"));
}

// A word that may be a plugin's is no reason to keep pppd away. An `echo AT >/dev/ttyUSB0` leaves a file, which is no modem.
TEST(Supervisor, OnlyAMissingDeviceKeepsPppdAway) {
  Rig rig;
  rig.dir.write("ttyUSB0", "AT");
  for (const auto& [peer, started] : std::map<std::string, bool>{{"#\nplugin pppoe.so lo-nowhere\n", false},
                                                                 {"#\nplugin x.so\nx-socket /dev/shm/ghost-nowhere\n", true},
                                                                 {"#\n/dev/null\n", true}}) {
    rig.dir.write("peers/isp", peer);
    rig.links["isp"].name = "isp";
    rig.links["isp"].ppp.peers = {"isp"};
    const auto client = rig.connect();
    send_text(client, "dial isp 7");
    EXPECT_THAT(rig.next(client), ::testing::StartsWith(started ? "started isp 7" : "gone isp 7 DeviceMissing lo-nowhere"))
        << peer;
    if (!started) continue;
    EXPECT_THAT(rig.next(client), ::testing::StartsWith("gone isp 7"));
  }
  rig.links["isp"].ppp.peers.clear();
  rig.links["isp"].ppp.device = rig.dir.path() + "/ttyUSB0";
  const auto client = rig.connect();
  send_text(client, "dial isp 8");
  EXPECT_THAT(rig.next(client), ::testing::StartsWith("gone isp 8 DeviceMissing"));
}

// pppd says that a tty is missing whose file is there. Another file of that name is its return.
TEST(Supervisor, TellsThatTheDeviceReturned) {
  Rig rig;
  const auto tty = rig.dir.path() + "/ttyUSB0";
  fs::create_symlink("/dev/null", tty);
  const auto client = call_by(rig, tty, "exit 7");
  EXPECT_THAT(rig.next(client), ::testing::StartsWith("gone isp 7 DeviceMissing"));
  fs::remove(tty);
  for (int i = 0; i < 20; ++i) rig.loop.turn(1ms);
  fs::create_symlink("/dev/null", tty);
  EXPECT_EQ(rig.next(client), "device isp");
}

}  // namespace
