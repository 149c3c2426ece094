# SPDX-License-Identifier: MIT
"""One scenario a protocol: entries and events of real packets over loopback."""
import socket
import struct

import packets
from entry import Entry, Side
from views import Events, destroy, see

LOCAL = "127.0.0.1"
OTHER = "127.0.0.2"
TCP, UDP, ICMP, ICMPV6, GRE, SCTP, UDPLITE, UNKNOWN = 6, 17, 1, 58, 47, 132, 136, 253
DCCP, DCCP_REQUEST, DCCP_RESPONSE, DCCP_ACK = 33, 0, 1, 3


def _tcp_life(house, source, destination):
    """From the first SYN to the time after the close, looked at in each state that lasts."""
    new = Entry(TCP, Side(source, destination, (1024, 90)), timeout=120, state="SYN_SENT")
    received = new.but(timeout=60, state="SYN_RECV", replied=True)
    established = received.but(timeout=432000, state="ESTABLISHED", assured=True)
    half = established.but(timeout=60, state="CLOSE_WAIT")
    over = established.but(timeout=120, state="TIME_WAIT")
    house.track()
    with Events(house) as events:
        connection = packets.Connection((source, 1024), (destination, 90))
        connection.say(connection.client, b"question")
        connection.say(connection.server, b"answer")
        see(house, established)
        connection.half_close()
        see(house, half)
        connection.close()
        see(house, over)
        destroy(house, over)
    events.expect(("NEW", new), ("UPDATE", received), ("UPDATE", established),
                  ("UPDATE", established.but(timeout=120, state="FIN_WAIT")), ("UPDATE", half),
                  ("UPDATE", established.but(timeout=30, state="LAST_ACK")), ("UPDATE", over),
                  ("DESTROY", over))


def tcp_life(house):
    _tcp_life(house, LOCAL, LOCAL)


def tcp_life_ipv6(house):
    _tcp_life(house, "::1", "::1")


def tcp_unanswered(house):
    house.track()
    house.rules("table inet wall { chain in { type filter hook input priority 300;"
                " tcp dport 99 accept; }; chain early { type filter hook input priority 290;"
                " tcp dport 99 drop; }; chain before { type filter hook prerouting priority 0;"
                " ct state new accept; }; }")
    # A dropped packet confirms no entry, unless its path out had confirmed it: POSTROUTING does.
    with Events(house) as events:
        keep = packets.knock((LOCAL, 1024), (LOCAL, 99))
        entry = Entry(TCP, Side(LOCAL, LOCAL, (1024, 99)), timeout=120, state="SYN_SENT")
        see(house, entry)
    events.expect(("NEW", entry))
    keep.close()


def tcp_half_open(house):
    """The answer to the SYN is lost on its way."""
    house.track()
    house.rules("table inet wall { chain in { type filter hook input priority 0;"
                " tcp sport 90 drop; }; }")
    server = packets.listener(LOCAL, 90)
    keep = packets.knock((LOCAL, 1024), (LOCAL, 90))
    see(house, Entry(TCP, Side(LOCAL, LOCAL, (1024, 90)), timeout=60, state="SYN_RECV",
                     replied=True))
    keep.close()
    server.close()


def tcp_reset(house):
    house.track()
    with Events(house) as events:
        packets.Connection((LOCAL, 1024), (LOCAL, 90)).reset()
        base = Entry(TCP, Side(LOCAL, LOCAL, (1024, 90)), timeout=10, state="CLOSE", replied=True,
                     assured=True)
        see(house, base)
    events.expect(("NEW", base.but(timeout=120, state="SYN_SENT", replied=False, assured=False)),
                  ("UPDATE", base.but(timeout=60, state="SYN_RECV", assured=False)),
                  ("UPDATE", base.but(timeout=432000, state="ESTABLISHED")), ("UPDATE", base))


def udp_one_way(house):
    house.track()
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5000))
        packets.udp(("::1", 4001), ("::1", 5001))
        four = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30)
        six = Entry(UDP, Side("::1", "::1", (4001, 5001)), timeout=30)
        see(house, four, six)
        destroy(house, four)
        see(house, six)
    events.expect(("NEW", four), ("NEW", six), ("DESTROY", four))


def udp_replied(house):
    house.track()
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5000), sent=2, answered=2)
        entry = Entry(UDP, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, replied=True)
        see(house, entry)
    events.expect(("NEW", entry.but(replied=False)), ("UPDATE", entry))


def udplite(house):
    house.track()
    with Events(house) as events:
        packets.udp((LOCAL, 4000), (LOCAL, 5000), answered=1, protocol=UDPLITE)
        entry = Entry(UDPLITE, Side(LOCAL, LOCAL, (4000, 5000)), timeout=30, replied=True)
        see(house, entry)
    events.expect(("NEW", entry.but(replied=False)), ("UPDATE", entry))


def ping(house):
    house.track()
    with Events(house) as events:
        packets.ping(LOCAL, LOCAL, 500)
        packets.ping("::1", "::1", 501)
        four = Entry(ICMP, Side(LOCAL, LOCAL, (8, 0, 500)), timeout=30, replied=True)
        six = Entry(ICMPV6, Side("::1", "::1", (128, 0, 501)), timeout=30, replied=True)
        see(house, four, six)
        destroy(house, four)
        destroy(house, six)
        see(house)
    events.expect(("NEW", four.but(replied=False)), ("UPDATE", four),
                  ("NEW", six.but(replied=False)), ("UPDATE", six),
                  ("DESTROY", four), ("DESTROY", six))


def _mute(house, *answers):
    """The kernel's own sockets of a protocol, where it has them, are not to answer for the test."""
    house.rules("table inet mute { chain out { type filter hook output priority -400; %s }; }"
                % " ".join("meta l4proto %s drop;" % answer for answer in answers))


def _sctp(ports, source, destination, tag, kind, body=b""):
    packets.raw(SCTP, source, destination, packets.sctp_packet(ports, tag, kind, body))


def sctp(house):
    """An association by hand: the kernel may lack SCTP sockets, conntrack still follows it."""
    house.track()
    _mute(house, "sctp @th,96,8 6", "sctp @th,96,16 0x0e01")  # ABORT, SHUTDOWN COMPLETE to nobody
    there, back = (3000, 4000), (4000, 3000)
    new = Entry(SCTP, Side(LOCAL, OTHER, there), timeout=10, state="CLOSED")
    waiting = new.but(timeout=3, state="COOKIE_WAIT", replied=True)
    echoed = waiting.but(state="COOKIE_ECHOED")
    established = echoed.but(timeout=210, state="ESTABLISHED", assured=True)
    over = established.but(timeout=10, state="CLOSED")
    with Events(house) as events:
        _sctp(there, LOCAL, OTHER, 0, packets.SCTP_INIT, packets.sctp_init_body(0x11223344))
        see(house, new)
        _sctp(back, OTHER, LOCAL, 0x11223344, packets.SCTP_INIT_ACK,
              packets.sctp_init_body(0x55667788))
        see(house, waiting)
        _sctp(there, LOCAL, OTHER, 0x55667788, packets.SCTP_COOKIE_ECHO, b"cookie")
        see(house, echoed)
        _sctp(back, OTHER, LOCAL, 0x11223344, packets.SCTP_COOKIE_ACK)
        see(house, established)
        _see_vtags(house, 0x55667788, 0x11223344)
        _sctp(there, LOCAL, OTHER, 0x55667788, packets.SCTP_SHUTDOWN, b"\0\0\0\1")
        _sctp(back, OTHER, LOCAL, 0x11223344, packets.SCTP_SHUTDOWN_ACK)
        _sctp(there, LOCAL, OTHER, 0x55667788, packets.SCTP_SHUTDOWN_COMPLETE)
        see(house, over)
        destroy(house, over)
    events.expect(("NEW", new), ("UPDATE", waiting), ("UPDATE", echoed), ("UPDATE", established),
                  ("UPDATE", established.but(timeout=3, state="SHUTDOWN_SENT")),
                  ("UPDATE", established.but(timeout=3, state="SHUTDOWN_ACK_SENT")),
                  ("UPDATE", over), ("DESTROY", over))


def _see_vtags(house, original, reply):
    """The tag that the packets of each direction carry, as a number in wire order."""
    words = house.conntrack("-L", "-o", "save").out.split()
    got = {option: int(words[words.index(option) + 1]) for option in
           ("--orig-vtag", "--reply-vtag") if option in words}
    house.equal("SCTP tags", got, {"--orig-vtag": original, "--reply-vtag": reply})


def sctp_socket(house):
    """The same by the kernel's own SCTP, where it has one."""
    try:
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
    except OSError:
        house.skip("no SCTP sockets in this kernel")
        return
    house.track()
    server.bind((LOCAL, 4000))
    server.listen(1)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
    client.bind((LOCAL, 3000))
    client.connect((LOCAL, 4000))
    see(house, Entry(SCTP, Side(LOCAL, LOCAL, (3000, 4000)), timeout=210, state="ESTABLISHED",
                     replied=True, assured=True))


def gre(house):
    """Plain GRE has no keys; PPTP's has the call number as the destination's."""
    house.track()
    with Events(house) as events:
        packets.raw(GRE, LOCAL, OTHER, b"\0\0\x08\0plain")
        plain = Entry(GRE, Side(LOCAL, OTHER, (0, 0)), timeout=30)
        packets.raw(GRE, LOCAL, LOCAL, packets.gre_call(0x1234))
        call = Entry(GRE, Side(LOCAL, LOCAL, (0, 0x1234)), timeout=30)
        see(house, plain, call)
        packets.raw(GRE, OTHER, LOCAL, b"\0\0\x08\0plain")
        answered = plain.but(replied=True)
        see(house, answered, call)
        packets.raw(GRE, LOCAL, OTHER, b"\0\0\x08\0plain")
        steady = answered.but(timeout=180, assured=True)
        see(house, steady, call)
    events.expect(("NEW", plain), ("NEW", call), ("UPDATE", answered), ("UPDATE", steady))


def unknown_protocol(house):
    house.track()
    with Events(house) as events:
        packets.raw(UNKNOWN, LOCAL, OTHER, b"whatever")
        entry = Entry(UNKNOWN, Side(LOCAL, OTHER), timeout=600)
        see(house, entry)
        packets.raw(UNKNOWN, OTHER, LOCAL, b"an answer")
        answered = entry.but(replied=True)
        see(house, answered)
        destroy(house, answered)
    events.expect(("NEW", entry), ("UPDATE", answered), ("DESTROY", answered))


def _dccp(source, destination, ports, kind, number, more):
    """Send a packet of RFC 4340 with a long sequence number; nobody looks at its checksum."""
    head = struct.pack("!HHBBHBBHI", *ports, (16 + len(more)) // 4, 0, 0, kind << 1 | 1, 0, 0,
                       number)
    packets.raw(DCCP, source, destination, head + more)


def _dccp_is_followed(house):
    """Linux up to 6.14 follows DCCP; later ones take it for any other protocol."""
    _dccp(LOCAL, OTHER, (2999, 4000), DCCP_REQUEST, 1, b"\0\0\0\1")
    result = house.conntrack("-L", "-p", "dccp")
    house.full_match("-L -p dccp", r"dccp     33 [0-9]+ (REQUEST )?src=127\.0\.0\.1"
                     r" dst=127\.0\.0\.2( sport=2999 dport=4000)? \[UNREPLIED\] .*\n", result.out)
    house.must(house.program, "-D", "-p", "dccp")
    return "REQUEST" in result.out


def dccp(house):
    """A handshake, where the kernel follows it; what was saved of it can be loaded."""
    there, service = (3000, 4000), b"\0\0\0\1"
    back = tuple(reversed(there))
    requested = Entry(DCCP, Side(LOCAL, OTHER, there), timeout=240, state="REQUEST")
    answered = requested.but(timeout=480, state="RESPOND", replied=True)
    partly = answered.but(state="PARTOPEN", assured=True)
    steady = partly.but(timeout=43200, state="OPEN")
    house.track()
    _mute(house, "dccp @th,67,4 7")  # Reset
    if not _dccp_is_followed(house):
        house.skip("this kernel does not follow DCCP")
        return
    with Events(house) as events:
        _dccp(LOCAL, OTHER, there, DCCP_REQUEST, 10, service)
        see(house, requested)
        _dccp(OTHER, LOCAL, back, DCCP_RESPONSE, 70, struct.pack("!Q", 10) + service)
        see(house, answered)
        _dccp(LOCAL, OTHER, there, DCCP_ACK, 11, struct.pack("!Q", 70))
        see(house, partly)
        _dccp(OTHER, LOCAL, back, DCCP_ACK, 71, struct.pack("!Q", 11))
        see(house, steady)
        saved = house.conntrack("-L", "-o", "save").out
        house.true("the role is saved", " --role client" in saved, saved)
        destroy(house, steady)
    events.expect(("NEW", requested), ("UPDATE", answered), ("UPDATE", partly), ("UPDATE", steady),
                  ("DESTROY", steady))
    house.must(house.program, "-R", "-", stdin=saved)
    see(house, steady)


SCENARIOS = [tcp_life, tcp_life_ipv6, tcp_unanswered, tcp_half_open, tcp_reset, udp_one_way,
             udp_replied, udplite, ping, sctp, sctp_socket, gre, unknown_protocol, dccp]
