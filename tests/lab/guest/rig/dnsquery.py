# SPDX-License-Identifier: GPL-2.0-or-later
"""One question to a name server (RFC 1035), for when starting dig would take longer than its answer."""
import os
import socket
import struct

TYPES = {"A": 1, "SOA": 6, "TXT": 16, "AAAA": 28}


def skip_name(data, at):
    while data[at] and data[at] < 0xC0:
        at += data[at] + 1
    return at + (2 if data[at] else 1)


def ask(server, name, kind, timeout=3):
    """The answer's records of that kind, as text; of SOA the serial. Raises OSError when there is no answer."""
    ident = os.urandom(2)
    words = b"".join(bytes([len(w)]) + w.encode() for w in name.rstrip(".").split(".")) + b"\0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout)
        s.connect((server, 53))
        s.send(ident + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + words + struct.pack("!HH", TYPES[kind], 1))
        data = s.recv(4096)
    if data[:2] != ident:
        raise OSError("an answer to another question")
    at, found = skip_name(data, 12) + 4, []
    for _ in range(struct.unpack_from("!H", data, 6)[0]):
        at = skip_name(data, at)
        number, _, _, length = struct.unpack_from("!HHIH", data, at)
        at += 10
        value = data[at : at + length]
        if number == TYPES[kind]:
            found.append(
                {
                    "A": lambda: socket.inet_ntop(socket.AF_INET, value),
                    "AAAA": lambda: socket.inet_ntop(socket.AF_INET6, value),
                    "SOA": lambda: str(struct.unpack_from("!I", value, len(value) - 20)[0]),
                    "TXT": lambda: text(value),
                }[kind]()
            )
        at += length
    return sorted(found)


def text(value):
    """A TXT record's character strings, put together."""
    out = b""
    while value:
        out, value = out + value[1 : 1 + value[0]], value[1 + value[0] :]
    return out.decode("utf-8", "replace")
