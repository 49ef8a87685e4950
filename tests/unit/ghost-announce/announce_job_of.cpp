// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the job of each [Announce] section of a link's file, one per line, as ghostd would give it to ghost-announce. The notice
// is empty. Arguments: the file, and the directories of services.
#include <cstdio>
#include <vector>

#include "config/load.hpp"
#include "ghost-announce/job.hpp"

int main(int argc, char** argv) {
  using namespace ghost;
  if (argc < 2) return 2;
  config::Roots roots;
  roots.service_directories.assign(argv + 2, argv + argc);
  const auto loaded = config::check_file(argv[1], roots);
  if (!loaded) {
    for (const auto& problem : loaded.error()) std::fprintf(stderr, "%s\n", problem.str().c_str());
    return 1;
  }
  for (const auto& announce : loaded->config.links.front().announces)
    std::printf("%s\n", announce::to_json(announce::NoticeJob{{}, announce, {}}).c_str());
  return 0;
}
