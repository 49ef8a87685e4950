// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables, in memory only while it is needed. With its dependencies (gmp, jansson, xtables, nftnl) it would be a third of
// ghostd's memory, and ghostd uses it only a few times per call. So it is loaded for each question and unloaded after it (dlopen(3)).
#pragma once
#include <nftables/libnftables.h>

#include <memory>

#include "net/error.hpp"

namespace ghost::net {

class NftLibrary {
 public:
  static constexpr const char* kName = "libnftables.so.1";
  // A failure to load it may be temporary (an upgrade in progress, a lack of memory): an error (ELIBACC) like any other refusal.
  [[nodiscard]] static Result<NftLibrary> load(const char* name = kName);

  // The same as in libnftables(3).
  decltype(&::nft_ctx_new) ctx_new{};
  decltype(&::nft_ctx_free) ctx_free{};
  decltype(&::nft_ctx_buffer_output) ctx_buffer_output{};
  decltype(&::nft_ctx_buffer_error) ctx_buffer_error{};
  decltype(&::nft_ctx_get_output_buffer) ctx_get_output_buffer{};
  decltype(&::nft_ctx_get_error_buffer) ctx_get_error_buffer{};
  decltype(&::nft_ctx_set_dry_run) ctx_set_dry_run{};
  decltype(&::nft_ctx_output_set_flags) ctx_output_set_flags{};
  decltype(&::nft_run_cmd_from_buffer) run_cmd_from_buffer{};

 private:
  explicit NftLibrary(void* library) : library_(library) {}
  struct Unload {
    void operator()(void* library) const noexcept;
  };
  std::unique_ptr<void, Unload> library_;
};

}  // namespace ghost::net
