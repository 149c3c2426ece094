# SPDX-License-Identifier: MIT
"""Packages of Debian that are looked into, not installed."""
import glob
import os
import re
import shutil
import subprocess


class Unavailable(Exception):
    """This machine cannot have it; the text says what."""


def _output(*words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, **more)
    if done.returncode != 0:
        raise Unavailable("%s: %s" % (" ".join(words), done.stderr.strip()[-300:]))
    return done.stdout


def _real_kernel(name):
    """The package that a name like linux-image-cloud-amd64 stands for: the newest of its kind."""
    found = re.search(r"^ *Depends: (linux-image-\d\S+)$",
                      _output("apt-cache", "depends", name), re.MULTILINE)
    return found.group(1) if found else name


def _downloaded(name, folder):
    return max(glob.glob(os.path.join(folder, name + "_*.deb")), default=None,
               key=os.path.getmtime)


def package(name, folder):
    """The file of a package in a folder, fetched if it is not there."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unavailable("no apt-get or dpkg-deb, so no package of Debian")
    found = _downloaded(name, folder)
    if found:
        return found
    command = ["apt-get", "download", "-q", name]
    try:
        _output(*command, cwd=folder)
    except Unavailable:
        _output("apt-get", "update", "-q")
        _output(*command, cwd=folder)
    found = _downloaded(name, folder)
    if not found:
        raise Unavailable("apt-get brought no %s" % name)
    return found


def kernel(name, debs, folder):
    """(image, folder of modules) of a kernel's package, unpacked into a folder."""
    real = _real_kernel(name)
    _output("dpkg-deb", "-x", package(real, debs), folder)
    images = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
    if len(images) != 1:
        raise Unavailable("%s has %d kernels" % (real, len(images)))
    return images[0], os.path.join(folder, "lib", "modules")


def busybox(debs, folder):
    """A busybox that needs no library."""
    _output("dpkg-deb", "-x", package("busybox-static", debs), folder)
    return os.path.join(folder, "bin", "busybox")
