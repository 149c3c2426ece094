# SPDX-License-Identifier: MIT
"""
Random expressions, and which entries they mean by a plain reading of doc/expressions.md:
three values, no optimisation, no kernel. What the program touches must be the same, with
the kernel's filter and on a kernel that ignores it.

A condition is its text, how tightly that binds (0 or, 1 and, 2 anything else), and a
predicate over table.Entry that is True, False, or None where the entry does not know.
"""
import ipaddress

import filters
import reading
from netlink import ASSURED, FIXED_TIMEOUT, SEEN_REPLY
from table import (GRE, ICMP, ICMPV6, LABELS, MARKS, NUMBERS, PORTS, SCTP, SCTP_STATES, TCP,
                   TCP_STATES, V4, V6)

ENTRIES = 120
ZONES = (0, 5, 6)
FLAGS = (("assured", ASSURED, True), ("replied", SEEN_REPLY, True),
         ("unreplied", SEEN_REPLY, False), ("status FIXED_TIMEOUT", FIXED_TIMEOUT, True))
COMPARISONS = {"<": lambda n, m: n < m, "<=": lambda n, m: n <= m,
               ">": lambda n, m: n > m, ">=": lambda n, m: n >= m,
               "lt": lambda n, m: n < m, "ge": lambda n, m: n >= m}


# --- three values


def opposite(value):
    return None if value is None else not value


def every(values):
    values = list(values)
    return False if False in values else None if None in values else True


def some(values):
    values = list(values)
    return True if True in values else None if None in values else False


# --- one condition


def listed(rng, items):
    """Values as one list, with a sign in front; and whether it is its opposite."""
    negated = rng.random() < 0.2
    text = ", ".join(items) if len(items) == 1 or rng.random() < 0.5 else " ".join(items)
    if len(items) > 1 or rng.random() < 0.1:
        text = "{%s}" % text
    return ("!= " if negated else rng.choice(("", "", "= ", "in "))) + text, negated


def of_list(rng, word, items, test):
    """WORD LIST, where test(entry) is what it is without its sign."""
    text, negated = listed(rng, items)
    return "%s %s" % (word, text), 2, (lambda e: opposite(test(e))) if negated else test


def address_spec(rng, like):
    """Text of an address, a network or a range, and what is in it."""
    pool = V4 if like in V4 else V6 if like in V6 else [like]
    first = ipaddress.ip_address(like if rng.random() < 0.6 else rng.choice(pool))
    way = rng.random()
    if way < 0.5:
        return str(first), first, first
    if way < 0.8:
        bits = rng.choice((8, 16, 24, 32) if first.version == 4 else (16, 32, 64, 128))
        net = ipaddress.ip_network("%s/%d" % (first, bits), strict=False)
        return "%s/%d" % (first, bits), net[0], net[-1]
    last = max(first, ipaddress.ip_address(rng.choice(pool)))
    return "%s-%s" % (first, last), first, last


def lies(address, spec):
    found = ipaddress.ip_address(address)
    return found.version == spec[1].version and spec[1] <= found <= spec[2]


def address(rng, like):
    word, fields = rng.choice((
        ("src", ("src",)), ("dst", ("dst",)), ("host", ("src", "dst")),
        ("orig net", ("src", "dst")),
        ("reply src", ("reply_src",)), ("reply dst host", ("reply_dst",)),
        ("reply host", ("reply_src", "reply_dst"))))
    specs = [address_spec(rng, getattr(like, rng.choice(fields)))
             for _ in range(rng.choice((1, 1, 3)))]
    return of_list(rng, word, [s[0] for s in specs], lambda e: any(
        lies(getattr(e, field), spec) for field in fields for spec in specs))


def compared(rng, word, likely, number, maximum):
    """WORD with a comparison, or a list of numbers and ranges; number(entry) may be None."""
    if rng.random() < 0.3:
        sign, bound = rng.choice(list(COMPARISONS)), rng.choice(likely)
        return "%s %s %d" % (word, sign, bound), 2, lambda e: (
            None if number(e) is None else COMPARISONS[sign](number(e), bound))
    ranges = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        low = rng.choice(likely)
        ranges.append((low, min(low + rng.choice((0, 0, 1, 400)), maximum)))
    texts = ["%d" % a if a == b else "%d-%d" % (a, b) for a, b in ranges]
    return of_list(rng, word, texts, lambda e: (
        None if number(e) is None else any(a <= number(e) <= b for a, b in ranges)))


def ports(rng, like):
    word, field, index = rng.choice((
        ("sport", "parts", 0), ("dport", "parts", 1), ("dst port", "parts", 1),
        ("reply sport", "reply_parts", 0), ("reply dport", "reply_parts", 1)))

    def port(e):
        return getattr(e, field)[index] if e.protocol in PORTS else None
    return compared(rng, word, NUMBERS + [port(like) or 0], port, 65535)


def either_port(rng, like):
    likely = rng.choice(NUMBERS + list(like.parts[:1]))
    return of_list(rng, "port", [str(likely)], lambda e: (
        likely in e.parts if e.protocol in PORTS else None))


def part(rng, like):
    word, protocol, index = rng.choice((
        ("icmp-type", ICMP, 0), ("icmp-id", ICMP, 2), ("icmpv6-type", ICMPV6, 0),
        ("icmpv6-code", ICMPV6, 1), ("srckey", GRE, 0), ("dstkey", GRE, 1)))

    def number(e):
        return e.parts[index] if e.protocol == protocol else None
    return compared(rng, word, NUMBERS + [0, 8, 128, number(like) or 0], number, 65535)


def protocol(rng, like):
    wanted = {like.protocol, *rng.sample(list(reading.NAMES), rng.choice((0, 0, 2)))}
    if len(wanted) == 1 and like.protocol in (TCP, SCTP) and rng.random() < 0.8:
        return reading.NAMES[like.protocol], 2, lambda e: e.protocol in wanted
    return of_list(rng, "proto", [reading.NAMES[p] for p in wanted],
                   lambda e: e.protocol in wanted)


def family(rng, like):
    six = like.family == 6
    return rng.choice((("ip", "family ipv4"), ("ip6", "family ipv6"))[six]), 2, lambda e: (
        e.family == 6) == six


def state(rng, _like):
    names = rng.sample(sorted({*TCP_STATES.values(), *SCTP_STATES.values()}), rng.choice((1, 2)))
    tables = {TCP: TCP_STATES, SCTP: SCTP_STATES}
    return of_list(rng, "state", names, lambda e: (
        tables[e.protocol].get(e.state) in names if e.protocol in tables else None))


def flag(rng, _like):
    text, bit, is_set = rng.choice(FLAGS)
    return text, 2, lambda e: bool(e.status & bit) == is_set


def mark(rng, like):
    if rng.random() < 0.5:
        return compared(rng, "mark", MARKS + [like.mark], lambda e: e.mark, 0xffffffff)
    mask = rng.choice((0xff, 0xf, 0xffff0000, 0))
    value = rng.choice(MARKS + [like.mark]) & mask
    return of_list(rng, "mark", ["%#x/%#x" % (value, mask)], lambda e: e.mark & mask == value)


def zone(rng, like):
    word, number = rng.choice((
        ("zone", lambda e: e.zone), ("orig zone", lambda e: e.zone or e.orig_zone),
        ("reply zone", lambda e: e.zone or e.reply_zone)))
    return compared(rng, word, (*ZONES, like.zone), number, 65535)


def nat(rng, like):
    word, ways = rng.choice((("snat", (True,)), ("dnat", (False,)), ("nat", (True, False)),
                             ("nat src", (True,)), ("nat dst", (False,))))
    if rng.random() < 0.5:
        return word, 2, lambda e: any(reading.translated(e, way)[0] for way in ways)
    spec = address_spec(rng, reading.translated(like, ways[0])[1])

    def test(e):
        found = (reading.translated(e, way) for way in ways)
        return any(changed and lies(to, spec) for changed, to, _ in found)
    return of_list(rng, word + rng.choice(("", " to")), [spec[0]], test)


def label(rng, _like):
    if rng.random() < 0.2:
        return "label", 2, lambda e: bool(e.labels)
    bits = rng.sample(list(LABELS), rng.choice((1, 2)))
    return of_list(rng, "label", ["bit:%d" % bit for bit in bits],
                   lambda e: any(bit in e.labels for bit in bits))


def ident(rng, like):
    return of_list(rng, "id", [str(like.ident)], lambda e: e.ident == like.ident)


def lasting(rng, _like):
    """What entries of the table have, and what none of them has, or knows."""
    return rng.choice((("timeout > 1h", 2, lambda e: True), ("timeout <= 10s", 2, lambda e: False),
                       ("bytes > 1k", 2, lambda e: None), ("age < 1d", 2, lambda e: None)))


CONDITIONS = (address, address, ports, ports, either_port, part, protocol, protocol, family,
              state, flag, mark, mark, zone, nat, label, ident, lasting)


# --- trees of them


def enclosed(rng, condition, around):
    text, strength, test = condition
    return ("(%s)" % text if strength < around or rng.random() < 0.1 else text), test


def random_tree(rng, entries, depth):
    if depth == 0 or rng.random() < 0.25:
        return rng.choice(CONDITIONS)(rng, rng.choice(entries))
    way = rng.random()
    if way < 0.2:
        text, test = enclosed(rng, random_tree(rng, entries, depth - 1), 2)
        return rng.choice(("not ", "! ")) + text, 2, lambda e: opposite(test(e))
    joins_all = way < 0.65
    parts = [enclosed(rng, random_tree(rng, entries, depth - 1), joins_all)
             for _ in range(rng.choice((2, 2, 3)))]
    word = rng.choice((" and ", " && ") if joins_all else (" or ", " || "))
    join = every if joins_all else some
    return word.join(text for text, _ in parts), int(joins_all), lambda e: join(
        test(e) for _, test in parts)


def random_filter(rng, entries, command, _label_list=None):
    """An expression by one of the ways in, sometimes with options besides."""
    if rng.random() < 0.2:
        # -C takes what -L takes.
        f = reading.random_filter(rng, entries, "-L" if command == "-C" else command)
    else:
        f = reading.Filter()
    text, _, test = random_tree(rng, entries, rng.choice((1, 2, 3)))
    # Behind -n, -g and -j it would be what they are translated to.
    bare = rng.random() < 0.5 and f.words[-1:] not in (["-n"], ["-g"], ["-j"])
    f.add([text] if bare else ["--filter", text], lambda e: test(e) is True)
    if rng.random() < 0.1:
        text, _, more = random_tree(rng, entries, 1)
        f.add(["--filter", text], lambda e: more(e) is True)
    return f


def count_once(ground):
    """-C says how many -L would show, on any kernel."""
    trial = filters.Trial(ground, "-C")
    for version in ground.versions():
        done = trial.run(version)
        ground.check(done.out == "%d\n" % len(trial.meant), "on kernel %s: counts %s, means %d" %
                     (version, done.out.strip(), len(trial.meant)), done,
                     filters.show(trial.before))


def run(ground):
    ground.random_filter = random_filter
    for name in ("acct", "timestamp"):  # of these entries nothing is counted, and no time kept
        with open("/proc/sys/net/netfilter/nf_conntrack_" + name, "w", encoding="ascii") as file:
            file.write("0")
    filters.run(ground, also=count_once)
