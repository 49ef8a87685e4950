// SPDX-License-Identifier: GPL-2.0-or-later
// One transfer by libcurl. The rules for all: only sockets of the link, our own name lookup, only the requested scheme, TLS verified.
// No proxy, no redirect, no .netrc. 64 KiB of answer at most, and an end at the deadline.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ghost-announce/attempt.hpp"

namespace ghost::announce {

class CurlRequest {
 public:
  // `url` is complete, for libcurl; `target` names the host to look up. The caller keeps both alive until the request has ended.
  CurlRequest(const core::AnnounceConfig& config, const Via& via, const Deadline& deadline, const Url& target,
              const std::string& url);
  ~CurlRequest();
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  template <class T>
  void set(CURLoption option, T value) {
    static_assert(!std::is_same_v<T, std::string>, "libcurl wants a char*");
    if (const auto code = curl_easy_setopt(curl_.get(), option, value); code != CURLE_OK) failed(code);
  }
  void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }
  void append_header(const std::string& line);
  void append_recipient(const std::string& mailbox);
  // The data to upload; kept here.
  void upload(std::string content);

  // Looks the name up and runs the transfer. Once.
  Transfer perform();
  // As perform(), up to the connection, TLS included; then handle() can send and receive.
  Transfer connect_only();
  [[nodiscard]] CURL* handle() const { return curl_.get(); }

 private:
  struct CleanHandle {
    void operator()(CURL* c) const { curl_easy_cleanup(c); }
  };
  struct CleanList {
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
  };
  using List = std::unique_ptr<curl_slist, CleanList>;

  void failed(CURLcode code);
  static void append(List& list, const std::string& line);
  bool count(std::size_t bytes);  // false: too many
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_upload(char* data, std::size_t one, std::size_t size, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);

  const Via& via_;
  const Deadline& deadline_;
  const Url& target_;
  std::unique_ptr<CURL, CleanHandle> curl_;
  List headers_;
  List recipients_;
  List resolve_;
  std::string content_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  std::string error_;
  Transfer transfer_;
};

}  // namespace ghost::announce
