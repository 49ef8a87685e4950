# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may do what, with the real polkitd and real sessions of logind. The callers are root, a plain user, a user at the machine,
one with a background session, and one in a rule's group. Each calls with polkitd running, gone, and suspended."""
import os
import pty
import select
import shlex
import signal
import subprocess
import termios
import time

from rig.run import out

CAPTURE = False
TIMEOUT = 420
ACTIONS = ("connect", "disconnect", "appear", "block", "unblock", "reload")
EXAMPLE = "/usr/share/doc/ghostd/examples/50-ghostd-group.rules"
RULE = "/etc/polkit-1/rules.d/50-ghostd-group.rules"
PAM = "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_systemd.so\n"
LOGIND_MASK = "/etc/systemd/system/systemd-logind.service"
DENIED = 7

# Who may, with polkitd. All else is refused.
MAY = {
    "root": ACTIONS,
    "seated": ("connect", "disconnect"),
    "background": (),
    "member": ("connect", "disconnect", "appear"),
    "plain": (),
}


def run(lab):
    mask = os.readlink(LOGIND_MASK) if os.path.islink(LOGIND_MASK) else None
    try:
        if mask:
            os.unlink(LOGIND_MASK)
        lab.sh(
            "useradd -G dialout member; useradd plain; useradd -G sudo boss; systemctl daemon-reload; systemctl start systemd-logind",
            check=False,
        )
        lab.put("/etc/pam.d/ghostlab", PAM)
        with open(EXAMPLE) as f:
            lab.put(RULE, f.read())
        lab.configure("isp", Call={"IdleTimeout": "5min"})
        lab.start_ghostd()
        matrix(lab)
        password(lab)
        link_object(lab)
        lab.stop_ghostd()
    finally:
        lab.sh("systemctl stop polkit systemd-logind; userdel member; userdel plain; userdel boss", check=False)
        if mask and not os.path.lexists(LOGIND_MASK):
            os.symlink(mask, LOGIND_MASK)
        lab.sh("systemctl daemon-reload", check=False)


def matrix(lab):
    lab.sh("systemctl start polkit")
    table(lab, "polkitd there", MAY)
    lab.sh("systemctl stop polkit")
    root_alone = {who: ACTIONS if who == "root" else () for who in MAY}
    table(lab, "no polkitd", root_alone)
    lab.sh("systemctl start polkit")
    pid = int(out("systemctl show -P MainPID polkit"))
    os.kill(pid, signal.SIGSTOP)
    try:
        table(lab, "polkitd hangs", root_alone, actions=("connect",))
        lab.check("ghostd answers other callers meanwhile", lab.state() in ("down", "up", "dialing", "waiting", "hanging-up"))
    finally:
        os.kill(pid, signal.SIGCONT)


def table(lab, when, may, actions=ACTIONS):
    for who in MAY:
        for action, (code, text) in zip(actions, ask(lab, who, actions)):
            if action in may[who]:
                good = code == 0
            else:
                good = code == DENIED and f"org.ghostd1.{action}" in text
            lab.check(f"{when}: {who}: {action}: {'yes' if action in may[who] else 'no'}", good, (code, text))
    lab.sh("ghostctl unblock isp; ghostctl disconnect isp")


def command(action):
    words = ["ghostctl", "--no-ask-password", action] + ([] if action == "reload" else ["isp"])
    return words + (["--no-wait"] if action in ("connect", "disconnect", "appear") else [])


def ask(lab, who, actions):
    """(status, what was said) of ghostctl for each action, by that person."""
    if who in ("seated", "background"):
        return in_session(lab, {"seated": 1, "background": 2}[who], actions)
    answers = []
    for action in actions:
        argv = ([] if who == "root" else ["runuser", "-u", who, "--"]) + command(action)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        answers.append((done.returncode, done.stdout + done.stderr))
    return answers


def in_session(lab, terminal, actions):
    """A login of alice on a virtual terminal is a session of seat0; the one in front is the active one."""
    # logind makes no session while the slice of the one before is being stopped.
    lab.wait_for(lambda: out("systemctl show -P ActiveState user-1000.slice") == "inactive", 30, "the last session's end")
    script = "; ".join(f"{shlex.join(command(a))} >/run/lab/seat/{a} 2>&1; echo $? >>/run/lab/seat/{a}" for a in actions)
    lab.sh("rm -rf /run/lab/seat; mkdir -m 777 /run/lab/seat")
    argv = ["systemd-run", "--quiet", "--wait", "--collect", "-p", "User=alice", "-p", "PAMName=ghostlab"]
    argv += ["-p", f"TTYPath=/dev/tty{terminal}", "-p", "Environment=XDG_SEAT=seat0", "-p", f"Environment=XDG_VTNR={terminal}"]
    code = subprocess.run([*argv, "sh", "-c", script], timeout=120).returncode
    lab.check(f"alice had a session on tty{terminal}", code == 0, code)
    answers = []
    for action in actions:
        with open(f"/run/lab/seat/{action}") as f:
            *said, status = f.read().splitlines()
        answers.append((int(status), "\n".join(said)))
    return answers


def password(lab):
    """On a terminal ghostctl asks for an administrator's password, and does what was asked for."""
    lab.sh("echo boss:open-sesame | chpasswd")
    for word, code, state in (("wrong", DENIED, False), ("open-sesame", 0, True)):
        typed = on_terminal(["runuser", "-u", "plain", "--", "ghostctl", "block", "isp"], "assword: ", word)
        lab.check(f"a person types {word}: {code}", (typed[0], lab.status()["blocked"]) == (code, state), typed)
        lab.check("the question names the link", "block the link isp" in typed[1], typed)
    lab.sh("ghostctl unblock isp")
    ended = on_terminal(["runuser", "-u", "plain", "--", "ghostctl", "block", "isp"], "assword: ", "\x03")
    lab.check("Ctrl-C ends ghostctl, and nothing is done", ended[0] not in (0, DENIED) and not lab.status()["blocked"], ended)
    lab.check("no agent is left", out("pgrep -c pkttyagent") == "0", out("pgrep -a pkttyagent"))


def on_terminal(argv, prompt, answer):
    """(status, what the terminal showed) of a program on a terminal of its own, where somebody types the answer at the prompt."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    shown, typed = b"", False
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                break  # it has ended
        # What is typed before the echo is off is thrown away with the switch.
        if not typed and prompt.encode() in shown and not termios.tcgetattr(terminal)[3] & termios.ECHO:
            os.write(terminal, answer.encode() + (b"" if answer == "\x03" else b"\n"))
            typed = True
    else:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


def link_object(lab):
    """busctl at the link's own object, as a person of the group would type it."""
    lab.wait_state("down")
    lab.sh("runuser -u member -- busctl call org.ghostd1 /org/ghostd1/link/isp org.ghostd1.Link Connect")
    lab.wait_state("up")
    lab.sh("runuser -u member -- busctl call org.ghostd1 /org/ghostd1/link/isp org.ghostd1.Link Disconnect")
    lab.wait_state("down")
