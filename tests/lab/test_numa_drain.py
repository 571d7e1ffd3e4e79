# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of three hosts that are not alike: one is emptied, boots, and gets back who is at home there, with real nodes and real pages."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from pinlab import Guest, Host, Lab, Result, everything, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.kernel import settled
from pinlab.power import reboot
from pinlab.trio import runs_only_on
from pinlab.trip import as_at_home, is_back
from pinlab.unlike import Unlike
from pinlab.xml import placement

# How busy the hosts are is the machine's affair here.
RULES = """\
[weights]
load = 0
[domain rt-*]
vcpu-pins = keep; remap
"""
PLAIN = Guest("plain", vcpus=1)
TUNED = (Guest("pinned", vcpupin={0: "6", 1: "5"}, emulatorpin="7"),
         Guest("bound", vcpus=1, vcpupin={0: "2"}, memory=("strict", "0"), hugepages=2048))
WIDE = Guest("rt-1", vcpus=5, vcpupin={n: f"{n}" for n in range(5)})


class Drained(Unlike):
    """pinshift-policyd runs on hostb: a host that goes down is not its own."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, RULES, served="hostb")

    def clean(self) -> None:
        super().clean()
        for name, host in self.policyd.hosts().items():
            if host["Maintenance"]:
                self.policyd.set_maintenance(name, False)

    def pinshift(self, *words: str, code: int = 0) -> Result:
        """The command line, where the service is."""
        done = self.b.run("pinshift", *words, check=False)
        same(done.rc, code, f"the exit status\n{done}")
        return done

    def in_maintenance(self, host: Host) -> bool:
        said = json.loads(self.pinshift("maintenance", host.name, "--json").out)
        return said["hosts"][0]["maintenance"]


drain = Suite("numa drain", Drained)


@drain.case("a host is emptied, boots, is in maintenance until that is over, and gets back its own guests whole, and only those")
def there_and_back(w: Drained) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda guest: w.begin(w.a, guest, persistent=guest is not PLAIN), (PLAIN, *TUNED)))
        homes = list(pool.map(lambda guest: as_at_home(w.a, guest), TUNED))
    in_kernel = [settled(everything(w.a, guest)) for guest in TUNED]

    w.pinshift("drain", "hosta")
    same(w.a.virsh("list", "--all", "--name").out.split(), [], "guests that hosta has")
    visits = [next(host for host in (w.b, w.c) if host.state(guest) == "running") for guest in (PLAIN, *TUNED)]
    for guest, home, visit in zip(TUNED, homes, visits[1:], strict=True):
        expect(placement(visit, guest) != home.live, f"{guest.name} has another placement on {visit.name}")

    reboot(w.cluster, w.a)
    expect(w.in_maintenance(w.a), "hosta is in maintenance after its boot")
    w.pinshift("maintenance", "hosta", "off")
    wait_until(lambda: not w.in_maintenance(w.a), "hosta is in maintenance no more")

    w.pinshift("migrate-home")
    for guest, home in zip(TUNED, homes, strict=True):
        runs_only_on(w.a, guest, w.b, w.c)
        is_back(w.a, guest, home)
    same([settled(everything(w.a, guest)) for guest in TUNED], in_kernel, "what the kernel reports at home again")
    runs_only_on(visits[0], PLAIN, *(host for host in w.all if host is not visits[0]))


@drain.case("a guest for which no other host has the CPUs keeps its host from being emptied, and each host says what it lacks")
def cannot_empty(w: Drained) -> None:
    w.begin(w.a, WIDE)
    plan = json.loads(w.pinshift("drain", "hosta", "--dry-run", "--json", code=1).out)
    same((plan["possible"], plan["moves"], [stay["guest"] for stay in plan["stays"]]), (False, [], ["rt-1"]), "the plan")
    for words in ("hostb", "hostc", "4 CPUs wanted, 2 available"):
        expect(words in plan["stays"][0]["why"], f"the reason has {words!r}", plan["stays"])
    expect("rt-1" in w.pinshift("drain", "hosta", code=1).err, "the drain fails with its name")
    expect(not w.in_maintenance(w.a), "hosta is not in maintenance")
    runs_only_on(w.a, WIDE, w.b, w.c)
