# SPDX-License-Identifier: MIT
"""The same entries through every view of the program, compared with what they should be."""
import json
import os
import re
import shutil
import xml.etree.ElementTree as ET

import entry as model

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCHEMA = os.path.join(ROOT, "doc", "conntrack.schema.json")
XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n'
XML_FOOT = "</conntrack>\n"


def well_formed(matches):
    """The same test, but false for what cannot even be parsed."""
    def test(*args):
        try:
            return matches(*args)
        except (ValueError, KeyError, TypeError, AttributeError, ET.ParseError):
            return False
    return test


def _pair(house, what, entries, lines, matches):
    """Each line is one of the entries, and each entry has its line."""
    missing, extra, matches = list(entries), [], well_formed(matches)
    for line in lines:
        found = next((entry for entry in missing if matches(entry, line)), None)
        if found is None:
            extra.append(line)
        else:
            missing.remove(found)
            house.true("%s: %s" % (what, found.about()), True)
    if missing or extra:
        house.true(what, False, "missing: %s\nextra:   %s" % (
            "\n         ".join(entry.shape() for entry in missing), "\n         ".join(extra)))


def text_matches(entry, line, **form):
    match = re.fullmatch(entry.text(**form), line)
    if not match:
        return False
    seconds = match.groupdict().get("timeout")
    return seconds is None or entry.in_time(seconds)


def see_text(house, entries):
    count = "%d flow entries have been shown.\n" % len(entries)
    for words, form in ((["-L"], {}), (["-L", "-o", "extended,id"], {"extended": 1, "ident": 1})):
        result = house.conntrack(*words)
        what = " ".join(words)
        house.true(what + ": exit and count", result.code == 0 and result.err.endswith(count),
                   result)
        _pair(house, what, entries, result.lines, lambda e, l: text_matches(e, l, **form))


def see_proc(house, entries):
    """-o extended is the kernel's own line, but for words that only /proc has."""
    if any(e.age or e.helper or e.zone or e.original.zone or e.reply.zone for e in entries):
        return
    def normal(line):
        line = re.sub(r" use=\d+| zone=0| timeout=\d+, stream_timeout=\d+", "", line.strip())
        return re.sub(r"^(\S+ +\d+ \S+ +\d+) \d+ ", r"\1 ", line)
    with open("/proc/net/nf_conntrack") as file:
        wanted = sorted(" ".join(normal(line).split()) for line in file)
    got = sorted(" ".join(normal(line).split())
                 for line in house.conntrack("-L", "-o", "extended").lines)
    house.equal("-o extended and /proc/net/nf_conntrack", got, shorten_ipv6(wanted))


def shorten_ipv6(lines):
    """/proc writes IPv6 addresses in full: ours are compared in the short form."""
    import ipaddress
    short = lambda match: "%s=%s" % (match[1], ipaddress.ip_address(match[2]))
    return sorted(re.sub(r"\b(src|dst)=([0-9a-f:]{39})", short, line) for line in lines)


def see_get(house, entries):
    for entry in entries:
        if entry.zone or entry.original.zone or entry.reply.zone:
            continue
        result = house.conntrack("-G", *entry.key())
        house.true("-G %s" % entry.about(), result.code == 0
                   and text_matches(entry, result.out.rstrip("\n")), "%s\n%s" % (
                       entry.shape(), result))


# XML


def _side_facts(meta):
    facts = {}
    for element in list(meta.find("layer3")) + list(meta.find("layer4")):
        numeric = element.tag not in ("src", "dst")
        facts[element.tag] = int(element.text, 0) if numeric else element.text
    zone = meta.find("zone")
    if zone is not None:
        facts["zone"] = int(zone.text)
    counters = meta.find("counters")
    if counters is not None:
        for name in ("packets", "bytes"):
            facts[name] = int(counters.find(name).text)
    return facts


def xml_facts(flow):
    """An XML <flow> in the shape of Entry.facts(), and its seconds left."""
    metas = {meta.get("direction"): meta for meta in flow.findall("meta")}
    rest = metas["independent"]
    layer3, layer4 = metas["original"].find("layer3"), metas["original"].find("layer4")
    facts = {
        "family": layer3.get("protoname"), "protocol": int(layer4.get("protonum")),
        "original": _side_facts(metas["original"]), "reply": _side_facts(metas["reply"]),
        "replied": rest.find("unreplied") is None, "assured": rest.find("assured") is not None}
    for name, convert in (("state", str), ("mark", int), ("zone", int)):
        element = rest.find(name)
        if element is not None:
            facts[name] = convert(element.text)
    helper = flow.find("helper")
    if helper is not None:
        facts["helper"] = helper.text
    timeout = rest.find("timeout")
    return facts, None if timeout is None else timeout.text


def xml_matches(entry, line, event=None):
    facts, seconds = xml_facts(ET.fromstring(line))
    return _facts_match(entry, facts, seconds, event)


def _facts_match(entry, facts, seconds, event):
    wanted = entry.facts(event)
    if event == "DESTROY" and "state" not in facts:
        wanted.pop("state", None)
    missing_is_fine = event == "DESTROY" and seconds is None
    timely = missing_is_fine or (seconds is None) == (entry.timeout is None)
    return facts == wanted and timely and (seconds is None or entry.in_time(seconds))


def see_xml(house, entries):
    result = house.conntrack("-L", "-o", "xml")
    if not entries:
        house.equal("-o xml of nothing", result.out, "")
        return
    house.true("-o xml: head and foot", result.code == 0 and result.out.startswith(XML_HEAD)
               and result.out.endswith(XML_FOOT), result)
    ET.fromstring(result.out)
    _pair(house, "-L -o xml", entries, result.lines[2:-1], xml_matches)


# JSON


def schema_errors(lines):
    """What a real validator says of these lines; nothing when there is none."""
    if jsonschema is None or not os.path.exists(SCHEMA):
        return []
    with open(SCHEMA) as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    errors = []
    for line in lines:
        try:
            found = [error.message for error in validator.iter_errors(json.loads(line))]
        except ValueError as error:
            found = [str(error)]
        errors += ["%s: %s" % (message, line) for message in found]
    return errors


JSON_SIDE = {"source": "src", "destination": "dst", "zone": "zone", "packets": "packets",
             "bytes": "bytes", "source_port": "sport", "destination_port": "dport",
             "source_key": "srckey", "destination_key": "dstkey", "type": "type", "code": "code",
             "id": "id"}


def json_facts(record):
    """A JSON object in the shape of Entry.facts(), and its seconds left."""
    def side(name):
        return {JSON_SIDE[key]: value for key, value in record[name].items() if key in JSON_SIDE}
    facts = {
        "family": record["family"], "protocol": record["protocol_number"],
        "original": side("original"), "reply": side("reply"),
        "replied": "SEEN_REPLY" in record["status"], "assured": "ASSURED" in record["status"]}
    for name in ("state", "mark", "zone", "helper"):
        if name in record:
            facts[name] = record[name]
    if record.get("protocol") != model.NAMES.get(facts["protocol"]):
        facts["protocol"] = record.get("protocol")
    return facts, record.get("timeout")


def json_matches(entry, line, event=None):
    facts, seconds = json_facts(json.loads(line))
    return _facts_match(entry, facts, seconds, event)


def see_json(house, entries):
    result = house.conntrack("-L", "-o", "json")
    house.true("-o json: exit", result.code == 0, result)
    _pair(house, "-L -o json", entries, result.lines, json_matches)
    house.equal("-o json against the schema", schema_errors(result.lines), [])
    if shutil.which("jq"):
        parsed = house.run(["jq", "-r", ".original.source"], stdin=result.out)
        house.equal("-o json through jq", sorted(parsed.lines),
                    sorted(entry.original.src for entry in entries))


# Save


def save_matches(entry, line, command="-A"):
    words = line.split(" ")
    if words[0] != command:
        return False
    got = dict(zip(words[1::2], words[2::2]))
    return all(got.get(option) == value for option, value in entry.save().items())


def see_save(house, entries):
    result = house.conntrack("-L", "-o", "save")
    house.true("-o save: exit", result.code == 0, result)
    _pair(house, "-L -o save", entries, result.lines, save_matches)


def see(house, *entries):
    """All views that list; the table holds just these entries."""
    see_text(house, entries)
    see_proc(house, entries)
    see_get(house, entries)
    see_xml(house, entries)
    see_json(house, entries)
    see_save(house, entries)
    count = house.conntrack("-C")
    house.true("-C", count.code == 0 and count.out == "%d\n" % len(entries), count)


# Events


class Events:
    """Listeners in every format around some traffic: with Events(house) as events: …"""

    FORMATS = ("text", "xml", "json", "save", "timestamp")

    def __init__(self, house, formats=FORMATS):
        self.house = house
        self.formats = formats

    def __enter__(self):
        self.listeners = {form: self.house.listen(*([] if form == "text" else ["-o", form]))
                          for form in self.formats}
        return self

    def __exit__(self, *failed):
        self.results = {form: listener.stop() for form, listener in self.listeners.items()}

    def expect(self, *wanted):
        """(type, entry) in order, the same in every format."""
        count = "%d flow events have been shown.\n" % len(wanted)
        for form, result in self.results.items():
            what = "-E -o %s" % form
            self.house.true(what + ": exit and count",
                            result.code == 0 and result.err.endswith(count), result)
            getattr(self, "_" + form)(what, result.lines, wanted)

    def _lines(self, what, lines, wanted, matches):
        if not self.house.equal(what + ": number of events", len(lines), len(wanted)):
            self.house.failures[-1] += "\n" + "\n".join(lines)
        matches = well_formed(matches)
        for number, (line, (kind, entry)) in enumerate(zip(lines, wanted), 1):
            self.house.true("%s: event %d, %s" % (what, number, kind), matches(kind, entry, line),
                            "wanted: %s\ngot:    %s" % (entry.shape(event=kind), line))

    def _text(self, what, lines, wanted):
        self._lines(what, lines, wanted, lambda k, e, line: text_matches(e, line, event=k))

    def _timestamp(self, what, lines, wanted):
        def matches(kind, entry, line):
            stamp = re.match(r"\[[0-9]{10}\.[0-9]{6}\]\t", line)
            return bool(stamp) and text_matches(entry, line[stamp.end():], event=kind)
        self._lines(what, lines, wanted, matches)

    def _xml(self, what, lines, wanted):
        if wanted:
            self.house.true(what + ": head and foot", lines[:2] == XML_HEAD.splitlines()
                            and lines[-1:] == XML_FOOT.splitlines(), "\n".join(lines))
            lines = lines[2:-1]
        self._lines(what, lines, wanted, lambda k, e, line: ET.fromstring(line).get("type")
                    == k.lower() and xml_matches(e, line, event=k))

    def _json(self, what, lines, wanted):
        self._lines(what, lines, wanted, lambda k, e, line: json.loads(line).get("event")
                    == k.lower() and json_matches(e, line, event=k))
        self.house.equal(what + ": against the schema", schema_errors(lines), [])

    def _save(self, what, lines, wanted):
        commands = {"NEW": "-A", "UPDATE": "-U", "DESTROY": "-D"}

        def matches(kind, entry, line):
            if kind == "DESTROY" and "--state" not in line:
                entry = entry.but(state=None)
            return save_matches(entry, line, commands[kind])
        self._lines(what, lines, wanted, matches)


def destroy(house, entry):
    """Delete it by its key, seen as the program tells it."""
    result = house.conntrack("-D", *entry.key())
    house.true("-D %s" % entry.about(), result.code == 0 and text_matches(
        entry, result.out.rstrip("\n")) and result.err.endswith(
            "1 flow entries have been deleted.\n"), "%s\n%s" % (entry.shape(), result))
