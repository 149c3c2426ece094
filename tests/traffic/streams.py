# SPDX-License-Identifier: MIT
"""The program among others: full disks, closed streams, readers that leave, signals, rights."""
import os
import select
import signal
import subprocess
import time

import packets
from house import PATIENCE, Skip, environment, mount
from views import XML_FOOT, XML_HEAD, schema_errors

LOCAL = "127.0.0.1"
FORMATS = ([], ["-o", "extended,id"], ["-o", "xml"], ["-o", "json"], ["-o", "save"])
PROC_NAMES = {"clashres": "clash_resolve", "icmp_error": "error", "chainlength": "chaintoolong"}


def _fill(house, count):
    """So many entries, by one -R."""
    lines = ["-A -s 10.%d.%d.%d -d 10.0.0.1 -p udp --sport 1 --dport 2 -t 600"
             % (n >> 16, n >> 8 & 255, n & 255) for n in range(256, 256 + count)]
    house.must(house.program, "-R", house.file("many", "\n".join(lines) + "\n"))


def _shell(house, text):
    """A bash command in which $C is the program; the statuses of its pipe come last on stdout."""
    return house.run(["bash", "-c", 'C=$1; %s; echo "${PIPESTATUS[@]}"' % text, "bash",
                      house.program])


# Numbers


def count(house):
    _fill(house, 37)
    with open("/proc/sys/net/netfilter/nf_conntrack_count") as file:
        kernel = file.read()
    for words in (["-C"], ["-C", "conntrack"], ["--count"], ["--counter"]):
        house.equal(" ".join(words), house.conntrack(*words).out, kernel)


def _proc_stats():
    """/proc/net/stat/nf_conntrack as a list of dicts by the names of -S."""
    with open("/proc/net/stat/nf_conntrack") as file:
        names, *rows = [line.split() for line in file]
    names = [PROC_NAMES.get(name, name) for name in names]
    return [dict(zip(names, (int(word, 16) for word in row))) for row in rows]


def stats(house):
    """-S and the kernel's own file say the same, after things that count."""
    house.track()
    packets.raw(6, LOCAL, LOCAL, bytes.fromhex("0fa01388" "00000001" "00000000" "5003ffff"
                                               "00000000"))  # SYN and FIN: invalid
    kernel = _proc_stats()
    house.true("setting: something was counted", any(row["invalid"] for row in kernel), kernel)
    result = house.conntrack("-S")
    house.equal("-S: a line each processor", len(result.lines), len(kernel))
    for number, (line, row) in enumerate(zip(result.lines, kernel)):
        head, _, rest = line.partition("\t")
        house.equal("-S: head", head, "cpu=%-4d" % number)
        got = {name: int(value) for name, value in (word.split("=") for word in rest.split())}
        house.equal("-S: counters of processor %d" % number, got,
                    {name: row.get(name, 0) for name in got})
    house.true("-S: exit and stderr", result.code == 0 and result.err == "", result)
    for words, count in ((["-S"], len(kernel)), (["-S", "expect"], len(kernel)), (["-C"], 1)):
        lines = house.conntrack(*words, "-o", "json").lines
        house.equal("%s -o json: lines" % " ".join(words), len(lines), count)
        house.equal("%s -o json against the schema" % " ".join(words), schema_errors(lines), [])


# Streams that fail


def full_disk(house):
    """What could not be written is an error, however little it was."""
    _fill(house, 3)
    commands = [["-L", *form] for form in FORMATS]
    commands += [["-C"], ["-S"], ["-V"], ["-h"], ["-D", "-s", "10.0.1.0"],
                 ["-U", "-s", "10.0.1.1", "-m", "7"]]
    for words in commands:
        with open("/dev/full", "w") as full:
            done = subprocess.run([house.program, *words], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=PATIENCE, env=environment())
        house.true("%s > /dev/full" % " ".join(words), done.returncode == 1
                   and "No space left on device" in done.stderr, done)


def full_disk_under_events(house):
    house.track()
    with open("/dev/full", "w") as full:
        process = subprocess.Popen([house.program, "-E"], stdout=full, stderr=subprocess.PIPE,
                                   text=True, env=environment())
    _until_event_ends(house, process)
    error = process.stderr.read()
    house.true("-E > /dev/full", process.returncode == 1 and "No space left" in error,
               (process.returncode, error))


def _until_event_ends(house, process):
    """Make entries until the listener has ended of them."""
    deadline = time.monotonic() + PATIENCE
    port = 2000
    while process.poll() is None and time.monotonic() < deadline:
        packets.udp((LOCAL, port), (LOCAL, 5000))
        port += 1
        time.sleep(0.02)
    if not house.true("-E ends when it cannot write", process.poll() is not None):
        process.kill()
        process.wait()


def _still(lines):
    """Lines of -L in order, without the third word: time goes by between two lists."""
    return sorted(words[:2] + words[3:] for words in map(str.split, lines))


def closed_streams(house):
    """A closed stream is no stream: nothing is written into what got its number instead."""
    _fill(house, 3)
    listed = house.conntrack("-L").lines
    out = _shell(house, "$C -L >&-")
    house.true("-L >&-", out.lines[-1:] == ["1"] and out.err != "", out)
    err = _shell(house, "$C -L 2>&-")
    house.true("-L 2>&-: all entries", _still(err.lines[:-1]) == _still(listed), err)
    none = _shell(house, "$C -L <&- >&- 2>&-")
    house.true("-L with nothing open", none.lines[-1:] == ["1"], none)
    for streams in (">&-", "2>&-", "<&- >&- 2>&-"):
        _shell(house, "$C -D -s 10.0.1.0 " + streams)
        house.equal("-D %s deletes what was named" % streams, house.conntrack("-C").out, "2\n")
        house.must(house.program, "-I", "-s", "10.0.1.0", "-d", "10.0.0.1", "-p", "udp",
                   "--sport", "1", "--dport", "2", "-t", "600")
    watch = _shell(house, "$C -E --duration 1s >&-")
    house.true("-E >&-", watch.lines == ["1"] and "standard output: Bad file descriptor"
               in watch.err, watch)
    read_only = _shell(house, "$C -E --duration 1s 1</dev/null")
    house.true("-E to what can only be read", read_only.lines == ["1"] and
               "standard output: Bad file descriptor" in read_only.err, read_only)
    bare = house.run(["unshare", "-m", "bash", "-c",
                      "mount -t tmpfs none /dev; \"$0\" -L >&-; echo $? >&2", house.program])
    house.true("-L >&- without /dev/null", bare.err.endswith("\n1\n"), bare)
    usage = _shell(house, "$C -L --nonsense 2>&-")
    house.equal("a bad option with stderr closed", usage.lines, ["2"])


def change_unseen(house):
    """What cannot be shown is changed all the same, all of it, and the exit code says so."""
    for words, left in (("-U -m 7", "3000"), ("-D", "0")):
        _fill(house, 3000)
        for streams in (">/dev/full", ">&-"):
            done = _shell(house, "$C %s %s" % (words, streams))
            house.true("%s %s" % (words, streams), done.lines[-1:] == ["1"] and done.err != "", done)
        house.equal(words + " changes all", house.conntrack("-C", "-m", "7").out if "-U" in words
                    else house.conntrack("-C").out, left + "\n")


def gone_reader(house):
    """| head: quiet, by SIGPIPE as other tools."""
    _fill(house, 5000)
    for form in FORMATS:
        what = "-L %s | head -1" % " ".join(form)
        result = _shell(house, "$C -L %s | head -1" % " ".join(form))
        house.true(what, len(result.lines) == 2 and result.lines[1] == "141 0"
                   and result.err == "", (result.lines[1:], result.err))
    result = _shell(house, "trap '' PIPE; $C -L | head -1")
    house.true("-L | head -1, SIGPIPE ignored", result.lines[-1].split()[0] == "1", (
        result.lines[1:], result.err))


def gone_event_reader(house):
    house.track()
    process = subprocess.Popen([house.program, "-E"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=environment())
    process.stdout.close()
    _until_event_ends(house, process)
    house.true("-E whose reader left", process.returncode == -signal.SIGPIPE, process.returncode)


def waiting_input(house):
    """-R - waits for lines, also where its descriptor does not."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    process = subprocess.Popen([house.program, "-R", "-"], stdin=reader, stderr=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env=environment())
    os.close(reader)
    line = b"-A -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 1 --dport 2 -t 600\n"
    for part in (line[:30], line[30:], line.replace(b"--sport 1", b"--sport 2")):
        time.sleep(0.2)
        os.write(writer, part)
    os.close(writer)
    out, err = process.communicate(timeout=PATIENCE)
    house.equal("-R -", (process.returncode, house.conntrack("-C").out), (0, "2\n"))
    house.equal("-R -: words", (out, "cannot be read" in err), ("", False))
    closed = _shell(house, "$C -R - <&-")
    house.true("-R - <&-", closed.lines == ["2"] and "--help" not in closed.err and
               "-:1: cannot be read: Bad file" in closed.err, closed)


# --undo


def _undo_house(house, size):
    """Entries whose lines have one length, and a file system of that size."""
    lines = ["-A -s 10.0.%d.%d -d 10.0.0.1 -p udp --sport 1000 --dport 2000 -t 600 -m 123456"
             % (n >> 8, n & 255) for n in range(356, 396)]
    house.must(house.program, "-R", house.file("forty", "\n".join(lines) + "\n"))
    folder = os.path.join(house.folder, "disk")
    os.mkdir(folder)
    mount("tmpfs", folder, "tmpfs", 0, "size=%d" % size)
    return folder


def undo_on_a_full_disk(house):
    """What does not fit is neither deleted nor half in the file, and the file goes on later."""
    folder = _undo_house(house, 4096)
    path = os.path.join(folder, "back")
    full = house.conntrack("-D", "-m", "123456", "--undo", path)
    house.true("a full disk", full.code == 1 and "No space left on device" in full.err, full)
    house.equal("nothing is deleted", house.conntrack("-C").out, "40\n")
    with open(path) as file:
        house.equal("nothing is in the file", file.read(), "")
    house.must("mount", "-o", "remount,size=1m", folder)
    with open(path, "w") as file:
        file.write("# earlier\n")
    house.equal("deleted", house.conntrack("-D", "-m", "123456", "--undo", path).code, 0)
    house.equal("gone", house.conntrack("-C").out, "0\n")
    house.must(house.program, "-R", path)
    house.equal("all are back", house.conntrack("-C", "-m", "123456").out, "40\n")


def undo_in_odd_files(house):
    _undo_house(house, 1 << 20)
    torn = house.file("torn", "-A -s 10.0.1.1 -d 10.0.0.1 -p udp --sport 1 --dport 2 -t 6 -m 12")
    result = house.conntrack("-D", "-m", "123456", "--undo", torn)
    house.true("a torn last line", result.code == 1 and "ends within a line" in result.err, result)
    with open(torn) as file:
        house.true("it stays as it is", file.read().endswith("-m 12"))
    pipe = os.path.join(house.folder, "pipe")
    os.mkfifo(pipe)
    for words in (["-D", "-m", "123456", "--undo", pipe], ["-L", "--netns", pipe]):
        result = house.conntrack(*words)
        house.true("%s: a pipe" % words[0], result.code == 1 and pipe in result.err, result)
    limited = _shell(house, "ulimit -f 1; $C -D -m 123456 --undo %s/limited" % house.folder)
    house.true("a limit of file sizes", limited.lines[-1] == "1" and "File too large"
               in limited.err, limited)
    house.equal("nothing is deleted", house.conntrack("-C").out, "40\n")


# Events


def events_at_once(house):
    """Through a pipe each event comes when it happens, not when a buffer is full."""
    house.track()
    for number, form in enumerate(FORMATS):
        process = subprocess.Popen([house.program, "-E", "-e", "NEW", *form],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                                   env=environment())
        got = _first_bytes(process, 3000 + 100 * number)
        house.true("-E %s: seen at once" % " ".join(form), b"127.0.0.1" in got
                   and got.endswith(b"\n"), got)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        house.equal("-E %s: SIGTERM" % " ".join(form), process.returncode, 0)


def _first_bytes(process, port):
    """What comes out within a second of an entry; entries are made until something does."""
    for attempt in range(20):  # the listener may not be ready for the first
        packets.udp((LOCAL, port + attempt), (LOCAL, 5000))
        if select.select([process.stdout], [], [], 0.2)[0]:
            time.sleep(0.1)
            return os.read(process.stdout.fileno(), 65536)
    return b""


def signals(house):
    """SIGINT and SIGTERM end -E in good order, with and without events."""
    house.track()
    port = 4000
    for number in (signal.SIGINT, signal.SIGTERM):
        for form in FORMATS:
            listener = house.listen(*form)
            empty = listener.stop(number)
            what = "-E %s, %s" % (" ".join(form), number.name)
            house.true(what + ": nothing", (empty.code, empty.out) == (0, "") and empty.err
                       .endswith("0 flow events have been shown.\n"), empty)
            listener = house.listen(*form)
            packets.udp((LOCAL, port), (LOCAL, 5000))
            one = listener.stop(number)
            port += 1
            whole = form != ["-o", "xml"] or (one.out.startswith(XML_HEAD)
                                              and one.out.endswith(XML_FOOT))
            house.true(what + ": one", one.code == 0 and whole and one.err
                       .endswith("1 flow events have been shown.\n"), one)
    expectations = house.listen("expect").stop()
    house.true("-E expect, SIGINT", expectations.code == 0 and expectations.err.endswith(
        "0 expectation events have been shown.\n"), expectations)


# Rights

KEY = ["-s", "10.0.1.0", "-d", "10.0.0.1", "-p", "udp", "--sport", "1", "--dport", "2"]
COMMANDS = (["-L"], ["-L", "expect"], ["-L", "dying"], ["-C", "expect"], ["-E"], ["-G", *KEY],
            ["-I", *KEY, "-t", "9"], ["-A", *KEY, "-t", "9"], ["-D", *KEY], ["-D"],
            ["-U", *KEY, "-m", "1"], ["-F"], ["-F", "expect"])


def _refused(house, who, wrapper):
    for words in COMMANDS:
        result = house.run([*wrapper, house.program, *words])
        house.true("%s as %s" % (" ".join(words), who), result.code == 1 and result.out == ""
                   and "CAP_NET_ADMIN" in result.err, result)
    for words in (["-V"], ["-h"], ["-C"]):  # /proc tells the number to everybody
        result = house.run([*wrapper, house.program, *words])
        house.true("%s as %s" % (" ".join(words), who), result.code == 0 and result.out, result)


def without_rights(house):
    _fill(house, 1)
    _refused(house, "root without the capability", ["setpriv", "--bounding-set=-net_admin"])
    house.equal("nothing was touched", house.conntrack("-C").out, "1\n")


def as_nobody(house):
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if house.run([*nobody, "test", "-x", house.program]).code != 0:
        raise Skip("nobody cannot reach the program")
    _fill(house, 1)
    _refused(house, "nobody", nobody)
    able = [*nobody, "--inh-caps=+net_admin", "--ambient-caps=+net_admin"]
    for words in (["-L"], ["-C"], ["-S"], ["-G", *KEY], ["-U", *KEY, "-m", "3"], ["-D", *KEY]):
        result = house.run([*able, house.program, *words])
        house.true("%s as nobody with CAP_NET_ADMIN" % " ".join(words), result.code == 0, result)


def in_user_namespace(house):
    """Root of another user namespace is nobody here, and somebody in a network of its own."""
    if house.run(["unshare", "-U", "true"]).code != 0:
        raise Skip("no user namespaces")
    _fill(house, 1)
    _refused(house, "a stranger", ["unshare", "-U"])
    _refused(house, "root of another user namespace", ["unshare", "-U", "-r"])
    own = ["unshare", "-U", "-r", "-n", "bash", "-c",
           '"$0" -I "$@" -t 60 && "$0" -L && "$0" -D', house.program, *KEY]
    result = house.run(own)
    house.true("in a network of its own", result.code == 0 and len(result.lines) == 2, result)
    foreign = ("mount -t tmpfs none /run && ip netns add other && exec unshare -U -r -n bash -c "
               "'\"$0\" -I \"$@\" -t 60 && \"$0\" -L --netns all --limit 1' \"$0\" \"$@\"")
    result = house.run(["unshare", "-m", "bash", "-c", foreign, house.program, *KEY])
    house.true("enough of one does not hide that another is refused", result.code == 1 and
               len(result.lines) == 1 and "other: one must be root" in result.err, result)
    house.equal("nothing was touched", house.conntrack("-C").out, "1\n")


SCENARIOS = [count, stats, full_disk, full_disk_under_events, closed_streams, change_unseen, gone_reader,
             gone_event_reader, waiting_input, undo_on_a_full_disk, undo_in_odd_files,
             events_at_once, signals, without_rights, as_nobody,
             in_user_namespace]
