# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways in which a guest moves: flags of virsh migrate, and saved images."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from pinlab import Guest, Host, migrate, placement, wait_until, xml_without
from pinlab.cases import Suite, expect, same, stage
from pinlab.fault import FAULTS
from pinlab.host import URI
from pinlab.piece import Piece
from pinlab.result import Result
from pinlab.trio import PINNED, TUNED, Trio, runs_only_on, same_placement
from pinlab.trip import (MOVE, STORED, Home, adapted, arrived, begin, defined, is_home, is_stored,
                         is_there, listed, pins, record, unclaimed)

trips = Suite("trips", lambda lab: Trio(lab, stage()))


# Flags

@trips.each("with {0} a guest and its definition get to an unlike host, and home as they were",
            ["--p2p", "--p2p --tunnelled", "--change-protection", "--abort-on-error", "--parallel",
             "--compressed", "--auto-converge"])
def flags(w: Trio, words: str) -> None:
    home = begin(w, TUNED)
    migrate(TUNED, w.a, w.b, *words.split(), *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    same(w.a.state(TUNED), "none", "the state on hosta")
    migrate(TUNED, w.b, w.a, *words.split(), *MOVE)
    is_home(w, TUNED, home)
    same(w.b.state(TUNED), "none", "the state on hostb")


@trips.case("a definition that is left at the source is not touched, and replaced on return")
def left_behind(w: Trio) -> None:
    home = begin(w, TUNED)
    at_home = w.a.dumpxml(TUNED, *STORED)
    migrate(TUNED, w.a, w.b, "--persistent")
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    same(w.a.dumpxml(TUNED, *STORED), at_home, "the definition left on hosta")
    left = w.b.dumpxml(TUNED, *STORED)
    migrate(TUNED, w.b, w.a, "--persistent")
    is_home(w, TUNED, home)
    same(w.b.dumpxml(TUNED, *STORED), left, "the definition left on hostb")


@trips.case("a guest that moves without its definition gets home to the one that stayed")
def without_definition(w: Trio) -> None:
    home = begin(w, TUNED)
    migrate(TUNED, w.a, w.b)
    arrived(w.b, TUNED, adapted(home.live))
    same(w.b.virsh("list", "--persistent", "--name").out.strip(), "", "persistent domains on hostb")
    migrate(TUNED, w.b, w.a)
    is_home(w, TUNED, home)


@trips.case("a transient guest that is made persistent on the way has its original in the definition at home")
def made_persistent(w: Trio) -> None:
    home = begin(w, TUNED, persistent=False)
    migrate(TUNED, w.a, w.b, "--persistent")
    arrived(w.b, TUNED, adapted(home.live), adapted(home.live))
    migrate(TUNED, w.b, w.a, *MOVE)
    arrived(w.a, TUNED, home.live, home.live)
    same(record(w.a, TUNED), home.record, "the live record at home again")
    same(record(w.a, TUNED, *STORED), home.record, "the stored record at home")


def offline(guest: Guest, source: Host, target: Host) -> None:
    migrate(guest, source, target, "--offline", *MOVE, live=False)
    same((source.state(guest), target.state(guest)), ("none", "shut off"), "the states at source and target")
    unclaimed(target, guest)


@trips.each("an offline guest that {0} is adapted, starts on the unlike host, and is its original at home",
            ["has run at home", "never ran"])
def moved_offline(w: Trio, past: str) -> None:
    if past == "never ran":
        w.a.define(TUNED)
        home = Home(**defined(w, TUNED))
    else:
        home = begin(w, TUNED)
        w.a.virsh("destroy", TUNED.name)
    offline(TUNED, w.a, w.b)
    is_stored(w.b, TUNED, adapted(home.stored))
    expect("memoryBacking" not in placement(w.b, TUNED, *STORED) and record(w.b, TUNED, *STORED),
           "the definition on hostb is adapted and has a record", w.b.dumpxml(TUNED, *STORED))
    w.b.virsh("start", TUNED.name)
    w.b.virsh("destroy", TUNED.name)
    offline(TUNED, w.b, w.a)
    is_stored(w.a, TUNED, home.stored)
    same(xml_without(w.a.dumpxml(TUNED, *STORED)), home.definition, "the definition at home again")
    if home.stored_record:
        same(record(w.a, TUNED, *STORED), home.stored_record, "the stored record at home again")
    w.a.virsh("start", TUNED.name)


@trips.case("a guest that goes there and back under other names is what it was, and each name has its policy")
def renamed(w: Trio) -> None:
    home = begin(w, TUNED)
    there, back = replace(TUNED, name="away"), replace(TUNED, name="back")
    with w.b.configured(policy=f"[domain {TUNED.name}]\nvcpu-pins = keep\n[domain strict-*]\nhugepages = keep\n"):
        done = migrate(TUNED, w.a, w.b, "--dname", "strict-1", check=False)
        expect(not done.ok and "hugepages" in done.err and "strict-1" in done.err + w.b.said(),
               "the policy of the new name refuses", done)
        runs_only_on(w.a, TUNED, w.b)
        migrate(TUNED, w.a, w.b, "--dname", there.name, *MOVE)
        arrived(w.b, there, adapted(home.live), adapted(home.stored))
        migrate(there, w.b, w.a, "--dname", back.name, *MOVE)
    arrived(w.a, back, home.live, home.stored)
    same(record(w.a, back), home.record, "the live record at home again")
    same(xml_without(w.a.dumpxml(back, *STORED)), home.definition.replace(TUNED.name, back.name),
         "the definition at home but for its name")


@trips.each("a guest that arrives paused{0} is told of, its definition is adapted, and it runs again at home",
            [" by --suspend", ""])
def paused(w: Trio, how: str) -> None:
    home = begin(w, TUNED)
    if not how:
        w.a.virsh("suspend", TUNED.name)
    migrate(TUNED, w.a, w.b, *(["--suspend"] if how else []), *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored), state="paused")
    if how:
        w.b.virsh("resume", TUNED.name)
    migrate(TUNED, w.b, w.a, *MOVE)
    if not how:
        arrived(w.a, TUNED, home.live, home.stored, state="paused")
        w.a.virsh("resume", TUNED.name)
    is_home(w, TUNED, home)


# A boot sector that fills 3 MiB from 2 MiB on, for which a slow migration takes seconds, and halts. (TCG minds no
# limits of segments.)
FILL = bytes.fromhex("fc 31c0 8ec0 66bf00002000 66b900000c00 66b855555555 f36667ab fa f4 ebfd")
FILLED = "0x4ffffc"
DISK_THAT_FILLS = (FILL.ljust(510, b"\0") + b"\x55\xaa").ljust(1 << 20, b"\0")
BOOT = "/var/tmp/trips.boot"
FULL = replace(PINNED, name="full", extra_devices=f"""\
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{BOOT}'/>
<target dev='vda' bus='virtio'/><readonly/></disk>
""")
POSTCOPY = ("--postcopy", "--bandwidth", "1", "--postcopy-bandwidth", "4")  # MiB/s


@contextmanager
def lifecycle(host: Host) -> Iterator[Piece]:
    """What libvirt says of guests' lives on HOST, in a log."""
    watch = Piece(host, "virsh-event",
                  ["stdbuf", "-oL", "virsh", "-c", URI, "event", "--loop", "--event", "lifecycle"])
    host.write(watch.log, "")
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def by_post_copy(guest: Guest, source: Host, target: Host) -> None:
    with lifecycle(target) as watch, ThreadPoolExecutor(1) as pool:
        move = pool.submit(migrate, guest, source, target, *POSTCOPY, *MOVE)
        wait_until(lambda: move.done() or source.virsh("migrate-postcopy", guest.name, check=False).ok,
                   "the memory is on its way, the rest by post-copy")
        move.result()
        wait_until(lambda: "Resumed Post-copy" in target.read(watch.log), "it came by post-copy")


def is_full(host: Host) -> bool:
    return "0x55555555" in host.virsh("qemu-monitor-command", "--hmp", FULL.name, f"xp /1wx {FILLED}").out


@trips.case("a pinned guest moves by post-copy there and back")
def post_copy(w: Trio) -> None:
    for host in (w.a, w.b):
        host.run("sh", "-c", f"cat >{BOOT}", input=DISK_THAT_FILLS)
    home = begin(w, FULL)
    wait_until(lambda: is_full(w.a), "the guest has filled its memory")
    with w.b.configured(policy="[reserve]\ncpus = 0\n"):
        by_post_copy(FULL, w.a, w.b)
        same(pins(w.b, FULL), {"0": "1", "1": "1"}, "the pins where CPU 0 is reserved")
        there = placement(w.b, FULL)
        arrived(w.b, FULL, there, there)
        by_post_copy(FULL, w.b, w.a)
    expect(is_full(w.a), "the memory is what it was")
    is_home(w, FULL, home)


@trips.case("page-size-change = no says to a guest what post-copy finds out late, and it runs on")
def page_sizes(w: Trio) -> None:
    def refused() -> Result:
        done = migrate(TUNED, w.a, w.b, "--postcopy", check=False)
        expect(not done.ok, "virsh says that it failed", done)
        runs_only_on(w.a, TUNED, w.b)
        unclaimed(w.b, TUNED)
        return done

    begin(w, TUNED, persistent=False)
    refused()
    # The source may see the stream break before it hears why: QEMU says that at the destination.
    wait_until(lambda: "Postcopy needs matching RAM page sizes" in w.b.read(f"/var/log/libvirt/qemu/{TUNED.name}.log"),
               "QEMU says why")
    with w.b.configured(policy=f"[domain {TUNED.name}]\npage-size-change = no\n"):
        done = refused()
        expect(re.search("pinshift: .*page-size-change", done.err), "virsh says why", done)


DISK = "/var/tmp/trips.qcow2"
WITH_DISK = replace(TUNED, name="disk", extra_devices=f"""\
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{DISK}'/>
<target dev='sda' bus='sata'/></disk>
""")


@trips.case("a guest that brings its disk along gets there and home as it was")
def copied_storage(w: Trio) -> None:
    for host in (w.a, w.b):
        host.run("qemu-img", "create", "-q", "-f", "qcow2", DISK, "4M")
    home = begin(w, WITH_DISK)
    migrate(WITH_DISK, w.a, w.b, "--copy-storage-all", *MOVE)
    arrived(w.b, WITH_DISK, adapted(home.live), adapted(home.stored))
    migrate(WITH_DISK, w.b, w.a, "--copy-storage-all", *MOVE)
    is_home(w, WITH_DISK, home)


def with_title(text: str, title: str) -> str:
    return text.replace("</uuid>", f"</uuid>\n<title>{title}</title>", 1)


@trips.case("what --xml and --persistent-xml give a guest is what is adapted, and goes home with it")
def given_xml(w: Trio) -> None:
    home = begin(w, TUNED)
    w.a.write("/tmp/live.xml", with_title(w.a.dumpxml(TUNED, "--migratable", "--security-info"), "live"))
    w.a.write("/tmp/stored.xml", with_title(w.a.dumpxml(TUNED, *STORED), "stored"))
    migrate(TUNED, w.a, w.b, "--xml", "/tmp/live.xml", "--persistent-xml", "/tmp/stored.xml", *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    for flags, title in ((("--migratable",), "live"), (STORED, "stored")):
        same(ET.fromstring(w.b.dumpxml(TUNED, *flags)).findtext("title"), title, f"the title with {flags}")
    migrate(TUNED, w.b, w.a, *MOVE)
    arrived(w.a, TUNED, home.live, home.stored)
    same(record(w.a, TUNED), home.record, "the live record at home again")
    same(record(w.a, TUNED, *STORED), home.stored_record, "the stored record at home again")
    same(xml_without(w.a.dumpxml(TUNED, *STORED)).replace("  title: stored\n", ""), home.definition,
         "the definition at home but for its title")


# Saved

IMAGE = "/var/tmp/trips.image"


def save(host: Host, guest: Guest) -> None:
    host.virsh("save", guest.name, IMAGE)


def carry(source: Host, target: Host) -> None:
    """The image's bytes, from host to host."""
    data = base64.b64decode(source.run("base64", IMAGE).out)
    target.run("sh", "-c", f"cat >{IMAGE}", input=data)


def restore(source: Host, target: Host, *flags: str) -> None:
    """TARGET restores what SOURCE saved."""
    if target is not source:
        carry(source, target)
    target.virsh("restore", IMAGE, *flags)


@trips.case("a guest that was saved is restored on an unlike host, saved there, and restored at home as it was")
def saved(w: Trio) -> None:
    home = begin(w, TUNED, persistent=False)
    save(w.a, TUNED)
    restore(w.a, w.b)
    is_there(w.b, TUNED, adapted(home.live))
    save(w.b, TUNED)
    restore(w.b, w.a)
    is_home(w, TUNED, home)


@trips.case("a guest that was saved at home and restored on an unlike host migrates home as it was")
def saved_and_migrated(w: Trio) -> None:
    home = begin(w, TUNED, persistent=False)
    save(w.a, TUNED)
    restore(w.a, w.b)
    is_there(w.b, TUNED, adapted(home.live))
    migrate(TUNED, w.b, w.a)
    is_home(w, TUNED, home)


@trips.case("a visitor comes back from its managed save as it was there, and goes home as it was at home")
def managed_away(w: Trio) -> None:
    home = begin(w, TUNED)
    migrate(TUNED, w.a, w.b, *MOVE)
    arrived(w.b, TUNED, adapted(home.live), adapted(home.stored))
    there = record(w.b, TUNED)
    w.b.virsh("managedsave", TUNED.name)
    w.b.virsh("start", TUNED.name)
    is_there(w.b, TUNED, adapted(home.live), adapted(home.stored))
    same(record(w.b, TUNED), there, "its record after the managed save")
    migrate(TUNED, w.b, w.a, *MOVE)
    is_home(w, TUNED, home)


@trips.each("people are told of a guest that was restored{0}, once, and its record is renewed",
            ["", " paused"])
def told(w: Trio, how: str) -> None:
    home = begin(w, TUNED, persistent=False)
    save(w.a, TUNED)
    restore(w.a, w.b, *(["--paused"] if how else []))
    arrived(w.b, TUNED, adapted(home.live), state="paused" if how else "running")
    w.b.wait_for_log("record renewed on arrival")
    w.b.virsh("resume" if how else "suspend", TUNED.name)
    listed(w.b, TUNED)
    same(w.b.said().count(f"{TUNED.name}: arrived"), 1, f"times that people were told\n{w.b.said()}")


def reboot(host: Host) -> None:
    """The host's services come as at boot: pinshiftd first, nothing in /run, guests start by themselves."""
    host.pinshiftd.stop()
    host.libvirtd.stop()
    host.run("sh", "-c", "rm -rf /run/pinshift /run/libvirt/qemu/autostarted")
    host.start_product()
    host.libvirtd.start()


@trips.case("a managed save that starts at boot, before the service has heard libvirt, is what it was")
def boot(w: Trio) -> None:
    home = begin(w, TUNED)
    w.a.virsh("autostart", TUNED.name)
    w.a.virsh("managedsave", TUNED.name)
    w.a.forget_logs()
    reboot(w.a)
    wait_until(lambda: w.a.state(TUNED) == "running", "it runs")
    w.a.wait_for_log(f"{TUNED.name}: provisional")
    same_placement(w.a, TUNED, home.live)
    unclaimed(w.a, TUNED)
    same(record(w.a, TUNED), home.record, "the live record")
    same(record(w.a, TUNED, *STORED), home.stored_record, "the stored record")


@trips.case("what was saved without pinshift is adapted where it is restored, and whole again on a host that fits")
def saved_without(w: Trio) -> None:
    with FAULTS["pinshiftd stopped"](w.a):
        w.a.create(TUNED)
        original = placement(w.a, TUNED)
        save(w.a, TUNED)
    restore(w.a, w.b)
    is_there(w.b, TUNED, adapted(original))
    expect("home" not in record(w.b, TUNED), "its record names no home", record(w.b, TUNED))
    migrate(TUNED, w.b, w.c)
    arrived(w.c, TUNED, original)
