// SPDX-License-Identifier: GPL-2.0-or-later
// Steps of [Recover]: a modem that is a pty, the real chat(8), a sysfs of files, and programs.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "ghost-supervisor/recovery_plan.hpp"
#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// A modem on a pty, in a process of its own. It answers each line as `answers` says.
class Modem {
 public:
  explicit Modem(const std::map<std::string, std::string>& answers) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(master_.get());
    ::unlockpt(master_.get());
    std::array<char, 64> name{};
    ::ptsname_r(master_.get(), name.data(), name.size());
    tty_ = name.data();
    keep_ = UniqueFd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));  // it does not hang up when chat goes
    pid_ = ::fork();
    if (pid_ == 0) answer(answers);
  }
  ~Modem() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] const std::string& tty() const { return tty_; }
  [[nodiscard]] std::vector<std::string> heard() const {
    std::vector<std::string> out;
    std::ifstream file(dir_.path() + "/heard");
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
  }

 private:
  [[noreturn]] void answer(const std::map<std::string, std::string>& answers) const {
    std::ofstream heard(dir_.path() + "/heard");
    std::string line;
    for (char c = 0; ::read(master_.get(), &c, 1) == 1;) {
      line += c == '\r' ? "" : std::string(1, c);
      if (c != '\r' && line != "+++") continue;
      heard << line << std::endl;
      if (const auto found = answers.find(line); found != answers.end()) {
        const auto text = "\r\n" + found->second + "\r\n";
        [[maybe_unused]] const auto n = ::write(master_.get(), text.data(), text.size());
      }
      line.clear();
    }
    ::_exit(0);
  }

  TempDir dir_;
  UniqueFd master_, keep_;
  std::string tty_;
  pid_t pid_ = -1;
};

const std::map<std::string, std::string> kSilent;

core::LinkConfig& link_of(Rig& rig, const std::string& device) {
  auto& link = rig.links["isp"];
  link.name = "isp";
  link.ppp.device = device;
  link.recover.timeout = 30s;
  return link;
}

// The answer to a step, which must begin first.
std::string taken(Rig& rig, const std::string& step) {
  const auto client = rig.connect();
  send_text(client, "recover isp 7 " + step);
  auto first = rig.next(client);
  if (first != "recovery isp 7 " + step + " running") return first;
  return rig.next(client);
}

}  // namespace

TEST(Recovery, AModemIsResetByItsCommands) {
  Modem modem({{"ATZ", "OK"}, {"AT+CFUN=1,1", "OK"}});
  Rig rig;
  link_of(rig, modem.tty()).recover.reset = {"ATZ", "AT+CFUN=1,1"};
  EXPECT_EQ(taken(rig, "reset"), "recovery isp 7 reset done");
  EXPECT_EQ(modem.heard(), (std::vector<std::string>{"ATZ", "AT+CFUN=1,1"}));
  EXPECT_EQ(rig.noted("recovery isp 7 reset done"), 1U);
}

// Whether it is in data mode, where +++ is answered, or in command mode, where it is a part of the next line.
TEST(Recovery, AModemIsHungUpInDataModeAndInCommandMode) {
  for (const bool data : {true, false}) {
    Modem modem({{"+++", data ? "OK" : "garbled"}, {"", "ERROR"}, {"AT", "OK"}, {"ATH", "OK"}});
    Rig rig;
    link_of(rig, modem.tty()).recover.hangup = {"+++", "ATH"};
    EXPECT_EQ(taken(rig, "hangup"), "recovery isp 7 hangup done") << data;
    EXPECT_EQ(modem.heard().back(), "ATH") << data;
  }
}

TEST(Recovery, AModemThatDoesNotAnswerIsNamedWithItsCommand) {
  Modem modem(std::map<std::string, std::string>{{"ATZ", "OK"}});
  Rig rig;
  link_of(rig, modem.tty()).recover.reset = {"ATZ", "AT&F"};
  EXPECT_EQ(taken(rig, "reset"), "recovery isp 7 reset failed the modem did not answer OK to AT&F");
}

TEST(Recovery, AStepThatHangsIsEnded) {
  Rig rig;
  rig.dir.write("hang", "#!/bin/sh\ntrap '' TERM\nsleep 100 & echo $! > \"$(dirname \"$0\")/child\"\nwait\n", 0755);
  auto& link = link_of(rig, "/dev/null");
  link.recover.power = rig.dir.path() + "/hang";
  link.recover.timeout = 300ms;
  // The directory for temporary files is everybody's, so the program is not trusted there.
  EXPECT_THAT(taken(rig, "power"), HasSubstr("everybody may write to"));

  Modem modem(kSilent);
  link.ppp.device = modem.tty();
  link.recover.reset = {"ATZ"};
  EXPECT_EQ(taken(rig, "reset"), "recovery isp 7 reset failed took longer than Timeout=");
}

TEST(Recovery, AProgramGetsTheLinkAndItsDevice) {
  const auto* own = std::getenv("HOME");
  const std::string home = std::string(::geteuid() == 0 || own == nullptr ? "/root" : own) + "/ghostd-recovery-test";
  std::filesystem::create_directories(home);
  std::ofstream(home + "/power") << "#!/bin/sh\necho \"$1 $2 $#\"\nexit ${GHOSTD_TEST_STATUS:-4}\n";
  ::chmod((home + "/power").c_str(), 0755);
  Rig rig;
  link_of(rig, "/dev/ttyUSB7").recover.power = home + "/power";
  EXPECT_EQ(taken(rig, "power"), "recovery isp 7 power failed exit status 4: isp /dev/ttyUSB7 2");
  std::filesystem::remove_all(home);
}

TEST(Recovery, ARestartedGhostdFindsTheStepAndNoCallIsMadeMeanwhile) {
  Modem modem(kSilent);
  Rig rig;
  auto& link = link_of(rig, modem.tty());
  link.recover.reset = {"ATZ"};
  link.recover.timeout = 1s;
  auto client = rig.connect();
  send_text(client, "recover isp 7 reset");
  EXPECT_EQ(rig.next(client), "recovery isp 7 reset running");
  client.reset();
  const auto again = rig.connect();
  send_text(again, "list");
  EXPECT_EQ(rig.next(again), "recovery isp 7 reset running");
  EXPECT_EQ(rig.next(again), "listed");
  send_text(again, "dial isp 8");
  EXPECT_EQ(rig.next(again), "refused isp 8 the step reset of link isp's [Recover] is under way");
  // Nor one of another link by the same modem.
  rig.links["other"].name = "other";
  rig.links["other"].ppp = {};
  rig.links["other"].ppp.device = modem.tty();
  send_text(again, "dial other 3");
  EXPECT_THAT(rig.next(again), HasSubstr("gone other 3 DeviceMissing"));
  send_text(again, "recover isp 8 reset");
  EXPECT_EQ(rig.next(again), "recovery isp 8 reset failed the step reset of link isp's [Recover] is under way");
  EXPECT_EQ(rig.next(again), "recovery isp 7 reset failed took longer than Timeout=");
}

TEST(Recovery, ADeviceWithACallOrALockIsLeftAlone) {
  Modem modem(std::map<std::string, std::string>{{"ATZ", "OK"}});
  Settings settings;
  TempDir locks;
  settings.locks = locks.path();
  Rig rig(settings);
  rig.scenario("other", "say 'Connect: x <--> y'; obey");
  rig.links["other"].ppp = {};
  rig.links["other"].ppp.device = modem.tty();
  link_of(rig, modem.tty()).recover.reset = {"ATZ"};
  const auto client = rig.connect();
  send_text(client, "dial other 3");
  EXPECT_THAT(rig.next(client), HasSubstr("started other 3"));
  send_text(client, "recover isp 7 reset");
  EXPECT_EQ(rig.next(client), "recovery isp 7 reset failed the device has a call of link other");
  send_text(client, "hangup other 3");
  EXPECT_THAT(rig.next(client), HasSubstr("gone other 3 HungUp"));
  auto name = modem.tty().substr(5);
  std::replace(name.begin(), name.end(), '/', '_');
  locks.write("LCK.." + name, fmt::format("{:10}\n", ::getpid()));
  EXPECT_THAT(taken(rig, "reset"), HasSubstr("failed " + modem.tty() + " is locked by another program"));
  EXPECT_TRUE(modem.heard().empty());
}

TEST(Recovery, OnlyWhatTheFileSaysIsDone) {
  Rig rig;
  link_of(rig, "/dev/null");
  EXPECT_EQ(taken(rig, "usb"), "recovery isp 7 usb failed [Recover] of link isp has no step usb");
  const auto client = rig.connect();
  send_text(client, "recover nosuch 7 usb");
  EXPECT_EQ(rig.next(client), "recovery nosuch 7 usb failed no such link is configured");
  send_text(client, "recover isp 7 explode");
  EXPECT_THAT(rig.next(client), HasSubstr("refused - 0 not a step of [Recover]"));
}

// ---- USB, by a sysfs of files

namespace {

struct Sysfs {
  TempDir dir;
  std::string port = dir.path() + "/devices/pci0/usb1/1-1/1-1.4";

  Sysfs() {
    struct stat st{};
    ::stat("/dev/null", &st);
    dir.write("devices/pci0/usb1/1-1/1-1.4/authorized", "1\n");
    dir.write("devices/pci0/usb1/1-1/1-1.4/idVendor", "12d1\n");
    dir.write("devices/pci0/usb1/1-1/1-1.4/1-1.4:1.0/authorized", "1\n");  // the interface has one, too
    dir.write("devices/pci0/usb1/1-1/1-1.4/1-1.4:1.0/ttyUSB0/tty/ttyUSB0/dev", "188:0\n");
    dir.write("devices/pci0/usb1/1-1/1-1.4/1-1.4:1.1/net/wwan0/ifindex", "3\n");
    dir.write("devices/platform/serial8250/tty/ttyS0/dev", "4:64\n");
    for (const auto* made : {"dev/char", "bus/usb/devices", "class/net"})
      std::filesystem::create_directories(dir.path() + "/" + made);
    const auto link = [&](const std::string& to, const std::string& from) {
      std::filesystem::create_symlink(dir.path() + "/devices/" + to, dir.path() + "/" + from);
    };
    link("pci0/usb1/1-1/1-1.4/1-1.4:1.0/ttyUSB0/tty/ttyUSB0",
         fmt::format("dev/char/{}:{}", major(st.st_rdev), minor(st.st_rdev)));
    link("pci0/usb1/1-1/1-1.4", "bus/usb/devices/1-1.4");
    link("pci0/usb1/1-1/1-1.4/1-1.4:1.1/net/wwan0", "class/net/wwan0");
    link("platform/serial8250/tty/ttyS0", "class/net/eth0");
  }
  [[nodiscard]] std::string found(const std::string& usb, const std::string& device) const {
    core::LinkConfig link;
    link.name = "isp";
    link.recover.usb = usb;
    const auto plan = plan_recovery(link, core::RecoveryStep::usb, device, 0, {.chat = "", .sys = dir.path()});
    if (!plan) return plan.error();
    return std::get<Reauthorise>(*plan).port;
  }
};

}  // namespace

TEST(Recovery, TheUsbDeviceIsFoundAboveATtyAnInterfaceOrByItsPort) {
  const Sysfs sysfs;
  const auto real = std::filesystem::canonical(sysfs.port).string();
  EXPECT_EQ(sysfs.found("yes", "/dev/null"), real);  // with the number of a tty
  EXPECT_EQ(sysfs.found("yes", "wwan0"), real);
  EXPECT_EQ(sysfs.found("1-1.4", ""), real);
  EXPECT_EQ(sysfs.found("1-1.4", "/dev/gone"), real);
  EXPECT_EQ(sysfs.found("1-9", ""), "there is no USB device at port 1-9");
  EXPECT_EQ(sysfs.found("yes", "eth0"), "eth0 is not a USB device");
  EXPECT_EQ(sysfs.found("yes", "eth7"), "eth7 is not in sysfs");
  EXPECT_EQ(sysfs.found("yes", ""), "the link's device is not known; name its port in USB=");
  EXPECT_EQ(sysfs.found("yes", "/dev/gone"),
            "/dev/gone: No such file or directory; USB= with the name of a port does not need it");
}

TEST(Recovery, AUsbDeviceIsLetGoAndTakenAgain) {
  const Sysfs sysfs;
  Settings settings;
  settings.recovery.sys = sysfs.dir.path();
  Rig rig(settings);
  link_of(rig, "/dev/null").recover.usb = "1-1.4";
  const auto client = rig.connect();
  const auto authorized = [&] {
    std::string text;
    std::ifstream(sysfs.port + "/authorized") >> text;
    return text;
  };
  send_text(client, "recover isp 7 usb");
  EXPECT_EQ(rig.next(client), "recovery isp 7 usb running");
  EXPECT_TRUE(rig.await([&] { return authorized() == "0"; }));
  EXPECT_EQ(rig.next(client), "recovery isp 7 usb done");
  EXPECT_EQ(authorized(), "1");
}
