# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts of the matrix in one laboratory, with pinshift or for a while without."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from ..lab import Lab
from ..numa import NumaHost
from .harm import Facts, facts
from .hosts import HOSTS
from .pattern import ROM, program
from .trip import World


class Site:
    """Up when it is made; ends with LAB."""

    def __init__(self, lab: Lab, stage: str, hosts: Collection[str] = tuple(HOSTS)) -> None:
        rom = program()
        self.hosts = {key: lab.host(name_of(key), NumaHost, shape=kind.shape, stage=stage, files={ROM: rom}, one_thread=True)
                      for key, kind in HOSTS.items() if key in hosts}
        lab.up()
        with ThreadPoolExecutor() as pool:
            self.facts: dict[str, Facts] = dict(zip(self.hosts, pool.map(facts, self.hosts.values())))

    @contextmanager
    def with_product(self) -> Iterator[World]:
        yield World(self.hosts, self.facts, product=True)

    @contextmanager
    def without_product(self) -> Iterator[World]:
        """Within, libvirt is alone on all hosts."""
        with ExitStack() as stack:
            for host in self.hosts.values():
                stack.enter_context(host.without_product())
            yield World(self.hosts, self.facts, product=False)


def name_of(key: str) -> str:
    """The name of a host: what virsh is told, and what pinshift says."""
    return key if len(key) > 1 else f"host{key}"
