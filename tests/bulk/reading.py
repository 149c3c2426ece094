# SPDX-License-Identifier: MIT
"""
A plain reading of the options that select: random ones, each with a predicate over
table.Entry that says which entries they mean. What the manual says, in as few words as
it can be said, without a look at how the program does it.
"""
import ipaddress

from netlink import ASSURED, FIXED_TIMEOUT, SEEN_REPLY
from table import (ESP, GRE, ICMP, ICMPV6, KEYED, LABELS, MARKS, NUMBERS, PORTS, SCTP,
                   SCTP_STATES, TCP, TCP_STATES, UDP, UDPLITE, V4, V6)

NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", GRE: "gre", ICMPV6: "icmpv6", SCTP: "sctp",
         UDPLITE: "udplite", ESP: "50"}
FLAGS = {"ASSURED": ASSURED, "SEEN_REPLY": SEEN_REPLY, "FIXED_TIMEOUT": FIXED_TIMEOUT}
# The options of all parts, where those are not ports.
PARTS = {"icmp": ("--icmp-type", "--icmp-code", "--icmp-id"),
         "icmpv6": ("--icmpv6-type", "--icmpv6-code", "--icmpv6-id"),
         "gre": ("--srckey", "--dstkey"), "50": ()}


class Filter:
    """Words for a command line, and which entries they mean."""

    def __init__(self):
        self.words = []
        self.tests = []

    def add(self, words, test):
        self.words += words
        self.tests.append(test)

    def means(self, entry):
        return all(test(entry) for test in self.tests)

    def has(self, *options):
        return all(option in self.words for option in options)

    def names_an_entry(self):
        """Whether it is a whole original tuple, and no zone of one direction."""
        if not self.has("-s", "-d", "-p") or any("/" in self.words[self.words.index(o) + 1]
                                                 for o in ("-s", "-d")):
            return False
        if any(word in self.words
               for word in ("--mask-src", "--mask-dst", "--orig-zone", "--reply-zone")):
            return False
        protocol = self.words[self.words.index("-p") + 1]
        return self.has(*PARTS.get(protocol, ("--sport", "--dport")))

    def zone(self):
        return self.words[self.words.index("-w") + 1] if self.has("-w") else "0"

    def zone_words(self, command):
        """What says on the command line what in_a_file() does."""
        if not self.names_an_entry() or self.zone() != "0":
            return []
        if command == "-U":  # its options set, they do not select
            return ["--filter", "zone 0 and orig zone 0"]
        return ["--orig-zone", "0"] + ([] if self.has("-w") else ["-w", "0"])

    def in_a_file(self):
        """As -D and -U of a -R file means it: a whole tuple is that of zone 0 if no other is named."""
        if self.names_an_entry() and self.zone() == "0":
            self.tests.append(lambda e: not e.zone and not e.orig_zone)
        return self


def within(address, network):
    found, net = ipaddress.ip_address(address), ipaddress.ip_network(network, strict=False)
    return found.version == net.version and found in net


def masked(address, mask):
    return int(ipaddress.ip_address(address)) & int(ipaddress.ip_address(mask))


def same_family(address, entry):
    return (6 if ":" in address else 4) == entry.family


def add_source(f, rng, like, side):
    """-s or -d: an address, a network, an address and a mask."""
    letter, field, mask = (("-s", "src", "--mask-src"), ("-d", "dst", "--mask-dst"))[side]
    address = getattr(like, field)
    way = rng.random()
    if way < 0.6:
        f.add([letter, address], lambda e: getattr(e, field) == address)
    elif way < 0.8:
        bits = rng.choice((8, 16, 24, 31)) if like.family == 4 else rng.choice((16, 32, 64, 127))
        network = "%s/%d" % (address, bits)
        f.add([letter, network], lambda e: within(getattr(e, field), network))
    else:
        bits = "255.0.255.255" if like.family == 4 else "ffff::ffff"
        f.add([letter, address, mask, bits],
              lambda e: same_family(address, e) and
              masked(getattr(e, field), bits) == masked(address, bits))


def add_reply(f, rng, like):
    letter, field = rng.choice((("-r", "reply_src"), ("-q", "reply_dst")))
    address = getattr(like, field)
    f.add([letter, address], lambda e: getattr(e, field) == address)


def add_protocol(f, rng, like, conditions):
    """-p and some of its own options."""
    protocol = like.protocol
    f.add(["-p", NAMES[protocol]], lambda e: e.protocol == protocol)
    if protocol in KEYED:
        names = (("--sport", "--dport"), ("--reply-port-src", "--reply-port-dst"))
        if protocol == GRE:
            names = (("--srckey", "--dstkey"), ("--reply-key-src", "--reply-key-dst"))
        for place, field in enumerate(("parts", "reply_parts")):
            for index in (0, 1):
                if rng.random() < (0.4, 0.15)[place]:
                    number = getattr(like, field)[index]
                    f.add([names[place][index], str(number)],
                          lambda e, i=index, n=number, at=field: getattr(e, at)[i] == n)
    if protocol in (ICMP, ICMPV6):
        for index, name in enumerate(("type", "code", "id")):
            if rng.random() < 0.5:
                number = like.parts[index]
                f.add(["--%s-%s" % (NAMES[protocol], name), str(number)],
                      lambda e, i=index, n=number: e.parts[i] == n)
    states = {TCP: TCP_STATES, SCTP: SCTP_STATES}.get(protocol)
    if states and conditions and rng.random() < 0.3:
        state = rng.choice(list(states))
        f.add(["--state", states[state]], lambda e: e.state == state)


def exact_filter(rng, like):
    """The whole original tuple of an entry, sometimes with the zone and a mark."""
    f = Filter()
    f.add(["-s", like.src], lambda e: e.src == like.src)
    f.add(["-d", like.dst], lambda e: e.dst == like.dst)
    name = NAMES[like.protocol]
    f.add(["-p", name], lambda e: e.protocol == like.protocol)
    words = []
    for option, number in zip(PARTS.get(name, ("--sport", "--dport")), like.parts):
        words += [option, str(number)]
    f.add(words, lambda e: e.parts == like.parts)
    if like.zone and rng.random() < 0.8:
        f.add(["-w", str(like.zone)], lambda e: e.zone == like.zone)
    if rng.random() < 0.2:
        add_mark(f, rng)
    return f


def add_status(f, rng):
    words, wanted, unwanted = [], 0, 0
    for name, bit in FLAGS.items():
        way = rng.random()
        if way < 0.35:
            words.append(name)
            wanted |= bit
        elif way < 0.6:
            words.append("!" + name)
            unwanted |= bit
    if words:
        f.add(["-u", ",".join(words)],
              lambda e: e.status & wanted == wanted and not e.status & unwanted)


def add_mark(f, rng):
    mark = rng.choice(MARKS)
    if rng.random() < 0.5:
        f.add(["-m", str(mark)], lambda e: e.mark == mark)
    else:
        mask = rng.choice((0xff, 0xf, 0xffff0000, 0))
        mark = mark & mask if rng.random() < 0.8 else mark
        f.add(["-m", "%#x/%#x" % (mark, mask)], lambda e: e.mark & mask == mark)


def add_zone(f, rng, like, loading_update):
    number = rng.choice((0, 5, 6, like.zone))
    way = rng.random()
    if way < 0.5 or loading_update:
        f.add(["-w", str(number)], lambda e: e.zone == number)
    elif way < 0.75:
        f.add(["--orig-zone", str(number)], lambda e: e.orig_zone == number)
    else:
        f.add(["--reply-zone", str(number)], lambda e: e.reply_zone == number)


def translated(entry, source):
    """Whether an entry is translated, by what its tuples say; and to what."""
    after = (entry.reply_dst, 1) if source else (entry.reply_src, 0)
    before = (entry.src, 0) if source else (entry.dst, 1)
    changed = after[0] != before[0]
    port = None
    if entry.protocol in KEYED:
        port = entry.reply_parts[after[1]]
        changed |= port != entry.parts[before[1]]
    elif entry.protocol in (ICMP, ICMPV6) and source:
        changed |= entry.parts[2] != entry.reply_parts[2]
    return changed, after[0], port


def add_nat(f, rng, like, any_allowed):
    letters = [("-n", (True,)), ("-g", (False,))] + ([("-j", (True, False))] if any_allowed else [])
    letter, ways = rng.choice(letters)
    if rng.random() < 0.5:
        f.add([letter], lambda e: any(translated(e, way)[0] for way in ways))
        return
    _, address, port = translated(like, ways[0])
    low = high = None
    text = address
    if port is not None and rng.random() < 0.5:
        low, high = port, rng.choice((port, min(port + 100, 65535)))
        text = "[%s]" % address if ":" in address else address
        text += ":%d" % low if low == high else ":%d-%d" % (low, high)

    def test(entry):
        for way in ways:
            changed, to, at = translated(entry, way)
            if changed and to == address and (low is None or
                                              (at is not None and low <= at <= high)):
                return True
        return False
    f.add([letter, text], test)


def add_labels(f, rng, label_list):
    wanted = set(rng.sample(list(LABELS), rng.choice((1, 1, 2))))
    f.add(["--labelmap", label_list, "-l", ",".join(LABELS[bit] for bit in sorted(wanted))],
          lambda e: wanted <= e.labels)


def whole_filter(rng, entries):
    """One or two conditions that a kernel may be able to flush by, or nearly."""
    f = Filter()
    like = rng.choice(entries)
    while not f.words:
        if rng.random() < 0.2:
            f.add(["-s", like.src], lambda e: e.src == like.src)
        if rng.random() < 0.3:
            add_protocol(f, rng, like, False)
        if rng.random() < 0.2:
            add_status(f, rng)
        if rng.random() < 0.2:
            add_mark(f, rng)
        if rng.random() < 0.3:
            add_zone(f, rng, rng.choice([e for e in entries if e.zone] or [like]), False)
    return f


def random_filter(rng, entries, command, label_list=None, loading=False):
    """A filter for -L, -D, -U or -F, in a -R file or not; mostly one that means something."""
    if command == "-F" and rng.random() < 0.7:
        return whole_filter(rng, entries)
    f = Filter()
    like = rng.choice(entries)
    conditions = command != "-U"
    if rng.random() < 0.35:
        add_source(f, rng, like, 0)
    if rng.random() < 0.25:
        add_source(f, rng, like, 1)
    if rng.random() < 0.15:
        add_reply(f, rng, like)
    if rng.random() < 0.5:
        add_protocol(f, rng, like, conditions)
    # An address fixes the family; another one is an error.
    addresses = [w for w in f.words if w.split("/")[0] in V4 + V6]
    if not addresses and rng.random() < 0.2:
        family = like.family
        f.add(["-f", "ipv%d" % family], lambda e: e.family == family)
    if conditions and rng.random() < 0.25:
        add_status(f, rng)
    if conditions and rng.random() < 0.25:
        add_mark(f, rng)
    if (command != "-U" or loading) and rng.random() < 0.2:
        add_zone(f, rng, like, command == "-U")
    if rng.random() < 0.15:
        add_nat(f, rng, like, command in ("-L", "-F"))
    if label_list and rng.random() < 0.15:
        add_labels(f, rng, label_list)
    if command != "-L" and rng.random() < 0.05:
        ident = like.ident
        f.add(["-i", str(ident)], lambda e: e.ident == ident)
    return f if f.words else random_filter(rng, entries, command, label_list, loading)
