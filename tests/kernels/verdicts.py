# SPDX-License-Identifier: MIT
"""What the runners of the tests print, as a verdict for each test; and what is known."""
import fnmatch
import re

CASE = re.compile(r"(ok  |FAIL) \S*?/(cases|reference/cases)/(\S+)\.case: (.*)")
SCENARIO = re.compile(r"(passed|FAILED) (\w+/\w+)(?: \((\d+)\)$|: (.*))")
END_OF_TEST = re.compile(r"skipped in |\d+ passed, \d+ failed$|begin \w+$|end$")


class Verdict:
    """How one test went on one kernel."""

    def __init__(self, good):
        self.good, self.details = good, []


def read(text):
    """{name of a test: its verdict} out of what was printed."""
    verdicts, current = {}, None
    for line in text.splitlines():
        case, scenario = CASE.match(line), SCENARIO.match(line)
        if case:
            prefix = "reference" if case[2] == "reference/cases" else "cases"
            current = verdicts[prefix + "/" + case[3]] = Verdict(case[1] == "ok  ")
        elif scenario and scenario[3] == "0":
            current = None  # all of it was skipped
        elif scenario:
            current = verdicts.setdefault("traffic/" + scenario[2], Verdict(True))
            current.good = current.good and scenario[1] == "passed"
            if scenario[4]:
                current.details.append(scenario[4])
        elif END_OF_TEST.match(line):
            current = None
        elif current and not current.good:
            current.details.append(line)
    return verdicts


def group_of(name):
    return name.rpartition("/")[0]


# ------------------------------------------------------------ known differences

def _version(text):
    return [int(number) for number in re.match(r"\d+(?:\.\d+)*", text)[0].split(".")]


class Known:
    """One line of the table: on which kernels which tests go otherwise, and why."""

    def __init__(self, line):
        condition, self.pattern, self.reason = line.rstrip("\n").split("\t")
        match = re.fullmatch(r"(<|>=)(\d+(?:\.\d+)*)", condition)
        if not match or not self.reason:
            raise ValueError("not 'CONDITION<tab>TEST<tab>REASON': %s" % line)
        self.below, self.bound = match[1] == "<", _version(match[2])

    def holds(self, release, name):
        on_this = (_version(release)[:len(self.bound)] < self.bound) == self.below
        return on_this and fnmatch.fnmatchcase(name, self.pattern)


def read_known(path):
    with open(path, encoding="utf-8") as lines:
        return [Known(line) for line in lines if line.strip() and not line.startswith("#")]


# ----------------------------------------------------------------------- report

class Report:
    """The verdicts of one kernel against what is known of it."""

    def __init__(self, release, verdicts, known):
        self.release, self.groups, self.lines, self.died = release, {}, [], 0
        for name, verdict in sorted(verdicts.items()):
            reasons = [row.reason for row in known if row.holds(release, name)]
            self._count(name, verdict, reasons)

    def _count(self, name, verdict, reasons):
        counts = self.groups.setdefault(group_of(name), {"passed": 0, "failed": 0, "known": 0})
        if verdict.good and not reasons:
            counts["passed"] += 1
        elif not verdict.good and reasons:
            counts["known"] += 1
            self.lines.append("known %s: %s" % (name, reasons[0]))
        else:
            counts["failed"] += 1
            why = verdict.details or ["passed, though it is known to fail here: " + reasons[0]
                                      if reasons else "no reason was told"]
            self.lines += ["FAIL %s" % name] + ["    " + line for line in why]

    def total(self, key):
        return sum(counts[key] for counts in self.groups.values())

    def text(self):
        def words(counts):
            more = ", %d known to differ" % counts["known"] if counts["known"] else ""
            return "%(passed)d passed, %(failed)d failed" % counts + more
        return "\n".join(self.lines + ["%-24s %s" % (name, words(counts))
                                       for name, counts in sorted(self.groups.items())])


def table(reports):
    """Groups by kernels, as Markdown: passed of all, and how many differ for a known reason."""
    def cell(report, name):
        counts = report.groups.get(name)
        if not counts:
            return ""
        text = "%d of %d" % (counts["passed"], sum(counts.values()))
        return text + (", %d differ" % counts["known"] if counts["known"] else "")
    names = sorted({name for report in reports for name in report.groups})
    rows = [["group of tests"] + [report.release for report in reports],
            ["---"] * (len(reports) + 1)]
    rows += [["`%s`" % name] + [cell(report, name) for report in reports] for name in names]
    rows.append(["all"] + ["%d of %d" % (report.total("passed"), sum(
        report.total(key) for key in ("passed", "failed", "known"))) for report in reports])
    return "\n".join("| %s |" % " | ".join(row) for row in rows)
