# SPDX-License-Identifier: MIT
"""New flows by the thousand, and a process that watches them: what the events
bench and the soak of tests/events share. All of it in the namespace of the caller.
"""
import os
import re
import signal
import subprocess
import time

SYSCTL = "/proc/sys/net/netfilter/"
NETFILTER = "12"                # of a row of /proc/net/netlink
PATIENCE = 120                  # seconds until a watcher has read what was sent

# What goes out is tracked; the other end of the pair swallows it before it is tracked again.
RULES = """
table inet bench {
    chain out {
        type filter hook output priority 0
        ct state new accept
    }
    chain in {
        type filter hook prerouting priority raw
        iifname out1 drop
    }
}
"""


class Failed(Exception):
    """It cannot be measured; the text says why."""


def set_kernel(name, value):
    with open(SYSCTL + name, "w", encoding="ascii") as file:
        file.write(f"{value}\n")


def read_number(name):
    with open(SYSCTL + name, encoding="ascii") as file:
        return int(file.read())


def must(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        raise Failed(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def lay_out():
    """A veth pair: each packet to 10.0.0.0/8 goes out by it, tracked once."""
    must("ip", "link", "set", "lo", "up")
    must("ip", "link", "add", "out0", "type", "veth", "peer", "name", "out1")
    for end in ("out0", "out1"):
        must("ip", "link", "set", end, "arp", "off", "up")
    must("ip", "address", "add", "192.168.9.1/24", "dev", "out0")
    must("ip", "route", "add", "10.0.0.0/8", "dev", "out0")
    must("nft", "-f", "-", input=RULES)
    set_kernel("nf_conntrack_events", 1)


def flood(program, flows, **more):
    """(flows made, flows the table had no room for, seconds) of one flood."""
    words = [program, "--flows", str(flows)]
    for name, value in more.items():
        words += ["--" + name, str(value)]
    _, made, _, refused, _, seconds = must(*words).split()
    return int(made), int(refused), float(seconds)


def listeners():
    """Rows of the netlink sockets of this namespace that listen to netfilter's groups."""
    with open("/proc/net/netlink", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [row for row in rows if row[1] == NETFILTER and int(row[3], 16)]


class Watcher:
    """A process that listens, as the only one here; its output goes to a file or pipe."""

    def __init__(self, words, out, errors):
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out,
                                        stderr=errors)
        try:
            self.wait(listeners, "listen")
        except BaseException:
            self.kill()
            raise

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait(self, ready, what):
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if self.process.poll() is not None:
                raise Failed(f"{self.process.args[0]} ended with {self.process.returncode}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.process.args[0]} did not {what}")
            time.sleep(0.005)

    def settle(self):
        """Until it has read all that was sent, for a while."""
        for _ in range(10):
            self.wait(lambda: all(row[4] == "0" for row in listeners()), "read what was sent")
            time.sleep(0.01)

    def memory(self, name="VmHWM"):
        """KiB of a line of its status."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(rf"^{name}:\s*(\d+) kB$", file.read(), re.M)[1])

    def end(self):
        """End it in good order: seconds of user and system time."""
        self.process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode:
            raise Failed(f"{self.process.args[0]} ended with {self.process.returncode}")
        return usage.ru_utime, usage.ru_stime
