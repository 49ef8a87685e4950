// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/job.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/overloaded.hpp"
#include "ghost-announce/text_template.hpp"
#include "ghost-announce/wall_text.hpp"

namespace ghost::announce {
namespace {

using nlohmann::json;  // not ordered_json: ghostd holds one set of its templates

constexpr int kVersion = 1;
constexpr std::int64_t kLatest = 253'402'300'800;          // s, the end of the year 9999: no sum with it overflows
constexpr auto kReplace = json::error_handler_t::replace;  // a string that is not UTF-8 must not stop a notice

json texts(const std::vector<IpAddress>& addresses) {
  auto out = json::array();
  for (const auto& a : addresses) out.push_back(a.str());
  return out;
}

json notice_object(const core::Notice& n) {
  json out{{"version", kVersion},
           {"event", event_name(n.kind)},
           {"name", n.name},
           {"link", n.link},
           {"addresses", texts(n.addresses)},
           {"local_addresses", texts(n.local_addresses)},
           {"carrier_nat", n.carrier_nat},
           {"since", rfc3339(n.since)},
           {"since_unix", unix_seconds(n.since)},
           {"until", rfc3339(n.until)},
           {"until_unix", unix_seconds(n.until)},
           {"next", nullptr},
           {"next_unix", nullptr},
           {"sequence", n.sequence}};
  if (n.next) {
    out["next"] = rfc3339(*n.next);
    out["next_unix"] = unix_seconds(*n.next);
  }
  if (n.kind == core::NoticeKind::vanish) out["reason"] = n.reason;
  return out;
}

json via_object(const Via& via) {
  return {{"interface", via.interface}, {"addresses", texts(via.addresses)}, {"dns", texts(via.dns)}};
}

// Faults below are exceptions of this or nlohmann's kind and end in parse_job or parse_answer.
struct Fault {
  std::string what;
};

std::vector<IpAddress> addresses(const json& list) {
  std::vector<IpAddress> out;
  for (const auto& item : list) {
    const auto parsed = IpAddress::parse(item.get<std::string>());
    if (!parsed) throw Fault{"an invalid address"};
    out.push_back(*parsed);
  }
  return out;
}

// nlohmann converts any number. Only an integer converts without undefined behaviour, and one above INT64_MAX becomes negative.
std::int64_t time_from_zero(const json& value, std::int64_t most) {
  if (!value.is_number_integer()) throw Fault{"an invalid time"};
  const auto n = value.get<std::int64_t>();
  if (n < 0 || n > most) throw Fault{"an invalid time"};
  return n;
}

core::Duration duration(const json& value) {
  constexpr auto kMost = core::Duration(std::chrono::seconds(kLatest)).count();
  return core::Duration(time_from_zero(value, kMost));
}

core::WallTime wall(const json& value) { return core::WallTime(std::chrono::seconds(time_from_zero(value, kLatest))); }

std::uint64_t count(const json& value) {
  if (!value.is_number_unsigned()) throw Fault{"an invalid number"};
  return value.get<std::uint64_t>();
}

Via via_of(const json& v) { return {v.at("interface").get<std::string>(), addresses(v.at("addresses")), addresses(v.at("dns"))}; }

core::Notice notice_of(const json& n) {
  core::Notice out;
  if (n.at("version") != kVersion) throw Fault{"an unsupported version of the notice"};
  const auto event = n.at("event").get<std::string>();
  if (event != "appear" && event != "vanish") throw Fault{"an unknown event"};
  out.kind = event == "appear" ? core::NoticeKind::appear : core::NoticeKind::vanish;
  out.name = n.at("name").get<std::string>();
  out.link = n.at("link").get<std::string>();
  out.addresses = addresses(n.at("addresses"));
  out.local_addresses = addresses(n.at("local_addresses"));
  out.carrier_nat = n.at("carrier_nat").get<bool>();
  out.since = wall(n.at("since_unix"));
  out.until = wall(n.at("until_unix"));
  if (!n.at("next_unix").is_null()) out.next = wall(n.at("next_unix"));
  out.sequence = count(n.at("sequence"));
  out.reason = n.value("reason", std::string());
  return out;
}

// nlohmann's exceptions quote only the place in the text; what() of Fault is ours.
template <class T, class Read>
tl::expected<T, std::string> guarded(Read read) {
  try {
    return read();
  } catch (const Fault& fault) {
    return tl::unexpected(fault.what);
  } catch (const json::exception& e) {
    return tl::unexpected(fmt::format("not the expected JSON (nlohmann {})", e.id));
  }
}

}  // namespace

std::string notice_json(const core::Notice& notice) { return notice_object(notice).dump(-1, ' ', false, kReplace); }

std::string to_json(const Job& job) {
  const auto object = std::visit(Overloaded{[](const NoticeJob& j) {
                                              return json{{"notice", notice_object(j.notice)},
                                                          {"announce",
                                                           {{"name", j.announce.name},
                                                            {"url", j.announce.url},
                                                            {"more", j.announce.more},
                                                            {"credential", j.announce.credential},
                                                            {"timeout_usec", j.announce.timeout.count()}}},
                                                          {"via", via_object(j.via)}};
                                            },
                                            [](const EchoJob& j) {
                                              return json{{"echo", {{"url", j.url}, {"timeout_usec", j.timeout.count()}}},
                                                          {"via", via_object(j.via)}};
                                            }},
                                 job);
  return object.dump(-1, ' ', false, kReplace);
}

tl::expected<Job, std::string> parse_job(std::string_view text) {
  return guarded<Job>([&]() -> Job {
    const auto object = json::parse(text);
    const auto via = via_of(object.at("via"));
    if (object.contains("echo"))
      return EchoJob{object["echo"].at("url").get<std::string>(), duration(object["echo"].at("timeout_usec")), via};
    NoticeJob job{notice_of(object.at("notice")), {}, via};
    const auto& announce = object.at("announce");
    job.announce.name = announce.at("name").get<std::string>();
    job.announce.url = announce.at("url").get<std::string>();
    job.announce.more = announce.at("more").get<std::map<std::string, std::string>>();
    job.announce.credential = announce.at("credential").get<std::string>();
    job.announce.timeout = duration(announce.at("timeout_usec"));
    return job;
  });
}

std::string to_json(const Answer& answer) {
  json object{{"result", core::to_string(answer.result)},
              {"detail", answer.detail},
              {"elapsed_usec", answer.elapsed.count()},
              {"text", answer.text}};
  if (answer.clock) object["clock"] = true;
  return object.dump(-1, ' ', false, kReplace);
}

tl::expected<Answer, std::string> parse_answer(std::string_view text) {
  return guarded<Answer>([&] {
    if (text.size() > kMaxAnswer) throw Fault{"too long"};
    const auto object = json::parse(text);
    const auto result = core::notice_result(object.at("result").get<std::string>());
    if (!result) throw Fault{"an unknown result"};
    Answer out{*result, object.at("detail").get<std::string>(), duration(object.at("elapsed_usec")),
               object.at("text").get<std::string>(), object.value("clock", false)};
    for (const auto& line : {out.detail, out.text})
      for (const char c : line)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) throw Fault{"a control character"};
    if (out.detail.size() > 200 || out.text.size() > 64) throw Fault{"a text that is too long"};
    return out;
  });
}

}  // namespace ghost::announce
