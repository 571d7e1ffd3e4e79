#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The story that tests/lab/demo tells. Exit status 0 only if each step went as it must."""

from __future__ import annotations

import os
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from pinlab import Guest, Host, Lab, PairHost, Result, everything, placement, wait_until  # noqa: E402
from pinlab.xml import RECORD, difference, xml_without  # noqa: E402

GUEST = Guest("db1", hugepages=2048, vcpupin={0: "0", 1: "1"}, emulatorpin="0", iothreads=1,
              iothreadpin={1: "0"})
POLICY = "[reserve]\ncpus = 0\n"
VERBOSE = "--verbose" in sys.argv
COLOURS = {"title": "1", "good": "32", "bad": "31", "dim": "2"}


class Failed(Exception):
    """A step did not go as it must."""


def paint(kind: str, text: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{COLOURS[kind]}m{text}\033[0m"


def say(text: str = "") -> None:
    print(text, flush=True)


def title(text: str) -> None:
    say(f"\n{paint('title', text)}")


def must(truth: object, text: str) -> None:
    """One checked line; the story ends at the first that is not so."""
    say(f"  {paint('good', 'yes') if truth else paint('bad', 'NO ')}  {text}")
    if not truth:
        raise Failed(text)


def virsh_migrate(source: Host, target: Host) -> Result:
    """The command as it is typed, and what it prints."""
    command = ["migrate", "--live", "--persistent", "--undefinesource", GUEST.name,
               f"qemu+tcp://{target.name}/system"]
    say(f"  {source.name}# virsh {' '.join(command)}")
    start = time.monotonic()
    done = source.virsh(*command, check=False)
    said = done.err.strip() or f"done in {time.monotonic() - start:.1f} s"
    for line in said.splitlines():
        say(f"  {paint('dim', line)}")
    return done


def hosts(lab: Lab, stage: str | None) -> tuple[PairHost, PairHost]:
    a = lab.host("hosta", PairHost, stage=stage, hugepages=64)
    b = lab.host("hostb", PairHost, stage=stage)
    lab.up()
    return a, b


# What is compared, in words: how the guest's tuning looks in its XML, and in the kernel.

def words(host: Host) -> dict[str, str]:
    root = ET.fromstring(host.dumpxml(GUEST, "--migratable"))

    def pins(path: str, number: str | None = None) -> str:
        found = [f"{pin.get(number)}: {pin.get('cpuset')}" if number else f"{pin.get('cpuset')}"
                 for pin in root.iterfind(f"cputune/{path}")]
        return ", ".join(found) or "-"

    page = root.find("memoryBacking/hugepages/page")
    kernel = everything(host, GUEST)
    sizes = sorted({mapping["page_kib"] for mapping in kernel["memory"]})
    return {
        "hugepages": "-" if page is None else f"{page.get('size')} {page.get('unit')}",
        "  memory really in pages of": ", ".join(f"{size} KiB" for size in sizes),
        "vcpupin": pins("vcpupin", "vcpu"),
        "  vCPUs really run on": ", ".join(mask for role, mask in kernel["threads"].items()
                                           if role.startswith("vcpu")),
        "emulatorpin": pins("emulatorpin"),
        "iothreadpin": pins("iothreadpin", "iothread"),
    }


def table(columns: dict[str, dict[str, str]]) -> None:
    rows = list(next(iter(columns.values())))
    say("  " + " " * 28 + "".join(f"{head:20}" for head in columns).rstrip())
    for row in rows:
        say(f"  {row:28}" + "".join(f"{column[row]:20}" for column in columns.values()).rstrip())


# The steps

def without_pinshift() -> None:
    title("1. Without pinshift")
    with Lab(quiet=not VERBOSE) as lab:
        a, b = hosts(lab, None)
        a.start(GUEST)
        done = virsh_migrate(a, b)
        must(not done.ok and "hugetlbfs" in done.err, "libvirt refuses: hostb can't give hugepages")
        must(a.state(GUEST) == "running", "db1 still runs on hosta")


def with_pinshift(stage: str, hook: bool) -> None:
    title("2. With pinshift, the same command")
    with Lab(quiet=not VERBOSE) as lab:
        a, b = hosts(lab, stage)
        if not hook:
            b.remove_hook()
        with b.configured(policy=POLICY):
            a.start(GUEST)
            must(wait_until_or_not(lambda: RECORD in a.dumpxml(GUEST)),
                 "the original placement is on record, in the guest's own metadata")
            there_and_back(a, b)


def there_and_back(a: Host, b: Host) -> None:
    original, before = placement(a, GUEST), xml_without(a.dumpxml(GUEST, "--migratable"))
    columns = {"original": words(a)}
    must(virsh_migrate(a, b).ok and b.state(GUEST) == "running", "db1 runs on hostb")
    columns["on hostb"] = words(b)
    adapted = xml_without(b.dumpxml(GUEST, "--migratable"))

    title("3. And home")
    must(virsh_migrate(b, a).ok and a.state(GUEST) == "running", "db1 runs on hosta")
    columns["home again"] = words(a)

    title("4. What became of its tuning")
    table(columns)
    say("\n  hosta to hostb, the XML (but for pinshift's record):")
    for line in difference(before, adapted).splitlines():
        say(f"    {paint('bad' if line.startswith('-') else 'good', line)}")
    say()
    must(placement(a, GUEST) == original, "at home the placement is the original, element for element")
    must(xml_without(a.dumpxml(GUEST, "--migratable")) == before, "and so is all else in the XML")
    must(wait_until_or_not(lambda: placement(a, GUEST, "--inactive") == original),
         "and in the persistent definition")
    must(columns["home again"] == columns["original"], "the kernel says the same")


def wait_until_or_not(predicate: Callable[[], object]) -> bool:
    try:
        return bool(wait_until(predicate, "it", 20))
    except Exception:
        return False


def main() -> int:
    stage = os.environ["PINSHIFT_STAGE"]
    title("A tuned guest, two unlike hosts, plain `virsh migrate`")
    say("  hosta  hugepages of 2 MiB\n  hostb  none; its CPU 0 is reserved for the host")
    say("  db1    on hugepages, vCPUs 0 and 1 pinned to CPUs 0 and 1, emulator and I/O thread to CPU 0")
    try:
        without_pinshift()
        with_pinshift(stage, "--without-hook" not in sys.argv)
    except Failed as step:
        say(f"\n{paint('bad', 'FAILED')}: not so: {step}")
        return 1
    say(f"\n{paint('good', 'PASSED')}: db1 went where it could not go, and came home as it was")
    return 0


if __name__ == "__main__":
    sys.exit(main())
