# SPDX-License-Identifier: LGPL-2.1-or-later
"""Work side by side: each job has the hosts that it uses to itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """RUN has HOSTS, one at least, to itself, may visit others, and returns the jobs that it leaves to others."""

    hosts: frozenset[str]
    run: Callable[[Board], Sequence[Job]]


class Board:
    """What is to be done, and who has which host: for all of a job, or for a visit, which is over soon."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._changed = threading.Condition()
        self._jobs = list(jobs)
        self._kept: set[str] = set()
        self._visited: set[str] = set()
        self._wanted: dict[str, frozenset[str]] = {}  # what who keeps a host waits for
        self._stopped = False

    def take(self) -> Job | None:
        """The first job whose hosts are free and not waited for, which it has from now on; None when no more will come."""
        with self._changed:
            while not self._stopped and (self._jobs or self._kept):
                for job in self._jobs:
                    if not job.hosts & self._kept.union(self._visited, *self._wanted.values()):
                        self._jobs.remove(job)
                        self._kept |= job.hosts
                        return job
                self._changed.wait()
            return None

    def done(self, job: Job, more: Sequence[Job]) -> None:
        """JOB gives its hosts back, and leaves MORE to do."""
        with self._changed:
            self._jobs += more
            self._kept -= job.hosts
            self._changed.notify_all()

    def stop(self) -> None:
        """No job is begun any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @contextmanager
    def visit(self, home: str, hosts: Collection[str]) -> Iterator[str | None]:
        """The first of HOSTS that is free, waiting for it; None if jobs keep all of them that wait themselves, or are to end.

        HOME is what the job keeps that asks: of jobs that wait for each other's hosts the last leaves its errands for later.
        """
        host = self._begin_visit(home, hosts)
        try:
            yield host
        finally:
            with self._changed:
                self._visited.discard(host or "")
                self._changed.notify_all()

    def _begin_visit(self, home: str, hosts: Collection[str]) -> str | None:
        with self._changed:
            while not self._stopped and not self._wanted.keys() >= {*hosts}:
                if free := [host for host in hosts if host not in self._kept | self._visited]:
                    self._visited.add(free[0])
                    return free[0]
                self._wanted[home] = frozenset(hosts)
                self._changed.wait()
                del self._wanted[home]
            return None


def run(jobs: Sequence[Job], lanes: int) -> None:
    """Runs JOBS, LANES at a time. The first that raises ends it, and so does a signal: what runs is finished, the rest is not begun."""
    board = Board(jobs)
    with ThreadPoolExecutor(lanes) as pool:
        try:
            for lane in [pool.submit(_lane, board) for _ in range(lanes)]:
                lane.result()
        finally:
            board.stop()


def _lane(board: Board) -> None:
    while (job := board.take()) is not None:
        more: Sequence[Job] = ()
        try:
            more = job.run(board)
        except BaseException:
            board.stop()
            raise
        finally:
            board.done(job, more)
