// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nft_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace ghost::net {
namespace {

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) throw std::runtime_error("libnftables.so.1 has no " + std::string(name));
}

}  // namespace

void NftLibrary::Unload::operator()(void* library) const noexcept { ::dlclose(library); }

NftLibrary::NftLibrary() : library_(::dlopen("libnftables.so.1", RTLD_LAZY | RTLD_LOCAL)) {
  if (!library_) throw std::runtime_error(::dlerror());
  find(library_.get(), "nft_ctx_new", ctx_new);
  find(library_.get(), "nft_ctx_free", ctx_free);
  find(library_.get(), "nft_ctx_buffer_output", ctx_buffer_output);
  find(library_.get(), "nft_ctx_buffer_error", ctx_buffer_error);
  find(library_.get(), "nft_ctx_get_output_buffer", ctx_get_output_buffer);
  find(library_.get(), "nft_ctx_get_error_buffer", ctx_get_error_buffer);
  find(library_.get(), "nft_ctx_set_dry_run", ctx_set_dry_run);
  find(library_.get(), "nft_ctx_output_set_flags", ctx_output_set_flags);
  find(library_.get(), "nft_run_cmd_from_buffer", run_cmd_from_buffer);
}

}  // namespace ghost::net
