# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways to make a host look otherwise for a while: what it has is covered, and bare again afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager

from .guest import Guest
from .host import Host
from .wait import wait_until

TMPFS = 'mkdir -p "$1" && mount -t tmpfs -o "$2" pinlab "$1"'
# The mount keeps the file, which nobody else needs.
BIND = 'cover=$(mktemp) && cat >"$cover" && chmod "$2" "$cover" && mount --bind "$cover" "$1" && rm "$cover"'
OVERLAY = 'own=$(mktemp -d) && mkdir "$own/upper" "$own/work" && ' \
    'mount -t overlay -o "lowerdir=$1,upperdir=$own/upper,workdir=$own/work" overlay "$1"'


@contextmanager
def mounted(host: Host, path: str, script: str, *words: str, input: str | None = None) -> Iterator[None]:
    """SCRIPT has mounted something on PATH."""
    host.run("sh", "-c", script, "sh", path, *words, input=input)
    try:
        yield
    finally:
        host.run("umount", "-l", path)


@contextmanager
def covered(host: Host, directory: str, files: Mapping[str, str] | None = None, options: str = "mode=0755") -> Iterator[None]:
    """DIRECTORY has nothing but FILES, by their paths in it."""
    with mounted(host, directory, TMPFS, options):
        for name, text in (files or {}).items():
            host.write(f"{directory}/{name}", text)
        yield


@contextmanager
def reads(host: Host, path: str, text: str, mode: int = 0o644) -> Iterator[None]:
    """The file PATH, which is there, has TEXT."""
    with mounted(host, path, BIND, f"{mode:o}", input=text):
        yield


@contextmanager
def has(host: Host, path: str, text: str, mode: int = 0o644) -> Iterator[None]:
    """There is a file PATH, where there was none."""
    host.write(path, text, mode)
    try:
        yield
    finally:
        host.run("rm", "-f", path)


@contextmanager
def lacks(host: Host, path: str) -> Iterator[None]:
    """Within, HOST has no file PATH."""
    host.run("mv", path, f"{path}.away")
    try:
        yield
    finally:
        host.run("mv", f"{path}.away", path)


@contextmanager
def beside(host: Host, directory: str, files: Mapping[str, str]) -> Iterator[None]:
    """DIRECTORY, in which the kernel lets nobody write, has FILES beside its own."""
    with mounted(host, directory, OVERLAY):
        for name, text in files.items():
            host.write(f"{directory}/{name}", text)
        yield


@contextmanager
def pretending(host: Host, text: str) -> Iterator[None]:
    """The daemons of the WardHost pretend TEXT."""
    with has(host, "/run/pinlab/pretend", f"{text}\n"):
        yield


@contextmanager
def seen_afresh(host: Host, *changes: AbstractContextManager[None]) -> Iterator[None]:
    """Within CHANGES, which pinshiftd has seen: it looks at hardware once."""
    with together(*changes):
        _look_afresh(host)
        yield
    _look_afresh(host)


def _look_afresh(host: Host) -> None:
    host.pinshiftd.restart()
    wait_until(lambda: "true" in host.ask("LibvirtConnected"), f"pinshiftd of {host.name} hears libvirt")


@contextmanager
def without_libvirtd(host: Host) -> Iterator[None]:
    host.libvirtd.stop()
    try:
        yield
    finally:
        _serve_afresh(host)


@contextmanager
def served_afresh(host: Host, *changes: AbstractContextManager[None]) -> Iterator[None]:
    """Within CHANGES, with which libvirtd has started."""
    with together(*changes):
        _serve_afresh(host)
        yield
    _serve_afresh(host)


def _serve_afresh(host: Host) -> None:
    """A pinshiftd that is new has not yet waited for libvirt."""
    host.libvirtd.restart()
    _look_afresh(host)


@contextmanager
def together(*changes: AbstractContextManager[None]) -> Iterator[None]:
    with ExitStack() as stack:
        for change in changes:
            stack.enter_context(change)
        yield


@contextmanager
def defined(host: Host, *guests: Guest) -> Iterator[None]:
    with ExitStack() as stack:
        for guest in guests:
            host.define(guest)
            stack.callback(host.virsh, "undefine", guest.name)
        yield


@contextmanager
def running(host: Host, *guests: Guest) -> Iterator[None]:
    with ExitStack() as stack:
        for guest in guests:
            host.create(guest)
            stack.callback(host.virsh, "destroy", guest.name)
        yield


def stored(host: Host, name: str, xml: str) -> AbstractContextManager[None]:
    """libvirt has the guest NAME from former days: it would not define it on this machine."""
    return served_afresh(host, has(host, f"/etc/libvirt/qemu/{name}.xml", xml))
