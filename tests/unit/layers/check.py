#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The layers of src, as its meson.build has them in one table.

check.py includes SRC LAYER=OTHER,OTHER…   each #include "layer/…" is of the layer itself or of one that its row names
check.py pure LIBRARY…                     what these call of the C library computes; nothing opens, reads, waits or asks the time
check.py starts BUILD                      base/child alone starts processes
"""
import json
import os
import re
import subprocess
import sys

# fmt: off
COMPUTES = {"memcmp", "memcpy", "memmove", "memset", "memchr", "strlen", "strcmp", "strtod", "strtoll", "strtoull", "snprintf", "localeconv",
            "inet_ntop", "inet_pton", "sigabbrev_np"}
# fmt: on
C23 = "__isoc23_"  # how glibc since 2.38 calls what also takes binary numbers
# Of the compiler, the C++ runtime and the C library's own.
RUNTIME = re.compile(
    r"_GLOBAL_OFFSET_TABLE_|__cxa_\w+|_Unwind_\w+|__gxx_personality_v0|__errno_location|__assert_fail|__stack_chk_fail"
    r"|__libc_single_threaded|__dso_handle|_Z.*"
)
# Calls that a C++ library makes for us.
ACTS = re.compile(
    r"std::chrono::.*::now\(|std::random_device|std::filesystem|std::thread|std::basic_[io]?fstream|std::(cin|cout|cerr)"
    r"|fmt::.*::v?print\("
)
# fmt: off
STARTS = {"fork", "vfork", "_Fork", "forkpty", "clone", "clone3", "posix_spawn", "posix_spawnp", "popen", "system", "daemon",
          "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "execveat", "fexecve"}
# fmt: on


def undefined(file, *options):
    text = subprocess.run(
        ["nm", "--undefined-only", "--format=posix", *options, file], check=True, capture_output=True, text=True
    ).stdout
    # name, " U"; a line that ends in a colon names an object file
    return {line.rsplit(" U", 1)[0].strip() for line in text.splitlines() if not line.endswith(":") and " U" in line}


def includes(src, rows):
    table = {name: set(filter(None, others.split(","))) for name, _, others in (row.partition("=") for row in rows)}
    faults = []
    layers = sorted(d for d in os.listdir(src) if os.path.isdir(os.path.join(src, d)))
    for layer in layers:
        if layer not in table:
            faults.append(f"{layer}: has no row")
            continue
        used = set()
        for directory, _, files in os.walk(os.path.join(src, layer)):
            for name in files:
                if not name.endswith((".cpp", ".hpp")):
                    continue
                path = os.path.join(directory, name)
                with open(path) as f:
                    for number, line in enumerate(f, 1):
                        found = re.match(r'#include "([a-z_-]+)/', line)
                        if not found or found[1] == layer:
                            continue
                        used.add(found[1])
                        if found[1] not in table[layer]:
                            faults.append(f"{path}:{number}: {layer} may not include {found[1]}")
        faults += [f"{layer}: its row names {other}, and nothing there includes it" for other in sorted(table[layer] - used)]
    # No circle: a layer's row names only those above it in the table.
    order = list(table)
    for layer, others in table.items():
        faults += [
            f"{layer}: {other} does not stand before it"
            for other in others
            if other not in order or order.index(other) > order.index(layer)
        ]
    return faults


def pure(libraries):
    faults = []
    for library in libraries:
        plain = undefined(library)
        if not plain:
            faults.append(f"{library}: nm(1) shows nothing")
        faults += [
            f"{library}: calls {name}"
            for name in sorted(plain)
            if name.removeprefix(C23) not in COMPUTES and not RUNTIME.fullmatch(name)
        ]
        faults += [f"{library}: calls {name}" for name in sorted(undefined(library, "--demangle")) if ACTS.search(name)]
    return faults


def starts(build):
    with open(os.path.join(build, "compile_commands.json")) as f:
        objects = {entry["output"] for entry in json.load(f)}
    faults, allowed = [], set()
    for name in sorted(o for o in objects if o.startswith("src/")):
        found = undefined(os.path.join(build, name)) & STARTS
        if name.startswith("src/base/libchild.a.p/"):
            allowed |= found
        else:
            faults += [f"{name}: calls {call}; base/child.hpp has what starts a process" for call in sorted(found)]
    if not {"fork", "posix_spawn"} <= allowed:
        faults.append("nm(1) does not show how base/child starts a process")
    return faults


def main():
    what, *rest = sys.argv[1:]
    faults = includes(rest[0], rest[1:]) if what == "includes" else starts(*rest) if what == "starts" else pure(rest)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
