# SPDX-License-Identifier: MIT
"""A seeded generator of command lines: right ones, nearly right ones, wrong ones."""
import random
from dataclasses import dataclass, field

import model
import world

NAMES = {6: "tcp", 17: "udp", 1: "icmp", 47: "gre", 50: "50", 58: "icmpv6", 132: "sctp",
         136: "udplite"}
ICMP_PREFIX = {"icmp": "--icmp-", "icmpv6": "--icmpv6-"}


@dataclass
class Token:
    """An option as it stands on the line."""
    name: str  # canonical: the first long name; or a command's short one; "" for a plain word
    value: str = None
    words: list = field(default_factory=list)

    @property
    def attached(self):
        """The value is part of the option's word."""
        return self.value is not None and len(self.words) == 1


@dataclass
class Line:
    command: str
    table: str
    tokens: list
    text: str = ""  # what stands on stdin, for -R -
    twisted: str = ""  # what was done to a right line

    @property
    def words(self):
        return [word for token in self.tokens for word in token.words]

    def values(self, *names):
        return [token.value for token in self.tokens if token.name in names]

    def has(self, *names):
        return any(token.name in names for token in self.tokens)

    def attached(self, *names):
        return any(token.name in names and token.attached for token in self.tokens)

    @property
    def mutates(self):
        return self.command in model.MUTATING or self.command == "-R"

    @property
    def listens(self):
        return self.command == "-E"


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    # Whole lines

    def line(self):
        if self.chance(0.03):
            return self.load_line()
        line = self.expect_line() if self.chance(0.07) else self.right_line()
        dice = self.random.random()
        if dice < 0.45:
            return line
        if dice < 0.85:
            return self.twist(line)
        return self.wild_line()

    def right_line(self):
        command = self.random.choices(
            ("-L", "-G", "-D", "-I", "-A", "-U", "-E", "-F", "-C", "-S", "-V", "-h"),
            (26, 12, 14, 9, 7, 14, 8, 2, 2, 1, 0.5, 0.5))[0]
        table, form = self.table_words(command)
        if command in ("-G", "-I", "-A"):
            tokens = self.key_tokens(command) + self.create_tokens(command)
        else:
            tokens = self.filter_tokens(command)
        return Line(command, table, self.arranged(Token(command, None, form), tokens))

    def table_words(self, command):
        """The command and its table, in one of their forms."""
        form = [command] if self.chance(0.6) else [self.pick(model.COMMANDS[command])]
        if command == "-L" and self.chance(0.06):
            table = self.pick(("dying", "unconfirmed"))
            return table, form + [table]
        if command in ("-V", "-h") or self.chance(0.8):
            return "conntrack", form
        return "conntrack", form + [self.pick(("conntrack", "conn", "c", "conntrac"))]

    def arranged(self, command, tokens):
        """In any order, but the protocol's options stay behind -p."""
        free = [token for token in tokens if not self.is_protocol_option(token)]
        bound = [token for token in tokens if self.is_protocol_option(token)]
        self.random.shuffle(free)
        free.insert(self.random.randint(0, len(free)) if self.chance(0.3) else 0, command)
        after = next((n for n, token in enumerate(free) if token.name == "--protonum"), 0)
        for token in bound:
            free.insert(self.random.randint(after + 1, len(free)), token)
            after = free.index(token)
        return free

    @staticmethod
    def is_protocol_option(token):
        return token.name not in model.OPTIONS and token.name not in model.COMMANDS

    # Options

    def value(self, kind, family):
        right = model.VALUES[kind][0]
        value = self.pick(right[family] if isinstance(right, dict) else right)
        if kind == "network" and self.chance(0.2):
            value += "/" + self.pick(model.PREFIXES[family])
        return value

    def token(self, option, value):
        """An option and its value in one of the forms that getopt_long knows."""
        name = option.longs[0]
        if value is None:
            form = option.short if option.short and self.chance(0.6) else self.pick(option.longs)
            return Token(name, None, [form])
        if option.short and (self.chance(0.55) or name == "--id"):  # --id takes none in 1.4.7
            attached = value and not option.optional and self.chance(0.1)
            return Token(name, value,
                         [option.short + value] if attached else [option.short, value])
        long = self.pick(option.longs)
        if not option.optional and self.chance(0.2):
            return Token(name, value, ["%s=%s" % (long, value)])
        return Token(name, value, [long, value])

    def option_token(self, name, family):
        option = model.OPTIONS[name]
        if option.kind is None or option.optional and self.chance(0.4):
            return self.token(option, None)
        return self.token(option, self.value(option.kind, family))

    def protocol_tokens(self, protocol, command, share):
        """-p and some of its options."""
        tokens = [self.token(model.OPTIONS["--protonum"], protocol)]
        own = model.OWN_NAMES.get(protocol, protocol)
        for names, kind, commands in model.PROTOCOL_OPTIONS.get(own, ()):
            if command[1] in commands and self.chance(share):
                tokens.append(self.plain_token(self.pick(names), self.value(kind, 4), names[0]))
        return tokens

    def plain_token(self, option, value, name=None):
        if self.chance(0.15):
            return Token(name or option, value, ["%s=%s" % (option, value)])
        return Token(name or option, value, [option, value])

    def filter_tokens(self, command):
        """Conditions and settings of the commands that walk the table."""
        family = 6 if self.chance(0.3) else 4
        letter = command[1]
        names = [name for name, option in model.OPTIONS.items() if letter in option.commands
                 and name != "--protonum"]
        count = self.random.choices((0, 1, 2, 3, 4), (8, 30, 32, 20, 10))[0]
        tokens = [self.option_token(name, family)
                  for name in self.random.sample(names, min(count, len(names)))]
        if letter in model.OPTIONS["--protonum"].commands and self.chance(0.3):
            protocol = self.pick(model.PROTOCOLS[family])
            tokens += self.protocol_tokens(protocol, command, 0.3)
        if command == "-U" and self.chance(0.6):
            tokens.append(self.option_token(self.pick(("--mark", "--timeout", "--status")), family))
        if command in ("-D", "-F", "-U") and self.chance(0.4):
            tokens.append(self.option_token("--src", family))
        return tokens

    def key_tokens(self, command):
        """The tuple of an entry of the setting, or (mostly for -I) of a new one."""
        entry = self.pick(world.ENTRIES)
        protocol = NAMES[entry["protocol"]]
        parts = entry["parts"]
        if command != "-G" and self.chance(0.75):
            parts = tuple(part + 1 if n == len(parts) - 1 else part
                          for n, part in enumerate(parts))
        options = model.OPTIONS
        pairs = [("--src", entry["src"]), ("--dst", entry["dst"])]
        if self.chance(0.1):
            pairs = [("--reply-src", entry["dst"]), ("--reply-dst", entry["src"])]
        tokens = [self.token(options[name], value) for name, value in pairs]
        tokens.append(self.token(options["--protonum"], protocol))
        return tokens + self.part_tokens(protocol, parts)

    def part_tokens(self, protocol, parts):
        if protocol in ICMP_PREFIX:
            names = [ICMP_PREFIX[protocol] + part for part in ("type", "code", "id")]
        else:
            names = ("--srckey", "--dstkey") if protocol == "gre" else ("--sport", "--dport")
        return [self.plain_token(name, str(part)) for name, part in zip(names, parts)]

    def create_tokens(self, command):
        """What -I and -A need and may have; for -G a few conditions."""
        if command == "-G":
            return [self.option_token(name, 4) for name in ("--output", "--label", "--id")
                    if self.chance(0.15)]
        tokens = [self.option_token("--timeout", 4)]
        for name, share in (("--mark", 0.3), ("--status", 0.4), ("--zone", 0.15),
                            ("--orig-zone", 0.05), ("--label-add", 0.1), ("--src-nat", 0.15),
                            ("--dst-nat", 0.15)):
            if self.chance(share):
                option = model.OPTIONS[name]
                tokens.append(self.token(option, self.value(option.kind, 4)))
        if self.chance(0.3):  # what tcp and sctp need; an error for the others
            tokens.append(self.plain_token("--state", self.pick(model.TCP_STATES)))
        return tokens

    # The table of expectations, files

    def expect_line(self):
        command = self.pick(("-L", "-L", "-G", "-D", "-I", "-F", "-C", "-S", "-E"))
        form = [command, self.pick(("expect", "expect", "e", "exp"))]
        tokens = []
        if command in ("-G", "-D", "-I"):
            source, destination, _, ports = world.EXPECTATION[
                "master" if command == "-I" else "tuple"]
            options = model.OPTIONS
            tokens = [self.token(options["--src"], source),
                      self.token(options["--dst"], destination),
                      self.token(options["--protonum"], "tcp"), *self.part_tokens("tcp", ports)]
        if command == "-I":
            tokens += [self.token(model.OPTIONS[name], value) for name, value in (
                ("--timeout", "100"), ("--tuple-src", "10.0.0.2"), ("--tuple-dst", "10.0.0.1"),
                ("--mask-src", "255.255.255.255"), ("--mask-dst", "255.255.255.255"))]
            tokens += [self.plain_token(name, value) for name, value in (
                ("--tuple-port-src", "0"), ("--tuple-port-dst", "5001"),
                ("--mask-port-src", "0"), ("--mask-port-dst", "65535"))]
        elif command in ("-G", "-D"):
            tokens += [self.plain_token("--reply-port-src", "0"),
                       self.plain_token("--reply-port-dst", "5000")]
        elif command in ("-L", "-E"):
            tokens += [self.option_token(name, 4) for name in ("--output", "--family")
                       if self.chance(0.3)]
        return Line(command, "expect", self.arranged(Token(command, None, form), tokens))

    def load_line(self):
        """-R - with a few lines of the commands that it may hold."""
        lines = []
        while len(lines) < self.random.randint(1, 3):
            line = self.right_line()
            if line.command in ("-I", "-A", "-D", "-U") and not any(
                    word == "" or " " in word for word in line.words):
                lines.append(line)
        tokens = [Token("-R", "-", [self.pick(("-R", "--load-file")), "-"])]
        tokens += [Token(token.name, token.value, []) for line in lines for token in line.tokens]
        text = "".join(" ".join(line.words) + "\n" for line in lines)
        return Line("-R", "conntrack", tokens, self.pick(("", "# a comment\n\n")) + text)

    # Nearly right and wrong

    def twist(self, line):
        """One thing about a right line is changed."""
        twists = (self.drop, self.repeat, self.spoil, self.add_other, self.shorten, self.attach,
                  self.add_word, self.second_command)
        twist = self.pick(twists)
        line.twisted = twist.__name__
        twist(line)
        return line

    def drop(self, line):
        if len(line.tokens) > 1:
            line.tokens.remove(self.pick([t for t in line.tokens if t.name != line.command]
                                         or line.tokens))

    def repeat(self, line):
        token = self.pick(line.tokens)
        line.tokens.append(Token(token.name, token.value, list(token.words)))

    def spoil(self, line):
        """A wrong value for one of the options."""
        named = [token for token in line.tokens if token.value is not None]
        if not named:
            return self.add_word(line)
        token = self.pick(named)
        old = token.value
        token.value = self.pick(model.VALUES[model.kind_of(token.name) or "port"][1])
        last = token.words[-1]
        token.words[-1] = last[:len(last) - len(old)] + token.value if old else token.value
        return None

    def add_other(self, line):
        """An option that the command may not take."""
        name = self.pick(list(model.OPTIONS))
        line.tokens.append(self.option_token(name, self.pick((4, 6))))

    def shorten(self, line):
        """A long name cut, perhaps too short."""
        for token in line.tokens:
            if token.words and token.words[0].startswith("--") and "=" not in token.words[0]:
                keep = self.random.randint(3, len(token.words[0]))
                token.words[0] = token.words[0][:keep]
                return

    def attach(self, line):
        """An argument written into its option's word, optional ones too."""
        for token in line.tokens:
            if token.value and len(token.words) == 2:
                option = token.words[0]
                glue = "=" if option.startswith("--") else ""
                token.words = [option + glue + token.value]
                if self.chance(0.5):
                    return

    def add_word(self, line):
        word = self.pick(model.WRONG_WORDS)
        line.tokens.insert(self.random.randint(0, len(line.tokens)), Token("", None, [word]))

    def second_command(self, line):
        command = self.pick([name for name in model.COMMANDS if name != "-h"])
        line.tokens.append(Token(command, None, [command]))

    def wild_line(self):
        """Any command with any options."""
        command = self.pick([name for name in model.COMMANDS])
        tokens = [Token(command, None, [command])]
        for name in self.random.sample(list(model.OPTIONS), self.random.randint(1, 4)):
            option = model.OPTIONS[name]
            if option.kind and self.chance(0.3):
                tokens.append(self.token(option, self.pick(model.VALUES[option.kind][1])))
            else:
                tokens.append(self.option_token(name, self.pick((4, 6))))
        line = Line(command, "conntrack", tokens, twisted="wild")
        if self.chance(0.2):
            self.add_word(line)
        return line
