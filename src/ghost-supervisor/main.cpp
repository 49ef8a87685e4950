// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-supervisor: runs as root, takes the name of a link from user ghostd, and runs the pppd that root-owned files
// describe. Started by ghost-supervisor.socket; ghost-supervisor(8).
#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "ghost-supervisor/supervisor.hpp"
#include "ghost-supervisor/system_ports.hpp"
#include "loop/event_loop.hpp"

namespace {

using namespace ghost;

constexpr int kUsageError = 64;  // EX_USAGE of sysexits.h

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Arguments {
  std::string socket;  // empty: the one the service manager hands over
  std::string user = "ghostd";
  std::string links;  // a directory in place of the three
  supervisor::Settings settings;
};

constexpr auto kHelp =
    "Usage: ghost-supervisor [OPTION]...\n"
    "Runs pppd for the links of ghostd. Started by ghost-supervisor.socket.\n\n"
    "  --user NAME        the user that may ask (default: ghostd)\n"
    "  --idle SECONDS     exit after this time without a call or a connection (default: 30)\n"
    "  --socket PATH      listen there instead of on the service manager's socket\n"
    "  --links DIRECTORY  read links only from there\n"
    "  --peers DIRECTORY  where pppd finds its peer files, and its options beside it (default: /etc/ppp/peers)\n"
    "  --pppd PATH        run this instead of /usr/sbin/pppd\n"
    "  --help             show this text\n";

// 0: continue. Otherwise the exit status plus one.
int parse(int argc, char** argv, Arguments& out) {
  static constexpr option kOptions[] = {{"socket", required_argument, nullptr, 's'}, {"user", required_argument, nullptr, 'u'},
                                        {"idle", required_argument, nullptr, 'i'},   {"links", required_argument, nullptr, 'l'},
                                        {"pppd", required_argument, nullptr, 'p'},   {"peers", required_argument, nullptr, 'P'},
                                        {"help", no_argument, nullptr, 'h'},         {nullptr, 0, nullptr, 0}};
  for (int c = 0; (c = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    const std::string value = optarg != nullptr ? optarg : "";
    switch (c) {
      case 's': out.socket = value; break;
      case 'u': out.user = value; break;
      case 'l': out.links = value; break;
      case 'p': out.settings.paths.pppd = value; break;
      case 'P': out.settings.files = {.options = value.substr(0, value.rfind('/') + 1) + "options", .peers = value}; break;
      case 'i': {
        unsigned seconds = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (error != std::errc{} || end != value.data() + value.size()) {
          fmt::print(stderr, "ghost-supervisor: --idle needs a number of seconds\n");
          return kUsageError + 1;
        }
        out.settings.idle = std::chrono::seconds(seconds);
        break;
      }
      case 'h': fmt::print("{}", kHelp); return EXIT_SUCCESS + 1;
      default: return kUsageError + 1;
    }
  }
  if (optind == argc) return 0;
  fmt::print(stderr, "ghost-supervisor: unexpected argument \"{}\"\n", argv[optind]);
  return kUsageError + 1;
}

uid_t user_id(const std::string& name) {
  errno = 0;
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) throw std::runtime_error(fmt::format("there is no user \"{}\"", name));
  return entry->pw_uid;
}

UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path of the socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) fail("socket");
  ::unlink(path.c_str());
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) fail("bind");
  if (::chmod(path.c_str(), 0666) < 0) fail("chmod");  // SO_PEERCRED decides who may ask
  if (::listen(fd.get(), 16) < 0) fail("listen");
  return fd;
}

UniqueFd listener(const Arguments& arguments) {
  if (!arguments.socket.empty()) return listen_at(arguments.socket);
  if (::sd_listen_fds(1) != 1)
    throw std::runtime_error("the service manager must pass exactly one socket; without it, use --socket");
  UniqueFd fd(SD_LISTEN_FDS_START);
  if (::sd_is_socket(fd.get(), AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
    throw std::runtime_error("the service manager passed something else than a listening SOCK_SEQPACKET socket");
  // We do not rely on NonBlocking= of the unit.
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) < 0) fail("fcntl(F_SETFL)");
  return fd;
}

int run(const Arguments& arguments, supervisor::SystemJournal& journal) {
  auto settings = arguments.settings;
  settings.paths.scripts = GHOSTD_PPP_SCRIPTS;
  settings.allowed = user_id(arguments.user);
  config::Roots roots;
  if (!arguments.links.empty()) roots.link_directories = {arguments.links};
  supervisor::ConfiguredLinks links(std::move(roots));

  // First of all, because the protocol fixes its number, and nothing else may take that number if the socket is missing.
  UniqueFd socket = listener(arguments);
  loop::EventLoop loop;
  loop.answer_watchdog();
  supervisor::Supervisor supervisor(loop, std::move(socket), std::move(settings), links, journal);
  const auto stop = [&](const signalfd_siginfo&) {
    ::sd_notify(0, "STOPPING=1");
    supervisor.shut_down();
  };
  loop::SignalSource term(loop, SIGTERM, stop);
  loop::SignalSource interrupt(loop, SIGINT, stop);
  // Before the exits of children: if the service manager stopped pppd together with us, that end was requested.
  term.set_priority(loop::kPriorityImportant);
  interrupt.set_priority(loop::kPriorityImportant);
  ::sd_notify(0, "READY=1");
  const int status = loop.run();
  if (!loop.failure().empty()) journal.note(LOG_ERR, {}, CallSerial::none, "leaving: " + loop.failure());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const int leave = parse(argc, argv, arguments); leave != 0) return leave - 1;
  ::umask(022);
  supervisor::SystemJournal journal;
  try {
    return run(arguments, journal);
  } catch (const std::exception& e) {
    journal.note(LOG_ERR, {}, CallSerial::none, e.what());
    return EXIT_FAILURE;
  }
}
