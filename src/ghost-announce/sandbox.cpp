// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>

namespace ghost::announce {
namespace {

constexpr rlim_t kMemory = 256UL << 20;      // private and writable
constexpr rlim_t kAddressSpace = 1UL << 30;  // libraries, stacks and all that is mapped but not touched
constexpr rlim_t kFiles = 64;
constexpr rlim_t kFileSize = 1UL << 20;

tl::unexpected<std::string> not_shut_in(std::string_view what, int error) {
  return tl::unexpected(fmt::format("sandbox: {}: {}", what, std::strerror(error)));
}

bool limit(int resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) return false;
  const rlim_t value = now.rlim_max == RLIM_INFINITY ? most : std::min(most, now.rlim_max);
  const rlimit wanted{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) == 0;
}

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};

// Collects rules. If one fails, it is remembered and no filter is loaded.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
    if (!context_) error_ = ENOMEM;
  }
  void rule(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || error_ != 0) return;  // this architecture has none of that name
    const int result = ::seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(arguments.size()),
                                                arguments.begin());
    if (result != 0) error_ = -result;
  }
  void allow(std::span<const char* const> names) {
    for (const auto* name : names) rule(SCMP_ACT_ALLOW, name);
  }
  void allow_if(const char* name, std::initializer_list<scmp_arg_cmp> arguments) { rule(SCMP_ACT_ALLOW, name, arguments); }
  [[nodiscard]] tl::expected<void, std::string> load() {
    if (error_ == 0) error_ = -::seccomp_load(context_.get());
    if (error_ != 0) return not_shut_in("seccomp", error_);
    return {};
  }

 private:
  std::unique_ptr<void, Release> context_;
  int error_ = 0;
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

// To end, to be told a signal, to have memory that is never executable, to know the time and oneself.
void allow_to_live(Filter& filter) {
  static constexpr std::array kNames{
      "read",    "readv",        "write",          "writev",        "close",           "fstat",
      "lseek",   "poll",         "ppoll",          "brk",           "munmap",          "mremap",
      "madvise", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",  "sigreturn",       "restart_syscall",
      "futex",   "exit",         "exit_group",     "getpid",        "gettid",          "getuid",
      "geteuid", "getgid",       "getegid",        "clock_gettime", "clock_gettime64", "gettimeofday",
      "time",    "getrandom",    "sched_yield",    "getrlimit",     "sysinfo",         "sched_getaffinity",
      "uname"};
  filter.allow(kNames);
  filter.allow_if("prlimit64", {is(0, 0), is(2, 0)});  // to ask for one's own
  for (const auto* name : {"mmap", "mmap2", "mprotect"}) filter.allow_if(name, {masked(2, PROT_EXEC, 0)});
  filter.allow_if("tgkill", {is(0, static_cast<std::uint64_t>(::getpid()))});  // abort(3)
}

void allow_to_read_files(Filter& filter) {
  static constexpr std::array kNames{"pread64", "newfstatat", "stat",      "stat64",     "lstat",    "fstat64",    "fstatat64",
                                     "statx",   "access",     "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64"};
  filter.allow(kNames);
  filter.allow_if("open", {masked(1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)});
  filter.allow_if("openat", {masked(2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)});
}

void allow_network(Filter& filter) {
  static constexpr std::array kNames{"connect",    "bind",     "getsockname", "getpeername", "setsockopt", "getsockopt",
                                     "sendto",     "send",     "sendmsg",     "sendmmsg",    "recvfrom",   "recv",
                                     "recvmsg",    "recvmmsg", "shutdown",    "pipe",        "pipe2",      "eventfd2",
                                     "socketpair", "select",   "_newselect",  "pselect6",    "nanosleep",  "clock_nanosleep"};
  filter.allow(kNames);
  filter.allow_if("socket", {is(0, AF_INET)});
  filter.allow_if("socket", {is(0, AF_INET6)});
  // glibc tries to ask nscd and netlink and works without them.
  filter.rule(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", {is(0, AF_UNIX)});
  filter.rule(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", {is(0, AF_NETLINK)});
  for (const auto request : {FIONREAD, FIONBIO}) filter.allow_if("ioctl", {is(1, static_cast<std::uint64_t>(request))});
  for (const auto command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL})
    for (const auto* name : {"fcntl", "fcntl64"}) filter.allow_if(name, {is(1, static_cast<std::uint64_t>(command))});
}

// Does not call capset(2) if there are none: the unit's filter forbids it. AmbientCapabilities= leaves CAP_NET_ADMIN inheritable. That
// gives nothing to this process, nor to another, because no_new_privs holds.
tl::expected<void, std::string> drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> has{};
  if (::syscall(SYS_capget, &header, has.data()) != 0) return not_shut_in("capabilities", errno);
  const auto any = [](const auto& one) { return (one.effective | one.permitted) != 0; };
  if (!any(has[0]) && !any(has[1])) return {};
  has = {};
  if (::syscall(SYS_capset, &header, has.data()) != 0) return not_shut_in("capabilities", errno);
  return {};
}

}  // namespace

tl::expected<void, std::string> give_up_privileges(core::Duration cpu_time) {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return not_shut_in("dumpable", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return not_shut_in("no_new_privs", errno);
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return not_shut_in("ambient capabilities", errno);
  if (auto none = drop_capabilities(); !none) return none;
  const auto seconds = static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(cpu_time).count());
  bool good = limit(RLIMIT_CORE, 0) && limit(RLIMIT_DATA, kMemory) && limit(RLIMIT_CPU, seconds) &&
              limit(RLIMIT_NOFILE, kFiles) && limit(RLIMIT_FSIZE, kFileSize);
#ifndef __SANITIZE_ADDRESS__  // it maps terabytes
  good = good && limit(RLIMIT_AS, kAddressSpace);
#endif
  if (!good) return not_shut_in("limits", errno);
  return {};
}

tl::expected<void, std::string> allow_only(Work work) {
  Filter filter(SCMP_ACT_KILL_PROCESS);
  allow_to_live(filter);
  allow_to_read_files(filter);
  switch (work) {
    case Work::network: {
      const rlimit none{0, 0};
      if (::setrlimit(RLIMIT_NPROC, &none) != 0) return not_shut_in("RLIMIT_NPROC", errno);
      allow_network(filter);
      break;
    }
    case Work::file: {
      static constexpr std::array kNames{"unlinkat", "renameat", "renameat2", "fchmod", "fsync"};
      filter.allow(kNames);
      filter.allow_if("openat", {masked(2, O_ACCMODE | O_CREAT | O_EXCL, O_WRONLY | O_CREAT | O_EXCL)});
      break;
    }
  }
  return filter.load();
}

tl::expected<void, std::string> allow_only_waiting(pid_t program) {
  Filter filter(SCMP_ACT_KILL_PROCESS);
  allow_to_live(filter);
  static constexpr std::array kNames{"wait4", "waitid"};
  filter.allow(kNames);
  // pid_t is 32 bits wide in a 64-bit register.
  filter.allow_if("kill", {masked(0, 0xffffffff, static_cast<std::uint32_t>(-program))});
  return filter.load();
}

tl::expected<void, std::string> deny_to_program() {
  // clang-format off
  static constexpr std::array kNames{
      "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key",
      "request_key", "mount", "umount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount", "fsconfig", "fspick", "mount_setattr",
      "pivot_root", "chroot", "unshare", "setns", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
      "swapon", "swapoff", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "acct", "quotactl",
      "syslog", "vhangup", "iopl", "ioperm", "personality", "io_uring_setup", "open_by_handle_at", "name_to_handle_at"};
  // clang-format on
  Filter filter(SCMP_ACT_ALLOW);
  for (const auto* name : kNames) filter.rule(SCMP_ACT_ERRNO(EPERM), name);
  return filter.load();
}

}  // namespace ghost::announce
