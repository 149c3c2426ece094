# SPDX-License-Identifier: MIT
"""The small table that every line meets, and what happens while a line listens to events."""
from netlink import ASSURED, FIXED_TIMEOUT, SEEN_REPLY

TCP, UDP, ICMP, GRE, ESP, ICMPV6, SCTP, UDPLITE = 6, 17, 1, 47, 50, 58, 132, 136
SYN_SENT, ESTABLISHED, TIME_WAIT = 1, 3, 7
BOTH = SEEN_REPLY | ASSURED

LABEL_MAP = "/etc/xtables/connlabel.conf"
LABEL_LIST = "0 zero\n1 one\n40 forty\n100 hundred\n"
RULES = "table inet l { chain o { type filter hook output priority 0; ct label set 1; }; }"


def flow(protocol, source, destination, parts=(), **more):
    return {"protocol": protocol, "src": source, "dst": destination, "parts": parts, **more}


ENTRIES = [
    flow(TCP, "10.0.0.1", "10.0.0.2", (1000, 80), state=ESTABLISHED, status=BOTH, mark=5,
         labels=[1]),
    flow(TCP, "10.0.0.1", "10.0.0.2", (1001, 443), state=SYN_SENT),
    flow(TCP, "10.0.0.3", "10.0.1.2", (1002, 80), state=TIME_WAIT, status=BOTH, mark=0x105),
    flow(UDP, "10.0.0.1", "10.0.0.2", (53, 53), mark=1),
    flow(UDP, "10.0.0.3", "10.0.1.2", (5000, 53), status=SEEN_REPLY, labels=[1, 40]),
    flow(UDP, "192.168.0.1", "10.0.0.2", (4000, 53), snat=("10.0.0.9", 6000)),
    flow(UDP, "10.0.0.1", "192.168.0.9", (4001, 80), dnat=("10.0.0.2", 8080)),
    flow(TCP, "192.168.0.2", "192.168.0.9", (1003, 80), state=ESTABLISHED, status=BOTH,
         snat=("10.0.0.9", 0), dnat=("10.0.0.2", 0)),
    flow(ICMP, "10.0.0.1", "10.0.0.2", (8, 0, 7), status=SEEN_REPLY),
    flow(ICMP, "10.0.0.3", "10.0.1.2", (13, 0, 8), mark=5),
    flow(GRE, "10.0.0.1", "10.0.0.2", (9, 10)),
    flow(SCTP, "10.0.0.1", "10.0.0.2", (2000, 2001), state=4, status=BOTH),
    flow(UDPLITE, "10.0.0.1", "10.0.0.2", (53, 53)),
    flow(ESP, "10.0.0.1", "10.0.0.2"),
    flow(UDP, "10.0.0.1", "10.0.0.2", (53, 53), zone=5, mark=9),
    flow(UDP, "10.0.0.1", "10.0.0.2", (54, 53), orig_zone=6),
    flow(UDP, "10.0.0.4", "10.0.0.2", (1, 2), status=FIXED_TIMEOUT),
    flow(TCP, "fd00::1", "fd00::2", (1000, 80), state=ESTABLISHED, status=BOTH, mark=5),
    flow(UDP, "fd00::1", "fd00::2", (53, 53), mark=0xffffffff),
    flow(ICMPV6, "fd00::1", "fd00::2", (128, 0, 7)),
    flow(UDP, "fd01::1", "fd00::2", (4000, 53), snat=("fd00::9", 6000)),
    flow(TCP, "10.0.0.1", "10.0.0.2", (1021, 21), state=ESTABLISHED, status=BOTH, helper="ftp"),
]
EXPECTATION = {"master": ("10.0.0.1", "10.0.0.2", TCP, (1021, 21)),
               "tuple": ("10.0.0.2", "10.0.0.1", TCP, (0, 5000))}

FRESH = [flow(UDP, "10.0.0.1", "10.0.0.2", (7000, 53), mark=5),
         flow(TCP, "fd00::1", "fd00::2", (7001, 80), state=SYN_SENT)]


def refresh(sock):
    sock.flush()
    for entry in ENTRIES:
        sock.create(entry)
    sock.expect(EXPECTATION)


def happen(sock):
    """Events of each kind, always in this order."""
    for entry in FRESH:
        sock.create(entry)
    sock.set_mark(ENTRIES[0], 6)
    sock.set_mark(FRESH[0], 7)
    sock.delete(FRESH[1])
    sock.delete(ENTRIES[3])
    sock.delete(ENTRIES[8])
