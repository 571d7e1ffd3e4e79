#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""nova_fit.py: what the NUMA fit of OpenStack Nova answers on the hosts of bench_hosts.py, and what it costs.

Nothing of Nova is done over here: this makes its objects and calls its numa_fit_instance_to_host().
    apt-get install -y --no-install-recommends python3-nova
Each call gets a guest of its own, as it changes it: cloned before the clock runs. Times are CPU time of this
thread, the mean over the hosts, and of that the median over repetitions. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True

import bench_hosts  # noqa: E402
from bench_hosts import Cell, Host, Node, Shape  # noqa: E402

MIB_PER_GIB = 1024
PAGE_KIB = 1 << 20


class Nova:
    """Nova's own code, and our hosts and guest in its terms."""

    def __init__(self) -> None:
        warnings.filterwarnings("ignore")
        import eventlet  # noqa: F401  # what Nova runs on; without its patches all is a little cheaper
        import nova.conf
        from nova import objects, version
        from nova.virt import hardware

        objects.register_all()
        nova.conf.CONF([], project="nova", default_config_files=[])
        self.objects = objects
        self.hardware = hardware
        self.version = version.version_string()
        self.limits = objects.NUMATopologyLimits(cpu_allocation_ratio=1.0, ram_allocation_ratio=1.0)

    def pages(self, size_kb: int, total: int, used: int) -> Any:
        return self.objects.NUMAPagesTopology(size_kb=size_kb, total=total, used=used, reserved=0)

    def node(self, node: Node) -> Any:
        memory = node.memory_gib * MIB_PER_GIB
        return self.objects.NUMACell(
            id=node.id, socket=node.socket, cpuset=set(), pcpuset=set(node.cpus), pinned_cpus=set(node.taken),
            cpu_usage=len(node.taken), siblings=[set(core) for core in node.cores],
            memory=memory, memory_usage=int(memory * node.used),
            mempages=[self.pages(4, node.total_4k, 0),
                      self.pages(2048, node.total_2m, int(node.total_2m * node.used)),
                      self.pages(PAGE_KIB, node.total_1g, node.used_1g)],
            network_metadata=self.objects.NetworkMetadata(physnets=set(), tunneled=False))

    def host(self, host: Host) -> Any:
        return self.objects.NUMATopology(cells=[self.node(node) for node in host.nodes])

    def guest(self, guest: Sequence[Cell]) -> Any:
        cells = [self.objects.InstanceNUMACell(
            id=i, cpuset=set(), pcpuset=set(cell.vcpus), memory=cell.gib * MIB_PER_GIB, pagesize=PAGE_KIB,
            cpu_policy="dedicated", cpu_thread_policy=None, cpu_pinning_raw=None, cpuset_reserved=None,
            cpu_topology=None) for i, cell in enumerate(guest)]
        return self.objects.InstanceNUMATopology(cells=cells, emulator_threads_policy=None)

    def holds(self, node: Any, cell: Any) -> bool:
        return self.hardware._numa_fit_instance_cell(node, cell.obj_clone(), self.limits, 0) is not None

    def fits(self, host: Any, guest: Any) -> bool:
        """Our matching over pairs that Nova itself judges."""
        return bench_hosts.matches([[i for i, node in enumerate(host.cells) if self.holds(node, cell)]
                                    for cell in guest.cells])

    def time(self, hosts: Sequence[Any], guest: Any) -> tuple[float, list[Any]]:
        """Microseconds a host, and the answers."""
        fit, limits = self.hardware.numa_fit_instance_to_host, self.limits
        work = [(host, guest.obj_clone()) for host in hosts]
        gc.collect()
        gc.freeze()  # what was made outside the clock is not walked inside it
        since = time.thread_time()
        answers = [fit(host, own, limits=limits) for host, own in work]
        took = time.thread_time() - since
        return took / len(hosts) * 1e6, answers


def places(answer: Any) -> list[tuple[int, set[int]]]:
    return [(cell.id, set((cell.cpu_pinning or {}).values())) for cell in answer.cells]


def judge(nova: Nova, hosts: Sequence[Host], guest: Sequence[Cell], repetitions: int) -> dict[str, object]:
    topologies, instance = [nova.host(host) for host in hosts], nova.guest(guest)
    feasible = [bench_hosts.fits(host, guest) for host in hosts]
    if feasible != [nova.fits(topology, instance) for topology in topologies]:
        raise SystemExit("nova_fit.py: cell by cell, Nova does not judge as the oracle does: they are not the same hosts")
    times, answers = [], []
    for _ in range(repetitions):
        took, answers = nova.time(topologies, instance)
        times.append(took)
    good = [answer is not None and bench_hosts.applicable(host, guest, places(answer))
            for host, answer in zip(hosts, answers, strict=True)]
    return {"version": nova.version, "hosts": len(hosts), "us": statistics.median(times), "best_us": min(times),
            "refused": sum(can and answer is None for can, answer in zip(feasible, answers, strict=True)),
            "not_applicable": sum(answer is not None and not is_good
                                  for answer, is_good in zip(answers, good, strict=True))}


class Version(argparse.Action):
    """Prints it, or fails as Nova's import does."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(Nova().version)
        parser.exit()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in fields(Shape):
        default = getattr(Shape, field.name, None)
        parser.add_argument("--" + field.name.replace("_", "-"), required=default is None, default=default,
                            type=str if field.name == "kind" else int,
                            choices=bench_hosts.KINDS if field.name == "kind" else None)
    parser.add_argument("--version", action=Version, nargs=0, help="print Nova's version")
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--timed", type=int, help="ask Nova about the first TIMED hosts only")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--dump", type=Path, metavar="FOLDER", help="write the same work for pinshift")
    parser.add_argument("--generator-only", action="store_true", help="do without Nova")
    return parser.parse_args()


def main() -> None:
    options = parse()
    shape = Shape(**{field.name: getattr(options, field.name) for field in fields(Shape)})
    guest, hosts = bench_hosts.make_guest(shape), list(bench_hosts.make_hosts(shape, options.hosts))
    result: dict[str, object] = {"hosts": len(hosts)}
    if options.dump:
        result["feasible"] = bench_hosts.dump(options.dump, hosts, guest)
    if not options.generator_only:
        result["nova"] = judge(Nova(), hosts[:options.timed], guest, options.repetitions)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
