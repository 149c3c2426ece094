# SPDX-License-Identifier: MIT
"""Small, exactly known exchanges of packets; every port and identifier is the caller's."""
import json
import os
import socket
import struct
import threading
import time

import house as home

WAIT = 3  # seconds that a packet of ours may be under way
TCP_FIN_WAIT2 = 5  # netinet/tcp.h
SCTP_INIT, SCTP_INIT_ACK, SCTP_COOKIE_ECHO, SCTP_COOKIE_ACK = 1, 2, 10, 11  # RFC 9260, 3.2
SCTP_SHUTDOWN, SCTP_SHUTDOWN_ACK, SCTP_SHUTDOWN_COMPLETE = 7, 8, 14


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listener(address, port):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(4)
    sock.settimeout(WAIT)
    return sock


def client(address, port):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.settimeout(WAIT)
    return sock


class Connection:
    """Both ends of a TCP connection within one namespace."""

    def __init__(self, source, destination, listen=None):
        server = listener(*(listen or destination))
        self.client = client(*source)
        self.client.connect(destination)
        self.server, _ = server.accept()
        server.close()
        self.server.settimeout(WAIT)
        for end in (self.client, self.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, sender, data):
        """Send from one end and read at the other, acknowledged."""
        reader = self.server if sender is self.client else self.client
        sender.sendall(data)
        got = b""
        while len(got) < len(data):
            got += reader.recv(4096)
        settle(sender)

    def half_close(self):
        """The client's FIN, acknowledged by itself."""
        self.client.shutdown(socket.SHUT_WR)
        while self.server.recv(4096):
            pass
        until(lambda: tcp_state(self.client) == TCP_FIN_WAIT2)

    def close(self):
        """The server's FIN, and the end; after half_close()."""
        self.server.close()
        while self.client.recv(4096):
            pass
        self.client.close()

    def reset(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()
        try:
            self.server.recv(1)
        except ConnectionResetError:
            pass
        self.server.close()


def tcp_state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def until(condition):
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("setting: a packet did not arrive")
        time.sleep(0.002)


def settle(sock):
    """Wait until all that was sent is acknowledged (tcpi_unacked of struct tcp_info)."""
    until(lambda: struct.unpack_from("I", sock.getsockopt(
        socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0] == 0)


def knock(source, destination):
    """A SYN that nobody waits for; returns the socket, to be kept."""
    sock = client(*source)
    sock.setblocking(False)
    try:
        sock.connect(destination)
    except OSError:
        pass
    return sock


def udp(source, destination, sent=1, answered=0, size=8, listen=None, protocol=0):
    """Datagrams there, answers back, each waited for."""
    server = socket.socket(family(destination[0]), socket.SOCK_DGRAM, protocol)
    server.bind(listen or destination)
    sender = socket.socket(family(source[0]), socket.SOCK_DGRAM, protocol)
    sender.bind(source)
    for sock in (server, sender):
        sock.settimeout(WAIT)
    peer = None
    for _ in range(sent):
        sender.sendto(b"u" * size, destination)
        _, peer = server.recvfrom(4096)
    for _ in range(answered):
        server.sendto(b"a" * size, peer)
        sender.recvfrom(4096)
    server.close()
    sender.close()


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(source, destination, ident, size=8):
    """One echo request, and its answer waited for."""
    v6 = ":" in source
    protocol = socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP
    request, answer = (128, 129) if v6 else (8, 0)
    sock = socket.socket(family(source), socket.SOCK_RAW, protocol)
    sock.bind((source, 0))
    sock.settimeout(WAIT)
    body = struct.pack("!HH", ident, 1) + b"p" * size
    total = 0 if v6 else checksum(struct.pack("!BBH", request, 0, 0) + body)
    sock.sendto(struct.pack("!BBH", request, 0, total) + body, (destination, 0))
    while True:
        data = sock.recv(4096)
        if not v6:
            data = data[(data[0] & 15) * 4:]
        if data[0] == answer and data[4:6] == body[:2]:
            break
    sock.close()


def raw(protocol, source, destination, payload):
    """One IP packet, waited for at the other end."""
    receiver = socket.socket(family(destination), socket.SOCK_RAW, protocol)
    receiver.bind((destination, 0))
    receiver.settimeout(WAIT)
    sender = socket.socket(family(source), socket.SOCK_RAW, protocol)
    sender.bind((source, 0))
    sender.sendto(payload, (destination, 0))
    receiver.recv(4096)
    receiver.close()
    sender.close()


def crc32c(data):
    """RFC 9260, appendix A: the checksum of SCTP."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def sctp_packet(ports, tag, kind, body=b""):
    """An SCTP packet of one chunk."""
    chunk = struct.pack("!BBH", kind, 0, 4 + len(body)) + body
    chunk += b"\0" * (-len(chunk) % 4)
    head = struct.pack("!HHI", *ports, tag)
    return head + struct.pack("<I", crc32c(head + b"\0\0\0\0" + chunk)) + chunk


def sctp_init_body(tag):
    """Initiate tag, window, streams out and in, first sequence number."""
    return struct.pack("!IIHHI", tag, 65535, 1, 1, 1)


def gre_call(call, payload=b"ppp"):
    """GRE version 1 as PPTP has it (RFC 2637, 4.1): key bit, PPP, length, call id."""
    return struct.pack("!HHHH", 0x2001, 0x880b, len(payload), call) + payload


def ask(source, destination, size=8):
    """One datagram to an echo server elsewhere, and its answer."""
    sock = socket.socket(family(source[0]), socket.SOCK_DGRAM)
    sock.settimeout(WAIT)
    sock.bind(source)
    sock.sendto(b"q" * size, destination)
    sock.recv(4096)
    sock.close()


def _echo(sock):
    while True:
        data, who = sock.recvfrom(4096)
        sock.sendto(data, who)


class Peer:
    """Another host: a process in a network namespace of its own, joined by a veth pair."""

    def __init__(self, house):
        self.house = house
        here, there = socket.socketpair()
        self.process = os.fork()
        if self.process == 0:
            try:
                here.close()
                self._live(there)
            finally:
                os._exit(0)
        there.close()
        self.line = here.makefile("rw")
        self.line.readline()
        house.kept.append(self)  # it lives as long as the line is open

    def _live(self, sock):
        home.unshare(home.CLONE_NEWNET)
        home.loopback_up()
        line = sock.makefile("rw")
        print("ready", file=line, flush=True)
        for order in line:
            order = json.loads(order)
            try:
                getattr(self, "_" + order[0])(*order[1:])
                answer = "done"
            except OSError as error:
                answer = str(error)
            print(answer, file=line, flush=True)

    def _serve(self, port):
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)  # takes IPv4 too
        sock.bind(("::", port))
        threading.Thread(target=_echo, args=(sock,), daemon=True).start()

    def _ask(self, source, destination):
        ask(tuple(source), tuple(destination))

    def order(self, *words):
        """("serve", port): echo datagrams; ("ask", source, destination)."""
        print(json.dumps(words), file=self.line, flush=True)
        answer = self.line.readline().strip()
        if answer != "done":
            raise AssertionError("setting: the peer says: %s" % answer)

    def attach(self, name, ours, theirs):
        """A cable of that name with addresses (with prefix lengths) on both ends."""
        must, far = self.house.must, ["nsenter", "-t", str(self.process), "-n", "ip"]
        must("ip", "link", "add", name, "type", "veth", "peer", "name", "far", "netns",
             str(self.process))
        for command, device, addresses in ((["ip"], name, ours), (far, "far", theirs)):
            for address in addresses:
                nodad = ["nodad"] if ":" in address else []
                must(*command, "addr", "add", address, "dev", device, *nodad)
            must(*command, "link", "set", device, "up")

    def route(self, target, gateway):
        self.house.must("nsenter", "-t", str(self.process), "-n", "ip", "route", "add", target,
                        "via", gateway)
