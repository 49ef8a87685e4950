# SPDX-License-Identifier: GPL-2.0-or-later
"""Each section that docs/appear.md shows is one that "ghostctl check" takes."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest


class Examples(unittest.TestCase):
    def test_each_is_good(self):
        with open(os.environ["APPEAR_MD"]) as f:
            blocks = re.findall(r"(?:^    .*\n)+", f.read(), re.M)
        sections = [
            re.sub("^    ", "", block[block.index("[Announce") :], flags=re.M) for block in blocks if "    [Announce" in block
        ]
        self.assertGreaterEqual(len(sections), 10)
        urls = [re.search("^Url=([^:]*):", section, re.M) for section in sections]
        schemes = {url[1] for url in urls if url} - {"${secret"}
        self.assertEqual(schemes, {"smtp", "https", "dyndns2+https", "dns", "ftp", "sftp", "mqtts", "file", "exec"})
        with tempfile.TemporaryDirectory() as directory:
            services = os.path.join(directory, "usr/lib/ghostd/services")
            shutil.copytree(os.environ["SERVICES"], services)
            os.makedirs(os.path.join(directory, "etc/ppp/peers"))
            with open(os.path.join(directory, "etc/ppp/peers/isp"), "w") as f:
                f.write("noauth\n")
            for section in sections:
                path = os.path.join(directory, "isp.conf")
                with open(path, "w") as f:
                    f.write("[Link]\nPeer=isp\n[Appear]\n" + section.replace("SHA256:v1q…", "SHA256:" + "a" * 43))
                command = [os.environ["GHOSTCTL"], "--root", directory, "check", path]
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), section)

    def test_secrets_have_one_place(self):
        """The directory that is made for them, root's alone, is the one that every page names."""
        docs = os.path.dirname(os.environ["APPEAR_MD"])
        places = set()
        for page in ("appear.md", "man/ghost-appear.8.rst", "../README.md"):
            with open(os.path.join(docs, page)) as f:
                places |= set(re.findall(r"LoadCredential(?:Encrypted)?=\S+?:(/\S+)/", f.read()))
        with open(os.path.join(docs, "../units/ghostd.tmpfiles")) as f:
            made = set(re.findall(r"^d (\S+) +0700 root root", f.read(), re.M))
        self.assertEqual(len(places), 1)
        self.assertEqual(places, made)


if __name__ == "__main__":
    unittest.main(verbosity=2)
