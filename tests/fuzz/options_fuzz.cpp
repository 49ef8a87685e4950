// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as pppd's files: the first is the peer file, and the others, each behind a NUL byte, are those that it names. The reader
// comes to an end and places each option in a file that it was given. What ghostd adds changes nothing of what it finds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "ppp/connect_script.hpp"
#include "ppp/option_judgement.hpp"
#include "ppp/option_words.hpp"
#include "ppp/options.hpp"

namespace {

using namespace ghost::ppp;

// Files are called /etc/ppp/peers/0, 1, 2 …, and 0 is the link's. The second is options as well, the third options.ttyS0 and eth0.
class Given : public OptionFiles {
 public:
  explicit Given(std::string_view text) {
    for (int number = 0; number < 8; ++number) {
      files_["/etc/ppp/peers/" + std::to_string(number)] = text.substr(0, text.find('\0'));
      if (text.find('\0') == std::string_view::npos) break;
      text.remove_prefix(text.find('\0') + 1);
    }
    copy("1", "/etc/ppp/options");
    copy("2", "/etc/ppp/options.ttyS0");
    copy("2", "/etc/ppp/options.eth0");
  }
  tl::expected<std::string, NoText> text_of(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return tl::unexpected(NoText{NoText::Why::missing, "No such file or directory"});
    return found->second;
  }
  Device device_at(const std::string& path) override { return path == "/dev/ttyS0" ? Device::terminal : Device::absent; }
  bool is_ethernet(const std::string& interface) override { return interface == "eth0"; }
  [[nodiscard]] bool knows(const Place& at) const { return at.file.empty() || files_.contains(at.file); }

 private:
  void copy(const std::string& peer, const std::string& path) {
    if (const auto found = files_.find("/etc/ppp/peers/" + peer); found != files_.end()) files_[path] = found->second;
  }
  std::map<std::string, std::string> files_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kOptionFileMax) return 0;
  Given given({reinterpret_cast<const char*>(data), size});
  ghost::core::LinkConfig link;
  link.name = "isp";
  link.ppp.peers = {"0"};
  const auto argv = pppd_argv(link);
  const auto options = read_options_of(*argv, given);
  for (const auto& option : options.options) {
    if (!given.knows(option.at)) std::abort();
    if (option.value.size() > kOptionWordMax) std::abort();
  }
  // What ghostd would add does not change what is refused, or which connect script counts.
  const auto connect = telling_connect(options, "/run/isp.chat").command;
  const auto again = read_options_of(*pppd_argv(link, {}, connect), given);
  if (refusal(again) != refusal(options)) std::abort();
  if (!connect.empty() && again.effective("connect")->value != connect) std::abort();
  if (echo_interval(options) < ghost::core::Duration::zero()) std::abort();
  (void)judgement(options);
  return 0;
}
