# SPDX-License-Identifier: MIT
"""A kernel in an emulated machine, without help of the processor."""
import os
import subprocess

QEMU = "qemu-system-x86_64"
MEGABYTES = 1536
# A kernel that panics restarts at once, and a machine that restarts ends.
KERNEL_WORDS = "console=ttyS0 quiet panic=-1 oops=panic random.trust_cpu=on mitigations=off"
# The machine's clock counts its instructions, a nanosecond each, and jumps when it is idle: for it
# time goes by as on a real machine, however slow or busy this one is, and nothing times out. Only
# one processor can be clocked so; several have the time of this machine.
CLOCK = ["-icount", "shift=0,sleep=off"]


def _text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().replace("\r\n", "\n")


def run(image, initramfs, folder, processors, seconds):
    """(what the commands of the machine printed, why it ended too early or None).

    Both serial lines stay as files in folder.
    """
    console, results = os.path.join(folder, "console"), os.path.join(folder, "results")
    command = [QEMU, "-accel", "tcg", "-cpu", "qemu64,+rdrand", "-m", str(MEGABYTES),
               *(CLOCK if processors == 1 else []), "-smp", str(processors),
               "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
               "-serial", "file:" + console, "-serial", "file:" + results,
               "-kernel", image, "-initrd", initramfs, "-append", KERNEL_WORDS]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as machine:
        try:
            machine.wait(seconds)
            why = "ended with %d" % machine.returncode
        except subprocess.TimeoutExpired:
            why = "no end within %d s" % seconds
        finally:
            machine.kill()
    text = _text(results) if os.path.exists(results) else ""
    if text.endswith("\nend\n"):
        return text, None
    shown = _text(console).splitlines()[-30:] if os.path.exists(console) else []
    return text, "\n".join([why, "the last lines of its console:", *shown])
