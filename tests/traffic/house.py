# SPDX-License-Identifier: MIT
"""A private world for one scenario, the program under test in it, and checks.

A scenario is a function that takes a House. It runs as the first process of
namespaces of its own (network, mount, process), so that whatever it leaves
running ends with it and no entry of the machine is ever seen or touched.
"""
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
NETLINK_NETFILTER = 12
PATIENCE = 10  # seconds that anything may take
PASSED_ON = ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
             "LLVM_PROFILE_FILE", "GCOV_PREFIX", "GCOV_PREFIX_STRIP")

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def unshare(flags):
    _check(_libc.unshare(flags), "unshare")


def mount(source, target, kind, flags, data=None):
    def encode(text):
        return text.encode() if text else None
    _check(_libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags),
                       encode(data)), "mount %s" % target)


def set_network(descriptor):
    """Go on in the network namespace of this descriptor."""
    _check(_libc.setns(descriptor, CLONE_NEWNET), "setns")


def environment():
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env.update(LC_ALL="C", TZ="UTC", PATH="/usr/sbin:/usr/bin:/sbin:/bin")
    return env


def descriptors(process):
    """What those of a process lead to; of what is closed meanwhile, or has ended, none."""
    folder = "/proc/%d/fd" % process
    found = set()
    try:
        for name in os.listdir(folder):
            try:
                found.add(os.readlink(os.path.join(folder, name)))
            except OSError:
                continue
    except OSError:
        pass
    return found


def sockets(process, joined=False):
    """Rows of /proc/net/netlink of a process's own sockets (joined: that listen)."""
    mine = descriptors(process)
    with open("/proc/net/netlink") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [row for row in rows
            if int(row[1]) == NETLINK_NETFILTER and "socket:[%s]" % row[-1] in mine and
            (not joined or int(row[3], 16))]


def asleep(process):
    with open("/proc/%d/stat" % process) as file:
        return file.read().rpartition(")")[2].split()[0] == "S"


def status(process, name):
    """A line of /proc/PID/status."""
    with open("/proc/%d/status" % process) as file:
        return re.search(r"^%s:\s*(.*)$" % name, file.read(), re.M).group(1)


class Skip(Exception):
    """This machine cannot do it; the text says what is missing."""


class Result:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def lines(self):
        return self.out.splitlines()

    def __str__(self):
        return "exit %s\nstdout:\n%sstderr:\n%s" % (self.code, self.out, self.err)


class Listener:
    """A program in the background that waits for events."""

    def __init__(self, words):
        self.words = words
        self.out = tempfile.TemporaryFile("w+")
        self.err = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.out,
                                        stderr=self.err, env=environment())

    def _wait(self, reached, patience=PATIENCE):
        """Whether that is reached in time, while it is alive."""
        deadline = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                if reached() and asleep(self.process.pid):
                    return True
            except (FileNotFoundError, ProcessLookupError):
                pass  # it ended while it was looked at
            time.sleep(0.002)
        return False

    def listening(self, patience=PATIENCE):
        """Wait until it has joined a netlink group; false when it ends before, or never does."""
        return self._wait(lambda: sockets(self.process.pid, joined=True), patience)

    def stop(self, number=signal.SIGINT):
        """Let it read what was sent, end it, and say how it ended."""
        self._wait(lambda: all(row[4] == "0" for row in sockets(self.process.pid)))
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("%s does not end on signal %d" % (self.words, number)) from None
        self.out.seek(0)
        self.err.seek(0)
        return Result(self.process.returncode, self.out.read(), self.err.read())


class House:
    """What a scenario works with: commands, listeners, checks."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.passed = 0
        self.failures = []
        self.notes = []
        self.kept = []  # things that must live as long as the scenario

    # Commands

    def run(self, words, stdin="", **more):
        """Any command; its end as a Result."""
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, errors="replace",
                              timeout=PATIENCE, env=environment(), **more)
        return Result(done.returncode, done.stdout, done.stderr)

    def must(self, *words, **more):
        """A command of the setting, which has to work."""
        result = self.run(list(words), **more)
        if result.code != 0:
            raise AssertionError("setting: %s: %s" % (" ".join(words), result))
        return result

    def conntrack(self, *words, **more):
        """The program under test."""
        return self.run([self.program, *words], **more)

    def listen(self, *words):
        listener = Listener([self.program, "-E", *words])
        if not listener.listening():
            raise AssertionError("%s ended at once: %s" % (listener.words, listener.stop()))
        return listener

    def rules(self, text):
        """Rules of nft, each family's table by itself."""
        self.must("nft", "-f", "-", stdin=text)

    def track(self):
        """Rules that make the kernel track all that this namespace sends."""
        self.rules("table inet track { chain out { type filter hook output priority 0;"
                   " ct state new accept; }; }")

    def kernel(self, name, value):
        with open("/proc/sys/net/" + name.replace(".", "/"), "w") as file:
            file.write("%s\n" % value)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def system_file(self, path, text):
        """A file below /etc as this scenario sees it; the real one stays as it is."""
        layers = os.path.join(self.folder, "layers")
        os.mkdir(layers)
        mount("tmpfs", layers, "tmpfs", 0)
        upper, work = os.path.join(layers, "upper"), os.path.join(layers, "work")
        os.mkdir(upper)
        os.mkdir(work)
        mount("overlay", "/etc", "overlay", 0,
              "lowerdir=/etc,upperdir=%s,workdir=%s" % (upper, work))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    # Checks

    def true(self, what, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failures.append("%s\n%s" % (what, detail))
        return bool(condition)

    def equal(self, what, got, wanted):
        return self.true(what, got == wanted, "wanted: %s\ngot:    %s" % (wanted, got))

    def full_match(self, what, pattern, text):
        return self.true(what, re.fullmatch(pattern, text, re.DOTALL),
                         "pattern: %s\ngot:     %s" % (pattern, text))

    def skip(self, why):
        """A part that this machine cannot do."""
        self.notes.append(why)


def loopback_up():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, env=environment())


def _inside(scenario, house, report):
    """The first process of the namespaces."""
    for number in (signal.SIGINT, signal.SIGHUP):   # a shell's "&" and nohup(1) ignore them
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", 0)
    loopback_up()
    try:
        scenario(house)
    except Skip as why:
        house.notes.append(str(why))
    except Exception:  # whatever goes wrong is a failure of this scenario, not of the run
        house.failures.append(traceback.format_exc())
    os.write(report, json.dumps([house.passed, house.failures, house.notes]).encode())


def _fork_into(scenario, house, report, first_network):
    unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID)
    if os.readlink("/proc/self/ns/net") == first_network:
        raise OSError("the network namespace is still the first one")
    child = os.fork()
    if child == 0:
        try:
            _inside(scenario, house, report)
        finally:
            sys.stderr.flush()
            os._exit(0)
    os.waitpid(child, 0)


def play(scenario, program):
    """Run one scenario in namespaces of its own: (passed, failures, notes)."""
    first_network = os.readlink("/proc/self/ns/net")
    with tempfile.TemporaryDirectory(prefix="conntrack-traffic-") as folder:
        reader, writer = os.pipe()
        keeper = os.fork()
        if keeper == 0:
            try:
                os.close(reader)
                _fork_into(scenario, House(program, folder), writer, first_network)
            except OSError as error:
                os.write(writer, json.dumps([0, [str(error)], []]).encode())
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            text = file.read()
        os.waitpid(keeper, 0)
    return json.loads(text) if text else [0, ["the scenario died"], []]
