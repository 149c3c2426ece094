# SPDX-License-Identifier: MIT
"""Limits, signals at every moment, rotation."""
import glob
import os
import random
import re
import resource
import signal
import time
import xml.etree.ElementTree as etree

import stream


def stop_after(house):
    stream.outward(house)
    watcher = stream.Watcher(house, "-e", "NEW", "--stop-after", "5")
    stream.Sender().send(0, 100)
    result = watcher.ended()
    house.equal("end", (result.code, len(result.lines), stream.summary(result)), (0, 5, 5))
    # Only events that are shown count.
    watcher = stream.Watcher(house, "-e", "NEW", "-p", "udp", "--dport", "2000",
                             "--stop-after", "1")
    stream.Sender().send(0, 1200)
    result = watcher.ended()
    house.equal("matched", (result.code, len(result.lines)), (0, 1))
    # In the middle of a snapshot, with the foot of the format.
    result = house.conntrack("-E", "--snapshot", "--stop-after", "3", "-o", "xml")
    house.equal("xml", (result.code, len(result.lines), result.lines[-1]), (0, 6, "</conntrack>"))


def duration(house):
    stream.outward(house)
    begin = time.monotonic()
    watcher = stream.Watcher(house, "-e", "NEW", "--duration", "400ms")
    stream.Sender().send(0, 10)
    result = watcher.ended()
    spent = time.monotonic() - begin
    house.equal("end", (result.code, len(result.lines)), (0, 10))
    house.true("time", 0.35 < spent < 2, "%.3f s" % spent)


def signals_at_any_moment(house):
    """Whenever a signal comes: whole lines, a right count, exit 0."""
    stream.outward(house)
    house.kernel("netfilter.nf_conntrack_udp_timeout", 1)
    chance = random.Random(3)
    child = os.fork()
    if child == 0:
        sender = stream.Sender()
        while True:
            sender.send(chance.randrange(500000), 2000)
    try:
        for number in range(30):
            words = [["-o", "id"], ["-o", "json"], ["-o", "xml"], ["--snapshot"],
                     ["--snapshot", "--resync", "-b", "20000"]][number % 5]
            watcher = stream.Watcher(house, *words)
            time.sleep(chance.random() * 0.15)
            result = watcher.end(chance.choice([signal.SIGINT, signal.SIGTERM]))
            extra = 3 if "xml" in words and result.out else 0
            house.equal("exit %s" % words, result.code, 0)
            house.equal("the summary", stream.summary(result), len(result.lines) - extra)
            house.true("a whole line", not result.out or result.out.endswith("\n"))
            if extra:
                etree.fromstring(result.out)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def two_signals_at_once(house):
    """As when each process of a group gets one, and the group: one wish, and a good end."""
    stream.outward(house)
    for words in (["-o", "id"], ["--group-by", "dst"]):
        watcher = stream.Watcher(house, "-e", "NEW", *words)
        stream.Sender().send(0, 500)
        watcher.poke(signal.SIGSTOP)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            watcher.poke(number)
        result = watcher.ended()
        house.equal("exit %s" % words, (result.code, stream.summary(result)), (0, 500))


def queued_events_are_shown(house):
    """What the kernel has queued when the signal comes is shown."""
    stream.outward(house)
    watcher = stream.Watcher(house, "-e", "NEW")
    watcher.poke(signal.SIGSTOP)
    stream.Sender().send(0, 5000)
    watcher.poke(signal.SIGTERM)
    watcher.poke(signal.SIGCONT)
    result = watcher.ended()
    house.equal("lines", (result.code, len(result.lines)), (0, 5000))


def hangup_ends(house):
    """Without an output file SIGHUP does what it always did."""
    result = stream.Watcher(house).end(signal.SIGHUP)
    house.equal("signal", result.code, -signal.SIGHUP)


def rotation(house):
    """No line is lost or torn, whenever the file is moved."""
    stream.outward(house)
    path = os.path.join(house.folder, "events")
    for form, foot in (([], 0), (["-o", "xml"], 3)):
        watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path, *form)
        sender = stream.Sender()
        for number in range(10):
            sender.send(number * 1000, 1000)
            os.rename(path, "%s.%d" % (path, number))
            watcher.poke(signal.SIGHUP)
            watcher.wait(lambda: os.path.exists(path), "open its file again")
        watcher.settle()
        result = watcher.end()
        house.equal("exit", (result.code, result.out), (0, ""))
        lines = 0
        files = glob.glob(path + "*")
        for name in files:
            with open(name) as file:
                text = file.read()
            house.true("whole lines", not text or text.endswith("\n"))
            lines += max(text.count("\n") - foot, 0)
            if foot and text:
                etree.fromstring(text)
            os.unlink(name)
        house.equal("files", len(files), 11)
        house.equal("lines", (lines, stream.summary(result)), (10000, 10000))


def rotation_of_others(house):
    """In a folder and to a file of somebody else, as logrotate makes them."""
    stream.outward(house)
    folder = os.path.join(house.folder, "theirs")
    path = os.path.join(folder, "events")
    os.mkdir(folder, 0o755)
    os.chown(folder, 65534, 65534)
    watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path)
    sender = stream.Sender()
    for number in range(2):
        sender.send(number * 10, 10)
        watcher.settle()
        os.rename(path, "%s.%d" % (path, number))
        if number:
            os.close(os.open(path, os.O_CREAT, 0o640))
            os.chown(path, 65534, 65534)
        watcher.poke(signal.SIGHUP)
        watcher.wait(lambda: watcher.has_open(path), "open its file again")
    sender.send(20, 10)
    watcher.settle()
    result = watcher.end()
    house.equal("exit", result.code, 0)
    for name in ("events.0", "events.1", "events"):
        with open(os.path.join(folder, name)) as file:
            house.equal(name, file.read().count("\n"), 10)


def file_size_limit(house):
    """As a full disk: not killed, no torn line."""
    stream.outward(house)
    path = os.path.join(house.folder, "events")
    resource.prlimit(0, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path)
    resource.prlimit(0, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    stream.Sender().send(0, 100)
    result = watcher.ended()
    house.true("why", result.code == 1 and "File too large" in result.err, result)
    house.true("what is missing is told", re.search(r"\d+ bytes could not be written", result.err),
               result.err)
    house.equal("nothing else is shown", stream.summary(result), -1)
    with open(path) as file:
        house.true("a whole line", file.read().endswith("\n"))


def rotation_fails(house):
    """The old file goes on when the new one cannot be had."""
    stream.outward(house)
    folder = os.path.join(house.folder, "log")
    os.mkdir(folder)
    path = os.path.join(folder, "events")
    watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path)
    os.rename(folder, folder + ".moved")
    stream.Sender().send(0, 10)
    watcher.settle()
    watcher.poke(signal.SIGHUP)
    watcher.wait(lambda: "cannot be opened again" in watcher.words(), "say that it cannot")
    stream.Sender().send(100, 10)
    watcher.settle()
    result = watcher.end()
    with open(folder + ".moved/events") as file:
        house.equal("lines", (result.code, file.read().count("\n")), (1, 20))


def counters_of_events(house):
    """Counting is on, but only an end carries what was counted: that is said."""
    stream.outward(house)
    house.kernel("netfilter.nf_conntrack_acct", 1)
    for kind, said in (("NEW", True), ("DESTROY", False)):
        watcher = stream.Watcher(house, "-e", kind, "--group-by", "dst", "--sum", "bytes")
        stream.Sender().send(0, 3)
        house.must(house.program, "-F")
        watcher.settle()
        result = watcher.end()
        house.equal(kind, "of 3 events 3 have no bytes" in result.err, said)
        house.equal("where they are", "only DESTROY carries" in result.err, said)
        house.equal("no advice for entries", "new entries" in result.err, False)


def torn_line(house):
    """What an earlier run could not finish is a line of its own."""
    stream.outward(house)
    path = os.path.join(house.folder, "torn")
    for before, lines in (("half a line", ["half a line"]), ("a line\n", ["a line"]), ("", [])):
        with open(path, "w") as file:
            file.write(before)
        watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path, "--stop-after", "1")
        stream.Sender().send(0, 1)
        house.equal("exit", watcher.ended().code, 0)
        with open(path) as file:
            found = file.read().splitlines()
        house.equal("old lines", found[:-1], lines)
        house.true("the new one", found[-1].startswith("    [NEW] udp"), found)
        house.must(house.program, "-F")


def pipe_without_reader(house):
    path = os.path.join(house.folder, "unread")
    os.mkfifo(path)
    result = house.conntrack("-E", "--output-file", path)
    house.equal("exit", (result.code, result.out), (1, ""))
    house.true("why", "--output-file: cannot open '%s': nobody reads this pipe" % path
               in result.err, result.err)


def no_such_folder(house):
    result = house.conntrack("-E", "--output-file", house.folder + "/none/events")
    house.equal("exit", (result.code, result.out), (1, ""))
    house.true("why", "No such file or directory" in result.err, result.err)


SCENARIOS = [stop_after, duration, signals_at_any_moment, two_signals_at_once,
             queued_events_are_shown, hangup_ends, rotation, rotation_of_others, file_size_limit,
             rotation_fails, counters_of_events, torn_line, pipe_without_reader, no_such_folder]
