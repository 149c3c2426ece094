# SPDX-License-Identifier: MIT
"""One of the two worlds: a program in private namespaces, driven over a pipe."""
import json
import os
import subprocess
import sys

import house as home
import netlink
import world

PATIENCE = 10


class Twin:
    """The outside of a world. Orders are answered in order; post() and take() may overlap."""

    ours = []  # our ends of all pipes: a world that inherited them would outlive us

    def __init__(self, program, folder):
        order_reader, order_writer = os.pipe()
        answer_reader, answer_writer = os.pipe()
        self.keeper = os.fork()
        if self.keeper == 0:
            try:
                for descriptor in (order_writer, answer_reader, *Twin.ours):
                    os.close(descriptor)
                _enter(program, folder, os.fdopen(order_reader), os.fdopen(answer_writer, "w"))
            finally:
                os._exit(1)
        os.close(order_reader)
        os.close(answer_writer)
        Twin.ours += [order_writer, answer_reader]
        self.orders = os.fdopen(order_writer, "w")
        self.answers = os.fdopen(answer_reader)

    def post(self, *order):
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()

    def take(self):
        line = self.answers.readline()
        if not line:
            raise RuntimeError("a world has ended")
        answer = json.loads(line)
        if isinstance(answer, dict):
            raise RuntimeError(answer["trouble"])
        return answer

    def close(self):
        for pipe in (self.orders, self.answers):
            Twin.ours.remove(pipe.fileno())
            pipe.close()
        os.waitpid(self.keeper, 0)


def _enter(program, folder, orders, answers):
    """A process in namespaces of its own, and the first one in its process namespace."""
    first_network = os.readlink("/proc/self/ns/net")
    home.unshare(home.CLONE_NEWNET | home.CLONE_NEWNS | home.CLONE_NEWPID)
    if os.readlink("/proc/self/ns/net") == first_network:
        raise OSError("the network namespace is still the first one")
    child = os.fork()
    if child == 0:
        try:
            _Inside(program, folder).serve(orders, answers)
        finally:
            sys.stderr.flush()
            os._exit(0)
    orders.close()
    answers.close()
    os.waitpid(child, 0)
    os._exit(0)


class _Inside:
    """The inside: what the orders do."""

    def __init__(self, program, folder):
        home.mount("none", "/", None, home.MS_REC | home.MS_PRIVATE)
        home.mount("proc", "/proc", "proc", 0)
        home.loopback_up()
        self.program = program
        house = home.House(program, folder)
        house.system_file(world.LABEL_MAP, world.LABEL_LIST)
        house.rules(world.RULES)
        house.kernel("netfilter.nf_conntrack_events", 1)
        self.sock = netlink.Socket()

    def serve(self, orders, answers):
        for line in orders:
            name, *words = json.loads(line)
            try:
                answer = getattr(self, "do_" + name)(*words)
            except Exception as error:  # told to the outside, which ends the run
                answer = {"trouble": "%s: %s" % (line, error)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()

    def do_refresh(self):
        world.refresh(self.sock)
        return []

    def do_dump(self):
        return [self.sock.dump(netlink.CT), self.sock.dump(netlink.EXPECT)]

    def do_run(self, words, text):
        try:
            done = subprocess.run([self.program, *words], input=text, capture_output=True,
                                  text=True, errors="replace", timeout=PATIENCE,
                                  env=home.environment())
        except subprocess.TimeoutExpired:
            return ["hangs", "", ""]
        return [done.returncode, done.stdout, done.stderr]

    def do_listen(self, words):
        """The program hears the events of world.happen(), then an interrupt."""
        listener = home.Listener([self.program, *words])
        if listener.listening(1):  # with nothing in -e it never does
            world.happen(self.sock)
        result = listener.stop()
        return [result.code, result.out, result.err]

    def do_ids(self):
        """The id of each entry of the setting, as the programs print it."""
        return [self.sock.identify(entry) for entry in world.ENTRIES]
