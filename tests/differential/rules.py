# SPDX-License-Identifier: MIT
"""
The differences that are meant: a predicate for each name of the file "known", which says why.

A predicate gets a compare.Outcome and looks at the line and at how the two answers differ, as
narrowly as it can: an answer that is wrong in another way is not explained.
"""
import os
import re

import model

KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known")
SELECTING = ("-L", "-D", "-E", "-U")
OPTIONAL = ("--src-nat", "--dst-nat", "--any-nat", "--label-del")
XML_FRAME = re.compile(r"<\?xml .*|</?conntrack>")
XML_PARTS = re.compile(r'protoname="(icmp|icmpv6|sctp)"')


# What the answers look like


def refuses(o):
    """Ours sees a bad command line, and does nothing."""
    return o.code == 2 and not o.out and o.err


def only_ours_refuses(o):
    return refuses(o) and o.peer_code != 2


def ours_shows_fewer(o):
    """What ours shows or touches is part of what the peer does."""
    return o.code in (0, 1) and not o.our_extra and bool(o.peer_extra)


def ours_shows_more(o):
    return o.code in (0, 1) and not o.peer_extra and bool(o.our_extra)


def commands(o, *names):
    """The line is one of these commands, or of a file that may have some."""
    return o.line.command in names or o.line.command == "-R" and o.line.has(*names)


def peer_stumbles(o):
    return "Operation failed" in o.peer_err


# The rules


def peer_crashes(o):
    return isinstance(o.peer_code, int) and o.peer_code < 0


def no_command(o):
    return o.peer_code == 0 and refuses(o) and o.peer_out.startswith("Command line interface")


def bad_value(o):
    return refuses(o) and o.peer_code in (0, 1) and any(
        is_bad(token) for token in o.line.tokens)


def value_is_missing(o):
    """The word behind an option whose value was dropped is taken for it; ours sees that."""
    return only_ours_refuses(o) and o.line.twisted in ("drop", "add_word", "wild", "shorten") \
        and re.search(r": '.*' (is not an? |is none of |names no )", o.err)


def is_bad(token):
    """Its value is one of the model's wrong ones."""
    kind = model.kind_of(token.name)
    return kind is not None and token.value in model.VALUES[kind][1]


def refused_with_one(o):
    """Both refuse the line, 1.4.7 with another exit code."""
    return refuses(o) and o.peer_code == 1 and not o.peer_out and not peer_stumbles(o) \
        and "have been" not in o.peer_err


def word_left_over(o):
    return only_ours_refuses(o) and ("a word that belongs to no option" in o.err
                                     or "expression:" in o.err)


def attached_argument(o):
    attached = o.line.attached(*OPTIONAL) or any(
        re.fullmatch(r"-[ngj].+|--(src-nat|dst-nat|any-nat|label-del)=.*", word)
        for word in o.line.words)
    return attached and (refuses(o) or ours_shows_fewer(o) or not o.same_state)


def flush_of_a_family(o):
    return o.line.command == "-F" and o.line.has("--family") and o.code == o.peer_code == 0 \
        and (not o.same_state or "have been flushed" in o.err)


def flush_selects(o):
    """-F takes conditions in ours; what it leaves must be part of what was there."""
    return o.line.command == "-F" and o.peer_code == 2 and o.code in (0, 1) \
        and "flushed" in o.err and left_of(o.table, o.peer_table)


def count_selects(o):
    """-C takes conditions in ours; it counts no more than there are."""
    return o.line.command == "-C" and o.peer_code == 2 and o.code == 0 \
        and re.fullmatch(r"\d+\n", o.out)


def left_of(tables, whole):
    """Every record of these tables is one of the others."""
    return tables is not None and all(
        record[:-1] in [other[:-1] for other in others]
        for table, others in zip(tables, whole) for record in table)


def timeout_selects(o):
    if o.line.command == "-R":  # there ours takes a whole line as if -t were not in it
        return o.line.has("-D") and o.line.has("--timeout") and (
            ours_shows_more(o) or only_ours_refuses(o) and "does not select" in o.err)
    return only_ours_refuses(o) and o.line.command == "-D" and o.line.has("--timeout") \
        and "does not select" in o.err


def secmark_selects(o):
    return o.line.has("--secmark") and (ours_shows_fewer(o) or refuses(o))


def status_is_not(o):
    """A flag that must not be set, where 1.4.7 forgets it, or builds value and mask wrong."""
    values = ",".join(o.line.values("--status"))
    several = len(o.line.values("--status")) > 1 or "," in values
    return ("!" in values or "UNREPLIED" in values or several) and commands(o, *SELECTING) \
        and (ours_shows_fewer(o) or ours_shows_more(o))


def status_unset(o):
    values = ",".join(o.line.values("--status")).upper().split(",")
    return "UNSET" in values and o.line.command == "-L" and o.peer_code == 1 \
        and "invalid parameters" in o.peer_err and o.code == 0


def hidden_word(o):
    return "ignoring SRC_NAT" in o.peer_err or "ignoring DST_NAT" in o.peer_err


def update_takes_flags_away(o):
    values = ",".join(o.line.values("--status"))
    return commands(o, "-U") and ("!" in values or "UNREPLIED" in values) and only_ours_refuses(o) \
        and ("added only" in o.err or "both set and not set" in o.err)


def gre_keys(o):
    return o.line.has("--srckey", "--dstkey") and commands(o, *SELECTING) and (
        ours_shows_fewer(o) or peer_stumbles(o))


def nat_address_of_ipv6(o):
    return any(":" in (value or "") for value in o.line.values(*OPTIONAL[:3])) \
        and commands(o, *SELECTING) and (ours_shows_fewer(o) or ours_shows_more(o))


def any_nat_address(o):
    return any(o.line.values("--any-nat")) and ours_shows_more(o)


def nat_of_icmp(o):
    return o.line.has("--src-nat", "--any-nat", "--dst-nat") and o.peer_extra and not o.our_extra \
        and all("icmp" in line for line in o.peer_extra)


def nat_port(o):
    return nat_ports(o) and commands(o, *SELECTING) and ours_shows_more(o)


def update_stops(o):
    return commands(o, "-U") and peer_stumbles(o) and o.code in (0, 1)


def get_by_reply(o):
    return o.line.command == "-G" and o.line.has("--reply-src", "--reply-dst") \
        and "invalid parameters" in o.peer_err and o.code in (0, 1)


def pair_rule(o):
    return only_ours_refuses(o) and "needs -s and -d, or -r and -q, or all four" in o.err


def nat_port_of_others(o):
    return commands(o, "-I", "-A") and nat_ports(o) and o.same_out and o.same_code and {
        "udplite", "sctp", "dccp", "icmp", "icmpv6", "1", "58"} & set(o.line.values("--protonum"))


def nat_ports(o):
    """Some address of -n, -g, -j has a port."""
    return any(re.fullmatch(r"[0-9.]+:\d+|\[.*\]:\d+", value or "")
               for value in o.line.values(*OPTIONAL[:3]))


def nat_picked_port(o):
    """The kernel picks a free port, at random."""
    def without_ports(tables):
        return [[[pair for pair in record[:-1] if pair[0] not in ("/2/2/2", "/2/2/3")]
                 for record in table] for table in tables or []]
    return commands(o, "-I", "-A") and o.same_out and o.same_code and not o.same_state \
        and o.line.has(*OPTIONAL[:2]) and without_ports(o.table) == without_ports(o.peer_table)


def update_unchanged(o):
    """1.4.7 counts entries that have the flags and labels already."""
    return commands(o, "-U") and o.same_state and o.code in (0, 1) and not o.same_summary


def mask_of_the_first(o):
    """A network given twice: 1.4.7 keeps the /BITS of the first with the address of the last."""
    return commands(o, *SELECTING) and o.code in (0, 1) and any(
        len(values) > 1 and "/" in "".join(values[:-1]) and "/" not in values[-1]
        for values in (o.line.values("--src"), o.line.values("--dst")))


def update_in_zone(o):
    """The peer changed the twin in zone 0."""
    return commands(o, "-U") and not o.same_state and any(" zone" in line for line in o.our_extra) \
        and len(o.our_extra) >= len(o.peer_extra)


def load_checked_late(o):
    return o.line.command == "-R" and o.code == 2 and o.peer_code in (1, 2)


def load_updates(o):
    """In the peer a -U line of a file takes the mark, and more, of the last one."""
    return o.line.command == "-R" and o.line.text.count("-U") + o.line.text.count("--update") > 1


def protocol_changed(o):
    return only_ours_refuses(o) and "comes behind options of -p" in o.err


def nat_needs_address(o):
    return commands(o, "-I", "-A") and only_ours_refuses(o) and "needs an address with" in o.err


def event_without_mark(o):
    return o.line.command == "-E" and o.line.has("--mark") and ours_shows_more(o) and not any(
        "mark=" in line for line in o.our_extra)


def load_output_stays(o):
    """In the peer -o of one line holds for the next ones too."""
    return o.line.command == "-R" and o.line.has("--output") and o.same_state and o.same_code


def get_in_zone(o):
    return o.line.command == "-G" and o.line.has("--zone", "--orig-zone", "--reply-zone") \
        and o.peer_code == 2 and o.code in (0, 1)


def nat_port_alone(o):
    return ":99" in o.line.values(*OPTIONAL[:3]) and commands(o, *SELECTING) and o.peer_code == 2 \
        and o.code in (0, 1)


def zero_with_nat(o):
    return o.line.has("--zero") and only_ours_refuses(o) and "zeroes all entries" in o.err


def xml_head_and_foot(o):
    """-D, -U and -G print whole documents; what is between them is compared by xml_parts."""
    return "</conntrack>" in o.our_extra and o.line.command in ("-G", "-D", "-U") \
        and o.code == o.peer_code and all(XML_FRAME.fullmatch(line) or XML_PARTS.search(line)
                                          for line in o.our_extra)


def delete_expectation(o):
    return o.line.command == "-D" and o.line.table == "expect" and o.peer_code == 1 \
        and "1 expectations have been deleted" in o.err and o.code == 0


def create_expectation(o):
    return o.line.command == "-I" and o.line.table == "expect" and o.code == o.peer_code == 0 \
        and o.same_out


def create_by_reply(o):
    """The peer's entry has protocol 0."""
    return commands(o, "-I", "-A") and o.line.has("--reply-src") \
        and (o.line.command == "-R" or not o.line.has("--src")) \
        and o.code in (0, 1) and (re.search("[iI]nvalid (parameters|argument)", o.peer_err) or any(
            ["/1/2/1", "00"] in record for table in o.peer_table or [] for record in table))


def add_existing(o):
    """The peer leaves what exists as it is; from a file it does not say so."""
    return commands(o, "-A") and o.peer_code == 0 and o.code in (0, 1) and (
        "0 flow entries have been added" in o.peer_err or o.line.command == "-R")


def mark_before_status(o):
    names = [token.name for token in o.line.tokens]
    return "--mark" in names and "--status" in names[names.index("--mark"):] and not refuses(o)


def protocol_before_address(o):
    """ICMP named before an address has told the family."""
    return commands(o, "-I", "-A") and {"icmp", "icmpv6"} & set(o.line.values("--protonum")) \
        and re.search("[iI]nvalid (parameters|argument)", o.peer_err) and o.code in (0, 1)


def dying_unchecked(o):
    return o.line.command == "-L" and o.line.table in ("dying", "unconfirmed") \
        and only_ours_refuses(o)


def mask_and_bits(o):
    return only_ours_refuses(o) and "cannot be used with the /BITS" in o.err


def label_list(o):
    return any("," in (value or "") for value in o.line.values("--label", "--label-add")) \
        and o.code in (0, 1)


def label_above_96(o):
    return "hundred" in o.line.values("--label-del", "--label-add") and not o.same_state \
        and o.code in (0, 1)


def update_prints_all(o):
    """1.4.7 counts all that it changed, but reads back and prints only some."""
    count = o.out.count("\n")
    return o.line.command == "-U" and o.same_state and o.same_summary and o.code == o.peer_code \
        and o.peer_out.count("\n") < count \
        and o.err.endswith("%d flow entries have been updated.\n" % count)


def labels_printed(o):
    return o.line.command == "-D" and o.code == o.peer_code and re.sub(
        r" labels=\S*", "", o.out).count("\n") == o.peer_out.count("\n") and "labels=" in o.out


def save_more(o):
    """Marks, labels and NAT are saved; what could not be loaded is not."""
    return "save" in ",".join(o.line.values("--output")) and o.code == o.peer_code \
        and o.out.count("\n") == o.peer_out.count("\n")


def fixed_timeout(o):
    return commands(o, "-U") and "fixed" in o.err and o.code == 1


def xml_of_icmp_and_sctp(o):
    return "xml" in ",".join(o.line.values("--output")).lower() and o.code == o.peer_code \
        and o.our_extra and all(XML_PARTS.search(line) for line in o.our_extra)


def xml_userspace(o):
    """The same events, without words behind the element."""
    return o.line.command == "-E" and o.code == o.peer_code and re.sub(
        r"(</flow>) ?\[USERSPACE\].*", r"\1", o.peer_out).count("</flow>\n") == o.out.count(
            "</flow>\n") > 0


RULES = {rule.__name__.replace("_", "-"): rule for rule in (
    peer_crashes, no_command, word_left_over, attached_argument, timeout_selects,
    flush_of_a_family, flush_selects, count_selects, bad_value, value_is_missing,
    refused_with_one, pair_rule, mask_and_bits, zero_with_nat, dying_unchecked,
    update_takes_flags_away, hidden_word, status_unset, status_is_not, secmark_selects, gre_keys,
    nat_port_alone, nat_address_of_ipv6, nat_of_icmp, any_nat_address, nat_port, label_list,
    label_above_96, labels_printed, get_by_reply, get_in_zone, delete_expectation,
    create_expectation, create_by_reply, protocol_before_address, nat_port_of_others,
    add_existing, mark_before_status, fixed_timeout, update_stops, update_in_zone,
    update_prints_all, load_checked_late, load_output_stays, load_updates, nat_picked_port,
    update_unchanged, mask_of_the_first, protocol_changed, nat_needs_address, event_without_mark,
    xml_head_and_foot, xml_of_icmp_and_sctp, xml_userspace, save_more)}


def read_known():
    """The names and sentences of the file "known"; it and RULES must name the same."""
    with open(KNOWN) as file:
        lines = [line.split(":", 1) for line in file if line.strip() and not line.startswith("#")]
    known = {name: sentence.strip() for name, sentence in lines}
    if set(known) != set(RULES) or not all(known.values()):
        raise SystemExit("known and rules.py differ: %s" % sorted(set(known) ^ set(RULES)))
    return known


def explanation(outcome):
    """The name of the first rule that explains how the outcome differs, or None."""
    return next((name for name, holds in RULES.items() if holds(outcome)), None)
