// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "ppp/option_words.hpp"

namespace ghost::ppp {
namespace {

using Verdict = Remark::Verdict;
using Why = OptionFiles::NoText::Why;

constexpr std::string_view kDevice = "device name", kSpeed = "tty speed", kAddresses = "IP addresses";

struct Limits {
  std::string_view name;
  int low, high;
};
constexpr int kNoLimit = 0x7fffffff;
constexpr Limits kLimits[] = {{"maxconnect", 0, kNoLimit}, {"maxoctets", 0, kNoLimit}, {"mo", 0, kNoLimit},
                              {"mo-timeout", 0, kNoLimit}, {"mtu", 128, 16384},        {"stop-bits", 1, 2},
                              {"unit", 0, kNoLimit}};

struct Forbidden {
  std::string_view name, by, or_by;
};
constexpr Forbidden kForbidden[] = {{"defaultroute", "nodefaultroute", "-defaultroute"},
                                    {"defaultroute6", "nodefaultroute6", "-defaultroute6"},
                                    {"proxyarp", "noproxyarp", "-proxyarp"}};

bool leads_out(std::string_view name) {
  if (name.empty() || name.front() == '/') return true;
  while (!name.empty()) {
    const auto part = name.substr(0, name.find('/'));
    if (part == "..") return true;
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  return false;
}

// strtol(3), base 0, of the whole word, and not 0.
bool is_speed(std::string_view word) {
  const auto digits = word.substr(std::min(word.find_first_not_of("+-"), word.size()));
  if (word.size() - digits.size() > 1 || digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  const auto* allowed = hex ? "0123456789abcdefABCDEF" : digits.front() == '0' ? "01234567" : "0123456789";
  const auto rest = hex ? digits.substr(2) : digits;
  return !rest.empty() && rest.find_first_not_of(allowed) == std::string_view::npos &&
         rest.find_first_not_of('0') != std::string_view::npos;
}

// VPI.VCI of an ATM line.
bool is_atm(std::string_view word) {
  return word.find('.') != std::string_view::npos && word.find_first_not_of("0123456789.*?") == std::string_view::npos;
}

bool may_be_interface(std::string_view word) {
  constexpr std::size_t kMost = 15;  // IFNAMSIZ - 1
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  return !word.empty() && word.size() <= kMost && letter(word.front()) && std::all_of(word.begin(), word.end(), part);
}

class Reader {
 public:
  Reader(OptionFiles& files, const PppdFiles& where, bool privileged) : files_(files), where_(where), privileged_(privileged) {}

  PppdOptions read(const std::vector<std::string>& arguments) {
    rank_ = Rank::file;
    file(where_.options, {}, Need::optional, true);
    if (!where_.home.empty()) file(where_.home + "/.ppprc", {}, Need::optional, privileged_);
    rank_ = Rank::arguments;
    at_ = {};
    auto next = arguments.begin();
    words([&] { return next == arguments.end() ? std::nullopt : std::optional(OptionWord{.text = *next++}); }, {}, privileged_);
    settle_candidate();
    device_is_settled_ = true;
    // The plugin for PPPoE has its file read as if it belonged to the arguments.
    if (out_.channel == Channel::terminal) rank_ = Rank::file;
    if (const auto path = file_of_device()) file(*path, {}, Need::optional, true);
    return std::move(out_);
  }

 private:
  enum class Need : std::uint8_t { optional, required };
  using NextWord = std::function<std::optional<OptionWord>()>;

  void remark(Verdict verdict, Place at, std::string text) {
    // pppd has exited at the first error; but `demand` is looked for to the end.
    if (stopped_ && verdict != Verdict::refused) return;
    stopped_ = stopped_ || verdict == Verdict::stops_pppd;
    out_.remarks.push_back({verdict, std::move(at), std::move(text)});
  }

  // `from`: where the file is asked for.
  void file(const std::string& path, const Place& from, Need need, bool privileged) {
    const auto fault = [&](Verdict verdict, const std::string& why) {
      if (from.file.empty()) remark(verdict, {path, 0}, why);
      else remark(verdict, from, path + ": " + why);
    };
    if (std::find(open_.begin(), open_.end(), path) != open_.end())
      return fault(Verdict::refused, "the file includes itself; remove this line");
    if (open_.size() >= kOptionDepthMax)
      return fault(Verdict::refused, fmt::format("more than {} files include one another", kOptionDepthMax));
    if (++files_read_ > kOptionFilesMax) {
      if (files_read_ == kOptionFilesMax + 1)
        fault(Verdict::refused, fmt::format("pppd would read more than {} files of options", kOptionFilesMax));
      return;
    }
    const auto text = files_.text_of(path);
    if (!text) {
      switch (text.error().why) {
        case Why::missing:
          if (need == Need::required) fault(Verdict::stops_pppd, "cannot be opened: " + text.error().text);
          return;
        case Why::forbidden:
          // A user's own file is of no interest to other users, who cannot see whether it exists.
          if (from.file.empty() && need == Need::optional && path.ends_with("/.ppprc")) return;
          return fault(Verdict::unknown, fmt::format("cannot be read ({}), so its options are not known", text.error().text));
        case Why::not_a_file: return fault(Verdict::refused, text.error().text);
      }
    }
    read_text(path, *text, privileged);
  }

  void read_text(const std::string& path, std::string_view text, bool privileged) {
    const auto left = kOptionBytesMax - std::min(kOptionBytesMax, bytes_read_);
    const auto limit = std::min(kOptionFileMax, left);
    bool too_long = text.size() > limit;
    text = text.substr(0, limit);
    bytes_read_ += text.size();
    OptionWords source(text);
    open_.push_back(path);
    words([&] { return source.next(); }, path, privileged);
    open_.pop_back();
    too_long = too_long && words_read_ <= kOptionWordsMax;  // otherwise it was not read so far
    // Once: each further file has the same fault.
    if (too_long && !std::exchange(full_, limit < kOptionFileMax))
      remark(Verdict::refused, {path, source.line()},
             limit == kOptionFileMax ? fmt::format("the file is larger than {} bytes", kOptionFileMax)
                                     : fmt::format("all files of options are larger than {} bytes together", kOptionBytesMax));
  }

  void words(const NextWord& next, const std::string& path, bool privileged) {
    const auto outer_at = at_;
    const bool outer_privileged = std::exchange(is_privileged_, privileged);
    bool may_be_argument = false;  // the word before was an option of an unfamiliar plugin
    while (const auto word = next()) {
      at_ = {path, path.empty() ? 0 : word->line};
      if (++words_read_ > kOptionWordsMax) {
        if (words_read_ == kOptionWordsMax + 1)
          remark(Verdict::refused, at_, fmt::format("pppd would read more than {} words of options", kOptionWordsMax));
        break;
      }
      look_at(*word);
      const auto* known = known_option(word->text);
      if (known != nullptr && !is_available(*known)) known = nullptr;
      if (known == nullptr) {
        may_be_argument = !no_name(word->text, may_be_argument) && !may_be_argument;
        continue;
      }
      may_be_argument = false;
      std::string value;
      if (known->takes_argument()) {
        const auto argument = next();
        if (!argument) {
          remark(Verdict::stops_pppd, at_, fmt::format("\"{}\" has no argument", word->text));
          break;
        }
        look_at(*argument);
        value = argument->text;
      }
      option(*known, std::move(value));
    }
    is_privileged_ = outer_privileged;
    at_ = outer_at;
  }

  void look_at(const OptionWord& word) {
    if (at_.file.empty()) return;
    if (word.cut) remark(Verdict::odd, {at_.file, word.line}, fmt::format("pppd cuts a word to {} bytes", kOptionWordMax));
    if (word.unclosed) remark(Verdict::odd, {at_.file, word.line}, "a quote is not closed; it runs to the end of the file");
  }

  [[nodiscard]] bool is_available(const KnownOption& known) const {
    if (known.has('T') && out_.channel != Channel::terminal) return false;
    return known.plugin.empty() || unfamiliar_ || plugins_.contains(known.plugin);
  }

  // What pppd makes of a word that is not an option's name, in its order. False: nothing.
  bool no_name(const std::string& word, bool may_be_argument) {
    if (stopped_) return false;
    if (plugins_.contains("pppoe") && (word.starts_with("nic-") || files_.is_ethernet(word))) {
      out_.channel = Channel::ethernet;
      give(kDevice, word, false);
    } else if (plugins_.contains("pppoatm") && is_atm(word)) {
      out_.channel = Channel::plugin;
      give(kDevice, word, false);
    } else if (out_.channel == Channel::terminal && is_device(word)) {
      if (device_is_settled_)
        remark(Verdict::stops_pppd, at_, fmt::format("the device {} may not be given here, but before options.TTY", word));
      give(kDevice, word, false);
    } else if (out_.channel == Channel::terminal && is_speed(word)) {
      give(kSpeed, word, true);
    } else if (word.find(':') != std::string::npos) {
      give(kAddresses, word, false);
    } else if (plugins_.contains("pppoe") && !candidate_ && out_.effective(kDevice) == nullptr && !unfamiliar_ &&
               !device_is_settled_ && may_be_interface(word)) {
      candidate_ = {word, at_, rank_, is_privileged_};
    } else {
      if (may_be_argument) return false;
      if (unfamiliar_)
        remark(Verdict::unknown, at_, fmt::format("\"{}\" is not an option of pppd; it may belong to a plugin", word));
      else remark(Verdict::stops_pppd, at_, fmt::format("pppd has no option \"{}\"", word));
      return false;
    }
    return true;
  }

  // The name of an interface that is not there now is still a device, if no other word is one. pppd itself refuses it, as it refuses
  // an option that it does not know.
  void settle_candidate() {
    if (!candidate_) return;
    const auto& [word, at, rank, privileged] = *candidate_;
    if (out_.effective(kDevice) != nullptr)
      return remark(Verdict::stops_pppd, at, fmt::format("pppd has no option \"{}\"", word));
    at_ = at;
    rank_ = rank;
    is_privileged_ = privileged;
    out_.channel = Channel::ethernet;
    give(kDevice, word, false);
    at_ = {};
    rank_ = Rank::arguments;
  }

  // A device that is not there now is still a device.
  bool is_device(const std::string& word) {
    if (word.empty()) return false;
    switch (files_.device_at(word.front() == '/' ? word : "/dev/" + word)) {
      case OptionFiles::Device::terminal: return true;
      case OptionFiles::Device::other: return false;
      case OptionFiles::Device::absent: return word.starts_with("/dev/") || (word.starts_with("tty") && word.size() > 3);
    }
    return false;
  }

  // pppd's rule of ranks. Returns whether the option counts.
  bool give(std::string_view name, std::string value, bool has_rank, bool root_fixes = false, std::string_view group = {}) {
    if (group.empty()) group = name;
    const unsigned rank = static_cast<unsigned>(rank_) + (root_fixes && is_privileged_ ? 100U : 0U);
    const auto before = ranks_.find(group);
    const bool counts = !has_rank || before == ranks_.end() || rank >= before->second;
    if (counts) ranks_.insert_or_assign(std::string(group), rank);
    else if (rank == static_cast<unsigned>(Rank::arguments) && before->second > 100)
      remark(Verdict::stops_pppd, at_, fmt::format("\"{}\" cannot be changed, because root has set it", name));
    out_.options.push_back({std::string(name), std::move(value), at_, is_privileged_, rank_, counts});
    if (counts) out_.winners.insert_or_assign(std::string(group), out_.options.size() - 1);
    return counts;
  }

  void option(const KnownOption& known, std::string value) {
    if ((known.has('4') || known.has('5')) && !at_.file.empty())
      remark(Verdict::unknown, at_,
             fmt::format("only pppd {} has the option \"{}\"", known.has('4') ? "2.4" : "2.5", known.name));
    if (known.has('B')) remark(Verdict::unknown, at_, fmt::format("not every pppd has the option \"{}\"", known.name));
    const auto before = out_.winners.find(known.of_group());
    const auto winner = before == out_.winners.end() ? std::nullopt : std::optional(before->second);
    if (!give(known.name, value, known.has('P'), known.has('F'), known.of_group())) return;
    if (const auto why = refusal(known, value); !why.empty()) {
      out_.options.back().counts = false;
      if (winner) out_.winners.insert_or_assign(std::string(known.of_group()), *winner);
      else out_.winners.erase(std::string(known.of_group()));
      return remark(Verdict::stops_pppd, at_, why);
    }
    switch (known.kind) {
      case OptionKind::file: return file(value.starts_with('/') ? value : "/" + value, at_, Need::required, is_privileged_);
      case OptionKind::call:
        if (leads_out(value))
          return remark(Verdict::stops_pppd, at_,
                        fmt::format("\"call\" cannot take \"{}\"; write the name of a file in {}", value, where_.peers));
        return file(where_.peers + "/" + value, at_, Need::required, true);
      case OptionKind::plugin: return plugin(value);
      case OptionKind::flag:
      case OptionKind::leave:
      case OptionKind::text:
      case OptionKind::number:
      case OptionKind::hex:
      case OptionKind::special: break;
    }
    if (known.name == "pppol2tp") out_.channel = Channel::plugin;
  }

  // The option that was given before and forbids this one.
  [[nodiscard]] std::string_view forbidden_by(std::string_view name) const {
    for (const auto& forbidden : kForbidden)
      if (forbidden.name == name)
        for (const auto& option : out_.options)
          if (option.name == forbidden.by || option.name == forbidden.or_by) return option.name;
    return {};
  }

  // Why pppd would exit, as far as that depends on the option alone.
  std::string refusal(const KnownOption& known, const std::string& value) const {
    if (known.has('R') && !is_privileged_) return fmt::format("\"{}\" needs root", known.name);
    if (known.has('D') && device_is_settled_)
      return fmt::format("\"{}\" may not be given here, but before options.TTY", known.name);
    if (const auto forbidding = forbidden_by(known.name); !forbidding.empty())
      return fmt::format("\"{}\" cannot stand after \"{}\"; remove it", known.name, forbidding);
    if (known.kind == OptionKind::hex && !option_number(value, 16))
      return fmt::format("\"{}\" needs a hexadecimal number, not \"{}\"", known.name, value);
    if (known.kind == OptionKind::number) {
      const auto number = option_number(value, 0);
      if (!number) return fmt::format("\"{}\" needs a number, not \"{}\"", known.name, value);
      for (const auto& limits : kLimits)
        if (limits.name == known.name && (*number < limits.low || *number > limits.high))
          return limits.high == kNoLimit
                     ? fmt::format("\"{}\" needs a number of {} or more, not {}", known.name, limits.low, *number)
                     : fmt::format("\"{}\" needs a number from {} to {}, not {}", known.name, limits.low, limits.high, *number);
    }
    if (known.name == "set" && (value.find('=') == std::string::npos || value.front() == '=')) return "\"set\" needs NAME=VALUE";
    if (known.name == "unset" && (value.empty() || value.find('=') != std::string::npos)) return "\"unset\" needs a name";
    return {};
  }

  void plugin(const std::string& argument) {
    const auto own = own_plugin(argument);
    if (!own.empty()) {
      plugins_.insert(own);
      return;
    }
    unfamiliar_ = true;
    remark(Verdict::unknown, at_, fmt::format("the plugin \"{}\" is not pppd's own, so what it does is not known", argument));
  }

  // The path of options.TTY, or options.INTERFACE of PPPoE, if pppd looks for it.
  std::optional<std::string> file_of_device() const {
    const auto* device = out_.effective(kDevice);
    if (device == nullptr) return std::nullopt;
    std::string name = device->value;
    if (out_.channel == Channel::plugin) return std::nullopt;
    if (out_.channel == Channel::ethernet) return where_.options + "." + (name.starts_with("nic-") ? name.substr(4) : name);
    for (const auto* other : {"pty", "notty", "socket"})
      if (out_.effective(other) != nullptr) return std::nullopt;
    if (const auto at = name.find("/dev/"); at != std::string::npos) name.erase(0, at + 5);
    if (name.empty() || name == "tty") return std::nullopt;
    std::replace(name.begin(), name.end(), '/', '.');
    return where_.options + "." + name;
  }

  OptionFiles& files_;
  const PppdFiles& where_;
  bool privileged_;
  PppdOptions out_;
  Place at_;
  Rank rank_ = Rank::file;
  bool is_privileged_ = true;
  bool stopped_ = false;
  bool device_is_settled_ = false;
  struct Candidate {
    std::string word;
    Place at;
    Rank rank;
    bool privileged;
  };
  std::optional<Candidate> candidate_;  // perhaps the interface of a PPPoE line
  bool unfamiliar_ = false;             // a plugin whose options are not known has been loaded
  std::set<std::string_view> plugins_;
  std::map<std::string, unsigned, std::less<>> ranks_;  // by group
  std::vector<std::string> open_;                       // the files that are being read, the innermost last
  std::size_t files_read_ = 0;
  std::size_t bytes_read_ = 0;
  std::size_t words_read_ = 0;
  bool full_ = false;  // kOptionBytesMax are read
};

}  // namespace

std::string Remark::str() const {
  if (at.file.empty()) return text;
  return at.line == 0 ? fmt::format("{}: {}", at.file, text) : fmt::format("{}:{}: {}", at.file, at.line, text);
}

const GivenOption* PppdOptions::effective(std::string_view group) const {
  const auto found = winners.find(group);
  return found == winners.end() ? nullptr : &options[found->second];
}

PppdOptions read_options(const std::vector<std::string>& arguments, OptionFiles& files, const PppdFiles& where, bool privileged) {
  return Reader(files, where, privileged).read(arguments);
}

}  // namespace ghost::ppp
