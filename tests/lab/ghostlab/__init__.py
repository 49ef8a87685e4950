# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as the host sees it: the image of a stock Debian machine, the VM that runs it, a way to talk to it."""
