// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

constexpr auto kUp = R"(
say "Serial connection established."
say "Using interface ppp0"
say "Connect: ppp-isp <--> /dev/ttyS0"
say "CHAP authentication succeeded"
say "local  IP address 10.9.0.17"
say "remote IP address 10.9.0.1"
say "primary   DNS address 9.9.9.9"
say "secondary DNS address 149.112.112.112"
)";

// The pid in "started isp 7 pid=123".
pid_t pid_in(const std::string& started) { return static_cast<pid_t>(std::stol(started.substr(started.find('=') + 1))); }

bool alive(pid_t pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST(Supervisor, ACallIsStartedAddressGone) {
  Rig rig;
  rig.scenario("isp", std::string(kUp) + R"sh(say "LCP terminated by peer (User request)"; say "Modem hangup"; exit 16)sh");
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  EXPECT_THAT(rig.next(client), MatchesRegex("started isp 7 pid=[0-9]+"));
  EXPECT_EQ(rig.next(client), "address isp 7 local=10.9.0.17 remote=10.9.0.1 dns=9.9.9.9,149.112.112.112");
  EXPECT_EQ(rig.next(client), "gone isp 7 PeerHungUp stage=running LCP terminated by peer (User request) (pppd exit code 16)");
  EXPECT_THAT(rig.said, Contains("isp 7: CHAP authentication succeeded"));
}

TEST(Supervisor, EveryFaultHasItsName) {
  const std::string connected = "say 'Serial connection established.'; say 'Connect: ppp-isp <--> /dev/ttyS0';";
  Rig rig;
  const auto client = rig.connect();
  unsigned serial = 0;
  for (const auto& [script, gone] : std::vector<std::pair<std::string, std::string>>{
           {"say 'Failed (BUSY)'; say 'Connect script failed'; exit 8", "Busy stage=connecting Failed (BUSY) (pppd exit code 8)"},
           {"say 'Failed (NO CARRIER)'; say 'Connect script failed'; exit 8", "NoCarrier "},
           {"say 'Failed (NO DIALTONE)'; say 'Connect script failed'; exit 8", "NoDialtone "},
           {"say Failed; say 'Connect script failed'; exit 8", "NoAnswer "},
           {"say 'Connect script failed'; exit 8", "ConnectFailed "},
           {connected + "say 'CHAP authentication failed'; say 'Modem hangup'; exit 16", "AuthFailed "},
           {"exit 19", "AuthFailed "},
           {connected + "say 'LCP: timeout sending Config-Requests'; exit 10", "NegotiationFailed "},
           {std::string(kUp) + "say 'No response to 3 echo-requests'; exit 15", "PeerDead "},
           {std::string(kUp) + "say 'Modem hangup'; exit 16", "CarrierLost "},
           {std::string(kUp) + "printf 'Modem hangup' >&2; exit 16", "CarrierLost "},  // without a newline
           {"say \"/usr/sbin/pppd: unrecognized option '/dev/ttyUSB0'\"; exit 2", "DeviceMissing "},
           {"say \"/usr/sbin/pppd: unrecognized option 'x'\"; exit 2", "ConfigError "},
           {"exit 7", "DeviceMissing "},
           {"kill -KILL $$", "Killed stage=connecting pppd died of SIGKILL"},
           {"kill -SEGV $$", "Crashed stage=connecting pppd died of SIGSEGV"},
           {"exit 1", "Failed stage=connecting pppd exit code 1"},
       }) {
    ++serial;
    rig.scenario("isp", script);
    send_text(client, "dial isp " + std::to_string(serial));
    EXPECT_THAT(rig.next(client), StartsWith("started isp " + std::to_string(serial))) << script;
    auto message = rig.next(client);
    if (message.starts_with("address")) message = rig.next(client);
    EXPECT_THAT(message, StartsWith("gone isp " + std::to_string(serial) + " " + gone)) << script;
  }
}

TEST(Supervisor, ManyLinesBeforeTheExitAreAllRead) {
  Rig rig;
  rig.scenario(
      "isp", R"sh(i=0; while [ $i -lt 3000 ]; do echo "line $i of noise" >&2; i=$((i+1)); done; say "Failed (BUSY)"; exit 8)sh");
  const auto client = rig.connect();
  send_text(client, "dial isp 1");
  const auto pid = pid_in(rig.next(client));
  // Not a turn of the loop until it has ended: the exit is known while most of the log is unread.
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 1 Busy"));
  EXPECT_EQ(rig.said.size(), 3001u);
}

TEST(Supervisor, HangUpSendsTerm) {
  Rig rig;
  rig.scenario("isp", std::string(kUp) + "obey");
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  const auto pid = pid_in(rig.next(client));
  EXPECT_THAT(rig.next(client), StartsWith("address"));
  send_text(client, "hangup isp 7");
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 7 HungUp"));
  EXPECT_TRUE(rig.await([&] { return !alive(pid); }));
}

TEST(Supervisor, APppdThatIgnoresTermIsKilledWithAllItStarted) {
  Rig rig;
  rig.scenario("isp", "trap '' TERM; sleep 100 & echo $! > \"$dir/child\"; say 'Connect: x <--> y'; wait");
  rig.links["isp"].call.hangup_timeout = 100ms;
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  const auto pid = pid_in(rig.next(client));
  ASSERT_TRUE(rig.await([&] { return !rig.said.empty(); }));
  pid_t child = 0;
  std::ifstream(rig.dir.path() + "/child") >> child;
  ASSERT_GT(child, 0);
  send_text(client, "hangup isp 7");
  EXPECT_EQ(rig.next(client), "gone isp 7 HungUp as requested, killed because it did not end on SIGTERM");
  EXPECT_TRUE(rig.await([&] { return !alive(pid); }));
  // The orphan is init's to reap; dead is dead.
  EXPECT_TRUE(rig.await([&] {
    std::string state, line;
    std::ifstream status("/proc/" + std::to_string(child) + "/status");
    while (std::getline(status, line))
      if (line.starts_with("State:")) state = line;
    return state.empty() || state.find('Z') != std::string::npos;
  }));
}

TEST(Supervisor, EachPhaseHasADeadline) {
  for (const auto& [lines, detail] : std::vector<std::pair<std::string, std::string>>{
           {"", "TimedOut stage=connecting no connection within DialTimeout="},
           {"say 'Serial connection established.';",
            "TimedOut stage=negotiating no agreement with the peer within NegotiateTimeout="},
           {"say 'Connect: x <--> y'; say 'PAP authentication succeeded';",
            "TimedOut stage=addressing no address within NegotiateTimeout="}}) {
    Rig rig;
    rig.scenario("isp", lines + "obey");
    // Long enough for the script to say its lines first.
    rig.links["isp"].call.dial_timeout = lines.empty() ? 200ms : 10s;
    rig.links["isp"].call.negotiate_timeout = 200ms;
    const auto client = rig.connect();
    send_text(client, "dial isp 7");
    rig.next(client);
    EXPECT_EQ(rig.next(client), "gone isp 7 " + detail);
  }
}

TEST(Supervisor, TwoPppdForOneLinkAreNever) {
  Rig rig;
  // "ending" is the time between SIGTERM and the exit: a dial in it is refused as well.
  rig.scenario(
      "isp",
      "trap 'while [ ! -e \"$dir/go\" ]; do sleep 0.02; done; exit 5' TERM; say 'Connect: x <--> y'; while :; do sleep 0.02; done");
  rig.scenario("other", "obey");
  const auto client = rig.connect();
  send_text(client, "dial isp 1");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 1"));
  ASSERT_TRUE(rig.await([&] { return !rig.said.empty(); }));
  send_text(client, "dial isp 2");
  EXPECT_EQ(rig.next(client), "refused isp 2 the link already has call 1 (negotiating)");
  send_text(client, "dial other 3");
  EXPECT_THAT(rig.next(client), StartsWith("started other 3"));
  send_text(client, "hangup isp 1");
  send_text(client, "dial isp 4");
  EXPECT_EQ(rig.next(client), "refused isp 4 the link already has call 1 (ending)");
  rig.dir.write("go", "");
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 1 HungUp"));
  send_text(client, "dial isp 5");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 5"));
}

TEST(Supervisor, HangUpOfWhatDoesNotLiveIsRefused) {
  Rig rig;
  rig.scenario("isp", "obey");
  const auto client = rig.connect();
  send_text(client, "hangup isp 1");
  EXPECT_EQ(rig.next(client), "refused isp 1 no such call");
  send_text(client, "dial isp 2");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 2"));
  send_text(client, "hangup isp 1");
  EXPECT_EQ(rig.next(client), "refused isp 1 no such call");
}

TEST(Supervisor, WhatCannotBeStartedIsGoneAtOnce) {
  Rig rig;
  rig.scenario("isp", "exit 0");
  const auto client = rig.connect();
  send_text(client, "dial unknown 1");
  EXPECT_EQ(rig.next(client), "gone unknown 1 ConfigError no such link is configured");
  rig.links["isp"].ppp.peers = {"../../etc/passwd"};
  send_text(client, "dial isp 2");
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 2 ConfigError Peer=: "));
  rig.scenario("isp", "exit 0\ndemand\n");
  send_text(client, "dial isp 3");
  EXPECT_THAT(rig.next(client), MatchesRegex("gone isp 3 ConfigError .*/peers/isp:2: \"demand\" cannot be used with ghostd.*"));
  rig.scenario("isp", "exit 0");
  ::unlink((rig.dir.path() + "/pppd").c_str());
  send_text(client, "dial isp 4");
  EXPECT_THAT(rig.next(client), MatchesRegex("gone isp 4 ConfigError .*/pppd: No such file or directory"));
}

// Which peers there are is in root's files.
TEST(Supervisor, ACallIsMadeByThePeerThatWasAskedFor) {
  Rig rig;
  const std::string tells = "tr '\\0' ' ' < /proc/$$/cmdline >&2; echo >&2; obey";
  rig.scenario("isp", tells);
  rig.dir.write("peers/second", "");
  rig.links["isp"].ppp.peers = {"isp", "second"};
  const auto client = rig.connect();
  unsigned serial = 0;
  for (const auto& [asked, named, called] : std::vector<std::array<std::string, 3>>{
           {"", "", "isp"}, {" isp", " peer=isp", "isp"}, {" second", " peer=second", "second"}}) {
    rig.said.clear();
    send_text(client, fmt::format("dial isp {}{}", ++serial, asked));
    EXPECT_THAT(rig.next(client), MatchesRegex(fmt::format("started isp {} pid=[0-9]+{}", serial, named)));
    ASSERT_TRUE(rig.await([&] { return !rig.said.empty(); }));
    EXPECT_THAT(rig.said, Contains(HasSubstr(" call " + called + " ")));
    // A ghostd that comes back hears it again.
    const auto again = rig.connect();
    send_text(again, "list");
    EXPECT_THAT(rig.next(again), ::testing::EndsWith(named.empty() ? std::string() : named));
    send_text(client, fmt::format("hangup isp {}", serial));
    EXPECT_THAT(rig.next(client), StartsWith(fmt::format("gone isp {} HungUp", serial)));
  }
  send_text(client, "dial isp 8 third");
  EXPECT_EQ(rig.next(client),
            "gone isp 8 ConfigError Peer= of link isp does not name third; if its file was changed, run ghostctl reload");
  rig.links["isp"].ppp.peers.clear();
  rig.links["isp"].ppp.device = "/dev/ttyS0";
  send_text(client, "dial isp 9 isp");
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 9 ConfigError Peer= of link isp does not name isp"));
}

TEST(Supervisor, WhatPppdWouldReadElsewhereIsRefusedToo) {
  Rig rig;
  const auto client = rig.connect();
  unsigned serial = 0;
  const auto answer = [&](const std::string& peer) {
    rig.scenario("isp", peer);
    send_text(client, fmt::format("dial isp {}", ++serial));
    return rig.next(client);
  };
  const auto dir = rig.dir.path();
  const auto refused = [&](const std::string& where) { return HasSubstr(fmt::format(" ConfigError {}/{}", dir, where)); };
  rig.dir.write("options.line", "noauth\ndemand\n");
  EXPECT_THAT(answer("file " + dir + "/options.line"), refused("options.line:2: \"demand\" cannot be used"));
  EXPECT_THAT(answer("exit 0\n\nfile " + dir + "/peers/isp"), refused("peers/isp:3: "));
  EXPECT_THAT(answer("\nfile " + dir + "/peers"), refused(fmt::format("peers/isp:2: {}/peers: is a directory", dir)));
  EXPECT_THAT(answer(std::string(10'000'000, '\n')), refused("peers/isp:262145: the file is larger than 262144 bytes"));
  rig.dir.write("options.null", "demand");
  EXPECT_THAT(answer("/dev/null\n"), refused("options.null:1: \"demand\""));
  rig.dir.write("options", "# \ndemand");
  EXPECT_THAT(answer("exit 0"), refused("options:2: \"demand\""));
}

// A shell reads this peer file as well: it does not know the first two words.
TEST(Supervisor, TheConnectScriptThatCountsIsMadeToTell) {
  Rig rig;
  const auto client = rig.connect();
  const auto other = rig.dir.path() + "/options.site";
  rig.dir.write("options.site", "connect 'chat -v -f new'");
  rig.scenario("isp", "connect 'chat -f old'\nfile " + other + "\ntr '\\0' ' ' < /proc/$$/cmdline >&2; exit 1");
  send_text(client, "dial isp 1");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 1"));
  EXPECT_THAT(rig.next(client), StartsWith("gone isp 1"));
  EXPECT_THAT(rig.said, Contains(HasSubstr(" call isp connect chat -S -s -v -v -f new ")));
}

TEST(Supervisor, PppdGetsACleanStart) {
  Rig rig;
  ::setenv("GHOST_TEST_SECRET", "x", 1);
  const UniqueFd leaked(::fcntl(0, F_DUPFD, 200));  // without O_CLOEXEC
  ASSERT_TRUE(leaked);
  rig.scenario("isp", R"sh(say "environment: $(tr '\0' ' ' < /proc/$$/environ)"
say "blocked: $(sed -n 's/^SigBlk:[[:space:]]*//p' /proc/$$/status)"
say "stdin: $(readlink /proc/$$/fd/0)"
say "fds: $(ls /proc/$$/fd | tr '\n' ' ')"
say "ids: $(cut -d' ' -f1,5,6 /proc/$$/stat)"
exit 1)sh");
  const auto client = rig.connect();
  send_text(client, "dial isp 1");
  const auto pid = std::to_string(pid_in(rig.next(client)));
  rig.next(client);
  EXPECT_THAT(rig.said,
              Contains("isp 1: environment: PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C"));
  EXPECT_THAT(rig.said, Contains("isp 1: blocked: 0000000000000000"));
  EXPECT_THAT(rig.said, Contains("isp 1: stdin: /dev/null"));
  EXPECT_THAT(rig.said, Contains(MatchesRegex("isp 1: fds: .*")));
  EXPECT_THAT(rig.said, Not(Contains(HasSubstr(" " + std::to_string(leaked.get()) + " "))));
  EXPECT_THAT(rig.said, Contains("isp 1: ids: " + pid + " " + pid + " " + pid));
  ::unsetenv("GHOST_TEST_SECRET");
}

TEST(Supervisor, SecretsOfTheConnectScriptGoNowhere) {
  Rig rig;
  rig.scenario("isp", "say 'send (hunter2^M)'; say 'AT+CPIN=\"1234\"^M'; say 'Failed (ERROR)'; exit 8");
  const auto client = rig.connect();
  send_text(client, "dial isp 1");
  rig.next(client);
  const auto gone = rig.next(client);
  rig.notes.push_back(gone);
  for (const auto& list : {rig.said, rig.notes})
    for (const auto& line : list) {
      EXPECT_THAT(line, Not(HasSubstr("hunter2")));
      EXPECT_THAT(line, Not(HasSubstr("1234")));
    }
  EXPECT_EQ(rig.said.size(), 3u);
}

TEST(Supervisor, ACallLivesOnWithoutItsClientAndIsFoundByList) {
  Rig rig;
  rig.scenario("isp", std::string(kUp) + "obey");
  auto client = rig.connect();
  send_text(client, "dial isp 7");
  const auto started = rig.next(client);
  const auto address = rig.next(client);
  client.reset();
  const auto again = rig.connect();
  send_text(again, "list");
  EXPECT_EQ(rig.next(again), started);
  EXPECT_EQ(rig.next(again), address);
  EXPECT_EQ(rig.next(again), "listed");
  EXPECT_TRUE(alive(pid_in(started)));
  send_text(again, "hangup isp 7");
  EXPECT_THAT(rig.next(again), StartsWith("gone isp 7 HungUp"));
  send_text(again, "list");
  EXPECT_EQ(rig.next(again), "listed");
}

TEST(Supervisor, AnEndThatNobodyHeardIsKeptUntilTheNextList) {
  Rig rig;
  rig.scenario("isp", std::string(kUp) + "while [ ! -e \"$dir/go\" ]; do sleep 0.02; done; say 'Modem hangup'; exit 16");
  auto client = rig.connect();
  send_text(client, "dial isp 7");
  const auto pid = pid_in(rig.next(client));
  client.reset();
  rig.dir.write("go", "");
  ASSERT_TRUE(rig.await([&] { return rig.noted("gone isp 7 CarrierLost") == 1; }));
  EXPECT_TRUE(rig.await([&] { return !alive(pid); }));
  for (const auto* expected : {"gone isp 7 CarrierLost stage=running Modem hangup (pppd exit code 16)", "listed"}) {
    if (!client) {
      client = rig.connect();
      send_text(client, "list");
    }
    EXPECT_EQ(rig.next(client), expected);
  }
  send_text(client, "list");
  EXPECT_EQ(rig.next(client), "listed");
}

TEST(Supervisor, GarbageIsRefusedNotedOnceAndNothingElse) {
  Rig rig;
  rig.scenario("isp", "obey");
  const auto good = rig.connect();
  send_text(good, "dial isp 1");
  const auto pid = pid_in(rig.next(good));
  for (const std::string& garbage :
       std::vector<std::string>{"\x01\x02\x03", "dial ../x 1", "exec rm -rf /", std::string(60'000, 'A'), "dial isp 2 "}) {
    const auto client = rig.connect();
    send_text(client, garbage);
    EXPECT_THAT(rig.next(client), StartsWith("refused - 0 ")) << garbage.substr(0, 20);
    EXPECT_EQ(rig.next(client), "EOF");
  }
  EXPECT_EQ(rig.noted("closed a connection"), 1u);
  EXPECT_TRUE(alive(pid));
  send_text(good, "list");
  EXPECT_THAT(rig.next(good), StartsWith("started isp 1"));
}

TEST(Supervisor, WhoConnectsAndSaysNothingIsClosedAndHarmless) {
  Settings settings;
  settings.limits.silence = 100ms;
  settings.limits.connected = 3;
  Rig rig(settings);
  rig.scenario("isp", "obey");
  const auto good = rig.connect();
  send_text(good, "list");
  EXPECT_EQ(rig.next(good), "listed");
  const auto silent = rig.connect();
  const auto silent_too = rig.connect();
  const auto one_too_many = rig.connect();
  EXPECT_EQ(rig.next(one_too_many), "refused - 0 too many connections");
  EXPECT_EQ(rig.next(silent), "EOF");
  EXPECT_EQ(rig.next(silent_too), "EOF");
  EXPECT_EQ(rig.noted("sent no request"), 1u);
  // The one that has asked may be quiet for as long as it likes.
  send_text(good, "dial isp 1");
  EXPECT_THAT(rig.next(good), StartsWith("started isp 1"));
}

TEST(Supervisor, AClientThatDoesNotReadIsDropped) {
  Rig rig;
  rig.scenario("isp", "obey");
  const auto deaf = rig.connect();
  const int small = 1;
  ASSERT_EQ(::setsockopt(deaf.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
  const auto good = rig.connect();
  send_text(good, "dial isp 1");
  EXPECT_THAT(rig.next(good), StartsWith("started isp 1"));
  // Many answers that it never takes. When its socket is full it is closed: our own send fails then.
  bool closed = false;
  for (int i = 0; i < 20'000 && !closed; ++i) {
    closed = ::send(deaf.get(), "list", 4, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EPIPE;
    rig.loop.turn(0ms);
  }
  EXPECT_TRUE(closed);
  send_text(good, "list");
  EXPECT_THAT(rig.next(good), StartsWith("started isp 1"));
}

TEST(Supervisor, AnotherUserIsRefusedNotedOnceAndNothingElse) {
  // As root a real other user; otherwise a supervisor that serves another user than us.
  Settings settings;
  settings.allowed = ::getuid() == 0 ? 0 : ::getuid() + 1;
  Rig rig(settings);
  const auto path = rig.dir.path() + "/socket";
  for (int i = 0; i < 3; ++i) {
    const pid_t stranger = ::fork();
    if (stranger == 0) {
      if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(9);
      const auto fd = connect_to(path);
      (void)!::write(fd.get(), "dial isp 1", 10);
      std::array<char, 100> bytes;
      pollfd ready{fd.get(), POLLIN, 0};
      ::poll(&ready, 1, 10'000);
      ssize_t n = ::recv(fd.get(), bytes.data(), bytes.size(), 0);
      // Our text was never read: that is reported first, then the waiting message.
      if (n < 0 && errno == ECONNRESET) n = ::recv(fd.get(), bytes.data(), bytes.size(), 0);
      ::_exit(n > 0 && std::string_view(bytes.data(), static_cast<std::size_t>(n)) == "refused - 0 not allowed" ? 0 : 1);
    }
    int status = -1;
    ASSERT_TRUE(rig.await([&] { return ::waitpid(stranger, &status, WNOHANG) == stranger; }));
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(rig.noted("refused a connection of user "), 1u);
  EXPECT_EQ(rig.noted("started"), 0u);
}

TEST(Supervisor, ShutDownHangsUpInOrderAndLeaves) {
  Rig rig;
  rig.scenario("one", "obey");
  rig.scenario("two", "trap '' TERM; say ready; sleep 100");
  rig.links["two"].call.hangup_timeout = 100ms;
  const auto client = rig.connect();
  send_text(client, "dial one 1");
  rig.next(client);
  send_text(client, "dial two 2");
  rig.next(client);
  ASSERT_TRUE(rig.await([&] { return !rig.said.empty(); }));
  rig.supervisor->shut_down();
  rig.supervisor->shut_down();
  send_text(client, "dial three 3");
  std::vector<std::string> messages;
  while (messages.size() < 3) messages.push_back(rig.next(client));
  EXPECT_THAT(messages, Contains(StartsWith("gone one 1 HungUp")));
  EXPECT_THAT(messages, Contains(StartsWith("gone two 2 HungUp as requested, killed")));
  EXPECT_THAT(messages, Contains("refused three 3 ghost-supervisor is being stopped"));
  EXPECT_EQ(rig.loop.run(), EXIT_SUCCESS);
}

TEST(Supervisor, LeavesWhenThereIsNeitherCallNorClient) {
  Settings settings;
  settings.idle = 150ms;
  Rig rig(settings);
  rig.scenario("isp", "while [ ! -e \"$dir/go\" ]; do sleep 0.02; done; exit 0");
  auto client = rig.connect();
  send_text(client, "dial isp 1");
  rig.next(client);
  client.reset();
  // A call without a client keeps it here.
  const auto later = loop::now() + 400ms;
  ASSERT_TRUE(rig.await([&] { return loop::now() > later; }));
  EXPECT_TRUE(rig.loop.turn(0ms));
  rig.dir.write("go", "");
  ASSERT_TRUE(rig.await([&] { return rig.noted("gone isp 1") == 1; }));
  EXPECT_EQ(rig.loop.run(), EXIT_SUCCESS);
}
