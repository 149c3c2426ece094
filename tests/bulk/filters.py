# SPDX-License-Identifier: MIT
"""
The entries that -L, -D, -U and -F touch are those that a plain reading of the filter
means, whether the kernel filters or an old one ignores what it is asked.
"""
ENTRIES = 120
NEW_MARK = 0x51


def show(entries):
    return "\n".join(str(entry) for entry in entries) or "none"


class Trial:
    """One random filter over the table as it is now."""

    def __init__(self, ground, command):
        self.ground, self.command = ground, command
        self.before = ground.table.read()
        self.filter = ground.random_filter(ground.rng, self.before, command,
                                           ground.label_list)
        self.meant = [e for e in self.before if self.filter.means(e)]

    def run(self, version, *more):
        words = [self.command, *self.filter.words, *more]
        done = self.ground.run(words, version)
        self.ground.check(done.code in (0, 1), "ends with %s" % done.code, done, version)
        return done

    def shown(self, done, entries, version):
        """The lines are these entries, each once, and so is the count."""
        want, got = sorted(e.ident for e in entries), sorted(done.idents)
        self.ground.check(got == want, "on kernel %s: shows %d entries, means %d" %
                          (version, len(got), len(want)), done, show(self.before))
        self.ground.check(": %d flow entries have been " % len(want) in done.err,
                          "on kernel %s: the count is not %d" % (version, len(want)), done)

    def left(self, entries, what, version):
        now = self.ground.table.by_key()
        want = {entry.key for entry in entries}
        missing, more = want - set(now), set(now) - want
        self.ground.check(not missing and not more, "%s on kernel %s: wrong entries are left" %
                          (what, version), " ".join([self.command, *self.filter.words]),
                          "missing: %s" % missing, "not touched: %s" % more)
        return now


def list_once(ground):
    trial = Trial(ground, "-L")
    for version in ground.versions():
        trial.shown(trial.run(version, "-o", "id"), trial.meant, version)


def delete_once(ground, version):
    trial = Trial(ground, "-D")
    done = trial.run(version, "-o", "id")
    trial.shown(done, trial.meant, version)
    ground.check(done.code == (0 if trial.meant else 1), "-D: exit code", done)
    trial.left([e for e in trial.before if not trial.filter.means(e)], "-D", version)


def flush_once(ground, version):
    trial = Trial(ground, "-F")
    done = trial.run(version)
    ground.check(done.code == 0 and not done.out, "-F: exit code and silence", done)
    trial.left([e for e in trial.before if not trial.filter.means(e)], "-F", version)


def update_once(ground, version):
    trial = Trial(ground, "-U")
    mark = ground.rng.choice((NEW_MARK, 5))
    changed = [e for e in trial.meant if e.mark != mark]
    done = trial.run(version, "-m", str(mark), "-o", "id",
                     *(["--verify"] if ground.rng.random() < 0.3 else []))
    trial.shown(done, changed, version)
    now = trial.left(trial.before, "-U", version)
    wrong = [e for e in trial.before
             if now[e.key].mark != (mark if trial.filter.means(e) else e.mark)]
    ground.check(not wrong, "-U on kernel %s: wrong marks" % version, done, show(wrong))


def dry_once(ground, version):
    """--dry-run shows what would be deleted, and deletes nothing; --max refuses one too many."""
    trial = Trial(ground, "-D")
    done = trial.run(version, "-o", "id", "--dry-run")
    got = sorted(done.idents)
    ground.check(got == sorted(e.ident for e in trial.meant), "--dry-run shows others", done)
    if trial.meant:
        done = trial.run(version, "--max", str(len(trial.meant) - 1))
        ground.check(done.code == 1 and not done.out, "--max does not refuse", done)
    trial.left(trial.before, "--dry-run, --max", version)


def run(ground, also=None):
    """also(ground): one more test that changes nothing."""
    wanted = ground.random_table(ENTRIES)
    destroying = (delete_once, flush_once, flush_once, update_once, dry_once)
    while ground.time_left():
        list_once(ground)
        if also is not None:
            also(ground)
        version = ground.rng.choice(ground.versions())
        ground.rng.choice(destroying)(ground, version)
        ground.table.fill(wanted)
