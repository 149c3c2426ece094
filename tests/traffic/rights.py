# SPDX-License-Identifier: MIT
"""What each command needs to be allowed, as the manual's PRIVILEGES says."""
import os
import subprocess

import house as world

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
NET_ADMIN = ["--inh-caps=-all,+net_admin", "--ambient-caps=+net_admin",
             "--bounding-set=-all,+net_admin"]
ENTRY = ["-p", "udp", "-s", "192.0.2.1", "-d", "198.51.100.1", "--sport", "1000", "--dport", "53"]
# In an order in which each has something to do; the first ones only look.
READING = [["-L"], ["-G"] + ENTRY, ["-L", "expect"], ["-L", "dying"], ["-L", "-z"]]
CHANGING = [["-I"] + [word.replace("1000", "1001") for word in ENTRY] + ["-t", "60"],
            ["-U", "-p", "udp", "-m", "7"], ["-D", "-p", "udp", "--sport", "1001"], ["-F"]]


class Person:
    """Someone else than root; the program is reached by a descriptor, past closed folders."""

    def __init__(self, house, *manner):
        self.house = house
        self.manner = NOBODY + list(manner)
        self.program = os.open(house.program, os.O_RDONLY)

    def conntrack(self, *words):
        program = "/proc/self/fd/%d" % self.program
        return self.house.run(self.manner + [program, *words], pass_fds=(self.program,))


def make_entry(house):
    house.must(house.program, "-I", *ENTRY, "-t", "60")


def net_admin_alone(house):
    """Neither root nor another capability: all commands do their work."""
    person = Person(house, *NET_ADMIN)
    make_entry(house)
    for words in READING + [["-C"], ["-S"]] + CHANGING:
        result = person.conntrack(*words)
        house.equal(" ".join(words), result.code, 0)
    house.equal("nothing is left", house.conntrack("-C").out, "0\n")


def without_it(house):
    """Refused, with the capability's name, and nothing has changed."""
    person = Person(house)
    make_entry(house)
    before = house.conntrack("-L", "-o", "id").out.split()
    for words in READING + CHANGING + [["-E"]]:
        result = person.conntrack(*words)
        house.equal("code of " + " ".join(words), result.code, 1)
        house.true("it says what is missing", "CAP_NET_ADMIN is needed" in result.err, result.err)
        house.equal("output of " + " ".join(words), result.out, "")
        house.true("no count, as if nothing had been found", " 0 " not in result.err, result.err)
    for words in (["-C"], ["-S"], ["-h"], ["-V"]):
        house.equal(words[0] + " needs nothing", person.conntrack(*words).code, 0)
    after = house.conntrack("-L", "-o", "id").out.split()
    house.equal("the entry", [word for word in after if word.startswith("id=")],
                [word for word in before if word.startswith("id=")])


def user_namespace(house):
    """Its root may all in a network namespace that it owns, and nothing in ours."""
    make_entry(house)
    inner = ["unshare", "--user", "--map-root-user"]
    if house.run(inner + ["true"]).code != 0:
        raise world.Skip("no user namespaces here")
    result = house.run(inner + [house.program, "-L"])
    house.equal("ours", (result.code, result.out), (1, ""))
    script = ('"$0" -I {0} -t 60 && "$0" -L && "$0" -G {0} && "$0" -U -m 7 && "$0" -D && "$0" -F'
              .format(" ".join(ENTRY)))
    result = house.run(inner + ["--net", "sh", "-c", script, house.program])
    house.equal("its own", result.code, 0)
    house.equal("entries shown", result.out.count("src=192.0.2.1"), 4)
    house.equal("still there", house.conntrack("-C").out, "1\n")


def set_user_id(house):
    """Set-user-ID and set-group-ID are refused before a word is looked at."""
    make_entry(house)
    for manner in ("--ruid=65534", "--rgid=65534"):
        words = ["setpriv", manner] + (["--keep-groups"] if "gid" in manner else [])
        result = house.run(words + [house.program, "-F"])
        house.equal(manner, (result.code, result.out), (2, ""))
        house.true("it says why", "set-user-ID" in result.err, result.err)
    house.equal("nothing was flushed", house.conntrack("-C").out, "1\n")


def variables(house):
    """No variable of the environment changes what is read, shown to a program, or done."""
    hostile = dict(world.environment(), LC_ALL="de_DE.UTF-8", LANG="tr_TR.UTF-8", TERM="xterm",
                   NO_COLOR="1", COLUMNS="7", CONNTRACK_REPLAY="/dev/null", CONNTRACK_OLD="1",
                   HOME=house.folder, TMPDIR=house.folder, POSIXLY_CORRECT="1")
    for words in (["-L"], ["-L", "-o", "json"], ["-L", "-o", "table"], ["-U", "-m", "7"], ["-D"]):
        make_entry(house)
        plain = house.conntrack(*words)
        house.must(house.program, "-F")
        make_entry(house)
        done = subprocess.run([house.program, *words], capture_output=True, text=True,
                              env=hostile, timeout=world.PATIENCE)
        house.equal(" ".join(words), (done.returncode, steady(done.stdout), done.stderr),
                    (plain.code, steady(plain.out), plain.err))
        house.must(house.program, "-F")


def steady(text):
    """Without what passes with time, and what is another entry's."""
    words = text.replace('"', " ").replace(",", " ").split()
    return [word for word in words if not word.lstrip(":").isdigit()]


SCENARIOS = [net_admin_alone, without_it, user_namespace, set_user_id, variables]
