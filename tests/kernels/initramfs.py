# SPDX-License-Identifier: MIT
"""The root of the machine under test, as the archive that a kernel unpacks at its start.

It has what the tests call, taken from this system's own packages with the
libraries that they need, and the modules of the kernel.
"""
import fnmatch
import glob
import gzip
import lzma
import os
import re
import stat
import subprocess

from debian import Unavailable

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

# Packages whose programs the tests call.
PROGRAMS = ("bash", "bsdutils", "coreutils", "dash", "diffutils", "findutils", "grep", "iproute2",
            "mawk", "mount", "nftables", "procps", "sed", "util-linux")
IF_THERE = ("/usr/bin/awk", "/usr/bin/jq", "/usr/bin/which", "/etc/services", "/etc/protocols",
            "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/iproute2")
PYTHON = "/usr/bin/python3"
# Of Python's library, what no test imports and what is large.
PYTHON_WITHOUT = ("config-*", "dist-packages", "ensurepip", "idlelib", "lib2to3", "pydoc_data",
                  "test", "tkinter", "turtledemo", "unittest")
# Of the tree, what the tests read.
TESTS = ("tests/cases", "tests/traffic", "doc/conntrack.schema.json")
# (Amanda's helper asks for ts_kmp by name, which is not among what it depends on.)
MODULES = re.compile(r"ts_kmp|nf_conntrack\w*|nf_nat\w*|nf_tables\w*|nft_\w+|nfnetlink\w*|"
                     r"nf_flow_table\w*|overlay|veth|dummy|sctp|dccp\w*|gre|ip_gre")


# ---------------------------------------------------------------- the archive

class Archive:
    """A cpio archive of the kind "newc" (Documentation/driver-api/early-userspace)."""

    def __init__(self, out):
        self.out, self.names = out, set()

    def _entry(self, name, mode, data=b"", device=(0, 0), time=0):
        if name in self.names:
            return
        self.names.add(name)
        raw = name.encode() + b"\0"
        numbers = (len(self.names), mode, 0, 0, 1, time, len(data), 0, 0, *device, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + raw
        self.out.write(head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4))

    def folder(self, path):
        parent = os.path.dirname(path)
        if parent:
            self.folder(parent)
        self._entry(path, stat.S_IFDIR | 0o755)

    def file(self, path, data, mode=0o755, time=0):
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFREG | mode, data, time=time)

    def link(self, path, target):
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def device(self, path, major, minor):
        self.folder(os.path.dirname(path))
        self._entry(path, stat.S_IFCHR | 0o600, device=(major, minor))

    def copy(self, source, path=None):
        """A file of this system, or a folder with all that is in it, by default at its place."""
        if path is None:  # where the folders really are, as /bin is /usr/bin
            path = os.path.join(os.path.realpath(os.path.dirname(source)),
                                os.path.basename(source)).lstrip("/")
        if os.path.isdir(source):
            for name in sorted(os.listdir(source)):
                self.copy(os.path.join(source, name), os.path.join(path, name))
        else:
            found = os.stat(source)  # its time, as Python holds compiled files against it
            with open(source, "rb") as data:
                self.file(path, data.read(), stat.S_IMODE(found.st_mode), int(found.st_mtime))

    def close(self):
        self._entry("TRAILER!!!", 0)


# ------------------------------------------------------------ what goes into it

def _programs_of(packages):
    """Programs of installed packages."""
    done = subprocess.run(["dpkg", "-L", *packages], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable("dpkg: " + done.stderr.strip())
    return sorted({path for path in done.stdout.splitlines()
                   if re.match(r"(/usr)?/s?bin/[^/]+$", path) and os.path.isfile(path)})


def _python_library():
    """The files of Python's own library that are taken."""
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    top = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True,
                         check=True).stdout.strip()
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if not any(
            fnmatch.fnmatch(name, pattern) for pattern in PYTHON_WITHOUT))
        yield from (os.path.join(folder, name) for name in sorted(names))


def _is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def _libraries(paths):
    """The libraries that programs and libraries need, all of them."""
    done = subprocess.run(["ldd", *paths], capture_output=True, text=True, check=False)
    missing = re.search(r"(\S+) => not found", done.stdout)
    if missing:
        raise Unavailable("library %s is missing here" % missing.group(1))
    return sorted(set(re.findall(r"(?:=> |^\s+)(/\S+)", done.stdout, re.MULTILINE)))


def _add_system(archive, conntrack):
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink("/" + name):
            archive.link(name, os.readlink("/" + name))
    for name in ("dev", "proc", "sys", "run", "tmp", "root", "var"):
        archive.folder(name)
    archive.device("dev/console", 5, 1)
    paths = _programs_of(PROGRAMS) + [PYTHON, *_python_library()]
    paths += [path for path in IF_THERE if os.path.exists(path)]
    for path in paths:
        archive.copy(path)
    archive.copy(conntrack, "conntrack")
    elves = [path for path in paths if os.path.isfile(path) and _is_elf(path)]
    for path in _libraries([*elves, conntrack]):
        archive.copy(path)


# ------------------------------------------------------------------ the modules

def _module_data(path):
    """A module, unpacked."""
    if path.endswith(".xz"):
        return lzma.open(path).read()
    if path.endswith(".gz"):
        return gzip.open(path).read()
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with open(path, "rb") as file:
        return file.read()


def _module_name(path):
    return os.path.basename(path).partition(".ko")[0].replace("-", "_")


def modules_in_order(folder):
    """(name, contents) of the modules that the tests need, each after those that it needs."""
    paths = {_module_name(path): path
             for path in sorted(glob.glob(os.path.join(folder, "**", "*.ko*"), recursive=True))}
    order = {}

    def add(name):
        if name in order or name not in paths:
            return
        data = _module_data(paths[name])
        needs = re.search(rb"\0depends=([^\0]*)\0", data)
        for other in needs.group(1).decode().split(",") if needs else ():
            add(other.replace("-", "_"))
        order[name] = data

    for name in paths:
        if MODULES.fullmatch(name):
            add(name)
    return order.items()


# ------------------------------------------------------------------------ all of it

def write(path, conntrack, busybox, modules, reference, commands):
    """Make the archive. commands: the shell text that the machine is to run."""
    with open(path, "wb") as out:
        archive = Archive(out)
        archive.copy(busybox, "busybox")
        archive.copy(os.path.join(HERE, "init"), "init")
        archive.file("commands", commands.encode())
        _add_system(archive, conntrack)
        for name in TESTS:
            archive.copy(os.path.join(TREE, name), os.path.join("tree", name))
        if reference:
            archive.copy(reference, "reference")
        names = []
        for name, data in modules_in_order(modules) if modules else ():
            names.append(name)
            archive.file("modules/%s.ko" % name, data)
        archive.file("modules/order", "".join(name + "\n" for name in names).encode())
        archive.close()
