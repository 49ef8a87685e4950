# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs to which the provider's mail server and web server pass a notice:

  python3 -m rig.receivers mail CERTIFICATE KEY    aiosmtpd: 25 and 465; AUTH and TLS are demanded. 2525: never heard of TLS
  python3 -m rig.receivers web                     behind nginx: 127.0.0.1:8080

Both append each notice to /run/lab/<name>.jsonl, one line each. The recipient's name selects the answer, so that
many can be tested at once. say550@isp.test, /plain/say503 and hostname=say-nohost.… get that each time.
later451@isp.test, /plain/later503 and hostname=later-911.… get it only the first time.
"""
import asyncio
import email
import email.policy
import http.server
import json
import os
import re
import ssl
import sys
import time

from . import accounts
from .net import ISP4, ISP6


def record(name, what):
    """Times: CLOCK_REALTIME as "time", CLOCK_MONOTONIC as "mono", seconds."""
    with open(f"/run/lab/{name}.jsonl", "a") as f:
        f.write(json.dumps({"time": time.time(), "mono": time.monotonic(), **what}) + "\n")


asked = set()


def scripted(key):
    """The answer that the key selects; "" if none. A key is later451, say550, say-nohost, …"""
    m = re.search(r"\b(say|later)-?(\w+)", key)
    if not m or m[1] == "later" and key in asked:
        return ""
    asked.add(key)
    return m[2]


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        code = scripted(address.partition("@")[0])
        answer = f"{code} as you wish" if code else ""
        record("mail.tries", {"rcpt": address, "answer": answer})
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        record(
            "mail",
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "peer": session.peer[0],
                "tls": bool(session.ssl) or server.transport.get_extra_info("sslcontext") is not None,
                "user": getattr(session.auth_data, "login", b"").decode() if session.authenticated else None,
                "headers": dict(message.items()),
                "body": message.get_content(),
                "raw": envelope.content.decode("latin-1"),
            },
        )
        return "250 queued"


def check_password(server, session, envelope, mechanism, data):
    from aiosmtpd.smtp import AuthResult

    user, password = accounts.OF["mail"]
    good = (data.login, data.password) == (user.encode(), password.encode())
    record("mail.logins", {"user": data.login.decode("latin-1"), "good": good})
    return AuthResult(success=good, auth_data=data) if good else AuthResult(success=False, handled=False)


async def mail(certificate, key):
    from aiosmtpd.smtp import SMTP

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    common = dict(hostname="mail.isp.test", authenticator=check_password)
    strict = dict(common, auth_required=True)
    loop = asyncio.get_running_loop()
    for address in (ISP4, ISP6):
        await loop.create_server(lambda: SMTP(Mailbox(), require_starttls=True, tls_context=context, **strict), address, 25)
        await loop.create_server(lambda: SMTP(Mailbox(), auth_require_tls=False, **strict), address, 465, ssl=context)
        await loop.create_server(lambda: SMTP(Mailbox(), auth_require_tls=False, **common), address, 2525)
    await asyncio.Event().wait()


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, text = "200", "ok"
        if self.path.startswith("/nic/update"):
            query = dict(word.partition("=")[::2] for word in self.path.partition("?")[2].split("&"))
            text = scripted(query.get("hostname", "").partition(".")[0]) or "good " + query.get("myip", "")
        else:
            status = scripted(self.path.rpartition("/")[2]) or status
        record(
            "web",
            {
                "method": self.command,
                "path": self.path,
                "status": int(status),
                "answer": text,
                "peer": self.headers.get("X-Peer"),
                "scheme": self.headers.get("X-Scheme"),
                "headers": dict(self.headers.items()),
                "body": body.decode("utf-8", "replace"),
            },
        )
        data = text.encode() + b"\n"
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


def main():
    if sys.argv[1] == "mail":
        asyncio.run(mail(*sys.argv[2:4]))
    else:
        http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Web).serve_forever()


if __name__ == "__main__":
    os.umask(0o022)
    main()
