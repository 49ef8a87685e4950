// SPDX-License-Identifier: GPL-2.0-or-later
// What ghost-tun asks of systemd. ghost-appear's questions are in appear_tick_test.cpp.
#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "base/unique_fd.hpp"
#include "fake_systemd.hpp"
#include "private_bus.hpp"
#include "systemd/manager.hpp"
#include "systemd/names.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using systemd::Manager;
using ::testing::ElementsAre;

constexpr const char* kUnit = "ghostd.service";

class Systemd : public ::testing::Test {
 protected:
  Systemd() { ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_.address().c_str(), 1); }
  PrivateBus bus_;
};

TEST_F(Systemd, TellsTheJobThatWaits) {
  FakeSystemd fake(bus_.address());
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->job_type(kUnit).value(), std::nullopt);
  fake.set(kUnit, {.job = "stop"});
  EXPECT_EQ(manager->job_type(kUnit).value(), "stop");
  fake.set(kUnit, {.job = "restart"});
  EXPECT_EQ(manager->job_type(kUnit).value(), "restart");
  fake.set(kUnit, {.job = "gone"});  // it has ended between the two questions
  EXPECT_EQ(manager->job_type(kUnit).value(), std::nullopt);
}

TEST_F(Systemd, TellsTheMainProcess) {
  FakeSystemd fake(bus_.address());
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->main_process(kUnit), 0);
  fake.set(kUnit, {.pid = 4711});
  EXPECT_EQ(manager->main_process(kUnit), 4711);
}

TEST_F(Systemd, WaitsForTheEndOfItsOwnJob) {
  FakeSystemd fake(bus_.address());
  fake.set(kUnit, {});
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  const auto stopped = manager->stop_and_wait(kUnit, 60s);
  EXPECT_TRUE(stopped) << stopped.error();
  EXPECT_TRUE(manager->stop_and_wait(kUnit, 60s)) << "a missing unit counts as stopped";
  EXPECT_THAT(fake.take_record(), ElementsAre("stop ghostd.service", "stop ghostd.service"));
}

// The end of another job is not the end of this one.
TEST_F(Systemd, DoesNotWaitForEver) {
  FakeSystemd fake(bus_.address());
  fake.set(kUnit, {});
  fake.hold_stops();
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->stop_and_wait(kUnit, 1s).error(), "systemd: ghostd.service has not stopped");
}

TEST_F(Systemd, SaysWhyItCannotAnswer) {
  auto manager = Manager::open(5s);  // a bus without systemd
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_FALSE(manager->job_type(kUnit));
  EXPECT_FALSE(manager->main_process(kUnit));
  EXPECT_FALSE(manager->stop_and_wait(kUnit, 60s));
  bus_.stop();
  EXPECT_FALSE(Manager::open(5s));
}

// systemd's own socket: one side of a connection without a bus between.
class OwnSocket {
 public:
  enum class Answers { all, nothing, no_stop };
  explicit OwnSocket(const std::string& path, Answers answers) : answers_(answers) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        ::listen(listener_.get(), 8) < 0)
      throw std::runtime_error("cannot listen at " + path);
    if (answers != Answers::nothing) thread_ = std::thread([this] { serve(); });
  }
  ~OwnSocket() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  OwnSocket(const OwnSocket&) = delete;
  OwnSocket& operator=(const OwnSocket&) = delete;

 private:
  static int subscribe(sd_bus_message* m, void*, sd_bus_error*) { return sd_bus_reply_method_return(m, ""); }
  static int stop(sd_bus_message* m, void* self, sd_bus_error* error) {
    const char* unit = nullptr;
    sd_bus_message_read(m, "s", &unit);
    if (std::string(unit) == "missing.service")
      return sd_bus_error_set(error, "org.freedesktop.systemd1.NoSuchUnit", "not loaded");
    if (static_cast<OwnSocket*>(self)->answers_ == Answers::no_stop) return 1;  // the answer comes some other day
    sd_bus_reply_method_return(m, "o", "/job/2");
    return sd_bus_emit_signal(sd_bus_message_get_bus(m), systemd::kManagerPath, systemd::kManagerInterface, "JobRemoved", "uoss",
                              2, "/job/2", unit, "done");
  }
  void serve() {
    static const sd_bus_vtable manager[] = {
        SD_BUS_VTABLE_START(0), SD_BUS_METHOD("Subscribe", "", "", subscribe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StopUnit", "ss", "o", stop, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};
    for (;;) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      sd_bus* raw = nullptr;
      sd_bus_new(&raw);
      const systemd::Bus bus(raw);
      sd_id128_t id{};
      sd_id128_randomize(&id);
      sd_bus_set_fd(raw, fd, fd);
      sd_bus_set_server(raw, 1, id);
      sd_bus_start(raw);
      sd_bus_add_object_vtable(raw, nullptr, systemd::kManagerPath, systemd::kManagerInterface, manager, this);
      for (int r = 0; r >= 0;)
        if (r = sd_bus_process(raw, nullptr); r == 0) r = sd_bus_wait(raw, UINT64_MAX);
    }
  }
  Answers answers_;
  UniqueFd listener_;
  std::thread thread_;
};

// No bus at all: what DBUS_SYSTEM_BUS_ADDRESS names would come first.
struct SystemdsOwnSocket : Systemd {
  SystemdsOwnSocket() {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    path = bus_.dir().string() + "/private";
  }
  void SetUp() override { ASSERT_EQ(::geteuid(), 0U) << "only root is let in there"; }
  std::string path;
};

TEST_F(SystemdsOwnSocket, IsHowRootAsks) {
  const OwnSocket own(path, OwnSocket::Answers::all);
  auto manager = Manager::open(5s, path);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_TRUE(manager->stop("a.service"));
  const auto stopped = manager->stop_and_wait("a.service", 20s);
  EXPECT_TRUE(stopped) << stopped.error();
  EXPECT_TRUE(manager->stop_and_wait("missing.service", 20s));
}

TEST_F(SystemdsOwnSocket, AStopWithoutAnAnswerIsAFailure) {
  const OwnSocket own(path, OwnSocket::Answers::no_stop);
  auto manager = Manager::open(200ms, path);
  ASSERT_TRUE(manager) << manager.error();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(manager->stop("a.service").error(), testing::StartsWith("systemd: a.service: "));
  EXPECT_THAT(manager->stop_and_wait("a.service", 20s).error(), testing::StartsWith("systemd: a.service: "));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

// The close(2) of what ghostd sends could hang.
TEST_F(Systemd, NoDescriptorsComeOverTheBus) {
  const auto bus = systemd::connect_to_system_bus(5s);
  ASSERT_TRUE(bus) << bus.error();
  EXPECT_EQ(sd_bus_can_send(bus->get(), SD_BUS_TYPE_UNIX_FD), 0);
}

// What any user can do to the system bus, by many busy connections.
TEST_F(SystemdsOwnSocket, NeitherItNorABusThatHangsHoldsAnybody) {
  const OwnSocket own(path, OwnSocket::Answers::nothing);
  const auto begun = std::chrono::steady_clock::now();
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + path).c_str(), 1);
  EXPECT_EQ(Manager::open(200ms).error(), "cannot connect to the system bus: Connection timed out");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

}  // namespace
}  // namespace ghost::test
