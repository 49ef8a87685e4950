# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers at the provider's that a notice may go to. They are real ones in the namespace isp, and a scenario starts them.

    servers = Servers("dns", "mail")         # started; every one if none is named. Ended with the scenario
    servers.mail.received()                  # what arrived, oldest first, each with "time" (CLOCK_REALTIME)
    servers.mail.stop(); servers.mail.start(certificate="expired")

Names: mail, web, mqtt, ftp, sftp, dns .isp.test are 10.64.64.1; six.isp.test has an IPv6 address only. Accounts and their
secrets: accounts.py; certificates: certificates.py. All are configured below /run/lab.
"""
import datetime
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from . import accounts, certificates, dnsquery
from .net import ISP4, in_namespace
from .run import Failure, out, sh, wait_for, whole_lines

IN_ISP = ["ip", "netns", "exec", "isp"]


def listens(port, udp=False):
    return re.search(rf":{port}\s", out(f"ip netns exec isp ss -Hn{'u' if udp else 't'}l"))


def lines(path):
    """What a file of JSON lines says."""
    return [json.loads(line) for line in whole_lines(path)]


class Server:
    """One server, or several processes of the same. PORTS: it is there once the provider listens on them all."""

    NAME, PORTS = "", ()

    def __init__(self):
        self.processes = []
        self.directory = f"/run/lab/{self.NAME}"
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        for path in glob.glob(f"/run/lab/{self.NAME}.*"):
            os.unlink(path)
        self.prepare()

    def prepare(self):
        pass

    def commands(self, certificate):
        raise NotImplementedError

    def start(self, certificate="good"):
        self.begin(certificate)
        self.wait()
        return self

    def begin(self, certificate="good"):
        self.stop()
        log = open(f"/run/lab/{self.NAME}.log", "a")
        for argv in self.commands(certificate):
            self.processes.append(
                subprocess.Popen(IN_ISP + argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
            )

    def wait(self):
        def there():
            for process in self.processes:
                if process.poll() is not None:
                    raise Failure(f"{self.NAME} did not start: {out(f'tail -5 /run/lab/{self.NAME}.log')}")
            return all(listens(port) for port in self.PORTS)

        wait_for(there, 60, f"the provider's {self.NAME} server")

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def put(self, name, text, mode=0o644):
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def received(self):
        return lines(f"/run/lab/{self.NAME}.jsonl")

    def wait_received(self, count=1, deadline=60):
        return wait_for(
            lambda: len(self.received()) >= count and self.received(), deadline, f"{count} to arrive at {self.NAME}", pause=0.1
        )


class Mail(Server):
    """received(): {from, to, user, tls, headers, body, raw}. tries(), logins(). To say550@isp.test it says that, to
    later451@isp.test the first time."""

    NAME, PORTS = "mail", (25, 465, 2525)

    def commands(self, certificate):
        return [[sys.executable, "-m", "rig.receivers", "mail", *certificates.pair(certificate)]]

    def tries(self):
        return lines("/run/lab/mail.tries.jsonl")

    def logins(self):
        return lines("/run/lab/mail.logins.jsonl")


WEB = """daemon off; user root; worker_processes 1; pid {dir}/pid; error_log /run/lab/web.log;
events {{ worker_connections 64; }}
http {{
  access_log {dir}/access.log; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; server_tokens off;
  proxy_set_header X-Peer $remote_addr; proxy_set_header X-Scheme $scheme; proxy_set_header Host $host;
  server {{
    listen 10.64.64.1:80; listen [2001:db8:99::1]:80; listen 10.64.64.1:443 ssl; listen [2001:db8:99::1]:443 ssl;
    ssl_certificate {tls}/good.pem; ssl_certificate_key {tls}/good.key;
    include {dir}/locations;
  }}
  server {{ listen 10.64.64.1:4431 ssl; ssl_certificate {tls}/expired.pem; ssl_certificate_key {tls}/expired.key;
    include {dir}/locations; }}
  server {{ listen 10.64.64.1:4432 ssl; ssl_certificate {tls}/wrong.pem; ssl_certificate_key {tls}/wrong.key;
    include {dir}/locations; }}
}}
"""
LOCATIONS = """
location /plain {{ proxy_pass http://127.0.0.1:8080; }}
location /basic {{ auth_basic lab; auth_basic_user_file {dir}/web.passwd; proxy_pass http://127.0.0.1:8080; }}
location /bearer {{ if ($http_authorization != "Bearer {bearer}") {{ return 401; }} proxy_pass http://127.0.0.1:8080; }}
location /nic/ {{ auth_basic lab; auth_basic_user_file {dir}/dyndns.passwd; proxy_pass http://127.0.0.1:8080; }}
location /dav/ {{ root {dir}; dav_methods PUT; create_full_put_path on; auth_basic lab; auth_basic_user_file {dir}/web.passwd; }}
location /echo {{ default_type text/plain; return 200 "$remote_addr\\n"; }}
location /nat {{ default_type text/plain; return 200 "198.51.100.7\n"; }}
location /page {{ default_type text/html; return 200 "<html><body>Current IP Address: $remote_addr</body></html>\\n"; }}
location /moved {{ return 302 https://web.isp.test/plain; }}
location /gone {{ return 410; }}
location /broken {{ return 500; }}
location /huge {{ root {dir}; error_page 405 =200 /huge; }}
"""


class Web(Server):
    """nginx. /plain /basic /bearer: to a program that notes it; /nic/update: dyndns2; /dav/: PUT into a directory;
    /echo, /nat (198.51.100.7), /page: what address is this? /moved /gone /broken; /huge: 1 GB. TLS: 443; 4431 with the expired, 4432 with the wrong name's certificate.
    received(): {method, path, status, answer, peer, scheme, headers, body}. /plain/say503 says that, /plain/later503 the
    first time; so does hostname=say-nohost.ghost.test of dyndns2."""

    NAME, PORTS = "web", (80, 443, 4431, 4432, 8080)

    def prepare(self):
        for kind in ("web", "dyndns"):
            user, password = accounts.OF[kind]
            self.put(f"{kind}.passwd", f"{user}:{{PLAIN}}{password}\n")
        self.put("locations", LOCATIONS.format(dir=self.directory, bearer=accounts.OF["bearer"][1]))
        self.config = self.put("nginx.conf", WEB.format(dir=self.directory, tls=certificates.DIRECTORY))
        os.makedirs(f"{self.directory}/dav", exist_ok=True)
        with open(f"{self.directory}/huge", "wb") as f:
            f.truncate(1 << 30)

    def commands(self, certificate):
        return [["nginx", "-c", self.config], [sys.executable, "-m", "rig.receivers", "web"]]

    def put_files(self):
        """{name: content} of what came by PUT to /dav/."""
        return {os.path.basename(p): open(p).read() for p in glob.glob(f"{self.directory}/dav/*")}


NAMED = """
options {{ directory "{dir}"; pid-file "{dir}/pid"; session-keyfile "{dir}/session.key"; listen-on {{ 10.64.64.1; }};
  listen-on-v6 {{ 2001:db8:99::1; }}; recursion no; dnssec-validation no; empty-zones-enable no; notify no;
  allow-query {{ any; }}; }};
controls {{ }};
key "{user}" {{ algorithm hmac-sha256; secret "{secret}"; }};
logging {{ channel file {{ file "/run/lab/dns.log"; print-time iso8601-utc; print-category yes; print-severity yes; severity info; }};
  category default {{ file; }}; category queries {{ file; }}; category update {{ file; }}; category update-security {{ file; }}; }};
zone "isp.test" {{ type primary; file "isp.zone"; }};
zone "ghost.test" {{ type primary; file "ghost.zone"; update-policy {{ grant {user} name machine.ghost.test A AAAA TXT; }}; }};
"""
ISP_ZONE = """$TTL 60
@ SOA dns.isp.test. root.isp.test. 1 60 60 600 60
@ NS dns.isp.test.
dns A 10.64.64.1
mail A 10.64.64.1
web A 10.64.64.1
mqtt A 10.64.64.1
ftp A 10.64.64.1
sftp A 10.64.64.1
faulty A 10.64.64.1
six AAAA 2001:db8:99::1
"""
GHOST_ZONE = """$TTL 60
@ SOA dns.isp.test. root.isp.test. 1 60 60 600 60
@ NS dns.isp.test.
"""


class Dns(Server):
    """bind9: resolver of isp.test, and ghost.test, whose name machine.ghost.test the key ghost-key may update.
    received(): {key, what} per line of an update, as named's log has it."""

    NAME, PORTS = "dns", (53,)

    def prepare(self):
        user, secret = accounts.OF["tsig"]
        self.config = self.put("named.conf", NAMED.format(dir=self.directory, user=user, secret=secret), 0o640)
        self.put("isp.zone", ISP_ZONE)
        self.put("ghost.zone", GHOST_ZONE)
        sh(f"chown -R bind:bind {self.directory}; touch /run/lab/dns.log; chown bind /run/lab/dns.log")

    def commands(self, certificate):
        return [["named", "-f", "-n", "1", "-u", "bind", "-c", self.config]]

    def wait(self):
        super().wait()
        wait_for(lambda: self.lookup("dns.isp.test") == [ISP4], 30, "named to answer", pause=0.1)

    def writable(self, yes):
        """Whether named can keep an update; if not, it says SERVFAIL."""
        os.chmod(self.directory, 0o755 if yes else 0o555)
        for journal in glob.glob(f"{self.directory}/*.jnl"):
            os.chmod(journal, 0o644 if yes else 0o444)

    def lookup(self, name, kind="A"):
        """Its current answer; [] if there is none."""
        try:
            return in_namespace("isp", lambda: dnsquery.ask(ISP4, name, kind))
        except OSError:
            return []

    def serial(self):
        return int(self.lookup("ghost.test", "SOA")[0])

    def received(self):
        found = []
        for line in whole_lines("/run/lab/dns.log"):
            m = re.match(r"(\S+) update: info: client @\S+ (\S+)#\d+(?:/key (\S+))?: updating zone '\S+': (.*)", line)
            if m:
                when = datetime.datetime.fromisoformat(m[1].replace("Z", "+00:00")).timestamp()
                found.append({"time": when, "peer": m[2], "key": m[3], "what": m[4]})
        return found

    def queries(self):
        """[(who asked, name, type)]"""
        with open("/run/lab/dns.log") as f:
            return re.findall(r"queries: info: client @\S+ (\S+)#\d+ \S+: query: (\S+) IN (\S+)", f.read())


MOSQUITTO = """per_listener_settings true
user root
log_type all
log_timestamp_format %Y-%m-%dT%H:%M:%S
listener 1885 127.0.0.1
allow_anonymous true
"""
LISTENER = """listener {port} {address}
allow_anonymous false
password_file {dir}/passwd
"""
TLS_LISTENER = """certfile {tls}/{kind}.pem
keyfile {tls}/{kind}.key
"""


class Mqtt(Server):
    """mosquitto: 1883 in clear, 8883 with TLS, 8884 with the expired, 8885 with the wrong name's certificate; a password is
    demanded on all. received(): {topic, payload, qos, retain} as a subscriber saw it come."""

    NAME, PORTS = "mqtt", (1883, 8883, 8884, 8885, 1885)

    def prepare(self):
        text = MOSQUITTO
        for port, kind in ((1883, None), (8883, "good"), (8884, "expired"), (8885, "wrong")):
            text += LISTENER.format(port=port, address=ISP4, dir=self.directory)
            text += TLS_LISTENER.format(tls=certificates.DIRECTORY, kind=kind) if kind else ""
        self.config = self.put("mosquitto.conf", text)
        user, password = accounts.OF["mqtt"]
        sh(f"mosquitto_passwd -b -c {self.directory}/passwd {user} {password}; chmod 644 {self.directory}/passwd")

    def commands(self, certificate):
        return [["mosquitto", "-c", self.config]]

    def wait(self):
        super().wait()
        with open("/run/lab/mqtt.seen", "a") as seen:
            argv = ["mosquitto_sub", "-h", "127.0.0.1", "-p", "1885", "-v", "-q", "1", "-t", "#", "-F", "%j"]
            self.processes.append(subprocess.Popen(IN_ISP + argv, stdin=subprocess.DEVNULL, stdout=seen, start_new_session=True))
        wait_for(lambda: "SUBSCRIBE" in out("cat /run/lab/mqtt.log"), 20, "the subscriber")

    def received(self):
        found = lines("/run/lab/mqtt.seen")
        for one in found:
            when = datetime.datetime.strptime(one["tst"].replace("Z", ""), "%Y-%m-%dT%H:%M:%S.%f%z")
            one["time"] = when.timestamp()
        return found

    def retained(self, topic):
        """The message that a new subscriber gets now."""
        return out(f"ip netns exec isp mosquitto_sub -h 127.0.0.1 -p 1885 -t '{topic}' --retained-only -C 1 -W 3")


class Box(Server):
    """Shared by ftp and sftp servers: an account with a directory, BOX."""

    BOX = "/srv/box"

    def prepare(self):
        user, password = accounts.OF["box"]
        sh(
            f"id {user} >/dev/null 2>&1 || useradd -d {self.BOX} -s /bin/sh {user}; umount {self.BOX}/full 2>/dev/null; rm -rf {self.BOX}; mkdir -p {self.BOX}/in; "
            f"chown -R {user} {self.BOX}; mkdir {self.BOX}/readonly; echo {user}:{password} | chpasswd -c MD5"
        )  # the usual hash takes a second under emulation

    def full(self):
        """BOX/full: a disk that has no room, until room() makes some."""
        sh(
            f"mkdir {self.BOX}/full; mount -t tmpfs -o size=64k,mode=777 box {self.BOX}/full; cat /dev/zero >{self.BOX}/full/all",
            check=False,
        )

    def room(self):
        sh(f"rm {self.BOX}/full/all")

    def files(self):
        """{path below BOX: content}"""
        found = {}
        for path in glob.glob(f"{self.BOX}/**", recursive=True):
            if os.path.isfile(path):
                with open(path) as f:
                    found[os.path.relpath(path, self.BOX)] = f.read()
        return found


VSFTPD = """listen=YES
listen_address=10.64.64.1
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
seccomp_sandbox=NO
ssl_enable=YES
force_local_logins_ssl=YES
force_local_data_ssl=YES
require_ssl_reuse=NO
ssl_ciphers=HIGH
pasv_min_port=40000
pasv_max_port=40100
xferlog_enable=YES
log_ftp_protocol=NO
delay_failed_login=0
use_localtime=NO
"""


class Ftp(Box):
    """vsftpd: 21 (TLS by AUTH), 990 (TLS from the start), 2121 expired, 2122 wrong name. received(): {path, size} per file."""

    NAME, PORTS = "ftp", (21, 990, 2121, 2122)

    def commands(self, certificate):
        os.makedirs("/var/run/vsftpd/empty", exist_ok=True)
        found = []
        for port, kind in ((21, "good"), (990, "good"), (2121, "expired"), (2122, "wrong")):
            chain, key = certificates.pair(kind)
            text = VSFTPD + f"listen_port={port}\nrsa_cert_file={chain}\nrsa_private_key_file={key}\n"
            text += f"vsftpd_log_file=/run/lab/ftp.transfers\nimplicit_ssl={'YES' if port == 990 else 'NO'}\n"
            found.append(["vsftpd", self.put(f"{port}.conf", text, 0o600)])
        return found

    def received(self):
        found = []
        for line in out("cat /run/lab/ftp.transfers 2>/dev/null").splitlines():
            m = re.match(r"(.{24}) \[pid \d+\] \[\S+\] OK UPLOAD: Client \"(\S+)\", \"(\S+)\", (\d+) bytes", line)
            if m:
                when = datetime.datetime.strptime(m[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=datetime.timezone.utc)
                found.append({"time": when.timestamp(), "peer": m[2], "path": m[3], "size": int(m[4])})
        return found


SSHD = """Port 22
ListenAddress 10.64.64.1
HostKey {dir}/host
PidFile {dir}/pid
UsePAM no
PasswordAuthentication yes
LogLevel VERBOSE
Subsystem sftp internal-sftp -l VERBOSE
"""


class Sftp(Box):
    """sshd; fingerprint: of its host key, "SHA256:…". received(): {path, what} per file that was opened to be written, or
    renamed."""

    NAME, PORTS = "sftp", (22,)

    def prepare(self):
        super().prepare()
        sh(f"ssh-keygen -q -t ed25519 -N '' -f {self.directory}/host; mkdir -p /run/sshd")
        self.fingerprint = out(f"ssh-keygen -lf {self.directory}/host.pub").split()[1]
        self.config = self.put("sshd.conf", SSHD.format(dir=self.directory))
        self.cursor = out("journalctl -n 0 --show-cursor").split("-- cursor: ")[-1]

    def commands(self, certificate):
        return [["/usr/sbin/sshd", "-D", "-e", "-f", self.config]]

    def received(self):
        text = out(f"journalctl --no-pager -t internal-sftp -t sshd -o short-unix --after-cursor='{self.cursor}'")
        return [
            {"time": float(when), "path": path, "what": "write" if kind == "open" else kind}
            for when, kind, path in re.findall(
                r'^(\d+\.\d+) .*\]: (open|rename old) "([^"]+)"(?: flags \S*WRITE| new )', text, re.M
            )
        ]


KINDS = {kind.NAME: kind for kind in (Dns, Mail, Web, Mqtt, Ftp, Sftp)}


class Servers:
    def __init__(self, *names):
        certificates.make()
        self.all = {name: KINDS[name]() for name in names or KINDS}
        for server in self.all.values():
            server.begin()
        for server in self.all.values():
            server.wait()

    def __getattr__(self, name):
        if name in self.__dict__.get("all", ()):
            return self.all[name]
        raise AttributeError(name)

    def stop(self):
        for server in self.all.values():
            server.stop()
