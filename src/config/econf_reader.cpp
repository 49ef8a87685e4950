// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/econf_reader.hpp"

#include <fmt/format.h>
#include <libeconf.h>
#include <libeconf_ext.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "base/unique_fd.hpp"

namespace ghost::config {
namespace {

struct FreeFile {
  void operator()(econf_file* file) const { econf_freeFile(file); }
};
struct FreeValue {
  void operator()(econf_ext_value* value) const { econf_freeExtValue(value); }
};
using File = std::unique_ptr<econf_file, FreeFile>;
using Value = std::unique_ptr<econf_ext_value, FreeValue>;

UniqueFd memory_file(std::string_view text) {
  UniqueFd fd(memfd_create("ghostd-config", MFD_CLOEXEC));
  if (!fd) throw std::system_error(errno, std::generic_category(), "memfd_create");
  while (!text.empty()) {
    const auto n = ::write(fd.get(), text.data(), text.size());
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "write to memfd");
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return fd;
}

std::string joined(char** values) {
  std::string out;
  for (; values != nullptr && *values != nullptr; ++values) out += (out.empty() ? "" : " ") + std::string(*values);
  return out;
}

}  // namespace

tl::expected<std::vector<Assignment>, Diagnostic> read_assignments(const std::string& file, const Scanned& scanned) {
  if (scanned.keys.empty()) return {};
  const auto fd = memory_file(scanned.text);
  const auto path = fmt::format("/proc/self/fd/{}", fd.get());
  econf_file* raw = nullptr;
  if (const auto error = econf_readFile(&raw, path.c_str(), "=", "#"); error != ECONF_SUCCESS) {
    char* where = nullptr;
    std::uint64_t line = 0;
    econf_errLocation(&where, &line);
    std::free(where);
    return tl::unexpected(Diagnostic{file, static_cast<unsigned>(line), econf_errString(error)});
  }
  const File parsed(raw);

  std::vector<Assignment> out;
  for (const auto& [section, key, line] : scanned.keys) {
    econf_ext_value* found = nullptr;
    if (const auto error = econf_getExtValue(parsed.get(), section.c_str(), key.c_str(), &found);
        error != ECONF_SUCCESS)
      return tl::unexpected(Diagnostic{file, line, fmt::format("{}=: {}", key, econf_errString(error))});
    const Value value(found);
    if (value->line_number != line)
      return tl::unexpected(
          Diagnostic{file, line, fmt::format("{}=: libeconf has it from line {}", key, value->line_number)});
    out.push_back({section, key, joined(value->values), line});
  }
  return out;
}

}  // namespace ghost::config
