// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/authority.hpp"

#include <tuple>
#include <utility>

#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {
namespace {

using Verdict = Authority::Verdict;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using Result = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;  // authorized, challenge, details

// CheckAuthorizationFlags
constexpr std::uint32_t kAllowUserInteraction = 1;

Verdict verdict_of(const sdbus::Error& error) {
  const std::string name = error.getName();
  if (name == "org.freedesktop.DBus.Error.NoReply" || name == "org.freedesktop.DBus.Error.Timeout" ||
      name == "org.freedesktop.DBus.Error.TimedOut")
    return Verdict::silent;
  // polkit is not installed, is masked, or has ended without an answer.
  if (name.starts_with("org.freedesktop.DBus.Error.") || name.starts_with("org.freedesktop.systemd1.")) return Verdict::no_polkit;
  return Verdict::refused;
}

Verdict verdict_of(const Result& result) {
  if (std::get<0>(result)) return Verdict::allowed;
  return std::get<1>(result) ? Verdict::needs_admin : Verdict::refused;
}

}  // namespace

void Authority::ask(Question question, Answer answer) {
  answer = guarded(loop_, std::move(answer));
  try {
    if (!driver_) driver_ = sdbus::createProxy(bus_, BusName("org.freedesktop.DBus"), sdbus::ObjectPath("/org/freedesktop/DBus"));
    driver_->callMethodAsync("GetConnectionUnixUser")
        .onInterface("org.freedesktop.DBus")
        .withArguments(question.sender)
        .uponReplyInvoke([this, question, answer](AsyncError error, const std::uint32_t& uid) {
          if (error) return answer(Verdict::refused);  // the caller has gone
          if (uid == 0) return answer(Verdict::allowed);
          ask_polkit(question, uid, answer);
        });
  } catch (const sdbus::Error&) {
    // The connection is gone, and the caller with it. The bus pump reports that.
  }
}

void Authority::ask_polkit(const Question& question, std::uint32_t uid, Answer answer) {
  if (const auto at = waiting_.find(uid); at != waiting_.end() && at->second >= kMostQuestionsOfOne) return answer(Verdict::busy);
  const auto id = "ghostd-" + std::to_string(++last_);
  try {
    if (!polkit_)
      polkit_ = sdbus::createProxy(bus_, BusName("org.freedesktop.PolicyKit1"),
                                   sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority"));
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withTimeout(question.interactive ? kPatienceWithPeople : patience_)
        .withArguments(Subject("system-bus-name", {{"name", sdbus::Variant(question.sender)}}), question.action, question.details,
                       question.interactive ? kAllowUserInteraction : std::uint32_t{0}, id)
        .uponReplyInvoke([this, uid, id, answer](AsyncError error, const Result& result) {
          if (--waiting_[uid] == 0) waiting_.erase(uid);
          const auto verdict = error ? verdict_of(*error) : verdict_of(result);
          if (verdict == Verdict::silent) withdraw(id);
          answer(verdict);
        });
    ++waiting_[uid];
  } catch (const sdbus::Error&) {
    // As above.
  }
}

void Authority::withdraw(const std::string& id) {
  try {
    polkit_->callMethodAsync("CancelCheckAuthorization")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withArguments(id)
        .uponReplyInvoke([](AsyncError) {});
  } catch (const sdbus::Error&) {
    // The connection is gone, and with it the question.
  }
}

std::string refusal(Verdict verdict, const std::string& action) {
  switch (verdict) {
    case Verdict::allowed: return "";
    case Verdict::refused: return "polkit does not allow " + action + " to this user";
    case Verdict::needs_admin: return action + " needs an administrator's password, and nobody could be asked for it";
    case Verdict::no_polkit: return action + " needs root, because polkit is not available";
    case Verdict::silent: return action + " was not decided, because polkit does not answer; root needs no decision";
    case Verdict::busy:
      return action + " was not decided, because too many requests of this user wait for polkit; root needs no decision";
  }
  return "";
}

}  // namespace ghost::bus
