# SPDX-License-Identifier: MIT
"""What the tests of this folder stand on: a namespace, the programs, counts of what passed."""
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback

import house as home
import reading
import table

# Kernels that the old program plays, newest last: what each ignores differs.
VERSIONS = ("3.16", "4.19", "5.4", "5.10", "5.15", "6.8", "6.12")
PATIENCE = 60  # seconds that one command may take


class Done(home.Result):
    """How a command ended."""

    def __init__(self, words, process, out, err, peak):
        super().__init__(process.returncode, out, err)
        self.words, self.peak = words, peak  # KiB of memory

    @property
    def idents(self):
        """Of -o id."""
        return [int(re.findall(r"\bid=(\d+)", line)[-1]) for line in self.lines]

    def __str__(self):
        return "%s\nexit %s\n%s%s" % (" ".join(self.words), self.code, self.out[-2000:],
                                      self.err[-2000:])


def memory(process):
    """
    The most that it had so far, in KiB. (What wait4(2) tells counts us, too, who were the
    process before it became the program.)
    """
    try:
        with open("/proc/%d/status" % process, encoding="ascii") as file:
            return int(re.search(r"^VmHWM:\s+(\d+)", file.read(), re.M)[1])
    except (OSError, TypeError):
        return 0  # it is ending


class Ground:
    """One namespace, and in it random tables and the programs under test."""

    def __init__(self, options, name, seconds):
        self.options, self.name = options, name
        self.rng = random.Random("%s %s" % (options.seed, name))
        self.end = time.monotonic() + seconds
        self.passed = self.failed = 0
        self.folder = tempfile.mkdtemp(prefix="bulk-")
        self.table = None
        self.label_list = None
        self.random_filter = reading.random_filter

    def enter(self):
        before = os.readlink("/proc/self/ns/net")
        home.unshare(home.CLONE_NEWNET | home.CLONE_NEWNS)
        home.mount("none", "/", None, home.MS_REC | home.MS_PRIVATE)
        if os.readlink("/proc/self/ns/net") == before:
            sys.exit("bulk: still in the first network namespace")
        self.table = table.Table()
        self.label_list = os.path.join(self.folder, "labels")
        with open(self.label_list, "w", encoding="ascii") as file:
            file.write(table.LABEL_LIST)
        rules = subprocess.run(["nft", table.RULES], capture_output=True, check=False)
        if rules.returncode:
            self.label_list = None

    def time_left(self):
        return time.monotonic() < self.end

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def run(self, words, version=None):
        """The program, or with a version the one that plays an old kernel."""
        program = self.options.old if version else self.options.conntrack
        env = dict(home.environment(), CONNTRACK_OLD=version or "")
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=err, env=env, cwd=self.folder)
            deadline = time.monotonic() + PATIENCE
            peak = 0
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                if time.monotonic() > deadline:
                    process.kill()
                time.sleep(0.002)
            out.seek(0)
            err.seek(0)
            return Done([program, *words], process, out.read(), err.read(), peak)

    def versions(self):
        """None for the kernel that runs, and an old one by chance."""
        return [None] + ([self.rng.choice(VERSIONS)] if self.options.old else [])

    def random_table(self, count):
        """So many random entries that can be together, in the table; what was asked for."""
        wanted = [table.random_entry(self.rng) for _ in range(count)]
        self.table.fill(wanted)
        return wanted

    def check(self, holds, what, *shown):
        if holds:
            self.passed += 1
            return True
        self.failed += 1
        print("FAIL %s (seed %s): %s" % (self.name, self.options.seed, what))
        for text in shown:
            print("    " + str(text).replace("\n", "\n    "))
        return False

    def crash(self):
        self.failed += 1
        print("FAIL %s (seed %s)" % (self.name, self.options.seed))
        traceback.print_exc(file=sys.stdout)
