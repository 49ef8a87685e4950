# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server for one zone, by UDP and TCP: A queries, and RFC 2136 updates that RFC 8945 signs. Written from the RFCs alone,
so that ldns on the other side is checked by something else than ldns."""
import contextlib
import hashlib
import hmac
import socket
import struct
import threading
import time

from servers import exactly

A, SOA, TXT, AAAA, TSIG, ANY = 1, 6, 16, 28, 250, 255
UPDATE = 5
REFUSED, NOTAUTH = 5, 9
HASHES = {
    "hmac-sha256.": hashlib.sha256,
    "hmac-sha512.": hashlib.sha512,
    "hmac-sha1.": hashlib.sha1,
    "hmac-sha384.": hashlib.sha384,
    "hmac-md5.sig-alg.reg.int.": hashlib.md5,
}


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def read_name(message, at):
    labels = []
    while (size := message[at]) != 0:
        if size >= 0xC0:
            return ".".join(labels + [read_name(message, (size & 0x3F) << 8 | message[at + 1])[0].rstrip(".")]) + ".", at + 2
        labels.append(message[at + 1 : at + 1 + size].decode().lower())
        at += 1 + size
    return ".".join(labels) + ".", at + 1


def read_record(message, at):
    start = at
    name, at = read_name(message, at)
    kind, klass, ttl, size = struct.unpack_from(">HHIH", message, at)
    return (name, kind, klass, ttl, message[at + 10 : at + 10 + size], start), at + 10 + size


class DnsServer:
    """key: (name, bytes). records: (name, type) → list of data. rcode: answered to updates instead of doing them. deaf: how many
    UDP messages it does not hear. truncate: UDP answers are cut. mode: "unsigned", "forged" (signed by another key), "drip"."""

    def __init__(
        self,
        zone="ghost.test.",
        key=("key.", b"k" * 32),
        records=None,
        rcode=0,
        deaf=0,
        truncate=False,
        mode=None,
        address="127.0.0.1",
        port=0,
        tsig_error=0,
    ):
        self.zone, self.key, self.records = zone, key, records or {}
        self.rcode, self.deaf, self.truncate, self.mode, self.tsig_error = rcode, deaf, truncate, mode, tsig_error
        self.updates, self.queries, self.datagrams, self.over = 0, [], 0, threading.Event()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind((address, port))
        self.tcp.listen()
        self.port = self.tcp.getsockname()[1]
        self.udp.bind((address, self.port))
        self.listening = None

    def start(self):
        self.listening = threading.Thread(target=self._serve_udp, daemon=True)
        self.listening.start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()

    def stop(self):
        self.over.set()
        for s in (self.udp, self.tcp):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()
        if self.listening:
            self.listening.join()  # it holds the port until it wakes

    def _serve_udp(self):
        with contextlib.suppress(OSError):
            while True:
                question, peer = self.udp.recvfrom(4096)
                if self.over.is_set():
                    return
                self.datagrams += 1
                if self.datagrams <= self.deaf or self.mode == "drip":
                    continue
                if self.truncate:
                    self.udp.sendto(question[:2] + bytes([question[2] | 0x82, 0]) + b"\0" * 8, peer)
                else:
                    self.udp.sendto(b"\0\0 not the number that was asked for", peer)
                    self.udp.sendto(self.answer(question), peer)

    def _serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                threading.Thread(target=self._serve_connection, args=(connection,), daemon=True).start()

    def _serve_connection(self, connection):
        with contextlib.suppress(OSError, EOFError), connection:
            file = connection.makefile("rb")
            question = exactly(file, struct.unpack(">H", exactly(file, 2))[0])
            if self.mode == "drip":
                while not self.over.wait(1):
                    connection.sendall(b"\x10")
            answer = self.answer(question)
            connection.sendall(struct.pack(">H", len(answer)) + answer)

    def answer(self, question):
        opcode = question[2] >> 3 & 15
        return self.update(question) if opcode == UPDATE else self.query(question)

    def query(self, question):
        name, at = read_name(question, 12)
        kind = struct.unpack_from(">H", question, at)[0]
        self.queries.append((name, kind))
        data = self.records.get((name, kind), [])
        known = any(n == name for n, _ in self.records)
        head = question[:2] + bytes([0x85, 0x80 | (0 if known else 3)]) + struct.pack(">HHHH", 1, len(data), 0, 0)
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(d)) + d for d in data)
        return head + question[12 : at + 4] + answers

    def digest(self, before, message, algorithm, moment, error, secret=None):
        variables = (
            wire_name(self.key[0])
            + struct.pack(">HI", ANY, 0)
            + wire_name(algorithm)
            + struct.pack(">HIH", moment >> 32, moment & 0xFFFFFFFF, 300)
            + struct.pack(">HH", error, 0)
        )
        return hmac.new(secret or self.key[1], before + message + variables, HASHES[algorithm]).digest()

    def signed(self, answer, algorithm, mac_of_question, error, identity):
        """A TSIG record behind it; one that reports an error with the key has no signature."""
        moment = int(time.time())
        before = struct.pack(">H", len(mac_of_question)) + mac_of_question
        secret = b"another" if self.mode == "forged" else None
        mac = b"" if error in (16, 17) else self.digest(before, answer, algorithm, moment, error, secret)
        data = (
            wire_name(algorithm)
            + struct.pack(">HIHH", moment >> 32, moment & 0xFFFFFFFF, 300, len(mac))
            + mac
            + identity
            + struct.pack(">HH", error, 0)
        )
        return (
            answer[:10]
            + struct.pack(">H", 1)
            + answer[12:]
            + wire_name(self.key[0])
            + struct.pack(">HHIH", TSIG, ANY, 0, len(data))
            + data
        )

    def update(self, question):
        zones, _, changes, extra = struct.unpack_from(">HHHH", question, 4)
        zone, at = read_name(question, 12)
        at += 4
        records = []
        for _ in range(changes + extra):
            record, at = read_record(question, at)
            records.append(record)
        head = question[:2] + bytes([0x80 | UPDATE << 3, 0]) + b"\0" * 8
        tsig = records[-1] if records and records[-1][1] == TSIG else None
        if tsig is None or zones != 1:
            return head[:3] + bytes([REFUSED]) + head[4:]
        name, _, _, _, data, start = tsig
        algorithm, at = read_name(data, 0)
        high, low, fudge, size = struct.unpack_from(">HIHH", data, at)
        mac, moment = data[at + 10 : at + 10 + size], high << 32 | low
        identity = data[at + 10 + size : at + 12 + size]
        message = identity + question[2:10] + struct.pack(">H", extra - 1) + question[12:start]
        error = self.tsig_error
        if name != self.key[0] or algorithm not in HASHES:
            error = 17
        elif not hmac.compare_digest(mac, self.digest(b"", message, algorithm, moment, 0)):
            error = 16
        elif abs(time.time() - moment) > fudge:
            error = 18
        rcode = NOTAUTH if error or zone != self.zone else self.rcode
        if rcode == 0:
            self.apply(records[:changes])
        answer = head[:3] + bytes([rcode]) + head[4:]
        if self.mode == "unsigned":
            return answer
        return self.signed(answer, algorithm if algorithm in HASHES else "hmac-sha256.", mac, error, identity)

    def apply(self, records):
        self.updates += 1
        for name, kind, klass, _, data, _ in records:
            if klass == ANY and not data:
                self.records.pop((name, kind), None)
            else:
                self.records.setdefault((name, kind), []).append(data)
