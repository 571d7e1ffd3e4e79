# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Ganeti's hail and hbal cost: a cluster in the text form of its htools, a guest to be placed on it, and hosts to be made alike."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

HAIL = Path("/usr/lib/ganeti/iallocators/hail")
HBAL = Path("/usr/bin/hbal")
NODE_MIB, NODE_CPUS = 512 * 1024, 64
GUESTS = 10  # on each node
SIZES_MIB = (4096, 8192, 16384, 32768)

REQUEST = {
    "enabled_hypervisors": ["kvm"], "cluster_tags": [], "instances": {}, "nodegroups": {}, "nodes": {},
    "request": {
        "type": "allocate", "name": "ranked", "memory": 16384, "vcpus": 8, "disk_template": "ext", "disks": [{"size": 1024}],
        "disk_space_total": 0, "hypervisor": "kvm", "nics": [], "os": "any", "required_nodes": 1, "spindle_use": 1, "tags": []}}
# Memory, CPUs, disks, and so on of the cluster's policy: far from all that is asked.
POLICY = "|128,1,1024,1,1,1|128,1,0,1,1,1;1048576,128,1048576,16,8,12|ext,plain,drbd|8.0|64.0"


def cluster(nodes: int, crowded: bool = False) -> Iterator[str]:
    """Groups, nodes, guests, tags, policy: a blank line between two of them. If it is `crowded` every tenth node has half as many guests more, and the
    next one half as many."""
    rnd = random.Random(1)
    rows, guests = [], []
    for i in range(nodes):
        extra = {0: GUESTS // 2, 1: -(GUESTS // 2)}.get(i % 10, 0) if crowded else 0
        sizes = [(rnd.choice(SIZES_MIB), rnd.choice((2, 4, 8))) for _ in range(GUESTS + extra)]
        free = NODE_MIB - sum(memory for memory, _ in sizes)
        rows.append(f"n{i:05}|{NODE_MIB}|0|{free}|1000000|1000000|{NODE_CPUS}|{'M' if i == 0 else 'N'}|g1|1||N|0|1|1.0")
        guests += [f"v{i:05}-{j}|{memory}|0|{cpus}|running|Y|n{i:05}||ext||1|-" for j, (memory, cpus) in enumerate(sizes)]
    yield "one|g1|preferred||\n"
    yield "\n".join(rows) + "\n"
    yield "\n".join(guests) + "\n"
    yield ""
    yield POLICY


def version() -> str | None:
    """None where it is not there."""
    if not HAIL.exists():
        return None
    done = subprocess.run([HAIL, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout else shutil.which("hail") or "hail"


def balance_us(nodes: int, most_seconds: int) -> float | None:
    """CPU time of finding the first move, in microseconds; None: it takes more than that. Only moves that send memory are looked at."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "cluster.data")
        data.write_text("\n".join(cluster(nodes, crowded=True)) + "\n")
        with subprocess.Popen([HBAL, "-t", data, "--max-length=1", "--no-disk-moves"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds)),
                              ) as process:
            answer = process.stdout.read() if process.stdout else b""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == -signal.SIGKILL:
        return None
    if process.returncode != 0 or b"Solution length=1" not in answer:
        raise SystemExit(f"bench_htools: hbal found no move: {answer[-200:]!r}")
    return (used.ru_utime + used.ru_stime) * 1e6


def place_us(nodes: int) -> float:
    """CPU time of placing one guest, in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        data, request = Path(folder, "cluster.data"), Path(folder, "request.json")
        data.write_text("\n".join(cluster(nodes)) + "\n")
        request.write_text(json.dumps(REQUEST))
        with subprocess.Popen([HAIL, "-t", data, "--no-capacity-checks", request], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            answer = process.stdout.read() if process.stdout else b""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or b'"success":true' not in answer.replace(b" ", b""):
        raise SystemExit(f"bench_htools: hail did not place the guest: {answer[:200]!r}")
    return (used.ru_utime + used.ru_stime) * 1e6
