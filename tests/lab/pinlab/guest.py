# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest: no disk, no kernel, and any placement."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
Policy = tuple[str, str]  # mode, nodeset


@dataclass(frozen=True)
class Cell:
    cpus: str
    memory_mib: int
    attributes: str = ""


@dataclass(frozen=True)
class Guest:
    """HUGEPAGES is a page size in KiB, or several (size, guest nodeset) pairs; EXTRA_* is plain XML.

    PLUGGED: how many of VCPUS it starts with, if not all. SLOTS: room for as many DIMMs of 128 MiB.
    AUTO: numad is asked where it goes. ROM: the file that its CPU begins with, in place of a BIOS.
    KVM: its CPUs are the host's, not emulated. ARGUMENTS: what QEMU's command line has at its end.
    """

    name: str
    vcpus: int = 2
    plugged: int | None = None
    memory_mib: int = 64
    slots: int = 0
    cpuset: str | None = None
    auto: bool = False
    vcpupin: Mapping[int, str] = field(default_factory=dict)
    emulatorpin: str | None = None
    iothreads: int = 0
    iothreadpin: Mapping[int, str] = field(default_factory=dict)
    vcpusched: str = ""
    memory: Policy | None = None
    memnode: Mapping[int, Policy] = field(default_factory=dict)
    hugepages: int | Sequence[tuple[int, str]] | None = None
    cells: Sequence[Cell] = ()
    cpu: str = ""
    machine: str = "q35"
    rom: str | None = None
    kvm: bool = False
    metadata: str = ""
    extra: str = ""
    extra_devices: str = ""
    extra_backing: str = ""
    arguments: Sequence[str] = ()
    uuid: str = field(default_factory=lambda: str(uuids.uuid4()))

    def xml(self) -> str:
        parts = [
            _tag("name", self.name), _tag("uuid", self.uuid),
            f"<metadata>{self.metadata}</metadata>" if self.metadata else "",
            self._slots(), f"<memory unit='MiB'>{self.memory_mib}</memory>",
            self._backing(), self._vcpu(), self._cputune(), self._numatune(),
            _tag("iothreads", str(self.iothreads)) if self.iothreads else "",
            self._os(),
            "<features><acpi/></features>",
            self._cpu(), self.extra, DEVICES.format(extra=self.extra_devices),
            self._arguments(),
        ]
        kind = "kvm" if self.kvm else "qemu"
        return f"<domain type='{kind}' xmlns:qemu='{QEMU}'>\n" + "\n".join(p for p in parts if p) + "\n</domain>\n"

    def _vcpu(self) -> str:
        cpuset = f" cpuset='{self.cpuset}'" if self.cpuset else ""
        current = f" current='{self.plugged}'" if self.plugged else ""
        return f"<vcpu placement='{'auto' if self.auto else 'static'}'{cpuset}{current}>{self.vcpus}</vcpu>"

    def _os(self) -> str:
        rom = f"<loader readonly='yes' type='rom'>{self.rom}</loader>" if self.rom else ""
        return f"<os><type arch='x86_64' machine={quoteattr(self.machine)}>hvm</type>{rom}</os>"

    def _arguments(self) -> str:
        return _around("qemu:commandline", "".join(f"<qemu:arg value={quoteattr(argument)}/>"
                                                   for argument in self.arguments))

    def _slots(self) -> str:
        most = self.memory_mib + 128 * self.slots
        return f"<maxMemory slots='{self.slots}' unit='MiB'>{most}</maxMemory>" if self.slots else ""

    def _cputune(self) -> str:
        pins = [f"<vcpupin vcpu='{n}' cpuset='{mask}'/>" for n, mask in self.vcpupin.items()]
        if self.emulatorpin:
            pins.append(f"<emulatorpin cpuset='{self.emulatorpin}'/>")
        pins += [f"<iothreadpin iothread='{n}' cpuset='{mask}'/>"
                 for n, mask in self.iothreadpin.items()]
        return _around("cputune", "".join(pins) + self.vcpusched)

    def _numatune(self) -> str:
        rules = [f"<memory mode='{self.memory[0]}' nodeset='{self.memory[1]}'/>"] if self.memory else []
        rules += [f"<memnode cellid='{cell}' mode='{mode}' nodeset='{nodes}'/>"
                  for cell, (mode, nodes) in self.memnode.items()]
        return _around("numatune", "".join(rules))

    def _backing(self) -> str:
        if self.hugepages is None:
            return _around("memoryBacking", self.extra_backing)
        pages = [(self.hugepages, "")] if isinstance(self.hugepages, int) else self.hugepages
        inner = "".join(
            f"<page size='{size}' unit='KiB'" + (f" nodeset='{nodes}'" if nodes else "") + "/>"
            for size, nodes in pages)
        return _around("memoryBacking", f"<hugepages>{inner}</hugepages>{self.extra_backing}")

    def _cpu(self) -> str:
        if not self.cells:
            return self.cpu
        cells = "".join(f"<cell id='{n}' cpus='{cell.cpus}' memory='{cell.memory_mib}' unit='MiB'"
                        f" {cell.attributes}/>" for n, cell in enumerate(self.cells))
        return f"<cpu mode='custom' match='exact'><model>qemu64</model><numa>{cells}</numa></cpu>"


DEVICES = """\
<devices>
<controller type='usb' model='none'/>
<memballoon model='none'/>
{extra}</devices>"""


def _tag(name: str, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<{name}>{escaped}</{name}>"


def _around(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else ""
