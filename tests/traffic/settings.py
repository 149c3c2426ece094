# SPDX-License-Identifier: MIT
"""What rules and settings of a router do to entries: NAT, zones, marks, labels, helpers."""
import re
import time
import xml.etree.ElementTree as ET

import packets
from entry import Entry, Side
from house import Skip
from views import (Events, destroy, schema_errors, see, see_get, see_json, see_save, see_text,
                   see_xml, text_matches)

LOCAL = "127.0.0.1"
OTHER = "127.0.0.2"
TCP, UDP = 6, 17
STREAM = 2.1    # s, a bit more than what makes UDP with answers a stream (nf_conntrack_proto_udp.c)


# NAT


def _translated(source, destination, ports, reply, reply_ports):
    return Entry(UDP, Side(source, destination, ports), Side(*reply, reply_ports), timeout=30,
                 replied=True)


def _nat_house(house, rules):
    """A cable to a host that echoes on port 5000; the rules are ours."""
    peer = packets.Peer(house)
    peer.attach("cable", ["10.0.0.1/24", "fd00::1/64"], ["10.0.0.2/24", "fd00::2/64"])
    peer.order("serve", 5000)
    house.must("ip", "addr", "add", "10.1.1.1/32", "dev", "lo")
    house.must("ip", "addr", "add", "fd01::1/128", "dev", "lo", "nodad")
    house.must("ip", "route", "add", "10.9.9.9/32", "via", "10.0.0.2")
    house.must("ip", "route", "add", "fd09::9/128", "via", "fd00::2")
    house.rules("table inet n { %s }" % rules)
    return peer


def _through(house, entry):
    """One question and answer that make the entry, seen everywhere."""
    original = entry.original
    with Events(house) as events:
        packets.ask((original.src, original.parts[0]), (original.dst, original.parts[1]))
        see(house, entry)
        _see_nat_filters(house, entry)
    events.expect(("NEW", entry.but(replied=False)), ("UPDATE", entry))
    _save_loads(house, entry)


def _see_nat_filters(house, entry):
    """-n, -g and -j with and without addresses find it, or do not."""
    source = entry.reply.dst if (entry.reply.dst, entry.reply.parts[1]) != (
        entry.original.src, entry.original.parts[0]) else None
    target = entry.reply.src if (entry.reply.src, entry.reply.parts[0]) != (
        entry.original.dst, entry.original.parts[1]) else None
    absent = "fd00::77" if entry.v6 else "10.77.7.7"
    for option, address, there in (
            ("-n", source, source), ("-g", target, target), ("-j", source or target, True)):
        for words in ([], [address]) if there else ([],):
            lines = house.conntrack("-L", option, *words).lines
            house.true("-L %s" % " ".join([option, *words]), len(lines) == bool(there)
                       and (not lines or text_matches(entry, lines[0])), lines)
        house.equal("-L %s %s" % (option, absent), house.conntrack("-L", option, absent).lines, [])


def _save_loads(house, entry):
    """Deleted, and made again from what -o save printed: translation and all."""
    saved = house.conntrack("-L", "-o", "save").out
    house.must(house.program, "-D", *entry.key())
    loaded = house.conntrack("-R", "-", stdin=saved)
    house.true("-R of the save line", loaded.code == 0, loaded)
    see_text(house, [entry])
    house.equal("-o save after loading", re.sub(r"-t \d+", "", house.conntrack(
        "-L", "-o", "save").out), re.sub(r"-t \d+", "", saved))


def snat(house):
    peer = _nat_house(house, "chain p { type nat hook postrouting priority 100;"
                      " ip saddr 10.1.1.1 udp dport 5000 snat ip to 10.0.0.1:6000; };")
    peer.route("10.1.1.0/24", "10.0.0.1")
    _through(house, _translated("10.1.1.1", "10.0.0.2", (4000, 5000),
                                ("10.0.0.2", "10.0.0.1"), (5000, 6000)))


def snat_ipv6(house):
    _nat_house(house, "chain p { type nat hook postrouting priority 100;"
               " ip6 saddr fd01::1 udp dport 5000 snat ip6 to [fd00::1]:6000; };")
    _through(house, _translated("fd01::1", "fd00::2", (4000, 5000),
                                ("fd00::2", "fd00::1"), (5000, 6000)))


def masquerade(house):
    _nat_house(house, "chain p { type nat hook postrouting priority 100;"
               " ip saddr 10.1.1.1 oifname cable masquerade; };")
    _through(house, _translated("10.1.1.1", "10.0.0.2", (4000, 5000),
                                ("10.0.0.2", "10.0.0.1"), (5000, 4000)))


def dnat(house):
    _nat_house(house, "chain o { type nat hook output priority -100;"
               " ip daddr 10.9.9.9 udp dport 80 dnat ip to 10.0.0.2:5000; };")
    _through(house, _translated("10.0.0.1", "10.9.9.9", (4000, 80),
                                ("10.0.0.2", "10.0.0.1"), (5000, 4000)))


def dnat_ipv6(house):
    _nat_house(house, "chain o { type nat hook output priority -100;"
               " ip6 daddr fd09::9 dnat ip6 to fd00::2; };")
    _through(house, _translated("fd00::1", "fd09::9", (4000, 5000),
                                ("fd00::2", "fd00::1"), (5000, 4000)))


def both_ways(house):
    _nat_house(house, "chain o { type nat hook output priority -100;"
               " ip daddr 10.9.9.9 udp dport 80 dnat ip to 10.0.0.2:5000; };"
               " chain p { type nat hook postrouting priority 100;"
               " ip saddr 10.1.1.1 meta l4proto udp snat ip to 10.0.0.1:6000; };")
    _through(house, _translated("10.1.1.1", "10.9.9.9", (4000, 80),
                                ("10.0.0.2", "10.0.0.1"), (5000, 6000)))


def redirect(house):
    """Only the port changes."""
    house.rules("table inet n { chain o { type nat hook output priority -100;"
                " udp dport 7000 redirect to :7001; }; }")
    entry = _translated(LOCAL, LOCAL, (4000, 7000), (LOCAL, LOCAL), (7001, 4000))
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 7000), answered=1, listen=(LOCAL, 7001))
        see(house, entry)
        for words, count in ((["-g"], 1), (["-n"], 0), (["-j"], 1), (["-g", "127.0.0.1:7001"], 1),
                             (["-g", "127.0.0.1:7000"], 0)):
            house.equal("-L " + " ".join(words), len(house.conntrack("-L", *words).lines), count)
    events.expect(("NEW", entry.but(replied=False)), ("UPDATE", entry))


def tcp_snat(house):
    """Both ends here: source NAT of a whole connection on loopback."""
    house.rules("table ip n { chain p { type nat hook postrouting priority 100;"
                " tcp dport 90 snat to 127.0.0.9:1999; }; }")
    connection = packets.Connection((LOCAL, 1024), (LOCAL, 90))
    connection.say(connection.client, b"question")
    entry = Entry(TCP, Side(LOCAL, LOCAL, (1024, 90)), Side(LOCAL, "127.0.0.9", (90, 1999)),
                  timeout=432000, state="ESTABLISHED", replied=True, assured=True)
    see(house, entry)
    _see_nat_filters(house, entry)


# Zones


def zones(house):
    """A zone of both directions, and one of each direction alone."""
    house.rules("table ip z { chain o { type filter hook output priority -300;"
                " udp dport 5000 ct zone set 5; udp dport 5001 ct original zone set 6;"
                " udp dport 5002 ct reply zone set 7; }; }")
    house.track()
    with Events(house) as events:
        for port in (5000, 5001, 5002, 5003):
            packets.udp((LOCAL, 4000), (LOCAL, port))
        plain = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5003)), timeout=30)
        both = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), zone=5, timeout=30)
        one = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5001), zone=6),
                    Side(LOCAL, LOCAL, (5001, 4000)), timeout=30)
        other = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5002)),
                      Side(LOCAL, LOCAL, (5002, 4000), zone=7), timeout=30)
        see(house, plain, both, one, other)
        for words, entry in ((["-w", "5"], both), (["--orig-zone", "6"], one),
                             (["--reply-zone", "7"], other)):
            lines = house.conntrack("-L", *words).lines
            house.true("-L " + " ".join(words), len(lines) == 1 and text_matches(entry, lines[0]),
                       lines)
        _get_in_zone(house, both)
        result = house.conntrack("-D", "-w", "5")
        house.true("-D -w 5", result.code == 0 and len(result.lines) == 1
                   and text_matches(both, result.lines[0]), result)
        see(house, plain, one, other)
    events.expect(("NEW", both), ("NEW", one), ("NEW", other), ("NEW", plain), ("DESTROY", both))


def _get_in_zone(house, entry):
    result = house.conntrack("-G", *entry.key(), "-w", str(entry.zone))
    house.true("-G -w %d" % entry.zone, result.code == 0 and text_matches(
        entry, result.out.rstrip("\n")), result)
    house.equal("-G without the zone: exit", house.conntrack("-G", *entry.key()).code, 1)


# Marks, labels, security marks


def marks(house):
    house.rules("table inet m { chain o { type filter hook output priority 0;"
                " udp dport 5000 ct mark set 0x1234; udp sport 5000 ct mark set 0xffffffff;"
                " udp dport 5001 ct state new accept; }; }")
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5001))
        plain = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5001)), timeout=30)
        packets.udp((LOCAL, 4000), (LOCAL, 5000))
        marked = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, mark=0x1234)
        see(house, plain, marked)
        for words, entry in ((["-m", "0x1234"], marked), (["-m", "4/4"], marked),
                             (["-m", "0"], plain), (["-m", "0/0x1000"], plain)):
            lines = house.conntrack("-L", *words).lines
            house.true("-L " + " ".join(words), len(lines) == 1 and text_matches(entry, lines[0]),
                       lines)
        packets.udp((LOCAL, 5000), (LOCAL, 4000))
        full = marked.but(mark=0xffffffff, replied=True)
        see(house, plain, full)
    events.expect(("NEW", plain), ("NEW", marked), ("UPDATE", full))


LABELS = "0 zero\n5 five\n127 last\n"


def labels(house):
    """Labels by rule; their names come from a list."""
    path = house.file("labels", LABELS)
    house.rules("table inet l { chain o { type filter hook output priority 0;"
                " udp dport 5000 ct label set 5; udp dport 5001 ct label set 127;"
                " udp sport 5000 ct label set 0; ct state new accept; }; }")
    packets.udp((LOCAL, 4000), (LOCAL, 5000), answered=1)
    packets.udp((LOCAL, 4000), (LOCAL, 5001))
    packets.udp((LOCAL, 4000), (LOCAL, 5002))
    two = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, replied=True,
                labels=("zero", "five"))
    last = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5001)), timeout=30, labels=("last",))
    none = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5002)), timeout=30)
    see(house, two, last, none)
    listed = ["-L", "--labelmap", path, "-o"]
    lines = house.conntrack(*listed, "labels").lines
    for entry in (two, last, none):
        house.true("-L -o labels: %s" % entry.about(),
                   any(text_matches(entry, line, labels=True) for line in lines), lines)
    for label, entry in (("five", two), ("last", last)):
        lines = house.conntrack("-L", "--labelmap", path, "-l", label).lines
        house.true("-L -l %s" % label, len(lines) == 1 and text_matches(
            entry, lines[0], labels=True), lines)
    tree = ET.fromstring(house.conntrack(*listed, "xml,labels").out)
    got = sorted([label.text for label in flow.iter("label")] for flow in tree)
    house.equal("-o xml,labels", got, sorted([list(e.labels) for e in (two, last, none)]))
    undone = house.file("undone", "")
    house.must(house.program, "-D", "-l", "five", "--labelmap", path, "--undo", undone)
    house.must(house.program, "-R", undone)     # which knows nothing of that list
    see(house, two, last, none)


def secmark(house):
    """Security marks need a security module that names them."""
    result = house.run(["nft", 'add table inet s; add secmark inet s tag'
                        ' { "system_u:object_r:ssh_client_packet_t:s0"; }'])
    if result.code != 0:
        raise Skip("this kernel has no security module that names marks")
    house.rules("table inet s { chain o { type filter hook output priority 0;"
                " udp dport 5000 meta secmark set tag; ct secmark set meta secmark; }; }")
    packets.udp((LOCAL, 4000), (LOCAL, 5000))
    result = house.conntrack("-L")
    house.true("-L shows secctx=", " secctx=system_u:" in result.out, result)


# Counters and times


def counters(house):
    house.kernel("netfilter.nf_conntrack_acct", 1)
    house.track()
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5000), sent=3, answered=2, size=72)
        there, back = (3, 300), (2, 200)  # 20 bytes of IPv4, 8 of UDP, 72 of ours
        entry = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000), counters=there),
                      Side(LOCAL, LOCAL, (5000, 4000), counters=back), timeout=30, replied=True)
        see(house, entry)
        zeroing = house.conntrack("-L", "-z")
        house.true("-L -z shows the last reading", text_matches(entry, zeroing.out.rstrip("\n")),
                   zeroing)
        time.sleep(STREAM)
        packets.udp((LOCAL, 4000), (LOCAL, 5000), sent=1, size=0)
        rest = entry.but(timeout=120, assured=True,
                         original=Side(LOCAL, LOCAL, (4000, 5000), counters=(1, 28)),
                         reply=Side(LOCAL, LOCAL, (5000, 4000), counters=(0, 0)))
        see_text(house, [rest])
        see_json(house, [rest])
        destroy(house, rest)
    silent = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, replied=True)
    events.expect(("NEW", silent.but(replied=False)), ("UPDATE", silent),
                  ("UPDATE", silent.but(timeout=120, assured=True)), ("DESTROY", rest))


def times(house):
    house.kernel("netfilter.nf_conntrack_timestamp", 1)
    house.track()
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5000))
        entry = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, age=True)
        see_text(house, [entry])
        see_get(house, [entry])
        see_xml(house, [entry])
        see_json(house, [entry])
        see_save(house, [entry])
        _see_times(house)
        destroy(house, entry)
    events.expect(("NEW", entry.but(age=False)), ("DESTROY", entry))


def _see_times(house):
    date = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}"
    result = house.conntrack("-L", "-o", "ktimestamp")
    house.full_match("-o ktimestamp", r"udp .* delta-time=[0-9]+ \[start=%s\] use=1\n" % date,
                     result.out)
    flow = ET.fromstring(house.conntrack("-L", "-o", "xml,ktimestamp").out).find("flow")
    house.full_match("-o xml,ktimestamp", r"[0-9]{19}", flow.findtext(".//timestamp/start") or "")
    line = house.conntrack("-L", "-o", "json").out
    house.equal("-o json with times against the schema", schema_errors([line]), [])
    house.true("-o json has the start in UTC",
               re.search(r'"start": ?"20[0-9]{2}-[0-9-]+T[0-9:]+\.[0-9]{9}Z"', line), line)


# Helpers and expectations

PASV = (r"(?P<timeout>[0-9]+) proto=6 src=127\.0\.0\.1 dst=127\.0\.0\.1 sport=0 dport=5120"
        r" mask-src=255\.255\.255\.255 mask-dst=255\.255\.255\.255 sport=0 dport=65535"
        r" master-src=127\.0\.0\.1 master-dst=127\.0\.0\.1 sport=1025 dport=21"
        r" class=0 helper=ftp")


def ftp(house):
    """A passive transfer: the control connection, what it makes expected, the data connection."""
    house.rules('table ip f { ct helper h { type "ftp" protocol tcp; }; chain o'
                ' { type filter hook output priority 0; tcp dport 21 ct helper set "h";'
                " ct state new accept; }; }")
    listener = house.listen("expect")
    control = packets.Connection((LOCAL, 1025), (LOCAL, 21))
    control.say(control.server, b"220 hello\r\n")
    control.say(control.server, b"227 Entering Passive Mode (127,0,0,1,20,0)\r\n")
    first = Entry(TCP, Side(LOCAL, LOCAL, (1025, 21)), timeout=432000, state="ESTABLISHED",
                  replied=True, assured=True, helper="ftp")
    see(house, first)
    _see_expectation(house)
    data = packets.Connection((LOCAL, 1026), (LOCAL, 5120))
    data.say(data.server, b"the file")
    second = Entry(TCP, Side(LOCAL, LOCAL, (1026, 5120)), timeout=432000, state="ESTABLISHED",
                   replied=True, assured=True)
    see_text(house, [first, second])
    see_json(house, [first, second])
    see_xml(house, [first, second])
    lines = house.conntrack("-L", "-u", "EXPECTED").lines
    house.true("-L -u EXPECTED", len(lines) == 1 and text_matches(second, lines[0]), lines)
    house.equal("-L expect when it has come", house.conntrack("-L", "expect").lines, [])
    result = listener.stop()
    # On loopback the helper sees the answer going out and coming in, and replaces the first.
    forms = [r"    \[NEW\] " + PASV, r"\[DESTROY\] " + PASV]
    house.true("-E expect", result.code == 0 and len(result.lines) in (2, 4) and all(
        re.fullmatch(forms[number % 2], line) for number, line in enumerate(result.lines)), result)


def _see_expectation(house):
    result = house.conntrack("-L", "expect")
    house.full_match("-L expect", PASV + "\n", result.out)
    house.true("-L expect: count", result.code == 0 and result.err.endswith(
        "1 expectations have been shown.\n"), result)
    house.equal("-C expect", house.conntrack("-C", "expect").out, "1\n")
    tree = ET.fromstring(house.conntrack("-L", "expect", "-o", "xml").out)
    layer4 = tree.find("flow/layer4")
    house.equal("-L expect -o xml", (tree.tag, layer4.get("protoname"), layer4.findtext(
        "expected/dport"), layer4.findtext("master/sport"), tree.findtext("flow/meta/helper-name")),
                ("expect", "tcp", "5120", "1025", "ftp"))
    lines = house.conntrack("-L", "expect", "-o", "json").lines
    house.true("-L expect -o json", len(lines) == 1 and '"ftp"' in lines[0], lines)
    house.equal("-L expect -o json against the schema", schema_errors(lines), [])


# A router


def forwarded(house):
    """Between two other hosts; with a flow table, where the kernel has one, offloaded."""
    left, right = packets.Peer(house), packets.Peer(house)
    left.attach("left", ["10.1.0.1/24"], ["10.1.0.2/24"])
    right.attach("right", ["10.2.0.1/24"], ["10.2.0.2/24"])
    left.route("10.2.0.0/24", "10.1.0.1")
    right.route("10.1.0.0/24", "10.2.0.1")
    house.kernel("ipv4.ip_forward", 1)
    flowtable = "flowtable t { hook ingress priority 0; devices = { left, right }; };"
    offloaded = house.run(["nft", "-f", "-"], stdin="table inet f { %s }" % flowtable).code == 0
    house.rules("table inet f { chain f { type filter hook forward priority 0; %s"
                " ct state new accept; }; }" % ("flow add @t;" if offloaded else ""))
    right.order("serve", 5000)
    left.order("ask", ["10.1.0.2", 4000], ["10.2.0.2", 5000])
    left.order("ask", ["10.1.0.2", 4000], ["10.2.0.2", 5000])
    entry = Entry(UDP, Side("10.1.0.2", "10.2.0.2", (4000, 5000)), timeout=30, replied=True,
                  assured=False)
    if not offloaded:
        see(house, entry)
        raise Skip("this kernel has no flow tables: no offloaded entry")
    gone = entry.but(timeout=None, offload=True)
    see_text(house, [gone])
    see_json(house, [gone])


SCENARIOS = [snat, snat_ipv6, masquerade, dnat, dnat_ipv6, both_ways, redirect, tcp_snat, zones,
             marks, labels, secmark, counters, times, ftp, forwarded]
