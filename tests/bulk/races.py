# SPDX-License-Identifier: MIT
"""
Lists, deletions, updates, flushes and loads while others create, replace and let expire
thousands of flows a second. The kernel's own events, by the port that caused them, say what
the program really did: it must be what it printed and nothing outside its filter.
"""
import collections
import ctypes
import os
import random
import re
import signal
import socket
import struct
import time

import netlink
import table

CHURNED, KEPT = 4000, 1500
BATCH = 200          # messages a send of the churner: fewer than its buffer holds answers
PAUSE = 0.01         # seconds between two of them
MEMORY = 8 * 1024    # KiB that any command may take
SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
ADD_MEMBERSHIP, SOL_NETLINK = 1, 270
UDP_KEY = re.compile(r"\bsrc=(\S+) dst=\S+ sport=(\d+)")


def churned(number):
    """One of the flows that come and go, from 10.1.0.0/16."""
    return {"protocol": table.UDP, "src": "10.1.%d.%d" % (number >> 8, number & 255),
            "dst": "10.0.0.1", "parts": (1000, 53)}


def kept(number):
    """One that stays, and that nothing here is about; from 10.2.0.0/16."""
    return {"protocol": table.UDP, "src": "10.2.%d.%d" % (number >> 8, number & 255),
            "dst": "10.0.0.1", "parts": (1000, 53), "mark": 7, "timeout": table.LASTING}


def message(number, flags, body):
    head = struct.pack("BBH", socket.AF_INET, 0, 0)
    return struct.pack("IHHII", 20 + len(body), netlink.CT << 8 | number,
                       netlink.REQUEST | flags, 0, 0) + head + body


class Churner:
    """A process that changes the table all the time."""

    def __init__(self, seed):
        reader, writer = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            try:
                os.close(reader)
                self.work(random.Random(seed), writer)
            finally:
                os._exit(1)
        os.close(writer)
        self.port = struct.unpack("I", os.read(reader, 4))[0]
        os.close(reader)

    @staticmethod
    def work(rng, writer):
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink.NETLINK_NETFILTER)
        sock.bind((0, 0))
        creates, deletes = [], []
        for number in range(CHURNED):
            flow = churned(number)
            for mark in (0, 5, 9):
                body = netlink.entry_attributes(
                    dict(flow, mark=mark, timeout=rng.choice((1, 2, 600))))
                creates.append(message(netlink.NEW, netlink.CREATE, body))
            deletes.append(message(netlink.DELETE, 0, netlink.tuple_nest(
                1, flow["src"], flow["dst"], flow["protocol"], flow["parts"])))
        os.write(writer, struct.pack("I", sock.getsockname()[0]))
        parent = os.getppid()
        while os.getppid() == parent:
            batch = []
            while len(batch) < BATCH:
                number = rng.randrange(CHURNED)
                way = rng.random()
                if way < 0.6:  # half of them replace one that is there
                    batch.append(deletes[number])
                if way > 0.3:
                    batch.append(creates[3 * number + rng.randrange(3)])
            last = bytearray(batch[-1])
            struct.pack_into("H", last, 6, struct.unpack_from("H", last, 6)[0] | netlink.ACK)
            sock.send(b"".join(batch[:-1]) + bytes(last))
            try:
                while True:
                    sock.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                pass
            time.sleep(PAUSE)

    def stop(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


class Witness:
    """Hears what others than the kernel itself and the churner do."""

    def __init__(self, churner):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink.NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        # Loads of a word take it as big-endian: the port id of nlmsghdr, at 12.
        port = struct.unpack(">I", struct.pack("=I", churner.port))[0]
        program = [(0x20, 0, 0, 12), (0x15, 2, 0, 0), (0x15, 1, 0, port),
                   (0x06, 0, 0, 0xffffffff), (0x06, 0, 0, 0)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *op) for op in program))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                             struct.pack("HP", len(program), ctypes.addressof(code)))
        for group in (2, 3):  # UPDATE and DESTROY; NEW would be heard of loads alone
            self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)

    def heard(self):
        """Of each type (0: update, 2: destroy) what flows it was about, and how often."""
        events = {0: collections.Counter(), 2: collections.Counter()}
        while True:
            try:
                data = self.sock.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return events
            kind = struct.unpack_from("H", data, 4)[0] & 0xff
            entry = table.entry_of(data[20:])
            events[kind][(entry.src, entry.parts[0])] += 1


def printed(done):
    found = (UDP_KEY.search(line) for line in done.lines)
    return collections.Counter((match[1], int(match[2])) for match in found if match)


def low(key):
    """The filter of all commands here: the lower half of the flows that come and go."""
    first, second, third, _ = key[0].split(".")
    return (first, second) == ("10", "1") and int(third) < 8


LOW = "10.1.0.0/21"


class Race:
    def __init__(self, ground):
        self.ground = ground
        self.kept = [kept(number) for number in range(KEPT)]
        ground.table.fill(self.kept)
        self.first = {e.key: (e.ident, e.mark) for e in ground.table.read()}
        with open("/proc/sys/net/netfilter/nf_conntrack_events", "w", encoding="ascii") as file:
            file.write("1\n")
        self.churner = Churner(ground.options.seed)
        self.witness = Witness(self.churner)
        self.peaks = collections.defaultdict(list)
        self.counts = collections.Counter()

    def run(self, words, codes=(0, 1)):
        self.witness.heard()
        done = self.ground.run(words)
        events = self.witness.heard()
        self.peaks[words[0]].append(done.peak)
        self.ground.check(done.code in codes, "ends with %s" % done.code, done)
        return done, events

    def only(self, events, done):
        wrong = [key for kind in events.values() for key in kind if not low(key)]
        self.ground.check(not wrong, "flows outside the filter are touched", done, wrong[:20])
        self.counts[done.words[1]] += sum(sum(kind.values()) for kind in events.values())

    def same(self, done, events, what):
        self.ground.check(printed(done) == events, "%s are printed that were not done, or "
                          "the other way round" % what,
                          "only printed: %s" % (printed(done) - events),
                          "only done: %s" % (events - printed(done)), done.err)

    def list(self):
        done, _ = self.run(["-L", "-p", "udp"], (0,))
        stay = {(flow["src"], 1000): 1 for flow in self.kept}
        shown = {key: count for key, count in printed(done).items() if key in stay}
        self.ground.check(shown == stay, "-L: entries that stay are missing or come twice",
                          [key for key in stay if shown.get(key) != 1][:20])

    def delete(self):
        done, events = self.run(["-D", "-s", LOW, *random_condition(self.ground.rng)])
        self.only(events, done)
        self.same(done, events[2], "deletions")

    def update(self):
        verify = ["--verify"] if self.ground.rng.random() < 0.5 else []
        mark = str(self.ground.rng.choice((5, 9, 11)))
        done, events = self.run(["-U", "-s", LOW, "-m", mark, *verify])
        self.only(events, done)
        if verify:  # what is gone or replaced since is not shown
            self.ground.check(not printed(done) - events[0], "-U --verify shows too much", done)
        else:
            self.same(done, events[0], "updates")

    def flush(self):
        words = ["-F", "-s", self.ground.rng.choice((LOW, "10.1.1.1"))]
        done, events = self.run([*words, *random_condition(self.ground.rng)], (0,))
        self.only(events, done)

    def load(self):
        rng = self.ground.rng
        lines = ["-D -s %s -d 10.0.0.1 -p udp --sport 1000 --dport 53" % churned(n)["src"]
                 for n in rng.sample(range(2048), 300)]
        lines += ["-A -s %s -d 10.0.0.1 -p udp --sport 1000 --dport 53 -t 600 -m 9" %
                  churned(n)["src"] for n in rng.sample(range(2048), 300)]
        lines += ["-D -s 10.1.%d.0/24 -m %d" % (n, rng.choice((5, 9))) for n in range(8)]
        self.ground.file("load", "\n".join(lines) + "\n")
        done, events = self.run(["-R", "load"], (0,))
        self.only(events, done)
        self.same(done, events[2], "deletions of -R")

    def finish(self):
        self.churner.stop()
        now = {e.key: (e.ident, e.mark) for e in self.ground.table.read() if e.mark == 7}
        self.ground.check(now == self.first, "an entry that was to stay is gone or changed")
        for word, peaks in self.peaks.items():
            self.ground.check(max(peaks) <= MEMORY, "%s takes %d KiB" % (word, max(peaks)))
        if self.ground.options.verbose:
            print("races: %s" % ", ".join(
                "%s %d times, %d entries" % (word, len(peaks), self.counts[word])
                for word, peaks in sorted(self.peaks.items())))


def random_condition(rng):
    return rng.choice(([], ["-m", "5"], ["-p", "udp"], ["-p", "udp", "--dport", "53", "-m", "9"]))


def run(ground):
    race = Race(ground)
    try:
        while ground.time_left():
            for step in (race.list, race.delete, race.update, race.flush, race.load):
                step()
    finally:
        race.finish()
