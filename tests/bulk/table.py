# SPDX-License-Identifier: MIT
"""Random tables, and what the kernel says is in one: read without the program under test."""
import dataclasses
import os
import socket
import struct

import netlink
from netlink import ASSURED, FIXED_TIMEOUT, SEEN_REPLY

TCP, UDP, ICMP, GRE, ESP, ICMPV6, SCTP, UDPLITE = 6, 17, 1, 47, 50, 58, 132, 136
PORTS = (TCP, UDP, SCTP, UDPLITE)
KEYED = PORTS + (GRE,)
TCP_STATES = {1: "SYN_SENT", 2: "SYN_RECV", 3: "ESTABLISHED", 4: "FIN_WAIT", 7: "TIME_WAIT"}
SCTP_STATES = {1: "CLOSED", 3: "COOKIE_ECHOED", 4: "ESTABLISHED"}
LABELS = {0: "zero", 1: "one", 40: "forty", 100: "hundred"}
LABEL_LIST = "".join("%d %s\n" % label for label in LABELS.items())
# Only where a rule speaks of labels has an entry room for them.
RULES = "table inet l { chain o { type filter hook output priority 0; ct label set 1; }; }"

V4 = ["10.0.0.1", "10.0.0.2", "10.0.1.1", "10.1.0.1", "192.168.0.1", "192.168.7.9"]
V6 = ["fd00::1", "fd00::2", "fd00:1::1", "2001:db8::7"]
NUMBERS = [53, 80, 443, 1000, 1001, 65535]
MARKS = [0, 0, 1, 5, 0x105, 0x1000005, 0xffffffff]
LASTING = 60000  # seconds: none expires while a test runs


@dataclasses.dataclass
class Entry:
    """An entry as the kernel tells it."""
    protocol: int
    src: str
    dst: str
    parts: tuple
    reply_src: str
    reply_dst: str
    reply_parts: tuple
    zone: int
    orig_zone: int
    reply_zone: int
    status: int
    timeout: int
    mark: int
    ident: int
    labels: frozenset
    state: int

    @property
    def family(self):
        return 6 if ":" in self.src else 4

    @property
    def key(self):
        """What no two entries share."""
        return (self.src, self.dst, self.protocol, self.parts, self.zone, self.orig_zone)


def _address(data):
    return socket.inet_ntop(socket.AF_INET if len(data) == 4 else socket.AF_INET6, data)


def _tuple(facts, at):
    """Source, destination, protocol, parts and zone of CTA_TUPLE_ORIG (1) or _REPLY (2)."""
    def fact(path):
        return facts.get("/%d%s" % (at, path))

    def number(path):
        return int.from_bytes(fact(path) or b"", "big")
    source, destination = fact("/1/1") or fact("/1/3"), fact("/1/2") or fact("/1/4")
    protocol = number("/2/1")
    parts = ()
    if protocol in KEYED:
        parts = (number("/2/2"), number("/2/3"))
    elif protocol in (ICMP, ICMPV6):
        base = 4 if protocol == ICMP else 7
        parts = tuple(number("/2/%d" % (base + i)) for i in (1, 2, 0))
    return _address(source), _address(destination), protocol, parts, number("/3")


def entry_of(data):
    """The attributes of a message as an Entry."""
    facts = {path: bytes.fromhex(value) for path, value in netlink.flatten(data)}

    def number(path):
        return int.from_bytes(facts.get(path, b""), "big")
    src, dst, protocol, parts, orig_zone = _tuple(facts, 1)
    reply_src, reply_dst, _, reply_parts, reply_zone = _tuple(facts, 2)
    bits = int.from_bytes(facts.get("/22", b""), "little")
    return Entry(protocol, src, dst, parts, reply_src, reply_dst, reply_parts, number("/18"),
                 orig_zone, reply_zone, number("/3"), number("/7"), number("/8"), number("/12"),
                 frozenset(bit for bit in range(128) if bits >> bit & 1),
                 number("/4/1/1") if protocol == TCP else number("/4/3/1"))


class Table(netlink.Socket):
    """The table of the namespace that we are in."""

    def read(self):
        """All entries."""
        self._send(netlink.CT, netlink.GET, netlink.DUMP, 0, b"")
        entries = []
        while True:
            data = self.sock.recv(65536)
            at = 0
            while at < len(data):
                length, kind = struct.unpack_from("IH", data, at)
                if kind == netlink.ERROR:
                    code = -struct.unpack_from("i", data, at + 16)[0]
                    raise OSError(code, os.strerror(code))
                if kind == netlink.DONE:
                    return entries
                entries.append(entry_of(data[at + 20:at + length]))
                at += (length + 3) & ~3

    def by_key(self):
        return {entry.key: entry for entry in self.read()}

    def fill(self, wanted):
        """Create what is missing of the wanted entries; those that cannot be are left out."""
        for entry in wanted:
            try:
                self.create(entry)
            except FileExistsError:
                pass  # it is there, or its reply tuple is taken


def _parts(rng, protocol):
    if protocol in KEYED:
        return (rng.choice(NUMBERS), rng.choice(NUMBERS))
    if protocol == ICMP:
        return (rng.choice((8, 13)), 0, rng.choice(NUMBERS))
    if protocol == ICMPV6:
        return (128, 0, rng.choice(NUMBERS))
    return ()


def random_entry(rng):
    """An entry to create, as tests/differential/world.py writes them."""
    six = rng.random() < 0.3
    protocol = rng.choice([TCP, TCP, TCP, UDP, UDP, UDP, SCTP, UDPLITE, GRE, ESP,
                           ICMPV6 if six else ICMP])
    source, destination = rng.sample(V6 if six else V4, 2)
    entry = {"protocol": protocol, "src": source, "dst": destination,
             "parts": _parts(rng, protocol), "mark": rng.choice(MARKS), "timeout": LASTING,
             "status": rng.choice([0, 0, SEEN_REPLY, SEEN_REPLY | ASSURED, FIXED_TIMEOUT])}
    if protocol == TCP:
        entry["state"] = rng.choice(list(TCP_STATES))
    if protocol == SCTP:
        entry["state"] = rng.choice(list(SCTP_STATES))
    zone = rng.random()
    if zone < 0.2:
        entry[rng.choice(("zone", "orig_zone", "reply_zone"))] = rng.choice((5, 6))
    if rng.random() < 0.2:
        entry["labels"] = rng.sample(list(LABELS), rng.choice((1, 2)))
    if protocol in PORTS and rng.random() < 0.2:
        kind = rng.choice(("snat", "dnat"))
        entry[kind] = (rng.choice(V6 if six else V4), rng.choice((0, rng.choice(NUMBERS))))
    return entry
