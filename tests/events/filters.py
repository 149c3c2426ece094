# SPDX-License-Identifier: MIT
"""The socket filter on the running kernel: what is not wanted does not even arrive."""
import socket

import stream


def entry(house, source, destination, protocol, *more):
    house.must(house.program, "-I", "-s", source, "-d", destination, "-p", protocol, "-t", "60",
               *more)


def make_entries(house):
    ports = ["--sport", "1000", "--dport", "80"]
    entry(house, "192.0.2.1", "198.51.100.1", "tcp", "--state", "ESTABLISHED", "-m", "5", *ports)
    entry(house, "192.0.2.2", "198.51.100.1", "tcp", "--state", "SYN_SENT", "--sport", "1000",
          "--dport", "443")
    entry(house, "192.0.2.200", "203.0.113.1", "udp", "-w", "7", *ports)
    entry(house, "2001:db8::1", "2001:db8::2", "udp", "-m", "0x15", *ports)
    entry(house, "2001:db8:1::1", "2001:db8::2", "tcp", "--state", "ESTABLISHED", *ports)
    entry(house, "192.0.2.9", "198.51.100.9", "icmp", "--icmp-type", "8", "--icmp-code", "0",
          "--icmp-id", "9")


# What is asked for, and how many of the entries it is true of.
ROWS = [
    (["-p", "tcp"], 3),
    (["-p", "udp"], 2),
    (["-p", "icmp"], 1),
    (["-p", "icmp", "--icmp-id", "9"], 1),
    (["-p", "icmp", "--icmp-id", "10"], 0),
    (["-s", "192.0.2.0/25"], 3),
    (["-s", "192.0.2.0/24"], 4),
    (["-d", "198.51.100.1"], 2),
    (["-r", "198.51.100.1"], 2),
    (["-q", "192.0.2.1"], 1),
    (["-s", "2001:db8::/48"], 1),
    (["-s", "2001:db8::/32"], 2),
    (["-f", "ipv6"], 2),
    (["-p", "tcp", "--dport", "80"], 2),
    (["-p", "tcp", "--dport", "80", "-f", "ipv4"], 1),
    (["-p", "tcp", "--reply-port-src", "443"], 1),
    (["-p", "tcp", "--state", "ESTABLISHED"], 2),
    (["-m", "5"], 1),
    (["-m", "0x5/0xf"], 2),
    (["-m", "0"], 4),
    (["-w", "7"], 1),
    (["-w", "0"], 5),
    (["-w", "8"], 0),
]


def filters_on_the_kernel(house):
    """Each filter shows what it should, and counts as many."""
    watchers = [stream.Watcher(house, "-e", "NEW", *words) for words, _ in ROWS]
    make_entries(house)
    for watcher, (words, wanted) in zip(watchers, ROWS):
        watcher.settle()
        result = watcher.end()
        house.equal(" ".join(words), len(result.lines), wanted)


def unwanted_does_not_wake(house):
    """A flood of what is not wanted costs us no turn of the processor."""
    stream.outward(house)
    watcher = stream.Watcher(house, "-p", "tcp")
    all_of_it = stream.Watcher(house)
    watcher.settle()

    def wakes(one):
        return int(one.status("voluntary_ctxt_switches"))

    before, before_all = wakes(watcher), wakes(all_of_it)
    for _ in range(50):
        stream.Sender().send(0, 100)
    all_of_it.settle()
    house.true("it sleeps on", wakes(watcher) - before <= 3, "%d wakes" % (wakes(watcher) - before))
    house.true("the other does not", wakes(all_of_it) - before_all > 20)
    entry(house, "192.0.2.1", "198.51.100.1", "tcp", "--state", "ESTABLISHED",
          "--sport", "1", "--dport", "2")
    watcher.settle()
    house.equal("what is wanted comes", len(watcher.end().lines), 1)
    house.equal("all of it", len(all_of_it.end().lines), 5001)


def ipv6_flows(house):
    stream.outward(house)
    watcher = stream.Watcher(house, "-e", "NEW", "-s", "2001:db8::/64", "-p", "udp",
                             "--dport", "1030")
    stream.Sender(socket.AF_INET6).send(0, 10)
    stream.Sender().send(0, 10)
    watcher.settle()
    house.equal("one", len(watcher.end().lines), 1)


SCENARIOS = [filters_on_the_kernel, unwanted_does_not_wake, ipv6_flows]
