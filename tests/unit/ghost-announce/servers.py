# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers on 127.0.0.1 that behave, or misbehave as told. They write down what they were told; each connection is a thread."""
import base64
import contextlib
import socket
import ssl
import struct
import threading


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class Server:
    """Accepts; handle(connection) is the subclass's. tls: a certificate's path, for TLS from the first byte on."""

    def __init__(self, tls=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.tls = tls_context(tls) if tls else None
        self.connections, self.peers, self.flooded, self.over = 0, [], 0, threading.Event()

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.over.set()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.peers.append(peer[0])
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, EOFError, ssl.SSLError):
            with connection:
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                self.handle(connection)

    def handle(self, connection):
        raise NotImplementedError

    def drip(self, connection, data=b"x"):
        """A byte per second, until the other side has had enough."""
        while not self.over.wait(1):
            connection.sendall(data)

    def flood(self, connection):
        """1 GiB, of which `flooded` bytes were taken."""
        block = b"x" * 65536
        for _ in range(1 << 14):
            connection.sendall(block)
            self.flooded += len(block)


def line_of(file):
    line = file.readline(65536)
    if not line:
        raise EOFError
    return line.rstrip(b"\r\n")


class HttpServer(Server):
    """answer: (status line, headers, body), or "drip", "drip-head", "flood", "flood-head", "cut". A list: one after the other."""

    def __init__(self, answer=("200 OK", [], b""), **options):
        super().__init__(**options)
        self.answers = answer if isinstance(answer, list) else [answer]
        self.requests = []  # (method, path, headers, body)

    def handle(self, connection):
        file = connection.makefile("rb")
        method, path, _ = line_of(file).decode().split(" ")
        headers = {}
        while line := line_of(file):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", 0)))
        self.requests.append((method, path, headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "drip-head":
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self.drip(connection)
        elif answer == "drip":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            self.drip(connection)
        elif answer == "flood":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self.flood(connection)
        elif answer == "flood-head":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for i in range(1 << 20):
                connection.sendall(b"X-%d: %s\r\n" % (i, b"x" * 1000))
        elif answer == "cut":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        else:
            status, more, body = answer
            head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more]
            connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)


class SmtpServer(Server):
    """starttls: a certificate's path. replies: what it answers instead of its own, by the command ("MAIL", "." after the
    data, "greeting"). user/password: whom AUTH lets in; None: it offers none. mode: "drip", "flood", "cut" after DATA."""

    def __init__(self, starttls=None, replies=None, password=None, mode=None, **options):
        super().__init__(**options)
        self.starttls = tls_context(starttls) if starttls else None
        self.replies, self.password, self.mode = replies or {}, password, mode
        self.mails, self.commands, self.clear = [], [], b""

    def handle(self, connection):
        file = connection.makefile("rb")
        encrypted = self.tls is not None

        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        if self.mode == "drip":
            self.drip(connection)
        if self.mode == "flood":
            while True:
                connection.sendall(b"220-" + b"x" * 400 + b"\r\n")
        say(self.replies.get("greeting", "220 here"))
        sender, recipients = None, []
        while True:
            line = line_of(file)
            if not encrypted:
                self.clear += line + b"\n"
            verb = line.split(b" ")[0].split(b":")[0].decode().upper()
            self.commands.append(line.decode())
            if verb in self.replies:
                say(self.replies[verb])
            elif verb == "EHLO":
                offers = ["here"]
                if self.starttls and not encrypted:
                    offers.append("STARTTLS")
                if self.password is not None and (encrypted or not self.starttls):
                    offers.append("AUTH PLAIN LOGIN")
                for offer in offers[:-1]:
                    say("250-" + offer)
                say("250 " + offers[-1])
            elif verb == "STARTTLS":
                say("220 go on")
                connection = self.starttls.wrap_socket(connection, server_side=True)
                file, encrypted = connection.makefile("rb"), True
            elif verb == "AUTH":
                _, _, given = line.split(b" ") if line.count(b" ") == 2 else (0, 0, b"")
                if not given:
                    say("334 ")
                    given = line_of(file)
                good = base64.b64decode(given) == b"\0user\0" + self.password.encode()
                say("235 welcome" if good else f"535 5.7.8 not with {given.decode()} or {base64.b64decode(given)[6:].decode()}")
            elif verb == "MAIL":
                sender = line.split(b"<")[1].split(b">")[0].decode()
                say("250 sender ok")
            elif verb == "RCPT":
                recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                say("250 recipient ok")
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (one := line_of(file)) != b".":
                    lines.append(one[1:] if one.startswith(b".") else one)
                if self.mode == "cut":
                    return
                self.mails.append((sender, recipients, b"\r\n".join(lines)))
                say(self.replies.get(".", "250 2.0.0 queued as 4711"))
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("502 what")


class MqttBroker(Server):
    """Versions 3.1.1 (4) and 5. password: user's, or anybody is let in. connack, puback: the code it answers; disconnect: with
    this one instead of a PUBACK. old: knows 3.1.1 alone and says so by a "code" or a "close"."""

    def __init__(self, password=None, connack=0, puback=0, disconnect=None, old=None, mode=None, **options):
        super().__init__(**options)
        self.password, self.connack, self.puback, self.disconnect, self.old, self.mode = (
            password,
            connack,
            puback,
            disconnect,
            old,
            mode,
        )
        self.retained, self.versions = {}, []

    @staticmethod
    def packet(file):
        first, size, shift = exactly(file, 1)[0], 0, 0
        while True:
            digit = exactly(file, 1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return first, exactly(file, size)

    @staticmethod
    def text(body, at):
        size = struct.unpack_from(">H", body, at)[0]
        return body[at + 2 : at + 2 + size], at + 2 + size

    def handle(self, connection):
        file = connection.makefile("rb")
        first, body = self.packet(file)
        name, at = self.text(body, 0)
        assert (first, name) == (0x10, b"MQTT")
        version, flags = body[at], body[at + 1]
        self.versions.append(version)
        at += 4 + (version == 5)  # keep-alive, no properties
        _, at = self.text(body, at)
        user = password = None
        if flags & 0x80:
            user, at = self.text(body, at)
            password, at = self.text(body, at)
        if self.mode == "drip":
            connection.sendall(b"\x20\x7f")
            self.drip(connection)
        if self.mode == "flood":
            while True:
                connection.sendall(b"\xd0\x00" * 30000)
        if self.mode == "long":
            connection.sendall(b"\x20\xff\xff\xff\x7f")
            self.flood(connection)
        if self.mode == "garbage":
            connection.sendall(b"\xff" * 100)
        if self.old and version == 5:
            if self.old == "code":
                connection.sendall(b"\x20\x02\x00\x01")
            return
        code = self.connack
        if self.password is not None and (user, password) != (b"user", self.password.encode()):
            code = 0x86 if version == 5 else 4
        connection.sendall(b"\x20\x03\x00" + bytes([code, 0]) if version == 5 else b"\x20\x02\x00" + bytes([code]))
        if code:
            return
        first, body = self.packet(file)
        if self.mode == "cut":
            return
        topic, at = self.text(body, 0)
        assert (first, body[at : at + 2]) == (0x33, b"\0\1"), first
        if self.disconnect is not None:
            connection.sendall(bytes([0xE0, 2, self.disconnect, 0]))
            return
        if self.puback == 0:
            self.retained[topic.decode()] = body[at + 2 + (version == 5) :]
        connection.sendall(b"\x40\x02\0\1" if self.puback == 0 else b"\x40\x04\0\1" + bytes([self.puback, 0]))
        self.packet(file)


def exactly(file, size):
    data = file.read(size)
    if len(data) != size:
        raise EOFError
    return data


class FtpServer(Server):
    """starttls: a certificate's path, for AUTH TLS. replies: what it answers instead of its own, by the command; mode: "drip",
    "flood" at the greeting, "cut" in the middle of the data."""

    def __init__(self, starttls=None, password=None, replies=None, mode=None, **options):
        super().__init__(**options)
        self.starttls = tls_context(starttls) if starttls else self.tls
        self.password, self.replies, self.mode = password, replies or {}, mode
        self.files, self.clear, self.data_in_clear = {}, b"", False

    def handle(self, connection):
        file, encrypted, private = connection.makefile("rb"), self.tls is not None, False
        user, place, passive = None, "/", None

        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        if self.mode == "drip":
            self.drip(connection)
        if self.mode == "flood":
            while True:
                connection.sendall(b"220-" + b"x" * 400 + b"\r\n")
        if self.mode == "close":
            return
        say("220 here")
        while True:
            line = line_of(file)
            if not encrypted:
                self.clear += line + b"\n"
            verb, _, argument = line.decode("latin-1").partition(" ")
            if verb in self.replies:
                say(self.replies[verb])
            elif verb == "AUTH":
                if not self.starttls:
                    say("502 what")
                    continue
                say("234 go on")
                connection = self.starttls.wrap_socket(connection, server_side=True)
                file, encrypted = connection.makefile("rb"), True
            elif verb == "USER":
                user = argument
                say("331 and the password" if self.password else "230 in")
            elif verb == "PASS":
                good = self.password is None or (user, argument) == ("user", self.password)
                say("230 in" if good else f"530 not with {argument}")
            elif verb in ("PBSZ", "TYPE"):
                say("200 ok")
            elif verb == "PROT":
                private = argument == "P"
                say("200 ok")
            elif verb == "PWD":
                say(f'257 "{place}"')
            elif verb == "CWD":
                place = place.rstrip("/") + "/" + argument if not argument.startswith("/") else argument
                say("250 ok")
            elif verb == "EPSV":
                passive = socket.create_server(("127.0.0.1", 0))
                say(f"229 here (|||{passive.getsockname()[1]}|)")
            elif verb == "STOR":
                say("150 go on")
                data, _ = passive.accept()
                if self.mode == "cut":
                    data.recv(1)
                    data.close()
                    return
                self.data_in_clear |= not private
                with self.starttls.wrap_socket(data, server_side=True) if private else data as data:
                    content = b""
                    while block := data.recv(65536):
                        content += block
                self.files[place.rstrip("/") + "/" + argument] = content
                say("226 thanks")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("502 what")
