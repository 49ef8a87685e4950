// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of our routes in main. The kernel gets them, and Metric= must not name one of them.
#pragma once
#include <cstdint>

namespace ghost {

// The number of links that can each have their own metrics below.
inline constexpr unsigned kRanks = 700;

// The route into the demand interface is always there; a call adds one in front of it. rank orders the links
// (0 is the best): of two links that are up, the better one carries the traffic. A metric is never 0, because
// IPv6 reads that as 1024.
constexpr std::uint32_t call_metric(unsigned rank) { return 1 + rank; }
constexpr std::uint32_t demand_metric(unsigned rank) { return 1000 + rank; }
static_assert(call_metric(kRanks) < demand_metric(0));

// A standby link (Metric=) has its routes in main: the call's with its metric, the demand interface's with the next.
inline constexpr std::uint32_t kStandbyMetricMax = 0xffff'fffe;
constexpr std::uint32_t standby_call_metric(std::uint32_t metric) { return metric; }
constexpr std::uint32_t standby_demand_metric(std::uint32_t metric) { return metric + 1; }

}  // namespace ghost
