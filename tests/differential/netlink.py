# SPDX-License-Identifier: MIT
"""
Just enough ctnetlink (uapi nfnetlink_conntrack.h) to set a table up and to read it back,
so that neither of the compared programs is trusted with that.
"""
import os
import socket
import struct

NETLINK_NETFILTER = 12
CT, EXPECT = 1, 2  # NFNL_SUBSYS_CTNETLINK, …_EXP
NEW, GET, DELETE = 0, 1, 2
REQUEST, ACK, DUMP, EXCL, CREATE = 0x1, 0x4, 0x300, 0x200, 0x400
ERROR, DONE = 2, 3
SEEN_REPLY, ASSURED, CONFIRMED, FIXED_TIMEOUT = 0x2, 0x4, 0x8, 0x400
ICMP, ICMPV6 = 1, 58
WITH_PORTS = (6, 17, 47, 132, 136)
LIBERAL = 0x0a  # SACK_PERM and BE_LIBERAL, as the programs set them


def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def nest(kind, *parts):
    return attribute(kind | 0x8000, b"".join(parts))


def u8(kind, value):
    return attribute(kind, struct.pack("B", value))


def be16(kind, value):
    return attribute(kind, struct.pack("!H", value))


def be32(kind, value):
    return attribute(kind, struct.pack("!I", value))


def is_v6(address):
    return ":" in address


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if is_v6(address) else socket.AF_INET, address)


def tuple_nest(kind, source, destination, protocol, parts=(), zone=0):
    """CTA_TUPLE_*: addresses, protocol, and its ports or ICMP type, code, id."""
    first = 3 if is_v6(source) else 1
    inner = [u8(1, protocol)]
    if protocol in (ICMP, ICMPV6):
        base = 4 if protocol == ICMP else 7
        kind_, code, ident = parts
        inner += [be16(base, ident), u8(base + 1, kind_), u8(base + 2, code)]
    elif protocol in WITH_PORTS:
        inner += [be16(2, parts[0]), be16(3, parts[1])]
    body = [nest(1, attribute(first, packed(source)), attribute(first + 1, packed(destination))),
            nest(2, *inner)]
    body += [be16(3, zone)] if zone else []
    return nest(kind, *body)


def mirror(protocol, parts):
    if protocol == ICMP:
        return ({8: 0, 13: 14}[parts[0]], *parts[1:])
    if protocol == ICMPV6:
        return ({128: 129}[parts[0]], *parts[1:])
    return tuple(reversed(parts))


def entry_attributes(entry):
    """An entry of the setting (a dict, see world.py) as the attributes of CT_NEW."""
    source, destination, protocol = entry["src"], entry["dst"], entry["protocol"]
    parts = entry.get("parts", ())
    body = [tuple_nest(1, source, destination, protocol, parts, entry.get("orig_zone", 0)),
            tuple_nest(2, destination, source, protocol, mirror(protocol, parts),
                       entry.get("reply_zone", 0)),
            be32(3, entry.get("status", 0) | CONFIRMED), be32(7, entry.get("timeout", 5000))]
    body += [be32(8, entry["mark"])] if "mark" in entry else []
    body += [be16(18, entry["zone"])] if "zone" in entry else []
    if protocol == 6:
        flags = struct.pack("BB", LIBERAL, LIBERAL)
        body.append(nest(4, nest(1, u8(1, entry["state"]), attribute(4, flags),
                                 attribute(5, flags))))
    if protocol == 132:
        body.append(nest(4, nest(3, u8(1, entry["state"]), be32(2, 1), be32(3, 2))))
    if "helper" in entry:
        body.append(nest(5, attribute(1, entry["helper"].encode() + b"\0")))
    if "labels" in entry:
        bits = sum(1 << bit for bit in entry["labels"])
        body.append(attribute(22, bits.to_bytes(16, "little")))
    for name, kind in (("snat", 6), ("dnat", 13)):
        if name in entry:
            address, port = entry[name]
            at = (4, 5) if is_v6(address) else (1, 2)
            inner = [attribute(at[0], packed(address)), attribute(at[1], packed(address))]
            inner += [nest(3, be16(1, port), be16(2, port))] if port else []
            body.append(nest(kind, *inner))
    return b"".join(body)


def expectation_attributes(expectation):
    master, expected = expectation["master"], expectation["tuple"]
    return b"".join([tuple_nest(1, *master), tuple_nest(2, *expected),
                     tuple_nest(3, "255.255.255.255", "255.255.255.255", expected[2],
                                (0, 65535)), be32(4, expectation.get("timeout", 300))])


class Socket:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self.sock.settimeout(10)
        self.sequence = 0

    def _send(self, subsystem, message, flags, family, body):
        self.sequence += 1
        head = struct.pack("BBH", family, 0, 0)
        self.sock.send(struct.pack("IHHII", 20 + len(body), subsystem << 8 | message,
                                   REQUEST | flags, self.sequence, 0) + head + body)

    def ask(self, subsystem, message, flags, family, body):
        """One request and its answer; raises OSError when it is refused."""
        self._send(subsystem, message, ACK | flags, family, body)
        code = -struct.unpack_from("i", self.sock.recv(65536), 16)[0]
        if code:
            raise OSError(code, os.strerror(code))

    def create(self, entry):
        family = socket.AF_INET6 if is_v6(entry["src"]) else socket.AF_INET
        self.ask(CT, NEW, CREATE | EXCL, family, entry_attributes(entry))

    def set_mark(self, entry, mark):
        family = socket.AF_INET6 if is_v6(entry["src"]) else socket.AF_INET
        self.ask(CT, NEW, 0, family, tuple_nest(1, entry["src"], entry["dst"], entry["protocol"],
                                                entry.get("parts", ())) + be32(8, mark))

    def delete(self, entry):
        family = socket.AF_INET6 if is_v6(entry["src"]) else socket.AF_INET
        self.ask(CT, DELETE, 0, family, tuple_nest(
            1, entry["src"], entry["dst"], entry["protocol"], entry.get("parts", ())))

    def expect(self, expectation):
        self.ask(EXPECT, NEW, CREATE | EXCL, socket.AF_INET, expectation_attributes(expectation))

    def flush(self):
        self.ask(CT, DELETE, 0, 0, b"")

    def identify(self, entry):
        """Its CTA_ID as a number; zones of one direction are not needed to find it."""
        family = socket.AF_INET6 if is_v6(entry["src"]) else socket.AF_INET
        body = tuple_nest(1, entry["src"], entry["dst"], entry["protocol"],
                          entry.get("parts", ()), entry.get("orig_zone", 0))
        body += be16(18, entry["zone"]) if "zone" in entry else b""
        self._send(CT, GET, 0, family, body)
        data = self.sock.recv(65536)
        return next(int(value, 16) for path, value in flatten(data[20:]) if path == "/12")

    def dump(self, subsystem=CT):
        """All records in a fixed order: ([path of attribute types, value in hex] …, seconds)."""
        self._send(subsystem, GET, DUMP, 0, b"")
        time, passing = ("/7", ("/7", "/11", "/12")) if subsystem == CT else ("/4", ("/4", "/5"))
        records = []
        while True:
            data = self.sock.recv(65536)
            at = 0
            while at < len(data):
                length, kind = struct.unpack_from("IH", data, at)
                if kind in (ERROR, DONE):
                    return sorted(records)
                pairs = flatten(data[at + 20:at + length])
                seconds = [int(value, 16) for path, value in pairs if path == time]
                facts = [pair for pair in pairs if pair[0] not in passing]
                records.append([["family", "%02x" % data[at + 16]], *sorted(facts), seconds])
                at += (length + 3) & ~3


def flatten(data, path=""):
    """Every attribute as [path, hex]; nests are known by their flag."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("HH", data, at)
        here = "%s/%d" % (path, kind & 0x3fff)
        value = data[at + 4:at + length]
        found += flatten(value, here) if kind & 0x8000 else [[here, value.hex()]]
        at += (length + 3) & ~3
    return found
