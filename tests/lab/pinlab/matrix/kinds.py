# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests of the matrix: one of each kind, written for hosta (and for hostf where it takes pages of 1 GiB)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..guest import Cell, Guest
from .pattern import ROM, reader

MIB_2, GIB_1 = 2048, 1048576  # page sizes in KiB

CELLS = (Cell("0", 64), Cell("1", 64))
SHARED = (Cell("0", 64, "memAccess='shared'"), Cell("1", 64, "memAccess='shared'"))
ON_BOTH = {0: ("strict", "0"), 1: ("strict", "1")}
PINS = {0: "4", 1: "5"}
MEMFD = "<source type='memfd'/><access mode='shared'/>"
FIFO = "<vcpusched vcpus='0-1' scheduler='fifo' priority='1'/>"
DIMM = """<memory model='dimm'><source><pagesize unit='KiB'>2048</pagesize><nodemask>1</nodemask></source>
<target><size unit='MiB'>128</size><node>0</node></target></memory>
"""


@dataclass(frozen=True)
class Kind:
    """ABOUT is for the table's reader. STRIPPED is the same guest without any placement."""

    about: str
    guest: Guest

    @property
    def stripped(self) -> Guest:
        guest = self.guest
        return replace(guest, cpuset=None, auto=False, vcpupin={}, emulatorpin=None, iothreadpin={}, vcpusched="", memory=None,
                       memnode={}, hugepages=None, extra_devices=guest.extra_devices.replace(_source_of(guest.extra_devices), ""))

    @property
    def is_placed(self) -> bool:
        """Whether it has what pinshift keeps a record of; what numad decides anew at each start is none."""
        return replace(self.guest, auto=False).xml() != self.stripped.xml()


def _source_of(devices: str) -> str:
    head, mark, tail = devices.partition("<source><pagesize")
    return mark + tail.partition("</source>")[0] + "</source>" if mark else "\0"


def _guest(name: str, devices: str = "", **how: Any) -> Guest:
    return Guest(name, rom=ROM, extra_devices=reader(name) + devices, **how)


KINDS: Mapping[str, Kind] = {kind.guest.name: kind for kind in (
    Kind("no tuning", _guest("untuned")),
    Kind("each vCPU on a CPU", _guest("vcpupin", vcpupin=PINS)),
    Kind("vCPUs on masks", _guest("masks", vcpupin={0: "4-7", 1: "1,5-6"})),
    Kind("emulator and I/O thread on a CPU each", _guest("emulatorpin", emulatorpin="7", iothreads=1, iothreadpin={1: "6"})),
    Kind("`vcpu cpuset` alone", _guest("cpuset", cpuset="4-7")),
    Kind("memory strictly on node 1", _guest("strict", memory=("strict", "1"))),
    Kind("memory preferably on node 1", _guest("preferred", memory=("preferred", "1"))),
    Kind("memory interleaved over nodes 0-1", _guest("interleave", memory=("interleave", "0-1"))),
    Kind("memory restricted to node 1", _guest("restrictive", memory=("restrictive", "1"))),
    Kind("2 cells, each strictly on a node", _guest("memnode", memory_mib=128, cells=CELLS, memnode=ON_BOTH)),
    Kind("pages of 2 MiB", _guest("hugepages", hugepages=MIB_2)),
    Kind("pages of 2 MiB for one of 2 cells", _guest("cellpages", memory_mib=128, cells=CELLS, hugepages=((MIB_2, "0"),))),
    Kind("a page of 1 GiB", _guest("gigapage", memory_mib=1024, hugepages=GIB_1)),
    Kind("all at once", _guest("everything", memory_mib=128, cells=CELLS, hugepages=MIB_2, vcpupin=PINS, emulatorpin="3,7",
                               iothreads=1, iothreadpin={1: "6"}, memory=("strict", "0-1"), memnode=ON_BOTH)),
    Kind("`vcpusched` fifo on pinned vCPUs", _guest("fifo", vcpupin=PINS, vcpusched=FIFO)),
    Kind("a DIMM in pages of 2 MiB on node 1", _guest("dimm", memory_mib=64, cells=(Cell("0-1", 64),), slots=1, devices=DIMM)),
    Kind("machine pc-q35-5.0, 2 cells, each strictly on a node", _guest(
        "q35-5.0", machine="pc-q35-5.0", memory_mib=128, cells=CELLS, memnode=ON_BOTH)),
    Kind("machine pc-i440fx-3.1, 2 cells, each strictly on a node", _guest(
        "i440fx-3.1", machine="pc-i440fx-3.1", memory_mib=128, cells=CELLS, memnode=ON_BOTH)),
    Kind("shared memfd in pages of 2 MiB, as for vhost-user", _guest(
        "shared", memory_mib=128, cells=SHARED, hugepages=MIB_2, extra_backing=MEMFD)),
    Kind("KVM, `host-passthrough` and each vCPU on a CPU", _guest(
        "passthrough", vcpupin=PINS, kvm=True, cpu="<cpu mode='host-passthrough'/>")),
    Kind("`placement='auto'`, numad decides", _guest("auto", auto=True)),
)}
