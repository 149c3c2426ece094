# SPDX-License-Identifier: MIT
"""Generated entries and expectations: the words that make them, and what must be true of them."""
import random

TCP_STATES = ("NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK",
              "TIME_WAIT", "CLOSE", "SYN_SENT2")
SCTP_STATES = ("NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT",
               "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT")
TCP_FLAGS = ("WINDOW_SCALE", "SACK_PERM", "CLOSE_INIT", "BE_LIBERAL", "DATA_UNACKNOWLEDGED",
             "MAXACK_SET", "EXP_CHALLENGE_ACK", "SIMULTANEOUS_OPEN")
PROTOCOLS = ("tcp", "udp", "tcp", "udplite", "sctp", "icmp", "icmpv6", "gre", "dccp", "50", "0")
STATUS = ("SEEN_REPLY", "ASSURED", "FIXED_TIMEOUT")
LABELS = {"zero": 0, "one": 1, "two words": 40, "bit:33": 33, "bit:95": 95, "last": 127}
LABEL_LIST = "0 zero\n1 one\n40 two words\n127 last\n"

ZONES = (1, 255, 256, 65535)

# Helpers of the kernel, by protocol: name, port, families, highest class, expectations of class 0.
HELPERS = (("tcp", "ftp", 21, (4, 6), 0, 1), ("udp", "tftp", 69, (4, 6), 0, 1),
           ("udp", "sip", 5060, (4, 6), 3, 2), ("tcp", "sip", 5060, (4, 6), 3, 2),
           ("tcp", "irc", 6667, (4,), 0, 8), ("udp", "amanda", 10080, (4, 6), 0, 3),
           ("tcp", "pptp", 1723, (4,), 0, 2), ("tcp", "Q.931", 1720, (4, 6), 0, 8),
           ("udp", "netbios-ns", 137, (4,), 0, 1), ("tcp", "sane", 6566, (4, 6), 0, 1))
FUNCTIONS = (None, None, "nat-follow-master", "sip", "Q.931")


class Entry:
    """One entry: words behind -A, its key, and facts that the JSON of it must have."""

    def __init__(self, words, source, facts):
        self.words = words
        self.source = source
        self.facts = facts

    @property
    def line(self):
        return " ".join('"%s"' % word if " " in word else word for word in self.words)


class Maker:
    """All random, all by one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = 0

    def chance(self, probability):
        return self.random.random() < probability

    def number(self, bits):
        top = (1 << bits) - 1
        return self.random.choice((0, 1, top, top - 1, 1 << (bits - 1))) if self.chance(0.3) else \
            self.random.randint(0, top)

    def address(self, v6, network):
        """An address of a network that nobody else has."""
        if v6:
            return "2001:db8:%x::%x" % (network, self.random.randint(1, 0xffff))
        return "10.%d.%d.%d" % (network >> 8, network & 255, self.random.randint(1, 254))

    # Entries

    def entry(self, protocol, helper=None):
        self.made += 1
        v6 = protocol == "icmpv6" or (protocol != "icmp" and self.chance(0.4))
        if helper:
            v6 = self.random.choice(helper[3]) == 6
        source = self.address(v6, self.made)
        facts = {"family": "ipv6" if v6 else "ipv4"}
        port = helper[2] if helper else self.number(16)
        words = ["-A", "-s", source, "-d", self.address(v6, 0x2000), "-p", protocol]
        words += self.protocol_words(protocol, port, facts)
        words += self.common_words(facts)
        words += self.zone_words(facts) if not helper else []
        words += self.nat_words(protocol, v6, port, facts)
        if helper:
            words += ["--helper", helper[1]]
            facts["helper"] = helper[1]
        return Entry(words, source, facts)

    def protocol_words(self, protocol, port, facts):
        ports = ["--sport", str(self.number(16)), "--dport", str(port)]
        if protocol == "tcp":
            facts["state"] = self.random.choice(TCP_STATES)
            return ports + ["--state", facts["state"]] + self.window_words(facts)
        if protocol == "sctp":
            facts["state"] = self.random.choice(SCTP_STATES)
            tags = [self.number(32), self.number(32)]
            facts["original.vtag"], facts["reply.vtag"] = tags
            return ports + ["--state", facts["state"], "--orig-vtag", str(tags[0]), "--reply-vtag",
                            str(tags[1])]
        if protocol == "dccp":
            return ports + ["--state", "OPEN", "--role", "server", "--handshake-seq", "9"]
        if protocol in ("icmp", "icmpv6"):
            kind = self.random.choice({"icmp": (0, 8, 13, 15, 17), "icmpv6": (128, 129)}[protocol])
            facts["original.id"] = self.number(16)
            return ["--%s-type" % protocol, str(kind), "--%s-code" % protocol, str(self.number(8)),
                    "--%s-id" % protocol, str(facts["original.id"])]
        if protocol == "gre":
            return ["--srckey", str(self.number(16)), "--dstkey", str(self.number(16))]
        return ports if protocol in ("udp", "udplite") else []

    def window_words(self, facts):
        """Flags of both directions or of one, with scales or without."""
        words = []
        scaled = self.chance(0.5)
        usual = ["SACK_PERM", "BE_LIBERAL"]
        if facts["state"] in ("TIME_WAIT", "CLOSE", "SYN_SENT2"):
            usual.insert(1, "CLOSE_INIT")
        for option, side in (("orig", "original"), ("reply", "reply")):
            flags = [flag for flag in TCP_FLAGS if flag in usual
                     or (scaled and flag == "WINDOW_SCALE")]
            if self.chance(0.5):
                flags = [flag for flag in TCP_FLAGS if self.chance(0.4)
                         or (scaled and flag == "WINDOW_SCALE")]
                words += ["--%s-tcp-flags" % option, ",".join(flags) or "NONE"]
            facts[side + ".tcp_flags"] = flags
            if scaled:
                facts[side + ".window_scale"] = self.random.randint(0, 14)
                words += ["--%s-wscale" % option, str(facts[side + ".window_scale"])]
        return words

    def common_words(self, facts):
        facts["timeout"] = self.random.choice((100, 3600, 432000, 1000000))
        words = ["-t", str(facts["timeout"])]
        flags = [flag for flag in STATUS if self.chance(0.4)]
        facts["status"] = flags
        words += ["-u", ",".join(flags)] if flags else []
        facts["mark"] = self.number(32) if self.chance(0.5) else 0
        words += ["-m", str(facts["mark"])] if facts["mark"] else []
        labels = [label for label in LABELS if self.chance(0.2)]
        facts["labels"] = sorted(LABELS[label] for label in labels)
        for label in labels:
            words += ["--label-add", label]
        for option, side in (("orig", "original"), ("reply", "reply")):
            if self.chance(0.2):
                three = [self.number(32), self.number(32) - (1 << 31), self.number(32) - (1 << 31)]
                facts[side + ".sequence_adjustment"] = three
                words += ["--%s-seqadj" % option, ",".join(map(str, three))]
        facts["synproxy"] = [self.number(32) for _ in range(3)] if self.chance(0.2) else [0, 0, 0]
        if any(facts["synproxy"]):
            words += ["--synproxy", ",".join(map(str, facts["synproxy"]))]
        return words

    def zone_words(self, facts):
        option, key = self.random.choice(((None, None), (None, None), ("-w", "zone"),
                                          ("--orig-zone", "original.zone"),
                                          ("--reply-zone", "reply.zone")))
        if not option:
            return []
        facts[key] = self.random.choice(ZONES)
        return [option, str(facts[key])]

    def nat_words(self, protocol, v6, port, facts):
        """Of the source, the destination or both; to an address, with a port, or to a port."""
        translated = protocol in ("tcp", "udp", "sctp") and self.chance(0.4)
        if protocol in ("icmp", "50") and self.chance(0.4):
            facts["nat"] = ["SRC_NAT"]
            return ["-n", self.address(v6, 0x4000 + self.made)]
        facts["nat"] = []
        if not translated:
            return []
        words = []
        kinds = self.random.choice((("n",), ("g",), ("n", "g")))
        for kind in kinds:
            target = self.address(v6, 0x4000 + self.made)
            if self.chance(0.5):
                target = ("[%s]:%d" if v6 else "%s:%d") % (target, port ^ 1)
            words += ["-" + kind, target]
            facts["nat"].append({"n": "SRC_NAT", "g": "DST_NAT"}[kind])
        return words

    def child(self, master):
        """An entry that the master expected."""
        entry = self.entry("udp")
        while "zone" in entry.facts or "original.zone" in entry.facts \
                or "reply.zone" in entry.facts or (":" in entry.source) != (":" in master.source):
            entry = self.entry("udp")
        words = dict(zip(master.words[1::2], master.words[2::2]))
        entry.facts["master"] = master.source
        entry.words += ["--master-src", words["-s"], "--master-dst", words["-d"],
                        "--master-protonum", words["-p"], "--master-sport", words["--sport"],
                        "--master-dport", words["--dport"]]
        return entry

    # Expectations

    def expectations(self, master, helper):
        return [self.expectation(master, helper) for _ in range(self.random.randint(1, helper[5]))]

    def expectation(self, master, helper):
        self.made += 1
        v6 = ":" in master.source
        words = dict(zip(master.words[1::2], master.words[2::2]))
        timeout = self.random.choice((30, 100, 250))
        line = ["-I", "expect", "-t", str(timeout)]
        flags = [flag for flag in ("PERMANENT", "INACTIVE") if self.chance(0.3)]
        line += ["-u", ",".join(flags)] if flags else []
        for option in ("-s", "-d", "-p", "--sport", "--dport"):
            line += [option, words[option]]
        line += ["--tuple-src", self.address(v6, self.made), "--tuple-dst",
                 self.address(v6, self.made + 0x6000), "--tuple-port-src", str(self.number(16)),
                 "--tuple-port-dst", str(self.number(16))]
        protocol = self.random.choice(("tcp", "udp", "gre"))
        line += ["--tuple-protonum", protocol]
        line += ["--mask-src", "ffff:ffff:ffff:ffff::" if v6 else "255.255.255.%d" % self.number(8),
                 "--mask-dst", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" if v6
                 else "255.255.255.255", "--mask-port-src", str(self.number(16)),
                 "--mask-port-dst", "65535"]
        kind = self.random.randint(0, helper[4])
        line += ["--class", str(kind)] if kind else []
        function = self.random.choice(FUNCTIONS)
        line += ["--function", function] if function else []
        if self.chance(0.4):
            address = self.address(v6, 0x4000)
            line += [self.random.choice(("--expect-nat-orig", "--expect-nat-reply")),
                     ("[%s]:%d" if v6 else "%s:%d") % (address, self.random.randint(1, 65535))]
        return Entry(line, line[line.index("--tuple-src") + 1], {
            "protocol": protocol, "timeout": timeout, "flags": flags, "class": kind,
            "function": function})
