# SPDX-License-Identifier: GPL-2.0-or-later
"""How a command of ours ends: by its status, or by Ctrl-C, SIGTERM or SIGHUP, cleanly, as interrupted (130)."""
import signal
import sys


def interrupted(number, _):
    raise KeyboardInterrupt


def run(name, main, clean_up=lambda: None):
    """Calls main() and exits with what it returns. clean_up: what is to be done when it is interrupted."""
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGHUP, interrupted)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        clean_up()
        print(f"{name}: interrupted", flush=True)
        sys.exit(130)
