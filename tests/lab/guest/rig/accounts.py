# SPDX-License-Identifier: GPL-2.0-or-later
"""The accounts at the provider's servers, with their secrets. Each secret is nowhere else in the machine, so
that a search for it is meaningful."""
import base64
import hashlib

# server: (user, secret)
OF = {
    "mail": ("morning", "hush-mail-Vw3kQ9zLtR"),
    "web": ("reporter", "hush-web-Zp7mX2cNfH"),
    "bearer": ("", "hush-bearer-Ky5bW8dJqS"),
    "dyndns": ("pilot", "hush-dyndns-Tg4vM6xPrC"),
    "mqtt": ("crier", "hush-mqtt-Ls9jD3wBhE"),
    "open": ("herald", "hush-open-Hb4xF8yPnD"),  # the one that may be heard on the way
    "box": ("postbox", "hush-box-Nf6yG1qKzU"),
    "tsig": ("ghost-key", base64.b64encode(hashlib.sha256(b"hush-tsig").digest()).decode()),
}
WRONG = "hush-wrong-Rc2hJ7sVmA"


def secrets():
    return {name: secret for name, (_, secret) in OF.items()}


def forms(user, secret):
    """How a secret may look on the wire, in a log or in memory. It may be as it is, or in base64 as HTTP and SMTP send it."""
    found = {secret.encode()}
    for text in (secret, f"{user}:{secret}", f"\0{user}\0{secret}"):
        found.add(base64.b64encode(text.encode()))
    try:
        found.add(base64.b64decode(secret, validate=True))  # a TSIG key's own bytes
    except ValueError:
        pass
    return found


def all_forms():
    """{form: the account's name}, of every account and of the wrong password."""
    found = {form: name for name, (user, secret) in OF.items() for form in forms(user, secret)}
    for user, _ in OF.values():
        for form in forms(user, WRONG):
            found[form] = "wrong"
    return found
