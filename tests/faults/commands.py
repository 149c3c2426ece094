# SPDX-License-Identifier: MIT
"""The command lines that meet faults, and the table that they meet them on."""
import dataclasses

from netlink import ASSURED, FIXED_TIMEOUT, SEEN_REPLY

LASTING = 1000000  # seconds; what is near it is a timeout that runs down
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
BOTH = SEEN_REPLY | ASSURED

LABEL_LIST = "0 zero\n1 one\n40 forty\n"
RULES = "table inet l { chain o { type filter hook output priority 0; ct label set 1; }; }"
HOSTS = "127.0.0.1 localhost\n10.0.0.1 alpha.test\n10.0.0.2 beta.test\n"
# What is shown in place of a number where it can be found out, and the number.
NAMES = {"alpha.test": "10.0.0.1", "beta.test": "10.0.0.2", "http": "80", "https": "443",
         "domain": "53", "ftp": "21", "http-alt": "8080", "zero": "0", "one": "1", "forty": "40"}


def flow(protocol, source, destination, parts=(), **more):
    return {"protocol": protocol, "src": source, "dst": destination, "parts": parts,
            "timeout": LASTING, **more}


ENTRIES = [
    flow(TCP, "10.0.0.1", "10.0.0.2", (1000, 80), state=3, status=BOTH, mark=5, labels=[1]),
    flow(TCP, "10.0.0.1", "10.0.0.2", (1001, 443), state=1),
    flow(UDP, "10.0.0.3", "10.0.1.2", (5000, 53), status=SEEN_REPLY, mark=1),
    flow(UDP, "10.0.0.1", "192.168.0.9", (4001, 80), dnat=("10.0.0.2", 8080)),
    flow(ICMP, "10.0.0.1", "10.0.0.2", (8, 0, 7), status=FIXED_TIMEOUT),
    flow(UDP, "10.0.0.1", "10.0.0.2", (53, 53), zone=5, mark=9),
    flow(TCP, "fd00::1", "fd00::2", (1000, 80), state=3, status=BOTH, mark=5),
    flow(ICMPV6, "fd00::1", "fd00::2", (128, 0, 7)),
    flow(TCP, "10.0.0.1", "10.0.0.2", (1021, 21), state=3, status=BOTH, helper="ftp"),
]
EXPECTATION = {"master": ("10.0.0.1", "10.0.0.2", TCP, (1021, 21)),
               "tuple": ("10.0.0.2", "10.0.0.1", TCP, (0, 5000)), "timeout": LASTING}
FRESH = [flow(UDP, "10.0.0.1", "10.0.0.2", (7000, 53), mark=5),
         flow(TCP, "fd00::1", "fd00::2", (7001, 80), state=1)]

NEW = "-s 10.9.0.1 -d 10.9.0.2 -p udp --sport 9 --dport 10 -t %d" % LASTING
LOAD = """# of each kind
-I -s 10.9.0.1 -d 10.9.0.2 -p udp --sport %%d --dport 10 -t %d -m 3 --labelmap labels --label-add one
-A -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 -t %d -m 8 --state ESTABLISHED
-U -p tcp --dport 443 -m 77
-U -s 10.0.0.3 -m 78
-D -s 10.0.0.1 -d 10.0.0.2 -p icmp
-D -f ipv6 -p ipv6-icmp
""" % (LASTING, LASTING)


def load(lines):
    """A file of many lines, "quoted words" among them."""
    first, rest = (LOAD % 1).split("\n", 1)
    more = "".join('-I -s "10.9.0.2" -d 10.9.1.2 -p udp --sport %d --dport 10 -t %d\n' %
                   (port, LASTING) for port in range(1, lines + 1))
    return "%s\n%s%s" % (first, more, rest)


@dataclasses.dataclass
class Command:
    words: str                    # split at blanks, "_" standing for one within a word
    stdin: str = ""
    code: int = 0                 # of a run without faults
    live: bool = False            # waits for events
    results: tuple = ()           # files that it writes
    named: bool = False           # shows names, or numbers where it finds none
    long: bool = False            # so many calls that each place fails but once, in any run

    @property
    def argv(self):
        return [word.replace("_", " ") for word in self.words.split()]

    @property
    def changes(self):
        return self.live or any(word in ("-I", "-A", "-U", "-D", "-F", "-R")
                                for word in self.words.split()) and "--help" not in self.words

    @property
    def strict(self):
        return "--strict" in self.words


# More lines than a load keeps in memory.
FILES = {"huge": load(9000), "labels": LABEL_LIST, "load": load(3), "long": load(120),
         "addresses": "10.0.0.1\n10.1.0.0/16\nfd00::1-fd00::9\n",
         "filter": "tcp and dport 443\n", "broken": "-D -p tcp --dport 80\n-D --nonsense\n"}

COMMANDS = [
    Command("-V"),
    Command("--help"),
    Command("-D --help"),
    Command("--help -p tcp"),
    Command("-L"),
    Command("-L -o extended"),
    Command("-L -o id,labels,timestamp --labelmap labels", named=True),
    Command("-L -o save"),
    Command("-L -o save,full"),
    Command("-L -o xml"),
    Command("-L -o xml,extended -f ipv6"),
    Command("-L -o json"),
    Command("-L -o csv"),
    Command("-L -o table"),
    Command("-L -o table -H --resolve", named=True),
    Command("-L --columns proto,src,dport,bytes"),
    Command("-L -p tcp --dport 80 --state ESTABLISHED -m 5"),
    Command("-L -l one --labelmap labels"),
    Command("-L --filter src_in_{10.0.0.0/8,fd00::/8}_and_(dport_in_{80,443}_or_mark_5) --explain"),
    Command("-L --filter-file filter"),
    Command("-L tcp or dport 53"),
    Command("-L --filter src_@addresses"),
    Command("-L --filter label_one_and_tcp --labelmap labels"),
    Command("-L --group-by src/24,proto"),
    Command("-L --group-by src,proto,dport --resolve", named=True),
    Command("-L --group-by dport --top 2 --approx"),
    Command("-L --group-by proto --sort flows -o json"),
    Command("-L --group-by proto -o csv"),
    Command("-L --sort src,dport --limit 4"),
    Command("-L dying"),
    Command("-L unconfirmed"),
    Command("-L expect"),
    Command("-L expect -o xml"),
    Command("-L expect -o json"),
    Command("-L --netns far"),
    Command("-L --netns /run/netns/far"),
    Command("-L --netns all"),
    Command("-C --netns all"),
    Command("-L -z"),
    Command("-C"),
    Command("-C -o json"),
    Command("-C -p tcp"),
    Command("-C expect"),
    Command("-S"),
    Command("-S -o json"),
    Command("-S expect"),
    Command("-S --netns far"),
    Command("-G -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80"),
    Command("-G -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1 --dport 80", code=1),
    Command("-G expect -s 10.0.0.2 -d 10.0.0.1 -p tcp --sport 0 --dport 5000"
            " --reply-port-src 0 --reply-port-dst 0"),
    Command("-I %s" % NEW),
    Command("-I %s -m 5 --label-add one,forty --labelmap labels -n 10.3.0.1:77" % NEW),
    Command("-I -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 -t 9 --state NONE", code=1),
    Command("-A %s" % NEW),
    Command("-A -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80 -t 1000000 -m 3"
            " --state ESTABLISHED"),
    Command("-I expect -s 10.0.0.1 -d 10.0.0.2 --tuple-src 10.0.0.2 --tuple-dst 10.0.0.1 -p tcp"
            " --sport 1021 --dport 21 --tuple-port-src 0 --tuple-port-dst 7000 -t 1000000"
            " --mask-src 255.255.255.255 --mask-dst 255.255.255.255 --mask-port-src 0"
            " --mask-port-dst 65535"),
    Command("-U -p tcp -m 0x40/0xf0"),
    Command("-U -l one --labelmap labels --label-add zero -m 6 -o labels"),
    Command("-U -m 99 --filter tcp -o json"),
    Command("-D"),
    Command("-D -p tcp --dport 80 -o json"),
    Command("-D --filter udp_and_mark_9 --explain"),
    Command("-D -s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 1000 --dport 80"),
    Command("-D -p tcp --undo back", results=("back",)),
    Command("-D -p tcp --max 100 --strict"),
    Command("-D -p udp --dry-run"),
    Command("-D -p 99", code=1),
    Command("-D --netns far -m 5"),
    Command("-D expect -s 10.0.0.2 -d 10.0.0.1 -p tcp --sport 0 --dport 5000"
            " --reply-port-src 0 --reply-port-dst 0"),
    Command("-F"),
    Command("-F --undo back", results=("back",)),
    Command("-F -m 5 -f ipv6"),
    Command("-F --filter dport_in_{80,443}"),
    Command("-F expect"),
    Command("-R load"),
    Command("-R long --skip-existing"),
    Command("-R huge --dry-run", long=True),
    Command("-R -", stdin=load(3)),
    Command("-R load --undo back --strict", results=("back",)),
    Command("-R load --dry-run"),
    Command("-R broken", code=2),
    Command("-E -e NEW,UPDATES", live=True),
    Command("-E -o json", live=True),
    Command("-E -o xml --snapshot", live=True),
    Command("-E --snapshot --resync --reliable", live=True),
    Command("-E -m 5 -p udp --stop-after 1 --duration 2s -b 100000", live=True),
    Command("-E --group-by proto --duration 300ms", live=True),
    Command("-E --output-file events --strict", live=True,
            results=("events",)),
    Command("-E --filter dport_in_{53,80} -o csv", live=True),
    Command("-E expect --stop-after 1 --duration 2s", live=True),
    Command("-E -e NEW --stop-after 1", live=True),
    Command("-L --nonsense", code=2),
    Command("-L -s 10.0.0.999", code=2),
    Command("-L --filter sport_and", code=2),
]
