// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/requests.hpp"

#include "bus/names.hpp"

namespace ghost::bus {
const char* error_name(RequestError::Kind kind) {
  switch (kind) {
    case RequestError::Kind::NoSuchLink: return kErrorNoSuchLink;
    case RequestError::Kind::Blocked: return kErrorBlocked;
    case RequestError::Kind::ConfigInvalid: return kErrorConfigInvalid;
    case RequestError::Kind::InvalidArgument: return kErrorInvalidArgument;
    case RequestError::Kind::Failed: break;
  }
  return kErrorFailed;
}

void Requests::asked(const std::string&, const std::string&, const Asker&) {}
void Requests::look(const std::string&) {}

}  // namespace ghost::bus
