# SPDX-License-Identifier: GPL-2.0-or-later
"""systemctl stop says good-bye, while the line is up, to the notifiers that know that we are on the net. systemctl restart sends
no notice, and the appearance continues as promised. A block persists too."""
import json
import os

WHERE = "/var/lib/ghostd/appear/where"


def run(lab):
    configure(lab)
    lab.start_ghostd()
    code, text, error = lab.ghostctl("appear", "isp")
    lab.check("it appears", code == 0, (code, text, error))
    first = told(lab)
    lab.check(
        "the notice tells the appearance and the address",
        first["event"] == "appear" and first["addresses"] == [lab.status()["local_address"]],
        first,
    )
    until = lab.status()["appear_until"]

    lab.sh("systemctl restart ghostd")
    status = lab.wait_for(lambda: (s := lab.status())["appearance"] == "present" and s, 30, "the appearance to be taken up again")
    lab.check("after a restart the call is the same", lab.line.calls == 1, lab.line.events())
    lab.check(
        "after a restart the announced hold is the same",
        abs(status["appear_until"] - until) < 1_000_000,
        (status["appear_until"], until),
    )
    lab.check("the restart sends no notice", told(lab) == first, told(lab))

    # As at a shutdown, both at once.
    lab.sh("systemctl stop ghostd.service ghost-supervisor.service", timeout=150)
    last = told(lab)
    lab.check("a stop sends the notice of the end", last["event"] == "vanish" and last["sequence"] == first["sequence"] + 1, last)
    lab.check("the notice names the stop as its reason", last["reason"] == "stop", last)
    lab.line.wait_idle()
    blocked(lab)
    taken_away(lab)


def configure(lab, **link):
    lab.configure(
        "isp",
        Call={"IdleTimeout": "10s", "RefusedAttempts": "1"},
        Appear={"Hold": "10min", "Name": "hut"},
        **{"Announce there": {"Url": f"file://{WHERE}", "Vanish": "yes", "Repeat": "yes"}},
        **link,
    )


def blocked(lab):
    lab.isp.configure(auth="chap", secret="something else")
    lab.ghostctl("connect", "isp")
    lab.wait_for(lambda: lab.status()["blocked"] and lab.state() == "down", 90, "the link to be blocked")
    calls = lab.line.calls
    lab.sh("systemctl restart ghostd", timeout=90)
    lab.wait_for(lambda: lab.ghostctl("status")[0] == 0, 30, "ghostd to be back")
    status = lab.status()
    lab.check("a wrong password's block stands after a restart", status["blocked"] and status["reason"] == "AuthFailed", status)
    lab.sh("kill -9 $(systemctl show -P MainPID ghostd)")
    lab.wait_for(lambda: lab.ghostctl("status")[0] == 0, 30, "ghostd to be back")
    lab.check("the block stands after a crash", lab.status()["blocked"], lab.status())
    code, _, error = lab.ghostctl("connect", "isp")
    lab.check("the blocked link makes no call", code == 4 and lab.line.calls == calls, (code, error))
    lab.isp.configure(auth="chap")
    lab.ghostctl("unblock", "isp")
    lab.sh("systemctl restart ghostd", timeout=90)
    lab.wait_for(lambda: lab.ghostctl("status")[0] == 0, 30, "ghostd to be back")
    lab.check("an unblock holds after a restart", not lab.status()["blocked"], lab.status())
    code, _, error = lab.ghostctl("connect", "isp")
    lab.check("the unblocked link calls", code == 0, error)
    lab.isp.configure()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()


def taken_away(lab):
    """By a reload: the notifier, then the link."""

    def reload():
        code, _, error = lab.ghostctl("reload")
        lab.check("reload", code == 0, error)

    def appear():
        configure(lab)
        reload()
        code, text, error = lab.ghostctl("appear", "isp")
        lab.check("it appears", code == 0 and told(lab)["event"] == "appear", (code, text, error))

    appear()
    calls = lab.line.calls
    lab.configure("isp", Call={"IdleTimeout": "10s"}, Appear={"Hold": "10min", "Name": "hut"})
    reload()
    last = lab.wait_for(lambda: (t := told(lab))["event"] == "vanish" and t, 10, "the notifier that goes to be told")
    lab.check("the removed notifier's notice names the reload as its reason", last["reason"] == "reload", last)
    lab.check("the link stays up without its notifier", lab.state() == "up" and lab.line.calls == calls, lab.status())
    appear()
    os.unlink("/etc/ghostd/links/isp.conf")
    reload()
    last = lab.wait_for(lambda: (t := told(lab))["event"] == "vanish" and t, 15, "the end to be told of a link that goes")
    lab.check("the removed link's notice says that the link is gone", last["reason"] == "gone", last)
    lab.wait_for(lambda: '"isp"' not in lab.ghostctl("status", "--json")[1], 15, "the link to go")
    lab.line.wait_idle()
    left = "ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -br link; nft list ruleset"
    lab.wait_for(
        lambda: not [t for t in ("gd-isp", "ppp-isp") if t in lab.out(left)], 10, "its routes, interfaces and rules to go"
    )


def told(lab):
    return json.loads(lab.out(f"cat {WHERE}"))
