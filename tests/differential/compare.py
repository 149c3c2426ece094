# SPDX-License-Identifier: MIT
"""What two programs said and did, without what has to differ."""
import re

TIME_SLACK = 3  # seconds between the two runs of a line
MASKS = (
    (r"\[[0-9]+\.[0-9 ]{6}\]\t", "[{when}]\t"),
    (r"<when>.*?</when>", "<when>"),
    (r" ?\[USERSPACE\] portid=[0-9]+( progname=\S+)?", " {user}"),
    (r"\b(?<!code=)use=[0-9]+", "use={n}"),
    (r"<use>[0-9]+</use>", "<use>"),
    (r"<id>[0-9]+</id>(?=<(assured|unreplied|timestamp|/meta))", "<id>"),
    (r"(?<! code=. )(?<! code=.. )(?<! code=... )\bid=[0-9]+", "id={n}"),
    (r"conntrack v[0-9.]+ \([^)]*\)", "conntrack v{n}"),
)
TIMES = (
    re.compile(r"^((?:\[\{when\}\]\t)?(?: *\[[A-Z]+\] )?(?:ipv[46] +[0-9]+ )?\S+ +[0-9]+ )"
               r"([0-9]+)(?= )"),
    re.compile(r"(<timeout>)([0-9]+)"),
    re.compile(r"( -t |^)([0-9]+)(?= )"),
)
SUMMARY = re.compile(r"(?:[0-9]+ [a-z ]+ have been [a-z]+|[a-z ]+ table has been emptied)\.$", re.M)


def masked(line):
    """(the line without what differs, the seconds it tells)."""
    for pattern, word in MASKS:
        line = re.sub(pattern, word, line)
    for pattern in TIMES:
        match = pattern.search(line)
        if match:
            return line[:match.start(2)] + "{time}" + line[match.end(2):], int(match[2])
    return line, 0


def normal_output(line, out):
    """stdout as a list that compares: in order for events, sorted for lists."""
    if line.command == "-h" or line.has("-h"):
        return [("help" if out else "nothing", 0)]
    if line.command == "-S":
        out = re.sub(r"=[0-9]+", "=N", out)
    lines = [masked(text) for text in out.splitlines()]
    return lines if line.listens else sorted(lines)


def same_lines(line, left, right):
    """Events come in the same order, entries of a list in any."""
    if line.listens:
        return len(left) == len(right) and all(
            a[0] == b[0] and abs(a[1] - b[1]) <= TIME_SLACK for a, b in zip(left, right))
    return len(left) == len(right) and not left_over(left, right)


def same_table(left, right):
    """Two dumps of twin.Twin: facts equal, seconds nearly so."""
    def same(one, other):
        return one[:-1] == other[:-1] and all(
            abs(a - b) <= TIME_SLACK for a, b in zip(one[-1], other[-1]))
    return all(len(a) == len(b) and all(map(same, a, b)) for a, b in zip(left, right))


def table_difference(left, right):
    """What became of the table, as lines for a person."""
    shown = []
    for side, one, other in (("peer", left, right), ("ours", right, left)):
        plain = [record[:-1] for table in other for record in table]
        shown += _short("table of %s only: " % side, [
            " ".join("%s=%s" % tuple(pair) for pair in record[:-1])
            for table in one for record in table if record[:-1] not in plain], most=2)
    return shown or ["the tables differ in time limits"]


class Outcome:
    """How both programs ended on one line."""

    def __init__(self, line, peer, ours, peer_table=None, our_table=None):
        self.line = line
        self.peer_code, self.peer_out, self.peer_err = peer
        self.code, self.out, self.err = ours
        self.peer_table, self.table = peer_table, our_table

    @property
    def same_out(self):
        return same_lines(self.line, normal_output(self.line, self.peer_out),
                          normal_output(self.line, self.out))

    @property
    def peer_extra(self):
        """Lines that only the peer prints."""
        return left_over(normal_output(self.line, self.peer_out),
                         normal_output(self.line, self.out))

    @property
    def our_extra(self):
        """Lines that only ours prints."""
        return left_over(normal_output(self.line, self.out),
                         normal_output(self.line, self.peer_out))

    @property
    def same_code(self):
        return self.peer_code == self.code

    @property
    def same_summary(self):
        return SUMMARY.findall(self.peer_err) == SUMMARY.findall(self.err)

    @property
    def same_state(self):
        return self.peer_table is None or same_table(self.peer_table, self.table)

    @property
    def same(self):
        return self.same_out and self.same_code and self.same_summary and self.same_state

    def faults(self):
        """What ours must never do, whatever the peer does."""
        if self.code not in (0, 1, 2):
            yield "ends with %s" % self.code
        if self.code == 2 and self.out:
            yield "prints entries although the line is bad"
        if self.code != 0 and not self.err:
            yield "fails without a word"
        if re.search(r"Sanitizer|runtime error", self.err):
            yield "a sanitizer spoke"

    def shown(self):
        """Both sides for a person."""
        text = ["exit: peer %s, ours %s" % (self.peer_code, self.code)]
        if self.line.text:
            text += ["stdin: " + line for line in self.line.text.splitlines()]
        peer = normal_output(self.line, self.peer_out)
        ours = normal_output(self.line, self.out)
        text += _short("peer only: ", left_over(peer, ours))
        text += _short("ours only: ", left_over(ours, peer))
        text += _short("peer says: ", self.peer_err.splitlines())
        text += _short("ours says: ", self.err.splitlines())
        if not self.same_state:
            text += table_difference(self.peer_table, self.table)
        return "\n".join(text) + "\n"


def left_over(lines, others):
    """The lines that the others do not have, as text."""
    others, left = list(others), []
    for text, seconds in lines:
        twin = next((pair for pair in others if pair[0] == text
                     and abs(pair[1] - seconds) <= TIME_SLACK), None)
        if twin:
            others.remove(twin)
        else:
            left.append(text.replace("{time}", str(seconds)))
    return left


def _short(head, lines, most=4):
    more = ["%s(%d more)" % (head, len(lines) - most)] if len(lines) > most else []
    return [head + line for line in lines[:most]] + more
