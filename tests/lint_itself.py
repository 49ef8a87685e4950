# SPDX-License-Identifier: GPL-2.0-or-later
"""That the checks of lint.py find what is wrong in a small tree, find nothing once it is mended, and leave comments as they are."""
import os
import shutil
import tempfile

import lint

# A table in a comment that a formatter would make a paragraph of.
TABLE = "".join(f"//   {name:<12} {'means so and so, ' * 10}and more\n" for name in ("one", "two"))
WRONG = {
    "src/form.cpp": f"{TABLE}int  f( ){{ return 1; }}\n",
    "tests/form.py": "x = {'a' : 1}\n",
    "tests/unused.py": "import os\n",
    "tests/program": "#!/usr/bin/env python3\nimport sys\n",
    "units/script": '#!/bin/sh\ncd "$1"\n',
    # Not sources of ours.
    "build/form.cpp": "int  f( );\n",
    "other/meson-private/form.py": "import os\n",
    "other/form.py": "import os\n",
}
FOUND = {
    "lint/clang-format": ["src/form.cpp:3:"],
    "lint/black": ["tests/form.py:1:"],
    "lint/flake8": ["tests/program:2:", "tests/unused.py:1:"],
    "lint/shellcheck": ["units/script:2:"],
}


def places(lines):
    """The "path:line:" of those lines that begin with one."""
    return sorted(":".join(line.split(":")[:2]) + ":" for line in lines if line.split(":")[0] in WRONG)


def check(tree):
    wrong = []
    with tempfile.TemporaryDirectory(prefix="ghostd-lint-") as small:
        for path, text in WRONG.items():
            os.makedirs(os.path.dirname(os.path.join(small, path)), exist_ok=True)
            with open(os.path.join(small, path), "w", encoding="utf-8") as f:
                f.write(text)
        for path in (".clang-format", "tests/pyproject.toml"):
            shutil.copyfile(os.path.join(tree, path), os.path.join(small, path))
        for name, expected in FOUND.items():
            if (found := places(lint.CHECKS[name](small))) != expected:
                wrong.append(f"{name} names {found}, not {expected}")
        if (changed := lint.fix(small)) != ["src/form.cpp", "tests/form.py"]:
            wrong.append(f"fix() changes {changed}")
        for name in ("lint/clang-format", "lint/black"):
            wrong += [f"{name} after fix(): {line}" for line in lint.CHECKS[name](small)]
        if (text := lint.read(small, "src/form.cpp")) != f"{TABLE}int f() {{ return 1; }}\n":
            wrong.append(f"fix() makes this of a table in a comment:\n{text}")
    return wrong
