# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's rig inside the VM: the telephone line, the provider behind it, traffic, and what a scenario may say."""
