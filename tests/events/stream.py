# SPDX-License-Identifier: MIT
"""Flows in numbers, a watcher of them, and a reader that keeps accounts."""
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

import house as world

PATIENCE = 60                   # seconds until a watcher has read all
TYPE = re.compile(r"^(?:\[\d+\.\d+\]\t)? *\[(NEW|UPDATE|DESTROY)\] ")
TUPLE = re.compile(r" src=\S+ dst=\S+ sport=\d+ dport=\d+(?= )")
ID = re.compile(r" id=(\d+)(?: \[(?:SNAPSHOT|RESYNC)\])?(?: \[USERSPACE\].*)?$")


def outward(house):
    """A device that swallows what is sent to 10.0.0.0/8, each packet tracked."""
    house.must("ip", "link", "add", "out0", "type", "veth", "peer", "name", "out1")
    for end in ("out0", "out1"):
        house.must("ip", "link", "set", end, "arp", "off", "up")
    house.must("ip", "address", "add", "192.168.9.1/24", "dev", "out0")
    house.must("ip", "route", "add", "10.0.0.0/8", "dev", "out0")
    house.must("ip", "-6", "address", "add", "2001:db8::1/64", "dev", "out0", "nodad")
    house.must("ip", "-6", "route", "add", "2001:db8:a::/48", "dev", "out0")
    house.track()
    house.kernel("netfilter.nf_conntrack_events", 1)
    life(house, 600)


def life(house, seconds):
    """How long a flow lives from now on."""
    house.kernel("netfilter.nf_conntrack_udp_timeout", seconds)


class Sender:
    """One UDP socket: a flow is what it sends to one address and port."""

    def __init__(self, family=socket.AF_INET):
        self.ipv6 = family == socket.AF_INET6
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(("2001:db8::1" if self.ipv6 else "192.168.9.1", 0))

    def send(self, first, count):
        """One packet to each of the flows first to first + count - 1."""
        for number in range(first, first + count):
            place = ("2001:db8:a::%x" if self.ipv6 else "10.0.0.%d") % (number // 60000)
            try:
                self.socket.sendto(b"x", (place, 1024 + number % 60000))
            except (BlockingIOError, OSError):
                continue        # the table is full: that flow is not there


def table(house):
    """The names of all entries, after those whose time is up have been taken out."""
    for _ in range(2):          # a dump reaps what has expired, a few a bucket
        result = house.conntrack("-L", "-o", "id")
    return sorted(name_of(line) for line in result.lines)


def entries():
    with open("/proc/sys/net/netfilter/nf_conntrack_count") as file:
        return int(file.read())


class Watcher:
    """
    The program as it watches; its output goes to a file, a pipe or a descriptor. Unless it
    is to inherit that SIGPIPE is ignored (as here), SIGPIPE ends it.
    """

    def __init__(self, house, *words, out=None, pipes_end_it=True):
        self.house = house
        self.own = None if out else tempfile.TemporaryFile("w+")
        self.err = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([house.program, "-E", *words], stdin=subprocess.DEVNULL,
                                        stdout=out or self.own, stderr=self.err,
                                        restore_signals=pipes_end_it, env=world.environment())
        self.wait(lambda: self.sockets(joined=True), "join its groups")

    def sockets(self, joined=False):
        return world.sockets(self.process.pid, joined)

    def has_open(self, path):
        return path in world.descriptors(self.process.pid)

    def wait(self, ready, what):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError("it ended before it could %s: %s" % (what, self.result()))
            if ready():
                return
            time.sleep(0.005)
        self.process.kill()
        raise AssertionError("it did not %s" % what)

    def asleep(self):
        return world.asleep(self.process.pid)

    def settle(self):
        """Until it has read all and waits for more, for a while."""
        calm = 0
        while calm < 20:
            self.wait(lambda: all(row[4] == "0" for row in self.sockets()) and self.asleep(),
                      "read what was sent")
            time.sleep(0.01)
            calm = calm + 1 if all(row[4] == "0" for row in self.sockets()) else 0

    def status(self, name):
        return world.status(self.process.pid, name)

    def poke(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        if number:
            self.poke(number)
        return self.ended()

    def ended(self):
        """The result, once it has ended by itself."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("it did not end: %s" % self.result()) from None
        return self.result()

    def words(self):
        """What it has said on stderr so far."""
        return written(self.err)

    def shown(self):
        """Lines of its output so far."""
        return written(self.own).count("\n")

    def result(self):
        return world.Result(self.process.returncode, written(self.own) if self.own else "",
                            self.words())


def written(file):
    """All of a file that somebody may be writing, whose place in it is shared with us."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


def name_of(line):
    """An entry by its id and original tuple; ids alone are of 32 bits, and may meet."""
    match = TUPLE.search(line)
    return int(ID.search(line).group(1)), match.group(0) if match else ""


class Accounts:
    """Replays lines of -E -o id from an empty table; tells what cannot be."""

    def __init__(self):
        self.there = {}         # name: line of its NEW
        self.by_id = {}         # id: names that have it
        self.faults = []
        self.again = []         # lines of NEW of what was there before
        self.past = set()       # names

    def known(self, name):
        """The name of an entry; of IPv6, an end found by --resync has no more than the id."""
        if name[1]:
            return name if name in self.there else None
        return next((other for other in self.by_id.get(name[0], ()) if ":" in other[1]), None)

    def line(self, line):
        kind = TYPE.match(line)
        if not kind or not ID.search(line):
            self.faults.append("no event: " + line)
            return
        name = name_of(line)
        if kind.group(1) == "NEW":
            if name in self.there:
                self.faults.append("twice: %s / %s" % (self.there[name], line))
            self.there[name] = line
            if name in self.past:
                self.again.append(line)
            self.past.add(name)
            self.by_id.setdefault(name[0], set()).add(name)
        elif not self.known(name):
            self.faults.append("of nothing: " + line)
        elif kind.group(1) == "DESTROY":
            name = self.known(name)
            del self.there[name]
            self.by_id[name[0]].discard(name)

    def read(self, lines):
        for line in lines:
            self.line(line)
        return self

    def shown(self):
        """The first faults, for a failure's text."""
        return "\n".join(self.faults[:5])


def summary(result):
    """N of "N flow events have been shown."."""
    match = re.search(r": (\d+) flow events have been shown\.$", result.err, re.M)
    return int(match.group(1)) if match else -1


def lost(result):
    """(events, overruns) of the sum of losses at the end."""
    match = re.search(r"in all (\d+) events were lost in (\d+) overruns?", result.err)
    if match:
        return int(match.group(1)), int(match.group(2))
    match = re.search(r"(\d+) overruns? of the receive buffer in all; how many events were lost is "
                      "not known", result.err)
    return (-1, int(match.group(1))) if match else (0, 0)
