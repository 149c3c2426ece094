# SPDX-License-Identifier: MIT
"""
-R files of random lines: what becomes of the table, what each line counts and what is
printed is what the lines mean one after the other, however they are carried out together.
"""
import copy
import re

import reading
import table
from netlink import ASSURED, SEEN_REPLY

ENTRIES = 120
LINES = (3, 25)
# Entries that files create: none of them clashes with one that is translated.
NEW_SOURCES = ["172.16.0.%d" % i for i in range(1, 9)]
STATUS = ASSURED | SEEN_REPLY | 0x400  # what lines change of a status


class Line:
    """A line: its words, and what it does to a model of the table."""

    def __init__(self, file_words, do, zone_words):
        self.file_words, self.do = file_words, do
        # The same on the command line, where a whole tuple means all zones.
        self.words = file_words + zone_words

    def text(self):
        return " ".join(self.file_words)


class Refused(Exception):
    """The kernel does not take it, and no line behind it is carried out."""


def delete_line(rng, entries):
    f = (reading.exact_filter(rng, rng.choice(entries)) if rng.random() < 0.4 else
         reading.random_filter(rng, entries, "-D", loading=True))
    f = f.in_a_file()

    def do(model):
        gone = [key for key, entry in model.items() if f.means(entry)]
        for key in gone:
            del model[key]
        return len(gone)
    return Line(["-D", *f.words], do, f.zone_words("-D"))


def update_line(rng, entries, on_command_line):
    f = reading.random_filter(rng, entries, "-U", loading=not on_command_line).in_a_file()
    changes, words = [], []
    if rng.random() < 0.8:
        mark, mask = rng.choice(table.MARKS), rng.choice((None, None, 0xff, 0xffff0000))
        words += ["-m", str(mark) if mask is None else "%d/%d" % (mark, mask)]
        keep = 0 if mask is None else 0xffffffff & ~mask
        changes.append(lambda e: setattr(e, "mark", (e.mark & keep) ^ mark))
    if not changes or rng.random() < 0.3:
        name = rng.choice(("ASSURED", "SEEN_REPLY"))
        words += ["-u", name]
        changes.append(lambda e: setattr(e, "status", e.status | reading.FLAGS[name]))

    def do(model):
        count = 0
        for entry in model.values():
            if f.means(entry):
                before = (entry.mark, entry.status)
                for change in changes:
                    change(entry)
                count += before != (entry.mark, entry.status)
        return count
    return Line(["-U", *f.words, *words], do, f.zone_words("-U"))


def create_line(rng, command):
    source, port, mark = rng.choice(NEW_SOURCES), rng.choice((1, 2)), rng.choice(table.MARKS)
    zone = rng.choice((0, 0, 5))
    words = [command, "-s", source, "-d", "10.0.0.1", "-p", "udp", "--sport", str(port),
             "--dport", "53", "-t", str(table.LASTING), "-m", str(mark)]
    words += ["-w", str(zone)] if zone else []

    def do(model):
        entry = table.Entry(table.UDP, source, "10.0.0.1", (port, 53), "10.0.0.1", source,
                            (53, port), zone, 0, 0, 0, table.LASTING, mark, 0, frozenset(), 0)
        if command == "-I" and entry.key in model:
            raise Refused
        if entry.key in model:
            model[entry.key].mark = mark
        else:
            model[entry.key] = entry
        return 1
    return Line(words, do, [])


def random_line(rng, entries, on_command_line=False):
    way = rng.random()
    if way < 0.45:
        return delete_line(rng, entries)
    if way < 0.7:
        return update_line(rng, entries, on_command_line)
    return create_line(rng, "-A" if way < 0.9 else "-I")


def random_lines(rng, entries, on_command_line=False):
    """Alternating kinds now and then, and runs of one kind, which is what is merged."""
    lines = []
    while len(lines) < rng.randint(*LINES):
        line = random_line(rng, entries, on_command_line)
        lines.append(line)
        while rng.random() < 0.6:
            again = random_line(rng, entries, on_command_line)
            if again.words[0] == line.words[0]:
                lines.append(again)
    return lines


def play(lines, before):
    """The lines one by one: the table that is left, their counts, whether one was refused."""
    model = {entry.key: copy.copy(entry) for entry in before}
    counts = []
    for line in lines:
        try:
            counts.append(line.do(model))
        except Refused:
            return model, counts, True
    return model, counts, False


def facts(entries):
    return {key: (entry.mark, entry.status & STATUS) for key, entry in entries.items()}


def differences(want, got):
    return "\n".join("%s: %s, should be %s" % (key, got.get(key), want.get(key))
                     for key in set(want) | set(got) if want.get(key) != got.get(key))


def explained(done, name):
    """Line: count, of what --explain says."""
    found = re.findall(r"^explain: %s:(\d+): (\d+) (?:updated|deleted)$" % name, done.err, re.M)
    return {int(line): int(count) for line, count in found}


def load_once(ground, wanted):
    before = ground.table.read()
    lines = random_lines(ground.rng, before)
    name = "lines"
    ground.file(name, "".join(line.text() + "\n" for line in lines))
    model, counts, refused = play(lines, before)
    version = ground.rng.choice(ground.versions())
    done = ground.run(["-R", name, "--explain"], version)
    shown = "\n".join("%d: %s" % (i + 1, line.text()) for i, line in enumerate(lines))
    ground.check(done.code == (1 if refused else 0), "-R on kernel %s: exit code" % version,
                 done, shown)
    wrong = differences(facts(model), facts(ground.table.by_key()))
    ground.check(not wrong, "-R on kernel %s: the table is another one" % version, wrong, shown)
    want = {i + 1: count for i, count in enumerate(counts) if lines[i].words[0] in ("-D", "-U")}
    ground.check(explained(done, name) == want, "-R on kernel %s: counts of lines" % version,
                 "should be %s" % want, done, shown)
    ground.check(len(done.lines) == sum(want.values()), "-R: so many entries are not printed",
                 done, shown)
    restore(ground, wanted)


def restore(ground, wanted):
    ground.table.flush()
    ground.table.fill(wanted)


def run(ground):
    wanted = ground.random_table(ENTRIES)
    while ground.time_left():
        load_once(ground, wanted)


def run_lines(ground):
    """The same lines in a file and as command lines, one after the other."""
    wanted = ground.random_table(ENTRIES)
    while ground.time_left():
        restore(ground, wanted)
        # An id is another one when the table is made again.
        before = ground.table.read()
        lines = [line for line in random_lines(ground.rng, before, True)
                 if "-i" not in line.words][:8]
        ground.file("lines", "".join(line.text() + "\n" for line in lines))
        done = ground.run(["-R", "lines", "--explain"])
        together, counts = facts(ground.table.by_key()), explained(done, "lines")
        restore(ground, wanted)
        code = 0
        for number, line in enumerate(lines, 1):
            one = ground.run(line.words)
            if line.words[0] in ("-D", "-U"):
                count = int(re.search(r"(\d+) flow entries have been", one.err)[1])
                ground.check(counts.get(number) == count, "a line counts otherwise in a file",
                             one, done)
            elif one.code:
                code = 1
                break
        shown = "\n".join(line.text() for line in lines)
        ground.check(done.code == code, "-R ends otherwise than the lines", done, shown)
        wrong = differences(facts(ground.table.by_key()), together)
        ground.check(not wrong, "-R leaves another table than the lines", wrong, shown)


def run_refusals(ground):
    """A line that is refused, at each place of a file: what is before it is done, no more."""
    tcp = {"protocol": table.TCP, "src": "10.0.0.1", "dst": "10.0.0.2", "parts": (1, 80),
           "state": 3, "status": ASSURED | SEEN_REPLY, "timeout": table.LASTING, "mark": 1}
    fixed = {"protocol": table.UDP, "src": "10.0.0.3", "dst": "10.0.0.4", "parts": (1, 53),
             "status": 0x400, "timeout": table.LASTING, "mark": 1}
    creates = ["-I -s 172.16.0.%d -d 10.0.0.1 -p udp --sport 1 --dport 53 -t 600" % i
               for i in range(1, 7)]
    for place in range(6):
        restore(ground, [tcp])
        bad = "-I -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1 --dport 80 -t 9 --state CLOSE"
        lines = creates[:place] + [bad] + creates[place:]
        ground.file("creates", "\n".join(lines) + "\n")
        done = ground.run(["-R", "creates"])
        made = sorted(e.src for e in ground.table.read() if e.src.startswith("172"))
        ground.check(done.code == 1 and "creates:%d:" % (place + 1) in done.err and
                     made == ["172.16.0.%d" % i for i in range(1, place + 1)],
                     "-I refused in line %d" % (place + 1), done, made)
        strict = ground.run(["-R", "creates", "--strict"])
        ground.check(strict.code == 1, "--strict: the first line is refused", strict)
    # One entry of two refuses its time limit; the mark of the line behind is not set then.
    for versions in ground.versions():
        restore(ground, [tcp, fixed])
        ground.file("updates", "-U -m 2\n-U -p udp -t 7777\n-U -m 3\n-D -p tcp\n")
        done = ground.run(["-R", "updates", "--strict"], versions)
        entries = {e.protocol: e for e in ground.table.read()}
        ground.check(done.code == 3 and "updates:2:" in done.err and len(entries) == 2,
                     "-U refused in a walk for several lines", done)
        told = re.search(r"updates:3: (\d+) entries were updated before line 2", done.err)
        ahead = sum(e.mark == 3 for e in entries.values())
        ground.check(ahead == (int(told[1]) if told else 0) and
                     all(e.mark in (2, 3) for e in entries.values()),
                     "what was done behind a refused line is not told", done, entries)
        done = ground.run(["-R", "updates"], versions)
        ground.check(done.code == 1, "without --strict it is 1", done)
    # Ten lines that hit one entry: it is deleted and counted once.
    restore(ground, [tcp])
    exact = "-D -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1 --dport 80\n"
    for text in (exact * 10, "-D -p tcp\n" + exact * 9):
        ground.table.fill([tcp])
        ground.file("same", text)
        done = ground.run(["-R", "same", "--explain"])
        counts = explained(done, "same")
        ground.check(done.code == 0 and len(done.lines) == 1 and counts[1] == 1 and
                     sum(counts.values()) == 1, "one entry, several lines", done)
