# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced by the commands that are written in Python, because a small Debian does not have it. They install other missing packages themselves.
if ! command -v python3 >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "$0: python3 is missing, and there is no apt-get to install it; install python3, or use Debian" >&2
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "$0: must run as root, because it installs python3 and other packages; use: sudo $0" >&2
    exit 1
  fi
  echo "packages: installing python3"
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3; } </dev/null >/dev/null; then
    echo "$0: apt-get could not install python3" >&2
    exit 1
  fi
fi
