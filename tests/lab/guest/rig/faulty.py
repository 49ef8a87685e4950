# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers at the provider that are broken on purpose. Each has its own port from 9000 on, with or without TLS:

    faulty = Faulty(slow=Fault(drip, "HTTP/1.1 200 OK\\r\\nX-Slow: ", tls=True), …)
    faulty.port("slow"); faulty.seen("slow")         # an account of each connection: {read, sent, ended}

With udp=True the port also takes datagrams and answers none, or with 60 kB if its kind is flood. After a connection (and TLS) they behave so:
    hang     listens, and never sends anything
    drip     sends TEXT, one byte per second, then repeats its last byte for ever
    flood    sends TEXT, then 1 GiB of its last lines over and over; the account says how much was taken
    close    hangs up at once
    say      says TEXT at once, then an answer from MORE for each line that it is told; a list of lists: by connection
"""
import json
import socket
import ssl
import subprocess
import sys
import threading
import time

from . import certificates
from .net import ISP4
from .run import out, wait_for, whole_lines

LOG = "/run/lab/faulty.jsonl"
GIB = 1 << 30


class Fault:
    def __init__(self, kind, text="", tls=False, more=(), certificate="good", udp=False):
        self.kind = kind if isinstance(kind, str) else kind.__name__
        self.text, self.tls, self.more, self.certificate, self.udp = text, tls, list(more), certificate, udp


def hang(connection, account, fault):
    while data := connection.recv(65536):
        account["read"] += data.decode("latin-1")


def drip(connection, account, fault):
    connection.settimeout(1)
    said = 0
    while True:
        byte = fault.text.encode("latin-1")[said:][:1] or fault.text.encode("latin-1")[-1:]
        connection.sendall(byte)
        said += 1
        account["sent"] = said
        end = time.monotonic() + 1
        while time.monotonic() < end:
            try:
                data = connection.recv(65536)
                if not data:
                    return
                account["read"] += data.decode("latin-1")
                time.sleep(max(0, min(0.05, end - time.monotonic())))
            except (TimeoutError, ssl.SSLWantReadError):
                break


def flood(connection, account, fault):
    """The text up to its first empty line is said once, what follows over and over."""
    head, again, body = (
        fault.text.encode("latin-1").partition(b"\r\n\r\n")
        if "\r\n\r\n" in fault.text
        else (b"", b"", fault.text.encode("latin-1"))
    )
    threading.Thread(target=listen, args=(connection, account), daemon=True).start() if not fault.tls else None
    connection.sendall(head + again)
    block = (body or b"x") * (65536 // len(body or b"x"))
    while account["sent"] < GIB:
        account["sent"] += connection.send(block)


def listen(connection, account):
    try:
        hang(connection, account, None)
    except OSError:
        pass


def close(connection, account, fault):
    pass


def say(connection, account, fault):
    answers = fault.more
    if answers and isinstance(answers[0], list):
        answers = answers[min(account["number"], len(answers) - 1)]
    connection.sendall(fault.text.encode("latin-1"))
    for answer in answers:
        data = connection.recv(65536)
        if not data:
            return
        account["read"] += data.decode("latin-1")
        connection.sendall(answer.encode("latin-1"))
        account["sent"] += len(answer)
    hang(connection, account, fault)


KINDS = {f.__name__: f for f in (hang, drip, flood, close, say)}


def serve_udp(port, fault):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((ISP4, port))
    while True:
        data, peer = s.recvfrom(65536)
        if fault.kind == "flood":
            s.sendto(data[:2] + b"x" * 60000, peer)


def serve(name, port, fault):
    context = None
    if fault.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificates.pair(fault.certificate))
    listener = socket.create_server((ISP4, port))
    if fault.udp:
        threading.Thread(target=serve_udp, args=(port, fault), daemon=True).start()
    lock, count = threading.Lock(), [0]

    def one(connection, peer):
        with lock:
            account = {"name": name, "number": count[0], "peer": peer[0], "time": time.time(), "read": "", "sent": 0}
            count[0] += 1
        try:
            if context:
                connection.settimeout(30)
                connection = context.wrap_socket(connection, server_side=True)
                connection.settimeout(None)
            KINDS[fault.kind](connection, account, fault)
            account["ended"] = "the other side hung up"
        except OSError as error:
            account["ended"] = str(error)
        connection.close()
        account["seconds"] = time.time() - account["time"]
        with lock, open(LOG, "a") as f:
            f.write(json.dumps(account) + "\n")

    while True:
        connection, peer = listener.accept()
        threading.Thread(target=one, args=(connection, peer), daemon=True).start()


class Faulty:
    """The servers named, in one process; ended with the scenario."""

    def __init__(self, **faults):
        certificates.make()
        self.faults = {name: (9000 + n, fault) for n, (name, fault) in enumerate(faults.items())}
        open(LOG, "w").close()
        spec = {name: (port, vars(fault)) for name, (port, fault) in self.faults.items()}
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", "isp", sys.executable, "-m", "rig.faulty", json.dumps(spec)],
            stdin=subprocess.DEVNULL,
            stdout=open("/run/lab/faulty.log", "w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        last = max(port for port, _ in self.faults.values())
        wait_for(
            lambda: all(f":{p} " in out("ip netns exec isp ss -Htln") for p in (9000, last)), 30, "the faulty servers", pause=0.2
        )

    def port(self, name):
        return self.faults[name][0]

    def seen(self, name):
        """Its connections that have ended."""
        return [one for one in map(json.loads, whole_lines(LOG)) if one["name"] == name]

    def wait_seen(self, name, count=1, deadline=30):
        return wait_for(lambda: len(self.seen(name)) >= count and self.seen(name), deadline, f"{name} to be left alone")


def main():
    for name, (port, fields) in json.loads(sys.argv[1]).items():
        fault = Fault("")
        vars(fault).update(fields)
        threading.Thread(target=serve, args=(name, port, fault), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
