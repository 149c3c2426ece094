# SPDX-License-Identifier: MIT
"""Readers that are slow, stop for seconds, or go away; disks that are full."""
import fcntl
import json
import os
import re
import select
import signal
import socket
import subprocess
import time

import house as world
import stream

F_SETPIPE_SZ = 1031


def read_all(descriptor):
    parts = []
    while True:
        part = os.read(descriptor, 1 << 16)
        if not part:
            return b"".join(parts).decode()
        parts.append(part)


def into_pipe(house, *words):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    watcher = stream.Watcher(house, *words, out=writer)
    os.close(writer)
    return watcher, reader


def stalled_pipe(house):
    """A reader that stops for two seconds: all that came meanwhile waits for it."""
    stream.outward(house)
    watcher, reader = into_pipe(house, "-e", "NEW", "--queue", "8M")
    stream.Sender().send(0, 30000)
    watcher.settle()                    # the kernel's queue is empty, so ours holds it
    house.true("the pipe is full", select.select([reader], [], [], 0)[0])
    time.sleep(2)
    house.equal("it sleeps", watcher.asleep(), True)
    watcher.poke(signal.SIGTERM)
    text = read_all(reader)
    result = watcher.ended()
    house.equal("exit", result.code, 0)
    house.equal("lines", text.count("\n"), 30000)
    house.equal("the summary", stream.summary(result), 30000)
    house.equal("nothing lost", stream.lost(result), (0, 0))


def stalled_socket(house):
    stream.outward(house)
    ours, theirs = socket.socketpair()
    watcher = stream.Watcher(house, "-e", "NEW", out=theirs)
    theirs.close()
    stream.Sender().send(0, 20000)
    watcher.settle()
    watcher.poke(signal.SIGTERM)
    text = read_all(ours.fileno())
    house.equal("exit", watcher.ended().code, 0)
    house.equal("lines", text.count("\n"), 20000)


def full_queue(house):
    """When our queue is full too, what is lost is counted to the event."""
    stream.outward(house)
    watcher, reader = into_pipe(house, "-e", "NEW", "-b", "20000", "--queue", "0")
    stream.Sender().send(0, 30000)
    time.sleep(0.3)
    house.true("it waits for its reader", watcher.asleep())
    watcher.poke(signal.SIGTERM)
    text = read_all(reader)
    result = watcher.ended()
    events, overruns = stream.lost(result)
    house.equal("exit", result.code, 0)
    house.true("lost", overruns > 0, result.err)
    house.equal("shown and lost", text.count("\n") + events, 30000)


def enough_for_a_slow_reader(house):
    """--stop-after: what was shown is written however long it takes, and no more is shown."""
    stream.outward(house)
    for words, record, foot in (([], "[NEW]", ""), (["-o", "xml"], "<flow ", "</conntrack>\n")):
        watcher, reader = into_pipe(house, "-e", "NEW", "--stop-after", "1500", *words)
        stream.Sender().send(0, 4000)
        time.sleep(0.5)
        text = read_all(reader)
        os.close(reader)
        result = watcher.ended()
        house.equal("exit", (result.code, stream.summary(result)), (0, 1500))
        house.equal("records", text.count(record), 1500)
        house.true("the foot", text.endswith(foot), text[-80:])
        house.must(house.program, "-F")


def summary_for_a_stalled_reader(house):
    """--group-by: its end is written at one go; while that waits a signal is an end at once."""
    stream.outward(house)
    for inherited in (signal.SIG_DFL, signal.SIG_IGN):
        signal.signal(signal.SIGINT, inherited)
        watcher, reader = into_pipe(house, "-e", "NEW", "--group-by", "dport", "--queue", "0")
        stream.Sender().send(0, 30000)
        watcher.settle()
        watcher.poke(signal.SIGINT)
        house.true("it writes", select.select([reader], [], [], 10)[0])
        time.sleep(0.3)
        house.equal("and waits", watcher.process.poll(), None)
        result = watcher.end(signal.SIGINT)
        house.equal("ended by the signal", result.code, -signal.SIGINT)
        os.close(reader)
        house.must(house.program, "-F")


def _ends_at_the_second(house, watcher, reader):
    watcher.poke(signal.SIGTERM)
    time.sleep(0.3)
    house.equal("it waits", watcher.process.poll(), None)
    watcher.poke(signal.SIGTERM)
    result = watcher.ended()
    house.equal("exit", result.code, 1)
    house.true("what was not written is told", "bytes were not taken" in result.err, result.err)
    house.true("no other reason is", "failed" not in result.err, result.err)
    os.close(reader)
    return result


def second_signal(house):
    """A reader that never reads again does not hold it: the second signal ends it."""
    stream.outward(house)
    watcher, reader = into_pipe(house, "-e", "NEW")
    stream.Sender().send(0, 10000)
    watcher.settle()
    _ends_at_the_second(house, watcher, reader)


def second_signal_of_a_full_queue(house):
    """Nor does one whose queue is full, so that the kernel's fills."""
    stream.outward(house)
    watcher, reader = into_pipe(house, "-e", "NEW", "--queue", "0")
    stream.Sender().send(0, 10000)
    watcher.wait(lambda: any(row[4] != "0" for row in watcher.sockets()), "be full")
    time.sleep(0.3)
    result = _ends_at_the_second(house, watcher, reader)
    left = re.search(r"(\d+) more events had come and are not shown", result.err)
    house.true("what was not read is told", left, result.err)
    house.equal("all", stream.summary(result) + int(left.group(1)) + stream.lost(result)[0], 10000)


def reader_goes_away(house):
    """In silence, also when there is nothing to write."""
    stream.outward(house)
    watcher, reader = into_pipe(house)
    os.close(reader)
    result = watcher.ended()
    house.equal("idle", (result.code, result.err), (-signal.SIGPIPE, ""))
    ours, theirs = socket.socketpair()
    watcher = stream.Watcher(house, out=theirs)
    theirs.close()
    ours.close()
    result = watcher.ended()
    house.equal("idle, of a socket", (result.code, result.err), (-signal.SIGPIPE, ""))
    watcher, reader = into_pipe(house, "-e", "NEW")
    stream.Sender().send(0, 5000)
    watcher.settle()
    os.close(reader)
    result = watcher.ended()
    house.equal("busy", (result.code, result.err), (-signal.SIGPIPE, ""))


def named_reader_goes_away(house):
    """With SIGPIPE ignored it is an error, which names the pipe, written or not."""
    stream.outward(house)
    path = os.path.join(house.folder, "pipe")
    os.mkfifo(path)
    for events in (0, 5000):
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path, pipes_end_it=False)
        if events:
            stream.Sender().send(0, events)
            watcher.settle()
        os.close(reader)
        result = watcher.ended()
        house.equal("exit", result.code, 1)
        house.true("the pipe", path + ": Broken pipe" in result.err, result.err)


def reader_waits_for_one(house):
    """One event is there at once, in a pipe too."""
    stream.outward(house)
    watcher, reader = into_pipe(house, "-e", "NEW")
    sender = stream.Sender()
    for number in range(20):
        sender.send(number, 1)
        house.true("there", select.select([reader], [], [], 1)[0])
        house.equal("one line", os.read(reader, 4096).count(b"\n"), 1)
    watcher.end()
    os.close(reader)


def full_disk(house):
    """The output file ends with a whole line, the exit status is 1 and says why."""
    stream.outward(house)
    folder = os.path.join(house.folder, "disk")
    os.mkdir(folder)
    world.mount("tmpfs", folder, "tmpfs", 0, "size=256k")
    for form in ([], ["-o", "json"], ["-o", "xml"]):
        path = os.path.join(folder, "events")
        watcher = stream.Watcher(house, "-e", "NEW", "--output-file", path, *form)
        stream.Sender().send(0, 5000)
        result = watcher.ended()
        with open(path) as file:
            text = file.read()
        house.equal("exit", result.code, 1)
        house.true("why", path + ": No space left on device" in result.err, result.err)
        house.equal("said once", result.err.count("No space left"), 1)
        house.true("nearly full", len(text) > 200000, str(len(text)))
        house.equal("a whole line", text[-1:], "\n")
        if form == ["-o", "json"]:
            house.true("records", all(json.loads(line) for line in text.splitlines()))
        os.unlink(path)
    with open("/dev/full", "w") as full:
        watcher = stream.Watcher(house, "-e", "NEW", out=full)
        stream.Sender().send(10000, 10)
        result = watcher.ended()
    house.equal("standard output", result.code, 1)
    house.true("it is named", "standard output: No space left on device" in result.err,
               result.err)
    house.equal("once", result.err.count("No space left"), 1)
    house.equal("nothing was shown", stream.summary(result), -1)


def shares_the_pipe(house):
    """The flags of a pipe that others use stay as they are."""
    stream.outward(house)
    watcher, reader = into_pipe(house)
    with open("/proc/%d/fdinfo/1" % watcher.process.pid) as file:
        flags = int(next(line.split()[1] for line in file if line.startswith("flags")), 8)
    house.equal("O_NONBLOCK", flags & os.O_NONBLOCK, 0)
    watcher.end()
    os.close(reader)


def many_events(house):
    """Many events in a row: the memory stays what it was, nothing is lost."""
    stream.outward(house)
    house.kernel("netfilter.nf_conntrack_udp_timeout", 0)
    with open(os.devnull, "w") as nowhere:
        watcher = stream.Watcher(house, "-e", "NEW", out=nowhere)
        sender = stream.Sender()
        sender.send(0, 20000)
        watcher.settle()
        before = int(watcher.status("VmRSS").split()[0])
        for first in range(20000, 200000, 20000):
            sender.send(first, 20000)
        watcher.settle()
        after = int(watcher.status("VmRSS").split()[0])
        result = watcher.end()
    house.equal("all", stream.summary(result) + stream.lost(result)[0], 200000)
    house.true("memory", after - before < 512, "%d KiB, then %d" % (before, after))
    with open(house.program, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    house.true("less than 8 MiB", after < 8192 or sanitized, "%d KiB" % after)


def files_of_a_shell(house):
    """Redirected to a file, as ever: all lines, in it and whole."""
    stream.outward(house)
    path = os.path.join(house.folder, "lines")
    with open(path, "w") as file:
        watcher = stream.Watcher(house, "-e", "NEW", out=file)
    stream.Sender().send(0, 3000)
    watcher.settle()
    watcher.end()
    house.equal("lines", int(subprocess.run(["wc", "-l", path], capture_output=True, text=True,
                                            check=True).stdout.split()[0]), 3000)


SCENARIOS = [stalled_pipe, stalled_socket, full_queue, second_signal,
             second_signal_of_a_full_queue, enough_for_a_slow_reader,
             summary_for_a_stalled_reader, reader_goes_away, named_reader_goes_away,
             reader_waits_for_one, full_disk, shares_the_pipe, many_events, files_of_a_shell]
