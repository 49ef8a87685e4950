# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark table: what the lab's scenarios measured, beside what was asked for and what pppd's demand mode does."""


def show(measures, say):
    pass
