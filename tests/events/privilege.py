# SPDX-License-Identifier: MIT
"""What the program may still do while it reads events."""
import fcntl
import os
import signal
import socket
import struct
import subprocess
import termios
import time

import house as world
import netlink
import stream

NET_ADMIN = 1 << 12
DAC_READ_SEARCH = 1 << 2
SYS_PTRACE = 1 << 19
WITHOUT_SECCOMP = False         # so the program is built; set by run


def capabilities(watcher):
    return tuple(int(watcher.status(name), 16) for name in ("CapPrm", "CapEff", "CapInh"))


def system_calls(house, process):
    """A filter of its own leaves some out; we may be under one, which it then inherits."""
    if WITHOUT_SECCOMP:
        house.skip("this program is built without seccomp")
        return
    house.equal("system calls", world.status(process, "Seccomp"), "2")
    with open("/proc/self/status") as file:
        counted = "Seccomp_filters:" in file.read()     # since Linux 5.9
    if counted:
        ours, its = (int(world.status(pid, "Seccomp_filters")) for pid in (os.getpid(), process))
        house.equal("filters of them", its - ours, 1)


def given_up(house):
    watcher = stream.Watcher(house)
    watcher.settle()
    house.equal("capabilities", capabilities(watcher), (0, 0, 0))
    house.equal("new ones", watcher.status("NoNewPrivs"), "1")
    system_calls(house, watcher.process.pid)
    watcher.end()


def what_resync_needs(house):
    """Requests go on, so one capability has to stay; a snapshot is asked for before."""
    watcher = stream.Watcher(house, "--resync")
    watcher.settle()
    house.equal("--resync", capabilities(watcher), (NET_ADMIN, NET_ADMIN, 0))
    watcher.end()
    watcher = stream.Watcher(house, "--snapshot")
    watcher.settle()
    house.equal("--snapshot", capabilities(watcher), (0, 0, 0))
    watcher.end()


def waiting(reader):
    """Bytes in a pipe."""
    return struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0]


def lists(house):
    """-L reads the table without privilege: seen while its reader does not read."""
    for number in range(4):
        for port in range(200):
            house.must(house.program, "-I", "-s", "192.0.2.%d" % number, "-d", "198.51.100.1",
                       "-p", "udp", "--sport", str(port + 1), "--dport", "53", "-t", "6000")
    reader, writer = os.pipe()
    process = subprocess.Popen([house.program, "-L", "-o", "json"], stdout=writer,
                               stderr=subprocess.DEVNULL, env=world.environment())
    os.close(writer)
    deadline = time.monotonic() + stream.PATIENCE
    while not (waiting(reader) and world.asleep(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    house.true("it waits for its reader", waiting(reader) and world.asleep(process.pid))
    house.equal("capabilities", int(world.status(process.pid, "CapEff"), 16), 0)
    house.equal("new ones", world.status(process.pid, "NoNewPrivs"), "1")
    system_calls(house, process.pid)
    with os.fdopen(reader) as file:
        house.equal("lines", len(file.readlines()), 800)
    house.equal("exit", process.wait(), 0)


def full_pipe():
    """A reading and a writing end; who writes waits."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, bytes(4096))
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


def looks(house):
    """So do the commands whose answer is short; to ask again takes one capability."""
    entry = ("-s", "192.0.2.1", "-d", "198.51.100.1", "-p", "udp", "--sport", "1", "--dport", "53")
    house.must(house.program, "-I", *entry, "-t", "6000")
    for command, kept in ((("-G",) + entry, NET_ADMIN), (("-C",), NET_ADMIN),
                          (("-C", "-p", "udp"), 0), (("-C", "expect"), 0), (("-S",), 0),
                          (("-S", "expect"), 0)):
        reader, writer = full_pipe()
        process = subprocess.Popen([house.program, *command], stdout=writer,
                                   stderr=subprocess.DEVNULL, env=world.environment())
        os.close(writer)
        what = " ".join(command[:2])
        deadline = time.monotonic() + stream.PATIENCE
        while time.monotonic() < deadline and not (
                world.asleep(process.pid) and world.status(process.pid, "NoNewPrivs") == "1"):
            time.sleep(0.005)
        house.equal(what + ": capabilities", int(world.status(process.pid, "CapEff"), 16), kept)
        house.equal(what + ": new ones", world.status(process.pid, "NoNewPrivs"), "1")
        system_calls(house, process.pid)
        with os.fdopen(reader, "rb") as file:
            house.true(what + ": an answer", file.read().lstrip(bytes(1)))
        house.equal(what + ": exit", process.wait(), 0)


def named(process):
    with open("/proc/%s/comm" % process) as file:
        return file.read().strip()


def helper(house):
    """The process that looks up names has no socket of ours and ends with us."""
    watcher = stream.Watcher(house)
    with open("/proc/%d/task/%d/children" % (watcher.process.pid, watcher.process.pid)) as file:
        children = file.read().split()
    house.equal("one", len(children), 1)
    watcher.wait(lambda: named(children[0]) == "conntrack-names", "start its helper")
    open_ones = os.listdir("/proc/%s/fd" % children[0])
    house.equal("descriptors", open_ones, ["0"])
    house.equal("capabilities", int(world.status(int(children[0]), "CapPrm"), 16),
                (DAC_READ_SEARCH | SYS_PTRACE) & int(world.status(os.getpid(), "CapPrm"), 16))
    watcher.end()
    house.equal("it ended", os.path.exists("/proc/" + children[0]), False)
    # Killed, it takes the helper along all the same.
    watcher = stream.Watcher(house)
    with open("/proc/%d/task/%d/children" % (watcher.process.pid, watcher.process.pid)) as file:
        children = file.read().split()
    watcher.end(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while os.path.exists("/proc/" + children[0]) and time.monotonic() < deadline:
        try:
            os.waitpid(int(children[0]), os.WNOHANG)    # we may be its init
        except ChildProcessError:
            pass
        time.sleep(0.01)
    house.equal("killed", os.path.exists("/proc/" + children[0]), False)


def names(house):
    """Programs are named by the helper, once a port; also by a port that is no process id."""
    watcher = stream.Watcher(house, "-e", "NEW")
    first = netlink.Socket()            # its port is the process id
    with open("/proc/self/comm") as file:
        name = file.read().strip()
    link = netlink.Socket()
    port = link.sock.getsockname()[0]
    house.true("another port", port != first.sock.getsockname()[0])
    for number in range(3):
        link.create({"src": "192.0.2.1", "dst": "198.51.100.1", "protocol": socket.IPPROTO_UDP,
                     "parts": (1000 + number, 53), "timeout": 60})
    watcher.settle()
    result = watcher.end()
    house.equal("lines", len(result.lines), 3)
    for line in result.lines:
        house.true("named", line.endswith("[USERSPACE] portid=%d progname=%s" % (port, name)),
                   line)


SCENARIOS = [given_up, what_resync_needs, lists, looks, helper, names]
