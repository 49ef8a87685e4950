# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the commands that are written in Python: a small Debian has none. What else is missing they install themselves.
if ! command -v python3 >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "$0: needs python3, and Debian for all that it would install" >&2
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "$0: must be root (sudo $0): it installs python3 and other packages" >&2
    exit 1
  fi
  echo "packages: installing python3"
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3; } </dev/null >/dev/null; then
    echo "$0: python3 could not be installed" >&2
    exit 1
  fi
fi
