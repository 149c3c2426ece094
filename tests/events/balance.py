# SPDX-License-Identifier: MIT
"""NEW and DESTROY against the table, with receive buffers that are far too small."""
import json
import os
import random
import signal
import socket
import time

import stream

# Bytes of a receive buffer that holds about thirty events.
TINY = "20000"
FLOWS = 30000


def churn(house, seconds):
    """Flows that come, end by their time limit or are deleted, and come again."""
    chance = random.Random(5)
    senders = [stream.Sender(), stream.Sender(socket.AF_INET6)]
    deadline = time.monotonic() + seconds
    stream.life(house, 1)
    while time.monotonic() < deadline:
        for sender in senders:
            sender.send(chance.randrange(FLOWS), 1500)
        if chance.random() < 0.2:
            house.conntrack("-D", "-p", "udp", "--dport", str(1024 + chance.randrange(1000)))
        if chance.random() < 0.05:
            house.conntrack("-F")
        if chance.random() < 0.1:
            house.conntrack("-U", "-p", "udp", "-f", "ipv4", "-m", str(chance.randrange(9)))
    stream.life(house, 600)
    for sender in senders:
        sender.send(0, 1000)


def watch_churn(house, *words, seconds=4):
    """The watcher's end and the table at that moment."""
    stream.outward(house)
    stream.Sender().send(50000, 500)    # older than the watcher
    watcher = stream.Watcher(house, "-o", "id", *words)
    churn(house, seconds)
    time.sleep(1.5)                     # until what was sent first is over
    stream.table(house)
    time.sleep(1.5)                     # a walk of --resync rests for a second before the next
    watcher.settle()
    result = watcher.end()
    return result, stream.table(house)


def differences(accounts, table):
    """Some of what the reader has and the table has not, or the other way round."""
    return list(set(accounts.there).symmetric_difference(table))[:5]


def resync_balances(house):
    result, table = watch_churn(house, "-b", TINY, "--snapshot", "--resync")
    accounts = stream.Accounts().read(result.lines)
    events, overruns = stream.lost(result)
    house.equal("exit", result.code, 0)
    house.true("events were lost", events > 0 and overruns > 0, result.err)
    house.true("some came back", sum("[RESYNC]" in line for line in result.lines) > 100)
    house.equal("nothing impossible", accounts.shown(), "")
    house.equal("the table", differences(accounts, table), [])
    house.equal("the summary", stream.summary(result), len(result.lines))


def resync_without_snapshot(house):
    """The reader has the table from elsewhere: only its own entries balance."""
    result, table = watch_churn(house, "-b", TINY, "--resync")
    accounts = stream.Accounts().read(result.lines)
    known = {name for name in table if name in accounts.there}
    faults = [fault for fault in accounts.faults if not fault.startswith("of nothing")]
    house.equal("nothing twice", faults[:5], [])
    house.true("what it has is in the table", set(accounts.there) == known,
               "%d of %d" % (len(known), len(accounts.there)))
    house.true("no snapshot", "[SNAPSHOT]" not in result.out)


def many_missed_at_once(house):
    """More than the queue holds, and nothing happens behind them: each is shown all the same."""
    stream.outward(house)
    stream.Sender().send(0, 20000)
    flows = stream.entries()
    watcher = stream.Watcher(house, "-e", "DESTROY", "-b", TINY, "--queue", "64K", "--resync")
    watcher.settle()
    watcher.poke(signal.SIGSTOP)
    house.must(house.program, "-F")
    watcher.poke(signal.SIGCONT)
    watcher.wait(lambda: watcher.shown() == flows, "show what it missed")
    result = watcher.end()
    house.equal("the summary", stream.summary(result), flows)
    house.true("most were missed", sum("[RESYNC]" in line for line in result.lines) > flows / 2)


def snapshot_has_no_hole(house):
    """A table that changes while it is read; with a buffer that is large enough."""
    stream.outward(house)
    stream.life(house, 1)
    sender = stream.Sender()
    sender.send(0, 20000)
    child = os.fork()
    if child == 0:
        for first in range(0, 60000, 500):
            sender.send(first % FLOWS, 500)
        os._exit(0)
    watcher = stream.Watcher(house, "-o", "id", "--snapshot")
    os.waitpid(child, 0)
    stream.life(house, 600)
    time.sleep(1.5)                     # until all that was sent is over
    sender.send(0, 1000)
    stream.table(house)
    watcher.settle()
    result = watcher.end()
    accounts = stream.Accounts().read(result.lines)
    house.equal("nothing lost", stream.lost(result), (0, 0))
    house.true("a snapshot", sum("[SNAPSHOT]" in line for line in result.lines) > 100)
    house.equal("nothing impossible", accounts.shown(), "")
    house.equal("the table", differences(accounts, stream.table(house)), [])


def reliable_loses_no_end(house):
    """Each flow's DESTROY comes, however small the buffer."""
    stream.outward(house)
    watcher = stream.Watcher(house, "-b", TINY, "-e", "DESTROY", "-o", "id", "--reliable")
    stream.Sender().send(0, 5000)
    created = stream.table(house)
    watcher.poke(signal.SIGSTOP)        # so that the buffer overruns, however fast it reads
    house.conntrack("-F")
    watcher.poke(signal.SIGCONT)
    deadline = time.monotonic() + 30
    while stream.entries() and time.monotonic() < deadline:
        time.sleep(0.1)
    watcher.settle()
    result = watcher.end()
    ended = sorted(stream.name_of(line) for line in result.lines)
    house.equal("created", len(created), 5000)
    house.true("each end once", ended == created)
    events, overruns = stream.lost(result)
    house.true("what was lost is not known", events == -1 and overruns > 0, result.err)


def reliable_resync_balances(house):
    result, table = watch_churn(house, "-b", TINY, "--snapshot", "--resync", "--reliable")
    accounts = stream.Accounts().read(result.lines)
    house.equal("nothing impossible", accounts.shown(), "")
    house.equal("the table", differences(accounts, table), [])


def reliable_ends_come_once(house):
    """An end that a walk has told is not told again when the kernel delivers it after all."""
    stream.outward(house)
    lines = ["-A -s 10.1.%d.%d -d 10.0.0.2 -p udp --sport 1 --dport 2 -t 600\n"
             % divmod(number, 250) for number in range(4000)]
    path = house.file("many", "".join(lines))
    for form in ([], ["--snapshot"], []):
        watcher = stream.Watcher(house, "-o", "id", "-b", "4096", "--resync", "--reliable", *form)
        house.must(house.program, "-R", path)
        house.must(house.program, "-F")
        watcher.settle()
        time.sleep(3)                   # as long as the kernel takes to send what is left
        watcher.settle()
        accounts = stream.Accounts().read(watcher.end().lines)
        house.equal("nothing impossible", accounts.shown(), "")
        house.equal("all are over", accounts.there, {})
        house.equal("each is new once", accounts.again, [])


def loss_is_exact(house):
    """What was shown and what was lost make what there was."""
    stream.outward(house)
    watcher = stream.Watcher(house, "-b", TINY, "-e", "NEW")
    stream.Sender().send(0, 30000)
    watcher.settle()
    result = watcher.end()
    events, overruns = stream.lost(result)
    house.true("some were lost", events > 0 and overruns > 0, result.err)
    house.equal("shown and lost", len(result.lines) + events, stream.entries())
    warnings = [line for line in result.err.splitlines() if " between " in line]
    house.true("told at once", len(warnings) >= 1, result.err)
    house.true("once a second at the most", len(warnings) <= 6, result.err)


def loss_in_json(house):
    """The records of gaps add up to the sum."""
    stream.outward(house)
    watcher = stream.Watcher(house, "-b", TINY, "-e", "NEW", "-o", "json")
    stream.Sender().send(0, 30000)
    watcher.settle()
    result = watcher.end()
    records = [json.loads(line) for line in result.lines]
    gaps = [record for record in records if record["event"] == "gap"]
    house.true("gaps", len(gaps) > 0, result.err)
    house.equal("the sum", (sum(gap["lost"] for gap in gaps),
                            sum(gap["overruns"] for gap in gaps)), stream.lost(result))
    house.true("in order", all(gap["since"] <= gap["until"] for gap in gaps), str(gaps[:3]))
    house.equal("events", len(records) - len(gaps) + stream.lost(result)[0], stream.entries())


def strict(house):
    """Exit status 3 when events were lost, and only then."""
    stream.outward(house)
    tiny = stream.Watcher(house, "-b", TINY, "-e", "NEW", "--strict")
    large = stream.Watcher(house, "-e", "NEW", "--strict")
    stream.Sender().send(0, 30000)
    tiny.settle()
    large.settle()
    result = tiny.end()
    house.equal("lost", (result.code, stream.lost(result)[1] > 0), (3, True))
    result = large.end()
    house.equal("not lost", (result.code, stream.lost(result)), (0, (0, 0)))


def silent_entries(house):
    """Entries that will never speak are told of, once, and only where it is so."""
    stream.outward(house)
    house.kernel("netfilter.nf_conntrack_events", 2)
    stream.Sender().send(0, 7)
    result = stream.Watcher(house).end()
    house.true("told", result.err.count("nf_conntrack_events") == 1 and
               "7 entries are older" in result.err, result.err)
    result = stream.Watcher(house, "--snapshot").end()
    house.true("counted from the table", "7 entries of the table" in result.err, result.err)
    first = stream.Watcher(house)
    result = stream.Watcher(house).end()
    house.true("somebody listens already", "older" not in result.err, result.err)
    first.end()
    house.kernel("netfilter.nf_conntrack_events", 1)
    result = stream.Watcher(house).end()
    house.true("all speak", "older" not in result.err, result.err)
    house.kernel("netfilter.nf_conntrack_events", 0)
    result = stream.Watcher(house).end()
    house.true("none speaks", "nf_conntrack_events is 0" in result.err, result.err)


SCENARIOS = [resync_balances, resync_without_snapshot, many_missed_at_once, snapshot_has_no_hole,
             reliable_loses_no_end, reliable_resync_balances, reliable_ends_come_once,
             loss_is_exact, loss_in_json, strict, silent_entries]
