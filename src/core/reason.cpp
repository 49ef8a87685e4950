// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/reason.hpp"

#include <array>
#include <utility>

namespace ghost::core {
namespace {
using enum CallEnd;
constexpr std::array<std::pair<CallEnd, std::string_view>, 21> kNames{{
    {HungUp, "HungUp"},
    {Busy, "Busy"},
    {NoCarrier, "NoCarrier"},
    {NoDialtone, "NoDialtone"},
    {NoAnswer, "NoAnswer"},
    {ConnectFailed, "ConnectFailed"},
    {AuthFailed, "AuthFailed"},
    {NegotiationFailed, "NegotiationFailed"},
    {PeerDead, "PeerDead"},
    {PeerHungUp, "PeerHungUp"},
    {CarrierLost, "CarrierLost"},
    {DeviceMissing, "DeviceMissing"},
    {ConfigError, "ConfigError"},
    {TimedOut, "TimedOut"},
    {Killed, "Killed"},
    {Crashed, "Crashed"},
    {SupervisorLost, "SupervisorLost"},
    {AddressConflict, "AddressConflict"},
    {SimRefused, "SimRefused"},
    {NotRegistered, "NotRegistered"},
    {Failed, "Failed"},
}};

constexpr std::array<std::pair<CallStage, std::string_view>, 6> kStages{{
    {CallStage::unknown, "unknown"},
    {CallStage::connecting, "connecting"},
    {CallStage::negotiating, "negotiating"},
    {CallStage::authenticating, "authenticating"},
    {CallStage::addressing, "addressing"},
    {CallStage::running, "running"},
}};
}  // namespace

std::string_view to_string(CallEnd reason) {
  for (const auto& [value, name] : kNames)
    if (value == reason) return name;
  return "Failed";
}

std::optional<CallEnd> call_end_from_string(std::string_view name) {
  for (const auto& [value, known] : kNames)
    if (known == name) return value;
  return std::nullopt;
}

std::string_view to_string(CallStage stage) {
  for (const auto& [value, name] : kStages)
    if (value == stage) return name;
  return "unknown";
}

std::optional<CallStage> call_stage_from_string(std::string_view name) {
  for (const auto& [value, known] : kStages)
    if (known == name) return value;
  return std::nullopt;
}

}  // namespace ghost::core
