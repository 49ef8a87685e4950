// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/connect_scripts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"
#include "ppp/connect_script.hpp"

namespace ghost::supervisor {

std::string ConnectScripts::connect_of(const std::string& link, CallSerial serial, const ppp::PppdOptions& options) {
  const auto path = path_of(link);
  auto telling = ppp::telling_connect(options, path);
  if (telling.script.empty()) return telling.command;
  const auto error = store(path, telling.script);
  if (error.empty()) return telling.command;
  journal_.note(LOG_WARNING, link, serial, "why a connect script fails cannot be known: " + error);
  return {};
}

std::string ConnectScripts::store(const std::string& path, const std::string& text) const {
  const auto failed = [](const std::string& what) { return what + ": " + std::strerror(errno); };
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) return failed(directory_);
  struct stat st{};
  if (::lstat(directory_.c_str(), &st) != 0) return failed(directory_);
  if (!S_ISDIR(st.st_mode) || st.st_uid != ::geteuid() || (st.st_mode & 077) != 0) return directory_ + " is not root's alone";
  ::unlink(path.c_str());
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed(path);
  if (::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  auto error = failed(path);
  ::unlink(path.c_str());
  return error;
}

void ConnectScripts::forget(const std::string& link) { ::unlink(path_of(link).c_str()); }

}  // namespace ghost::supervisor
