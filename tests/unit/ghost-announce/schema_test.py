# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/notice.schema.json and what ghost-announce writes are the same."""
import json
import os
import re
from datetime import datetime

from case import NOTICE, VANISH, Case, main

with open(os.environ["NOTICE_SCHEMA"]) as f:
    SCHEMA = json.load(f)
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "null": type(None)}


def faults(schema, value, path="notice"):
    """Violations of the JSON Schema words that our schema uses."""
    if "$ref" in schema:
        yield from faults(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value, path)
    if "const" in schema and value != schema["const"]:
        yield f"{path} is {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {value!r}"
    if "anyOf" in schema and all(list(faults(one, value, path)) for one in schema["anyOf"]):
        yield f"{path} is none of anyOf: {value!r}"
    kind = schema.get("type")
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or kind == "integer" and isinstance(value, bool)):
        yield f"{path} is not of type {kind}: {value!r}"
        return
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path} is {value!r}"
    if schema.get("format") == "date-time":
        if datetime.fromisoformat(value).tzinfo is None:
            yield f"{path} has no offset"
    for i, item in enumerate(value if kind == "array" else []):
        yield from faults(schema["items"], item, f"{path}[{i}]")
    if kind == "object":
        for name in set(schema["required"]) - set(value):
            yield f"{path} has no {name}"
        for name, item in value.items():
            if name in schema["properties"]:
                yield from faults(schema["properties"][name], item, f"{path}.{name}")
            else:
                yield f"{path}.{name} is not in the schema"


class Schema(Case):
    def test_what_is_written_is_valid(self):
        path = os.path.join(self.directory.name, "notice")
        for notice in (
            NOTICE,
            VANISH,
            {**NOTICE, "next_unix": None, "addresses": ["2001:db8::1", "192.0.2.1"], "carrier_nat": True},
        ):
            self.assertResult(self.announce("file://" + path, notice), "Ok")
            with open(path) as f:
                written = json.load(f)
            self.assertEqual(list(faults(SCHEMA, written)), [])
            self.assertEqual("reason" in written, notice["event"] == "vanish")
            for name in ("since", "until", "next"):
                if written[name] is not None:
                    self.assertEqual(datetime.fromisoformat(written[name]).timestamp(), written[name + "_unix"])


if __name__ == "__main__":
    main()
