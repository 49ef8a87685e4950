// SPDX-License-Identifier: GPL-2.0-or-later
// All options that a pppd with these arguments would read, in its order, each with the file and line where it stands. Pure:
// the files come through a port.
//
//   /etc/ppp/options → ~/.ppprc → the arguments, with the files of `call` and `file` → /etc/ppp/options.TTY
//
// If an option is given twice, the later one counts. Most options in options.TTY yield to the arguments, because pppd itself looks
// this file up. Some have no such rank, `demand` among them, and count from there as well. For a PPPoE line, pppd reads
// options.INTERFACE at that place. Its options yield to nothing.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "ppp/option_table.hpp"

namespace ghost::ppp {

// Limits of ours. pppd has none: it reads a file that includes itself until it has no descriptors left.
inline constexpr std::size_t kOptionFileMax = 256 * 1024;    // bytes of one file
inline constexpr std::size_t kOptionBytesMax = 1024 * 1024;  // of all
inline constexpr std::size_t kOptionFilesMax = 128;
inline constexpr std::size_t kOptionWordsMax = 4000;  // of all
inline constexpr std::size_t kOptionDepthMax = 16;

// How the reader sees the machine. A path is absolute.
class OptionFiles {
 public:
  struct NoText {
    enum class Why : std::uint8_t { missing, forbidden, not_a_file } why = Why::missing;
    std::string text;  // "No such file or directory"
  };
  enum class Device : std::uint8_t { absent, terminal, other };  // terminal: any character device

  virtual ~OptionFiles() = default;
  // At most kOptionFileMax + 1 bytes of it.
  virtual tl::expected<std::string, NoText> text_of(const std::string& path) = 0;
  virtual Device device_at(const std::string& path) = 0;
  virtual bool is_ethernet(const std::string& interface) = 0;
};

struct PppdFiles {
  std::string options = "/etc/ppp/options";  // and options.TTY
  std::string peers = "/etc/ppp/peers";
  std::string home = "/root";  // of the user who runs pppd
};

struct Place {
  std::string file;   // empty: among the arguments
  unsigned line = 0;  // from 1; 0: the file as a whole
  bool operator==(const Place&) const = default;
};

enum class Rank : std::uint8_t { file = 1, arguments = 2 };

struct GivenOption {
  std::string name;   // "demand"; for words that are not names: "device name", "tty speed", "IP addresses"
  std::string value;  // the argument, or the word that is not a name
  Place at;
  bool privileged = true;
  Rank rank = Rank::arguments;
  bool counts = true;  // false: pppd passes over it, because an earlier one ranks above it
  bool operator==(const GivenOption&) const = default;
};

struct Remark {
  enum class Verdict : std::uint8_t {
    refused,     // ghostd does not start pppd with this
    stops_pppd,  // pppd refuses it, and exits
    odd,         // pppd goes on with a warning
    unknown,     // ghostd cannot know what it does
    overridden,  // without effect, because ghostd says otherwise
  } verdict = Verdict::refused;
  Place at;
  std::string text;
  // "file:line: text"
  [[nodiscard]] std::string str() const;
  bool operator==(const Remark&) const = default;
};

// What carries the call. A plugin's device brings options of its own.
enum class Channel : std::uint8_t { terminal, ethernet, plugin };

struct PppdOptions {
  std::vector<GivenOption> options;
  std::vector<Remark> remarks;  // verdicts refused, stops_pppd, odd and unknown; at most one stops_pppd
  Channel channel = Channel::terminal;
  std::map<std::string, std::size_t, std::less<>> winners;  // by group: the index of the option that counts

  // The one of its group that counts in the end; nullptr: none was given.
  [[nodiscard]] const GivenOption* effective(std::string_view group) const;
};

// `arguments`: pppd's, without argv[0]. `privileged`: whether root runs it.
PppdOptions read_options(const std::vector<std::string>& arguments, OptionFiles& files, const PppdFiles& where = {},
                         bool privileged = true);

}  // namespace ghost::ppp
