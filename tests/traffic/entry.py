# SPDX-License-Identifier: MIT
"""What an entry should look like, said once and rendered for every view."""
import dataclasses
import re
from dataclasses import dataclass

NAMES = {1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 58: "icmpv6", 132: "sctp",
         136: "udplite"}
PORTS = ("sport", "dport")
KEYS = ("srckey", "dstkey")
ICMP = ("type", "code", "id")
PARTS = {1: ICMP, 58: ICMP, 6: PORTS, 17: PORTS, 33: PORTS, 132: PORTS, 136: PORTS, 47: KEYS}
ANSWERS = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140}
SLACK = 10  # seconds that may have gone by since a time limit was set


def number(part, value):
    return "0x%x" % value if part in KEYS else "%d" % value


@dataclass(frozen=True)
class Side:
    """One direction: addresses, protocol parts, zone of this direction, counters."""
    src: str
    dst: str
    parts: tuple = ()
    zone: int = 0
    counters: tuple = None  # (packets, bytes)

    def mirror(self, protocol):
        parts = tuple(reversed(self.parts))
        if PARTS.get(protocol) == ICMP:
            kind = self.parts[0]
            answer = {**ANSWERS, **{b: a for a, b in ANSWERS.items()}}[kind]
            parts = (answer, *self.parts[1:])
        return Side(self.dst, self.src, parts)

    def words(self, protocol):
        names = PARTS.get(protocol, ())
        return ["src=" + self.src, "dst=" + self.dst] + [
            "%s=%s" % (n, number(n, v)) for n, v in zip(names, self.parts)]

    def count_words(self):
        return ["packets=%d bytes=%d" % self.counters] if self.counters else []

    def facts(self, protocol):
        facts = {"src": self.src, "dst": self.dst, **dict(zip(PARTS.get(protocol, ()), self.parts))}
        if self.zone:
            facts["zone"] = self.zone
        if self.counters:
            facts["packets"], facts["bytes"] = self.counters
        return facts


@dataclass(frozen=True)
class Entry:
    protocol: int
    original: Side
    reply: Side = None  # the mirror when not said
    timeout: int = None  # the limit; what is left may be up to SLACK less. None: not shown
    state: str = None
    replied: bool = False
    assured: bool = False
    offload: bool = False
    mark: int = 0
    zone: int = 0
    labels: tuple = ()
    helper: str = None
    age: bool = False  # the kernel keeps times

    def __post_init__(self):
        if self.reply is None:
            object.__setattr__(self, "reply", self.original.mirror(self.protocol))

    def but(self, **changes):
        return dataclasses.replace(self, **changes)

    @property
    def v6(self):
        return ":" in self.original.src

    @property
    def name(self):
        return NAMES.get(self.protocol, "unknown")

    def about(self):
        return "%s %s" % (self.name, " ".join(self.original.words(self.protocol)))

    # Text

    def text(self, extended=False, event=None, use=True, ident=False, labels=False):
        """The pattern of its line. event: a type, for a line of -E."""
        always, maybe = " %s", "(?: %s)?"
        gone = maybe if event == "DESTROY" else always  # before 5.11 not in those events
        family = ("ipv6", 10) if self.v6 else ("ipv4", 2)
        tokens = [(always, re.escape("%-8s %d" % family))] if extended else []
        tokens += [(always, re.escape("%-8s %d" % (self.name, self.protocol)))]
        tokens += [(gone, "(?P<timeout>[0-9]+)")] if self.timeout is not None else []
        tokens += [(gone, self.state)] if self.state else []
        tokens += [(always, re.escape(word)) for word in self._plain_words(event)]
        tokens += [(gone, "delta-time=[0-9]")] if self.age else []
        tokens += [(always, "helper=" + self.helper)] if self.helper else []
        tokens += [(always, "use=[0-9]+")] if use and not event else []
        tokens += [(always, "id=[0-9]+")] if ident else []
        tokens += [(always, "labels=" + ",".join(self.labels))] if labels and self.labels else []
        if event:
            tokens.insert(0, (always, re.escape("%9s" % ("[%s]" % event))))
            tokens.append((maybe, r"\[USERSPACE\] portid=[0-9]+(?: progname=.*)?"))
        return "".join(form % token for form, token in tokens)[1:]

    def shape(self, **form):
        """The pattern for a person's eyes."""
        return self.text(**form).replace("\\", "").replace("(?P<timeout>[0-9]+)",
                                                           "TIME<=%s" % self.timeout)

    def _plain_words(self, event):
        """From the original tuple to the zone: words that are known to the byte."""
        words = self.original.words(self.protocol)
        words += ["zone-orig=%d" % self.original.zone] if self.original.zone else []
        words += self.original.count_words()
        words += [] if self.replied else ["[UNREPLIED]"]
        words += self.reply.words(self.protocol)
        words += ["zone-reply=%d" % self.reply.zone] if self.reply.zone else []
        words += self.reply.count_words()
        words += ["[OFFLOAD]"] if self.offload else ["[ASSURED]"] if self.assured else []
        words += ["mark=%d" % self.mark] if self.mark or not event else []
        words += ["zone=%d" % self.zone] if self.zone else []
        return words

    def in_time(self, seconds):
        return self.timeout is None or self.timeout - SLACK <= int(seconds) <= self.timeout

    # XML and JSON

    def facts(self, event=None):
        """What both structured views must say, in one shape."""
        facts = {
            "family": "ipv6" if self.v6 else "ipv4", "protocol": self.protocol,
            "original": self.original.facts(self.protocol),
            "reply": self.reply.facts(self.protocol),
            "replied": self.replied, "assured": self.assured}
        if self.state:
            facts["state"] = self.state
        if self.mark or not event:
            facts["mark"] = self.mark
        if self.zone:
            facts["zone"] = self.zone
        if self.helper:
            facts["helper"] = self.helper
        return facts

    # Command lines

    def key(self):
        """The options of -G that find it."""
        words = ["-s", self.original.src, "-d", self.original.dst]
        words += ["-p", NAMES.get(self.protocol, str(self.protocol))]
        prefix = "icmpv6-" if self.protocol == 58 else "icmp-"
        for part, value in zip(PARTS.get(self.protocol, ()), self.original.parts):
            words += ["--" + (prefix + part if part in ICMP else part), str(value)]
        return words

    def save(self):
        """Options that its -o save line must have, and their values."""
        key = self.key()
        options = dict(zip(key[::2], key[1::2]))
        options["-u"] = ",".join(word for word, there in (
            ("SEEN_REPLY", self.replied), ("ASSURED", self.assured)) if there) or "UNSET"
        if self.state:
            options["--state"] = self.state
        for option, zone in (("-w", self.zone), ("--orig-zone", self.original.zone),
                             ("--reply-zone", self.reply.zone)):
            if zone:
                options[option] = str(zone)
        return options
