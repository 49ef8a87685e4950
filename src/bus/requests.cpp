// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/requests.hpp"

#include "bus/names.hpp"

namespace ghost::bus {
namespace {

tl::unexpected<RequestError> not_supported() {
  return tl::unexpected(RequestError{RequestError::Kind::NotSupported, "this ghostd knows nothing of appearances"});
}

}  // namespace

const char* error_name(RequestError::Kind kind) {
  switch (kind) {
    case RequestError::Kind::NoSuchLink: return kErrorNoSuchLink;
    case RequestError::Kind::Blocked: return kErrorBlocked;
    case RequestError::Kind::ConfigInvalid: return kErrorConfigInvalid;
    case RequestError::Kind::NotSupported: return kErrorNotSupported;
    case RequestError::Kind::InvalidArgument: return kErrorInvalidArgument;
    case RequestError::Kind::Failed: break;
  }
  return kErrorFailed;
}

void Requests::look(const std::string&) {}

Accepted Requests::appear(const std::string&, core::Duration) { return not_supported(); }
tl::expected<TickAnswer, RequestError> Requests::appear_tick(const std::string&, core::TickKind,
                                                            std::optional<core::WallTime>) {
  return not_supported();
}
tl::expected<std::vector<core::AppearanceRecord>, RequestError> Requests::appearances(const std::string&) {
  return not_supported();
}

}  // namespace ghost::bus
