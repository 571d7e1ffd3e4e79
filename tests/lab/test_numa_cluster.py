# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three hosts that are not alike: which is right for a guest, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pinlab import Guest, Host
from pinlab.cases import Suite, expect, same
from pinlab.element import elements
from pinlab.guest import Cell
from pinlab.trio import runs_only_on
from pinlab.unlike import Unlike

# How busy the hosts are is the machine's affair here.
RULES = """\
[weights]
load = 0
[domain rt-*]
vcpu-pins = keep; remap
[domain as-*]
hosts = hosta; hostc
[group web]
members = web-*
policy = affinity
strict = no
"""
CELLS = (Cell("0", 64), Cell("1", 64))
FIFO = "<vcpusched vcpus='0-1' scheduler='fifo' priority='1'/>"
NEIGHBOUR = Guest("web-2", vcpus=1)


@dataclass(frozen=True)
class Row:
    """Where GUEST belongs, with what verdict; FILTER: why the other host is out, None where it is behind; WORDS of its reason."""

    guest: Guest
    best: str
    verdict: str
    filter: str | None
    words: tuple[str, ...]


TABLE = {
    "untuned": Row(Guest("plain", vcpus=1), "hostb", "keep", None, ("% of its memory would be left",)),
    "pinned": Row(Guest("pinned", vcpupin={0: "6", 1: "5"}), "hostb", "adapt", None, ("vcpu-pins: ",)),
    "strictly bound": Row(Guest("strict", vcpus=1, memory=("strict", "1")), "hostc", "keep", None, ("numa-memory: ", "costs 32")),
    "huge": Row(Guest("pages", vcpus=1, hugepages=2048), "hostc", "keep", None, ("hugepages: ", "costs 6400")),
    "two-celled": Row(Guest("cells", memory_mib=128, cells=CELLS, memnode={0: ("strict", "0"), 1: ("strict", "1")}),
                      "hostc", "keep", None, ("numa-memory: ",)),
    "realtime": Row(Guest("rt-1", vcpupin={0: "6", 1: "5"}, vcpusched=FIFO), "hostb", "adapt", "plan",
                    ("vcpu-pins: ", "CPU 6 lies otherwise here", "to make it fit")),
    "assigned": Row(Guest("as-1", vcpus=1), "hostc", "keep", "assigned", ("hosta, hostc",)),
    "befriended": Row(Guest("web-1", vcpus=1), "hostc", "keep", None, ("group web",)),
}


unlike = Suite("numa cluster", lambda lab: Unlike(lab, RULES))


def as_planned(host: Host, guest: Guest, plan: dict[str, Any]) -> None:
    """GUEST has what PLAN says of pins and memory."""
    seen, planned = elements(host.dumpxml(guest, "--migratable")), plan["placement"]
    same({name: mask for name, mask in seen.items() if name.startswith("vcpupin ")},
         {f"vcpupin {vcpu}": mask for vcpu, mask in (planned.get("vcpupin") or {}).items()}, "its pins, and those of the plan")
    same("hugepages" in seen, bool(planned.get("hugepages")), "whether it has hugepages, and the plan")
    memory = planned.get("memory")
    expect(not memory or memory["nodeset"] in seen["memory"], "its memory is where the plan says", seen, memory)


@unlike.each("a guest that is {0} goes to the right host by itself, and the others say why they are not", TABLE)
def right_host(w: Unlike, kind: str) -> None:
    row = TABLE[kind]
    if kind == "befriended":
        w.begin(w.c, NEIGHBOUR)
    w.begin(w.a, row.guest)
    hosts = w.policyd.ranked(row.guest)
    best, other = w.cluster.hosts[row.best], next(name for name in ("hostb", "hostc") if name != row.best)
    same((next(iter(hosts)), hosts[row.best]["verdict"]), (row.best, row.verdict), f"the best host\n{hosts}")
    same((hosts["hosta"]["place"], hosts["hosta"]["filter"]), (None, "here"), "where it is")
    seen = hosts[other]
    same((seen["place"], seen.get("filter")), (None if row.filter else 2, row.filter), f"{other}: {seen}")
    for word in row.words:
        expect(word in seen["why"], f"{other} says {word!r}", seen["why"])
    job = w.policyd.migrate(row.guest).end()
    same((job["State"], job["Destination"]), ("done", row.best), f"how it ended: {job}")
    runs_only_on(best, row.guest, *(host for host in w.all if host is not best))
    as_planned(best, row.guest, hosts[row.best]["plan"])
