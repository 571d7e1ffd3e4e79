# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the kernel says of a running guest: which thread may run where, and where the memory is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .guest import Guest
from .host import Host

# Few processes, for they are slow where a CPU is emulated: sections that begin with "== NAME". $1 is the guest's name.
GATHER = r"""
read -r pid <"/run/libvirt/qemu/$1.pid"
cd "/proc/${pid:?}" || exit
echo "== threads"
grep -HE "^(Name|Cpus_allowed_list):" task/*/status
echo "== maps"; cat maps
echo "== numa_maps"; cat numa_maps
echo "== pages"
grep -H . /sys/devices/system/node/node*/hugepages/hugepages-*/*r*_hugepages
true
"""
VCPU = re.compile(r"CPU (\d+)/")
IOTHREAD = re.compile(r"IO iothread(\d+)$")
TASK = re.compile(r"task/(\d+)/status:(Name|Cpus_allowed_list):\s*(.*)")
POOL = re.compile(r".*/node(\d+)/hugepages/hugepages-(\d+)kB/(nr|free)_hugepages:(\d+)")
ON_NODE = re.compile(r"N(\d+)=(\d+)")


def everything(host: Host, guest: Guest) -> dict[str, Any]:
    """Facts as plain data, so that two of them can be compared and printed:

    threads: {"vcpu 0": "1", "iothread 1": ..., "emulator": ...} role to affinity list; roles with
        several threads of different lists have them all, sorted.
    memory: for each mapping of the guest's RAM its policy, page size and pages by node.
    pages_in_use: {"node 0": {"2048": 32}} of the host, by node and size in KiB.
    """
    return facts(guest, sections(host.run("sh", "-c", GATHER, "sh", guest.name).out))


def facts(guest: Guest, said: Mapping[str, list[str]]) -> dict[str, Any]:
    """What everything() gives, of what GATHER SAID of GUEST."""
    return {"threads": _threads(said["threads"]),
            "memory": _memory(guest, said["maps"], said["numa_maps"]),
            "pages_in_use": _pages(said["pages"])}


def sections(text: str) -> dict[str, list[str]]:
    """The lines of TEXT by the `== NAME` that they come after."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("== "):
            found[line[3:]] = current = []
        else:
            current.append(line)
    return found


def settled(kernel: dict[str, Any]) -> dict[str, Any]:
    """What placement decides: not how many ordinary pages are touched, nor where unbound ones lie."""
    memory = [
        (mapping["policy"], mapping["page_kib"],
         sorted(mapping["pages"]) if _binds(mapping["policy"]) else "anywhere")
        for mapping in kernel["memory"]]
    in_use: dict[str, int] = {}
    for sizes in kernel["pages_in_use"].values():
        for size, count in sizes.items():
            in_use[size] = in_use.get(size, 0) + count
    return {"threads": kernel["threads"], "memory": sorted(memory, key=str), "pages": in_use}


def _binds(policy: str) -> bool:
    return policy.startswith("bind")


def qmp(host: Host, guest: Guest, command: str) -> Any:
    """What QEMU returns for a QMP COMMAND without arguments."""
    done = host.virsh("qemu-monitor-command", "--domain", guest.name, f'{{"execute":"{command}"}}')
    return json.loads(done.out)["return"]


def _role(name: str) -> str:
    if found := VCPU.match(name):
        return f"vcpu {found[1]}"
    if found := IOTHREAD.match(name):
        return f"iothread {found[1]}"
    return "emulator"


def _threads(lines: list[str]) -> dict[str, str]:
    said = {(found[1], found[2]): found[3] for line in lines if (found := TASK.fullmatch(line))}
    masks: dict[str, set[str]] = {}
    for (tid, kind), name in said.items():
        if kind == "Name" and (tid, "Cpus_allowed_list") in said:  # A thread may end while it is looked at.
            masks.setdefault(_role(name), set()).add(said[tid, "Cpus_allowed_list"])
    return {role: " ".join(sorted(found)) for role, found in sorted(masks.items())}


def _memory(guest: Guest, maps: list[str], numa_maps: list[str]) -> list[dict[str, Any]]:
    sizes = [cell.memory_mib for cell in guest.cells] or [guest.memory_mib]
    least = min(sizes) << 20
    ram = {int(start, 16) for line in maps for start in _large(line, least)}
    return [_mapping(line) for line in numa_maps if int(line.split()[0], 16) in ram]


def _large(line: str, least: int) -> list[str]:
    """The start of the mapping if it can be guest RAM: writable, not executable, large enough."""
    area, flags = line.split()[:2]
    start, end = area.split("-")
    fits = flags.startswith("rw-") and int(end, 16) - int(start, 16) >= least
    return [start] if fits else []


def _mapping(line: str) -> dict[str, Any]:
    words = line.split()
    size = next((w.partition("=")[2] for w in words if w.startswith("kernelpagesize_kB=")), "4")
    nodes = {found[1]: int(found[2]) for word in words if (found := ON_NODE.fullmatch(word))}
    return {"policy": words[1], "page_kib": int(size), "pages": nodes}


def _pages(lines: list[str]) -> dict[str, dict[str, int]]:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        if found := POOL.fullmatch(line):
            counts.setdefault((f"node {found[1]}", found[2]), {})[found[3]] = int(found[4])
    used: dict[str, dict[str, int]] = {}
    for (node, size), count in counts.items():
        if count["nr"]:
            used.setdefault(node, {})[size] = count["nr"] - count["free"]
    return used
