// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nft_library.hpp"

#include <dlfcn.h>

#include <cerrno>
#include <string>
#include <type_traits>

namespace ghost::net {
namespace {

tl::unexpected<Error> unloadable(const char* name) {
  const char* const why = ::dlerror();
  return tl::unexpected(Error{ELIBACC, "nftables: " + std::string(why ? why : name)});
}

}  // namespace

void NftLibrary::Unload::operator()(void* library) const noexcept { ::dlclose(library); }

Result<NftLibrary> NftLibrary::load(const char* name) {
  void* const handle = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  if (!handle) return unloadable(name);
  NftLibrary out(handle);
  const auto find = [&](const char* symbol, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, symbol));
    return function != nullptr;
  };
  if (find("nft_ctx_new", out.ctx_new) && find("nft_ctx_free", out.ctx_free) &&
      find("nft_ctx_buffer_output", out.ctx_buffer_output) && find("nft_ctx_buffer_error", out.ctx_buffer_error) &&
      find("nft_ctx_get_output_buffer", out.ctx_get_output_buffer) &&
      find("nft_ctx_get_error_buffer", out.ctx_get_error_buffer) && find("nft_ctx_set_dry_run", out.ctx_set_dry_run) &&
      find("nft_ctx_output_set_flags", out.ctx_output_set_flags) && find("nft_run_cmd_from_buffer", out.run_cmd_from_buffer))
    return out;
  return unloadable(name);
}

}  // namespace ghost::net
