# SPDX-License-Identifier: MIT
"""
What -o save prints, -R accepts, and the table is the same again: a property over generated
entries of every protocol with every option.

Lost by design, because the kernel does not take it back (the manual, under -o save): security
context, counters, start time, id, the flags OFFLOAD and HW_OFFLOAD, and time that goes by; and
the state of TCP windows, which only -o save,full writes.
"""
import json
import random
import re

import packets

SEEDS = (1, 2, 3)
ENTRIES = 120
LABELS = ("zero", "one", "thirty-two", "ninety-six", "last")
LABEL_MAP = "/etc/xtables/connlabel.conf"
LABEL_LIST = "0 zero\n1 one\n32 thirty-two\n96 ninety-six\n127 last\n"
TCP_STATES = ("NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK",
              "TIME_WAIT", "CLOSE", "SYN_SENT2")
SCTP_STATES = ("NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT",
               "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT")
DCCP_STATES = ("REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT")
EDGES = (0, 1, 2, 80, 255, 256, 32767, 32768, 65534, 65535)
WIDE_EDGES = (0, 1, 255, 65536, 0x7fffffff, 0x80000000, 0xffffffff)
PROTOCOLS = ("tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "gre", "50", "253", "0")


class Maker:
    """Generated command lines that each create one entry."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = 0

    def number(self, edges, top):
        return self.random.choice(edges) if self.random.random() < 0.4 else \
            self.random.randint(0, top)

    def port(self):
        return str(self.number(EDGES, 65535))

    def wide(self):
        return str(self.number(WIDE_EDGES, 0xffffffff))

    def address(self, v6, unique=0):
        if v6:
            return "2001:db8:%x::%x" % (unique, self.random.randint(1, 0xffff))
        return "10.%d.%d.%d" % (unique >> 8, unique & 255, self.random.randint(1, 254))

    def line(self, protocol):
        """Words of an -A command; each entry has a source network of its own."""
        self.made += 1
        v6 = protocol == "icmpv6" or protocol != "icmp" and self.random.random() < 0.4
        words = ["-A", "-s", self.address(v6, self.made), "-d", self.address(v6), "-p", protocol]
        words += self.protocol_words(protocol)
        words += ["-t", str(self.random.choice((100, 3600, 432000, 1000000)))]
        words += self.status_words()
        words += ["-m", self.wide()] if self.random.random() < 0.5 else []
        words += self.zone_words()
        if protocol in ("tcp", "udp") and self.random.random() < 0.4:
            words += self.nat_words(v6)
        for label in LABELS:
            words += ["--label-add", label] if self.random.random() < 0.1 else []
        return words

    def protocol_words(self, protocol):
        pick = self.random.choice
        ports = ["--sport", self.port(), "--dport", self.port()]
        return {
            "tcp": lambda: ports + ["--state", pick(TCP_STATES)],
            "sctp": lambda: ports + ["--state", pick(SCTP_STATES), "--orig-vtag", self.wide(),
                                     "--reply-vtag", self.wide()],
            "dccp": lambda: ports + ["--state", pick(DCCP_STATES), "--role",
                                     pick(("client", "server"))],
            "icmp": lambda: ["--icmp-type", pick(("8", "13", "15", "17", "0")), "--icmp-code",
                             str(self.number((0, 255), 255)), "--icmp-id", self.port()],
            "icmpv6": lambda: ["--icmpv6-type", pick(("128", "129")), "--icmpv6-code",
                               str(self.number((0, 255), 255)), "--icmpv6-id", self.port()],
            "gre": lambda: ["--srckey", self.port(), "--dstkey", self.port()],
        }.get(protocol, lambda: ports if protocol in ("udp", "udplite") else [])()

    def status_words(self):
        flags = self.random.choice((None, "UNSET", "SEEN_REPLY", "SEEN_REPLY,ASSURED", "ASSURED",
                                    "FIXED_TIMEOUT", "SEEN_REPLY,ASSURED,FIXED_TIMEOUT"))
        return ["-u", flags] if flags else []

    def zone_words(self):
        option = self.random.choice((None, None, None, "-w", "--orig-zone", "--reply-zone"))
        return [option, str(self.random.choice((1, 255, 256, 65535)))] if option else []

    def nat_words(self, v6):
        words = []
        for option in self.random.choice((("-n",), ("-g",), ("-n", "-g"))):
            address = self.address(v6, self.made + 100)
            if self.random.random() < 0.5:
                address = ("[%s]:%s" if v6 else "%s:%s") % (address, self.port())
            words += [option, address]
        return words


def _normal(lines):
    """Without what changes by itself: time, references."""
    return sorted(re.sub(r"^(\S+ +\d+ \S+ +\d+) \d+", r"\1 {time}",
                         re.sub(r" use=\d+", "", line)) for line in lines)


def _save_normal(lines):
    return sorted(re.sub(r"-t \d+", "-t {time}", line) for line in lines)


def _table(house):
    return _normal(house.conntrack("-L", "-o", "extended,labels").lines)


def _prepare(house):
    """Labels are kept only where some rule speaks of them; -o save takes the usual list."""
    house.rules("table inet l { chain o { type filter hook output priority 0;"
                " meta mark 77 ct label set 5; }; }")
    house.system_file(LABEL_MAP, LABEL_LIST)


def _lines(maker):
    return [maker.line(PROTOCOLS[n % len(PROTOCOLS)]) for n in range(ENTRIES)]


def _differences(before, after):
    return "\n".join(["- " + line for line in before if line not in after]
                     + ["+ " + line for line in after if line not in before])


def _load(house, what, lines):
    result = house.conntrack("-R", "-", stdin="\n".join(lines) + "\n")
    house.true(what, result.code == 0, result.err)


def _play(house, seed):
    made = _lines(Maker(seed))
    _load(house, "seed %d: -R of generated lines" % seed, [" ".join(words) for words in made])
    table = _table(house)
    house.equal("seed %d: all were made" % seed, len(table), ENTRIES)
    saved = house.conntrack("-L", "-o", "save").lines
    house.must(house.program, "-F")
    _load(house, "seed %d: -R of what -o save printed" % seed, saved)
    again = _table(house)
    house.true("seed %d: the table is the same again" % seed, table == again,
               _differences(table, again))
    once_more = _save_normal(house.conntrack("-L", "-o", "save").lines)
    house.true("seed %d: -o save is the same again" % seed, _save_normal(saved) == once_more,
               _differences(_save_normal(saved), once_more))
    _load(house, "seed %d: -R on top of itself" % seed, [
        line for line in saved if "FIXED_TIMEOUT" not in line and " -n " not in line
        and " -g " not in line])
    house.equal("seed %d: nothing was added" % seed, _table(house), again)
    _delete_by_file(house, seed, again)


def _delete_by_file(house, seed, table):
    """The lines of -D -o save delete what they name when they are loaded, and nothing else."""
    saved = house.conntrack("-L", "-o", "save").lines
    lines = house.conntrack("-D", "-p", "tcp", "-o", "save").lines
    house.must(house.program, "-F")
    _load(house, "seed %d: -R again" % seed, saved)
    _load(house, "seed %d: -R of -D lines" % seed, lines)
    rest = [line for line in table if not re.match(r"ipv\d +\d+ tcp ", line)]
    house.true("seed %d: -R of -D lines deletes just those" % seed, _table(house) == rest,
               _differences(rest, _table(house)))


def generated(house):
    _prepare(house)
    for seed in SEEDS:
        _play(house, seed)
        house.must(house.program, "-F")


def one_by_one(house):
    """The same property for each protocol by itself on the command line."""
    _prepare(house)
    maker = Maker(7)
    for protocol in PROTOCOLS * 2:
        words = maker.line(protocol)
        made = house.conntrack(*words)
        what = " ".join(words)
        if not house.true(what, made.code == 0, made):
            continue
        table = _table(house)
        saved = house.conntrack("-L", "-o", "save").lines
        house.must(house.program, "-F")
        loaded = house.conntrack("-R", "-", stdin="\n".join(saved) + "\n")
        again = _table(house)
        house.true("again: " + what, loaded.code == 0 and table == again, "%s\n%s\n%s" % (
            "\n".join(saved), _differences(table, again), loaded))
        house.must(house.program, "-F")


def events_replayed(house):
    """What -E -o save saw of some creations and deletions makes the same table elsewhere."""
    _prepare(house)
    maker = Maker(11)
    lines = [words for words in _lines(maker) if "--label-add" not in words]
    listener = house.listen("-o", "save")
    _load(house, "-R of generated lines", [" ".join(words) for words in lines])
    house.conntrack("-D", "-p", "udp")
    told = listener.stop().lines
    table = _table(house)
    house.must(house.program, "-F")
    _load(house, "-R of what -E -o save printed", told)
    again = _table(house)
    house.true("the table is the same again", table == again, _differences(table, again))


VOLATILE = ("timeout", "use", "id", "start", "synproxy")  # the last: kernel's own, in what -A makes


def _records(house, *table):
    """All that -o json knows, without what changes by itself."""
    records = []
    for line in house.conntrack("-L", *table, "-o", "json").lines:
        record = {key: value for key, value in json.loads(line).items() if key not in VOLATILE}
        # That NAT was looked at for an entry without any is the kernel's own affair.
        record["status"] = [bit for bit in record.get("status", ()) if not bit.endswith("_DONE")]
        records.append(json.dumps(record, sort_keys=True))
    return sorted(records)


def _real_traffic(house):
    """An FTP transfer with its data connection and one more expected, a datagram, a ping."""
    house.rules('table ip f { ct helper h { type "ftp" protocol tcp; }; chain o'
                ' { type filter hook output priority 0; tcp dport 21 ct helper set "h";'
                " ct state new accept; };"
                " chain n { type nat hook postrouting priority 100;"
                " tcp dport 90 snat to 127.0.0.9:1999; }; }")
    control = packets.Connection(("127.0.0.1", 1025), ("127.0.0.1", 21))
    control.say(control.server, b"220 hello\r\n")
    control.say(control.server, b"227 Entering Passive Mode (127,0,0,1,20,0)\r\n")
    data = packets.Connection(("127.0.0.1", 1026), ("127.0.0.1", 5120))
    data.say(data.server, b"the file")
    control.say(control.server, b"227 Entering Passive Mode (127,0,0,1,20,1)\r\n")
    translated = packets.Connection(("127.0.0.1", 1024), ("127.0.0.1", 90))
    packets.udp(("127.0.0.1", 4000), ("127.0.0.1", 5000), answered=1)
    packets.ping("127.0.0.1", "127.0.0.1", 500)
    house.kept += [control, data, translated]


def real_entries(house):
    """Entries of real packets and what they make expected come back, down to the TCP flags."""
    _real_traffic(house)
    entries, expected = _records(house), _records(house, "expect")
    house.equal("setting: entries and expectations", (len(entries), len(expected)), (5, 1))
    saved = house.conntrack("-L", "-o", "save,full").lines
    saved_expected = house.conntrack("-L", "expect", "-o", "save").lines
    house.must(house.program, "-F")
    _load(house, "-R of real entries", saved + saved_expected)
    again = _records(house)
    house.true("the entries are the same again", entries == again, _differences(entries, again)
               + "\n" + "\n".join(saved))
    again = _records(house, "expect")
    house.true("the expectations are the same again", expected == again,
               _differences(expected, again))
    plain = _normal(house.conntrack("-L", "-o", "extended").lines)
    saved = house.conntrack("-L", "-o", "save").lines
    house.must(house.program, "-F")
    _load(house, "-R of real entries without their windows", saved)
    again = _normal(house.conntrack("-L", "-o", "extended").lines)
    house.true("their text is the same again", plain == again, _differences(plain, again))


def pings_translated(house):
    """Where two pings would be one, the kernel gives the second another id, for any NAT."""
    house.kernel("netfilter.nf_conntrack_events", 1)
    for last in (1, 2, 3, 9):
        house.must("ip", "address", "add", "10.9.9.%d/32" % last, "dev", "lo")
    house.rules("table ip n { chain o { type nat hook output priority -100;"
                " ip daddr { 10.9.9.1, 10.9.9.2 } dnat to 10.9.9.3; }; }")
    for destination in ("10.9.9.1", "10.9.9.2"):
        packets.ping("10.9.9.9", destination, 7)
    before = _records(house)
    house.true("setting: the id of one is changed", len(before) == 2 and
               sum('"id": 7' in record[record.index('"reply"'):] for record in before) == 1, before)
    house.equal("-n: none is source NAT", house.conntrack("-L", "-n").out, "")
    house.equal("-g: both are destination NAT", len(house.conntrack("-L", "-g").lines), 2)
    undone = house.file("undone", "")
    listener = house.listen("-e", "DESTROY", "-o", "save")
    for destination in ("10.9.9.1", "10.9.9.2"):
        house.must(house.program, "-D", "-d", destination, "--undo", undone)
    ends = listener.stop().lines
    with open(undone) as file:
        lines = file.read().splitlines()
    for number in (1, 0):           # the second is first now, and has to get the same id
        _load(house, "-R of one line of --undo", [lines[number]])
    after = _records(house)
    house.true("both are as they were", before == after, _differences(before, after))
    house.equal("the ends, played again, find both", len(ends), 2)
    _load(house, "-R of ends", ends)
    house.equal("and no entry is left", house.conntrack("-L").out, "")


SCENARIOS = [generated, one_by_one, events_replayed, real_entries, pings_translated]
