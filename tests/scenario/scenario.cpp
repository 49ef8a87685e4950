// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/overloaded.hpp"
#include "packets.hpp"

namespace ghost::test {
namespace {

using namespace core;

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
Packet bytes_of(std::string_view name) { return {name.begin(), name.end()}; }

// The name a packet was made with; anything else than the very packet is shown as what it is.
std::string name_of(const PacketBytes& bytes) {
  const auto info = describe_packet(bytes);
  if (!info) return "<no packet>";
  const std::size_t headers = (info->family() == Family::v6 ? 40 : 20) + (info->protocol == 6 ? 20 : 8);
  const std::string name(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(headers, bytes.size())), bytes.end());
  if (bytes == udp4(name) || bytes == udp6(name) || bytes == syn4(name)) return name;
  return "<" + info->str() + ">";
}

std::string text(CallSerial serial) { return std::to_string(number(serial)); }
std::string text(Family family) { return std::string(to_string(family)); }

std::string text(const std::vector<PacketBytes>& packets) {
  if (packets.empty()) return "nothing";
  std::string out;
  for (const auto& p : packets) out += (out.empty() ? "" : " ") + name_of(p);
  return out;
}

// What a call's machine wants, and a link.
std::string one(const StartCall& e) { return "start " + text(e.serial) + (e.peer.empty() ? "" : " by " + e.peer); }
std::string one(const EndCall& e) { return "end " + text(e.serial); }
std::string one(const Recover& e) {
  return "recover by " + std::string(to_string(e.step)) + " after " + text(e.after) + (e.peer.empty() ? "" : " by " + e.peer);
}
std::string one(const PrepareInterface&) { return "prepare interface"; }
std::string one(const AskFarEnd& e) {
  std::string out = "ask";
  for (const auto& a : e.targets) out += " " + a.str();
  return out + " from " + e.local.str();
}
std::string one(const StopAsking& e) { return e.in_vain ? "stop asking, in vain" : "stop asking"; }
std::string one(const Handover& e) { return "hand over " + text(e.serial) + " " + text(e.family) + ": " + text(e.packets); }
std::string one(const Reinject& e) { return "reinject " + text(e.packets); }
std::string one(const SettleQueue& e) { return "settle " + text(e.serial) + (e.force ? " by force" : ""); }
std::string one(const RefuseFamily& e) { return (e.refuse ? "refuse " : "admit ") + text(e.family); }
std::string one(const SayFarewell& e) { return "farewell? " + e.reason; }
std::string one(const RouteBack& e) {
  if (!e.family) return "route back";
  return *e.family == Family::v4 ? "route IPv4 back" : "route IPv6 back";
}
std::string one(const CheckDrained& e) { return "drained? " + text(e.serial); }
std::string one(const AskIdle& e) { return "idle? " + text(e.serial); }
std::string one(const AskReceived& e) { return "received? " + text(e.serial); }
std::string one(const ForgetAddress& e) { return "forget " + e.address.str(); }
std::string one(const SetBlocked& e) { return e.blocked ? "block" : "unblock"; }
std::string one(const GiveUpPlace&) { return "give up place"; }
std::string one(const PlaceChanged&) { return "place changed"; }
std::string one(const Save& e) { return "save " + std::to_string(e.generation); }
std::string one(const AskTimer& e) { return e.question == TimerQuestion::keep_promise ? "timer? to keep" : "timer? to tell"; }
std::string one(const TickJudged& e) { return (e.due.due ? "due: " : "not due: ") + std::string(to_string(e.due.verdict)); }
std::string one(const MakeReady& e) { return e.wanted ? "make ready" : "not ready"; }
std::string one(const Tell& e) {
  const auto& n = e.what.notice;
  std::string out = "tell " + e.what.announce.name + (n.kind == NoticeKind::appear ? ":" : " it is gone from");
  for (const auto& a : n.addresses) out += " " + a.str();
  if (n.next) out += ", next";
  return out;
}
std::string one(const Echo& e) { return "echo " + std::to_string(e.what.id); }
std::string one(const Abandon& e) { return "abandon " + std::to_string(e.id); }
std::string one(const NoticeNews& e) {
  return e.notice.name + ": " + (e.notice.result ? std::string(to_string(*e.notice.result)) : "again");
}
std::string one(const TellAppeared&) { return "appeared"; }
std::string one(const TellVanished& e) { return "vanished (" + e.reason + ")"; }

// What must hold of the transitions of any step: they lead, one by one, from the state before to the state after.
void expect_connected(const Row& row, Shown before, const std::vector<Transition>& transitions, Shown after) {
  for (const auto& t : transitions) {
    if (t.from != before)
      ADD_FAILURE_AT(row.file, row.line) << "a transition from " << to_string(t.from) << ", it was " << to_string(before);
    before = t.to;
  }
  if (before != after) ADD_FAILURE_AT(row.file, row.line) << "no transition tells that it is " << to_string(after);
}

}  // namespace

LinkConfig isp() {
  LinkConfig config;
  config.name = "isp";
  config.stable = {ip("192.0.0.2")};
  config.routes = {default_prefix(Family::v4)};
  return config;
}

LinkConfig dual() {
  auto config = isp();
  config.stable.push_back(ip("2001:db8::2"));
  config.routes.push_back(default_prefix(Family::v6));
  return config;
}

LinkConfig two_ways() {
  auto config = isp();
  config.ppp.peers = {"first", "second"};
  return config;
}

LinkMachine unlisted(LinkConfig config, std::optional<Block> blocked, const Ways& ways, FailuresInARow row) {
  return {std::move(config), blocked, Time{}, row, std::nullopt, ways};
}
LinkMachine machine(LinkConfig config) {
  auto link = unlisted(std::move(config));
  (void)link.step(Listed{CallSerial::none}, Time{});
  return link;
}

PacketBytes udp4(std::string_view name) { return ipv4("192.0.0.2", "9.9.9.9", {}, udp(5353, 53, bytes_of(name))); }
PacketBytes udp6(std::string_view name) { return ipv6("2001:db8::2", "2001:db8:9::9", 17, udp(5353, 53, bytes_of(name))); }
PacketBytes syn4(std::string_view name) {
  std::uint32_t sequence = 0;
  for (const char c : name) sequence = sequence * 31 + static_cast<unsigned char>(c);
  return ipv4("192.0.0.2", "9.9.9.9", {.protocol = 6}, tcp(40000, 443, kSyn, sequence) + bytes_of(name));
}

Event agreed(unsigned call, std::string_view local, std::string_view remote) {
  return CallReport{CallSerial{call}, CallAddress{ip(local), ip(remote), {ip("9.9.9.10")}}};
}
Event address(std::string_view local) { return AddressAppeared{ip(local)}; }
Event address(std::string_view local, std::string_view peer) { return AddressAppeared{ip(local), ip(peer)}; }
Event answered(std::string_view local) { return FarEndAnswered{ip(local)}; }
Event address_gone(std::string_view local) { return AddressVanished{ip(local)}; }

std::string words(const Effect& effect) {
  return std::visit([](const auto& e) { return one(e); }, effect);
}

std::string words(const LinkEffect& effect) {
  return std::visit([](const auto& e) { return one(e); }, effect);
}

std::string words(const LinkEvent& event) {
  return std::visit(Overloaded{
                        [](const Event& e) { return words(e); },
                        [](const AppearancesEvent& outer) {
                          return std::visit(
                              Overloaded{
                                  [](const AppearAsked&) { return std::string("appear"); },
                                  [](const TickAsked& e) { return "tick: " + std::string(to_string(e.kind)); },
                                  [](const TimerSeen& e) { return std::string(e.active ? "timer active" : "timer stopped"); },
                                  [](const TimerIsActive& e) {
                                    return std::string(e.question == TimerQuestion::keep_promise ? "timer: keep" : "timer: tell");
                                  },
                                  [](const ClockSet&) { return std::string("clock set"); },
                                  [](const Written& e) { return "written " + std::to_string(e.generation); },
                                  [](const NoticeAnswered& e) {
                                    return "answer " + std::to_string(e.id) + " " + std::string(to_string(e.result));
                                  },
                              },
                              outer);
                        },
                    },
                    event);
}

std::string words(const Event& event) {
  const auto call = [](CallSerial s) { return " " + std::to_string(number(s)); };
  return std::visit(
      Overloaded{
          [](const PacketsArrived& e) {
            std::string out = "packets";
            for (const auto& packet : e.packets) {
              const auto info = describe_packet(packet);
              out += " " + (info ? info->str() : std::string("malformed"));
            }
            return out;
          },
          [](const ConnectAsked& e) { return e.by + (e.patient ? ", patiently" : ""); },
          [](const AppearanceOver&) { return std::string("appearance over"); },
          [](const DisconnectAsked&) { return std::string("disconnect"); },
          [](const BlockAsked&) { return std::string("block"); },
          [](const UnblockAsked&) { return std::string("unblock"); },
          [](const LeaveAsked&) { return std::string("leave"); },
          [](const SleepAsked&) { return std::string("about to sleep"); },
          [](const Woke& e) { return std::string(e.slept ? "woke" : "no sleep"); },
          [](const FarewellWanted& e) { return std::string(e.wanted ? "farewell wanted" : "no farewell"); },
          [](const FarewellSaid&) { return std::string("farewell said"); },
          [](const Impaired& e) { return std::string(e.impaired ? "impaired" : "whole again"); },
          [](const StandsBehind& e) { return std::string(e.behind ? "behind" : "in front"); },
          [](const Reconfigured& e) { return "reconfigured, families: " + std::to_string(e.config.stable.size()); },
          [](const PartAsked& e) { return std::string(e.then ? "another place" : "taken away"); },
          [](const PlaceGivenUp& e) { return e.refusal ? "the routes stay: " + *e.refusal : std::string("place given up"); },
          [&](const CallReport& e) {
            const auto* gone = std::get_if<CallGone>(&e.what);
            if (gone) return "gone" + call(e.serial) + " " + std::string(to_string(gone->reason));
            const auto* started = std::get_if<CallStarted>(&e.what);
            return (started ? "started" : "agreed") + call(e.serial) +
                   (started && !started->peer.empty() ? " by " + started->peer : "");
          },
          [](const DeviceReturned&) { return std::string("device returned"); },
          [&](const RecoveryReport& e) {
            return "step " + std::string(to_string(e.step)) + " after" + call(e.after) +
                   (!e.end      ? " runs"
                    : e.end->ok ? " done"
                                : " failed");
          },
          [](const Listed&) { return std::string("listed"); },
          [](const SupervisorGone&) { return std::string("supervisor gone"); },
          [](const InterfaceAppeared&) { return std::string("interface"); },
          [](const AddressAppeared& e) { return "address " + e.local.str() + (e.peer ? " of " + e.peer->str() : ""); },
          [](const FarEndAnswered& e) { return "the far end answers " + e.local.str(); },
          [](const AddressVanished& e) { return "address gone " + e.local.str(); },
          [](const AddressConflicts& e) { return "conflict: " + e.detail; },
          [](const SentOn& e) {
            return "sent on " + std::to_string(e.replayed) + " of " + std::to_string(e.replayed + e.drops.total());
          },
          [&](const HandedOver& e) { return "handed over" + call(e.serial) + " " + e.error.value_or(""); },
          [&](const QueueReport& e) { return "queue" + call(e.serial) + (e.normal ? " normal" : " busy"); },
          [&](const DrainReport& e) { return "drained" + call(e.serial) + (e.empty ? " yes" : " no"); },
          [&](const IdleReport& e) {
            return "idle" + call(e.serial) + " " + (e.remaining ? std::to_string(e.remaining->count()) : "?");
          },
          [&](const ReceivedReport& e) {
            return "received" + call(e.serial) + " " + (e.packets ? std::to_string(*e.packets) : "?");
          },
          [](const DeadlinePassed&) { return std::string("due"); },
      },
      event);
}

std::string words(const LinkMachine& machine) {
  const auto status = machine.status();
  auto out = status.state + " (" + status.reason + ")";
  if (status.blocked) out += ", blocked";
  if (status.buffered_packets > 0) out += ", " + std::to_string(status.buffered_packets) + " waiting";
  return out;
}

// The far end sends packets all the time. So the questions about that need no rows, except in a table that answers them itself.
void far_end_sends(LinkMachine& machine, Time until) {
  static std::uint32_t packets = 0;
  while (const auto* up = machine.carries()) {
    const auto due = up->back.deadline();
    if (!due || *due > until) return;
    const auto told = ReceivedReport{up->call.serial, ++packets};
    const auto again = ReceivedReport{up->call.serial, ++packets};
    const bool waits_for_this = machine.deadline() == due && !up->settling.deadline();
    if (waits_for_this) (void)machine.step(DeadlinePassed{}, *due);
    (void)machine.step(told, *due);
    if (!waits_for_this) (void)machine.step(again, *due + 1min);
  }
}

void play(LinkMachine& machine, std::vector<Row> rows) {
  auto last = Time::min();
  const bool answers_itself = std::any_of(rows.begin(), rows.end(),
                                          [](const Row& row) { return std::holds_alternative<ReceivedReport>(row.event); });
  for (auto& row : rows) {
    if (!answers_itself) far_end_sends(machine, Time{} + row.at);
    const auto now = Time{} + row.at;
    const auto wake = machine.deadline() ? std::optional(std::max(*machine.deadline(), last)) : std::nullopt;
    last = now;
    if (std::holds_alternative<DeadlinePassed>(row.event) && wake != now)
      ADD_FAILURE_AT(row.file, row.line) << "due at " << (wake ? std::to_string(wake->time_since_epoch().count()) : "no time")
                                         << " us";
    const auto before = shown(machine.state());
    const auto step = machine.step(std::move(row.event), now);
    std::vector<std::string> effects;
    for (const auto& e : step.effects) effects.push_back(words(e));
    if (effects != row.effects)
      ADD_FAILURE_AT(row.file, row.line) << "wanted:   " << testing::PrintToString(row.effects)
                                         << "\nbut asked: " << testing::PrintToString(effects);
    if (words(machine) != row.state)
      ADD_FAILURE_AT(row.file, row.line) << "wanted: " << row.state << "\nbut is: " << words(machine);
    expect_connected(row, before, step.transitions, shown(machine.state()));
  }
}

LinkMachine play(LinkConfig config, std::vector<Row> rows) {
  auto link = machine(std::move(config));
  play(link, std::move(rows));
  return link;
}

}  // namespace ghost::test
