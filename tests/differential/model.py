# SPDX-License-Identifier: MIT
"""
A compact model of the command line: which command takes which option, with values that are
right, and values that are nearly right. It is written from the documented behaviour, and knows
nothing of either program's code.
"""
from dataclasses import dataclass

COMMANDS = {
    "-L": ("--dump",), "-G": ("--get",), "-I": ("--create",), "-A": ("--add",),
    "-D": ("--delete",), "-U": ("--update",), "-E": ("--event",), "-F": ("--flush",),
    "-C": ("--counter",), "-S": ("--stats",), "-V": ("--version",), "-h": ("--help",)}
MUTATING = ("-I", "-A", "-D", "-U", "-F")
TABLES = ("conntrack", "expect", "dying", "unconfirmed")

ADDRESSES = {
    4: ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.2", "10.0.0.9", "192.168.0.1", "192.168.0.9",
        "10.0.0.4", "172.16.0.1"),
    6: ("fd00::1", "fd00::2", "fd00::9", "fd01::1", "2001:db8::1")}
PREFIXES = {4: ("8", "16", "24", "31", "32", "0"), 6: ("64", "128", "16", "0")}
BAD_ADDRESSES = ("10.0.0", "10.0.0.256", "fd00:::1", "nowhere", "", "10.0.0.1/", "10.0.0.1/33",
                 "10.0.0.1/x", "fd00::1/129", "10.0.0.1 ", "0x0a.1", "::ffff:10.0.0.1", "1.1")
PORTS = ("53", "80", "443", "1000", "1001", "4000", "5000", "0", "65535")
BAD_PORTS = ("abc", "65536", "65616", "-1", "80:90", "80abc", "", " 80", "0x50", "99999999999")
MARKS = ("0", "5", "1", "9", "0x105", "4294967295", "5/0xff", "0x5/0x5", "0/0", "1/1", "7")
BAD_MARKS = ("abc", "-1", "5/", "4294967296", "0x100000000", "", "5/x", "1/2/3", "5x")
NUMBERS = ("0", "1", "255", "65535", "0x10", "010")
BAD_ZONES = ("65536", "-1", "x", "", "5x", "1.5")
TIMES = ("100", "3600", "432000", "7000")  # never what an entry of the setting has left
BAD_TIMES = ("abc", "-1", "", "5x", "99999999999999999999")
STATUS = ("ASSURED", "SEEN_REPLY", "UNSET", "FIXED_TIMEOUT", "EXPECTED", "UNREPLIED", "OFFLOAD",
          "assured", "seen", "SEEN_REPLY,ASSURED", "ASS")
NOT_STATUS = ("!ASSURED", "!SEEN_REPLY", "ASSURED,UNREPLIED", "SEEN_REPLY,!ASSURED")
BAD_STATUS = ("NONSENSE", "", "ASSURED,", ",ASSURED", "S", "SRC_NAT", "UNREPLIED,NONSENSE")
OUTPUTS = ("xml", "extended", "id", "timestamp", "ktimestamp", "save", "labels", "userspace",
           "xml,id", "extended,id", "id,extended", "XML", "ext", "timestamp,id", "labels,extended")
BAD_OUTPUTS = ("nonsense", "", "xml,", "xml,save", "save,id", "s", "x,y")
EVENT_MASKS = ("NEW", "UPDATES", "DESTROY", "ALL", "new", "NEW,DESTROY", "UP")
BAD_EVENT_MASKS = ("NONE", "", "NEW,", "d", "UPDATESX")
FAMILIES = ("ipv4", "ipv6")
BAD_FAMILIES = ("ipv4x", "IPV4", "inet", "", "4")
LABELS = ("one", "zero", "forty", "hundred", "one,forty")
BAD_LABELS = ("nope", "", "one,nope")
NAT = {4: ("10.0.0.9", "10.0.0.2", "10.0.0.9:6000", "10.0.0.2:8080", "172.16.0.9",
           "172.16.0.9:0"), 6: ("fd00::9", "[fd00::9]:6000", "2001:db8::9", "[2001:db8::9]:7")}
BAD_NAT = ("10.0.0.9:", ":99", "[fd00::9", "10.0.0.9:x", "10.0.0.9:65536", "10.0.0.0/24", "[]:1")
TCP_STATES = ("ESTABLISHED", "SYN_SENT", "TIME_WAIT", "NONE", "SYN_RECV", "FIN_WAIT",
              "CLOSE_WAIT", "LAST_ACK", "CLOSE", "SYN_SENT2", "LISTEN")
SCTP_STATES = ("ESTABLISHED", "NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "SHUTDOWN_SENT",
               "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT")
DCCP_STATES = ("REQUEST", "OPEN", "TIMEWAIT")
BAD_STATES = ("established", "NONSENSE", "", "ESTABLISH", "SYN")
PROTOCOLS = {4: ("tcp", "udp", "icmp", "gre", "sctp", "udplite", "dccp", "50", "TCP", "6", "17",
                 "esp", "0x11"), 6: ("tcp", "udp", "icmpv6", "sctp", "udplite", "50", "58")}
BAD_PROTOCOLS = ("nonsense", "256", "-1", "", "6x", "tcpx", "UNKNOWN")


@dataclass(frozen=True)
class Option:
    """A row: names, the commands that take it, and what its values are made of."""
    short: str
    longs: tuple
    commands: str  # letters of the commands that take it for table conntrack
    kind: str = None  # None: no argument
    optional: bool = False  # its argument is a word of its own, or not there


OPTIONS = {option.longs[0]: option for option in (
    Option("-s", ("--src", "--orig-src"), "LGDIAUE", "network"),
    Option("-d", ("--dst", "--orig-dst"), "LGDIAUE", "network"),
    Option("-r", ("--reply-src",), "LGDIAUE", "address"),
    Option("-q", ("--reply-dst",), "LGDIAUE", "address"),
    Option("-p", ("--protonum",), "LGDIAUEh", "protocol"),
    Option("-t", ("--timeout",), "DIAU", "time"),
    Option("-u", ("--status",), "LDIAU", "status"),
    Option("-z", ("--zero",), "L"),
    Option("-e", ("--event-mask",), "E", "event mask"),
    Option("-m", ("--mark",), "LDIAUE", "mark"),
    Option("-i", ("--id",), "GDU", "id"),
    Option("-f", ("--family",), "LDUEF", "family"),
    Option("-n", ("--src-nat",), "LDIAUE", "nat", True),
    Option("-g", ("--dst-nat",), "LDIAUE", "nat", True),
    Option("-j", ("--any-nat",), "LE", "nat", True),
    Option("-o", ("--output",), "LGDUE", "output"),
    Option("-c", ("--secmark",), "LE", "number"),
    Option("-b", ("--buffer-size",), "E", "size"),
    Option("-w", ("--zone",), "LDIAE", "zone"),
    Option(None, ("--orig-zone",), "LDIAE", "zone"),
    Option(None, ("--reply-zone",), "LDIAE", "zone"),
    Option("-l", ("--label",), "LGDUE", "label"),
    Option(None, ("--label-add",), "IAU", "label"),
    Option(None, ("--label-del",), "U", "label", True),
    Option(None, ("--mask-src",), "LDUE", "mask"),
    Option(None, ("--mask-dst",), "LDUE", "mask"),
    Option(None, ("--tuple-src",), "", "address"),
    Option(None, ("--tuple-dst",), "", "address"),
)}

# Protocol options: (names, kind, commands); known to the right of -p only.
_PORTS = ((("--sport", "--orig-port-src"), "port", "LGDIAUE"),
          (("--dport", "--orig-port-dst"), "port", "LGDIAUE"),
          (("--reply-port-src",), "port", "LGDIAUE"), (("--reply-port-dst",), "port", "LGDIAUE"))
_KEYS = ((("--srckey", "--orig-key-src"), "key", "LGDIAUE"),
         (("--dstkey", "--orig-key-dst"), "key", "LGDIAUE"))
PROTOCOL_OPTIONS = {
    "tcp": _PORTS + ((("--state",), "tcp state", "LGDIAUE"),),
    "udp": _PORTS, "udplite": _PORTS,
    "sctp": _PORTS + ((("--state",), "sctp state", "LGDIAUE"), (("--orig-vtag",), "vtag", "GIAU"),
                      (("--reply-vtag",), "vtag", "GIAU")),
    "dccp": _PORTS + ((("--state",), "dccp state", "LGDIAUE"), (("--role",), "role", "IA")),
    "icmp": ((("--icmp-type",), "icmp type", "LGDIAUE"), (("--icmp-code",), "icmp code", "LGDIAUE"),
             (("--icmp-id",), "icmp id", "LGDIAUE")),
    "icmpv6": ((("--icmpv6-type",), "icmpv6 type", "LGDIAUE"),
               (("--icmpv6-code",), "icmp code", "LGDIAUE"),
               (("--icmpv6-id",), "icmp id", "LGDIAUE")),
    "gre": _KEYS,
}
OWN_NAMES = {"TCP": "tcp", "6": "tcp", "17": "udp", "0x11": "udp", "58": "icmpv6"}

# kind: (right values, or a dict of them by family; wrong ones)
VALUES = {
    "address": (ADDRESSES, BAD_ADDRESSES), "network": (ADDRESSES, BAD_ADDRESSES),
    "mask": ({4: ("255.255.255.0", "255.255.255.255", "255.0.0.0"), 6: ("ffff::", "ffff:ffff::")},
             ("24", "255.255.255.0/24", "x")),
    "protocol": (PROTOCOLS, BAD_PROTOCOLS), "time": (TIMES, BAD_TIMES),
    "status": (STATUS + NOT_STATUS, BAD_STATUS), "mark": (MARKS, BAD_MARKS),
    "event mask": (EVENT_MASKS, BAD_EVENT_MASKS),
    "id": (("{id:0}", "{id:3}", "{id:14}", "{id:17}", "12345"),
           ("abc", "-1", "4294967296", "", "5x")),
    "family": (FAMILIES, BAD_FAMILIES), "nat": (NAT, BAD_NAT), "output": (OUTPUTS, BAD_OUTPUTS),
    "number": (NUMBERS, ("x", "-1", "4294967296", "")), "size": (("100000", "8192"), ("x", "")),
    "zone": (("0", "5", "6", "0x5", "7"), BAD_ZONES), "label": (LABELS, BAD_LABELS),
    "port": (PORTS, BAD_PORTS), "key": (("9", "10", "0x9", "0", "65535"), ("x", "65536", "-1", "")),
    "tcp state": (TCP_STATES, BAD_STATES), "sctp state": (SCTP_STATES, BAD_STATES),
    "dccp state": (DCCP_STATES, BAD_STATES), "vtag": (("1", "2", "4294967295"), ("x", "-1", "")),
    "role": (("client", "server", "CLIENT"), ("x", "")),
    "icmp type": (("8", "13", "0", "15", "17"), ("x", "300", "-1", "", "8x")),
    "icmpv6 type": (("128", "129"), ("x", "300", "")),
    "icmp code": (("0", "1"), ("x", "256", "")), "icmp id": (("7", "8", "0"), ("x", "65536", "")),
}
LEFT_OVER = ("oops", "-", "!", "10.0.0.1")
WRONG_WORDS = LEFT_OVER + ("--nonsense", "-Z", "-y", "--", "--src", "-X9", "--no-such=1", "--state",
                           "--sport")


def kind_of(name):
    """The kind of value that an option takes, by its canonical name; None: it takes none."""
    if name in COMMANDS or not name:
        return None
    if name in OPTIONS:
        return OPTIONS[name].kind
    kinds = {names[0]: kind for rows in PROTOCOL_OPTIONS.values() for names, kind, _ in rows}
    return kinds.get(name, "port")
