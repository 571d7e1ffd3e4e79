# SPDX-License-Identifier: LGPL-2.1-or-later
"""pinshift-policyd on a host: what it says on the bus, and its jobs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .guest import Guest
from .host import Host
from .piece import BusPiece
from .result import Result
from .wait import Late, wait_until

CLUSTER = "org.pinshift.Cluster1"
PATH = "/org/pinshift/Cluster1"
HOST = f"{CLUSTER}.Host"
JOB = f"{CLUSTER}.Job"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
SERVICE = f"/usr/share/dbus-1/system-services/{CLUSTER}.service"
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
# The last word of a job.
ENDS = ("done", "failed", "cancelled")

Properties = dict[str, Any]
Plan = dict[str, Any]


class Policyd(BusPiece):
    """The service of HOST; started as root, for whom no polkit is needed."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, "pinshift-policyd", CLUSTER)

    def start(self) -> None:
        self.host.run("sed", "-i", "s/^User=.*$/User=root/", SERVICE)
        self._busctl(*BUS, "ReloadConfig")
        super().start()

    def _busctl(self, *args: str, check: bool = True) -> Result:
        return self.host.run("busctl", "--system", "--timeout=300", "--json=short", "call", *args, check=check)

    def call(self, method: str, signature: str = "", *args: str, check: bool = True) -> Result:
        """A method of the cluster, as busctl writes it."""
        return self._busctl(CLUSTER, PATH, CLUSTER, method, signature, *args, check=check)

    def objects(self, interface: str) -> dict[str, Properties]:
        """{path: properties} of all objects that have INTERFACE."""
        said = json.loads(self._busctl(CLUSTER, PATH, OBJECTS, "GetManagedObjects").out)["data"][0]
        return {path: {name: value["data"] for name, value in interfaces[interface].items()}
                for path, interfaces in said.items() if interface in interfaces}

    # Hosts

    def hosts(self) -> dict[str, Properties]:
        return {host["Name"]: host for host in self.objects(HOST).values()}

    def failure(self, name: str) -> str:
        return self.hosts()[name]["Failure"]

    def wait_for_state(self, state: str, *names: str) -> None:
        def seen() -> bool:
            hosts = self.hosts()
            return all(hosts.get(name, {}).get("State") == state for name in names)

        try:
            wait_until(seen, f"{', '.join(names)} {state} on {self.host.name}")
        except Late as late:
            raise Late(f"{late}\n{self.hosts()}") from None

    def set_maintenance(self, name: str, on: bool, reason: str = "") -> None:
        """On return the service itself knows it too."""
        self.call("SetMaintenance", "sbs", name, "true" if on else "false", reason)
        wait_until(lambda: self.hosts()[name]["Maintenance"] == on, f"{name} is seen in maintenance: {on}")

    # Guests

    def rank(self, guest: Guest | str, plans: int = 1) -> dict[str, Any]:
        name = guest if isinstance(guest, str) else guest.name
        return json.loads(json.loads(self.call("Rank", "sa{sv}", name, "1", "plans", "u", str(plans)).out)["data"][0])

    def ranked(self, guest: Guest) -> dict[str, dict[str, Any]]:
        """{host: its row}, in the order of the rank."""
        return {row["host"]: row for row in self.rank(guest)["hosts"]}

    def knows(self, guest: Guest, on: Host | None = None) -> None:
        """Waits until the service knows where GUEST runs."""
        wait_until(lambda: any(self._runs(guest, on)), f"{self.host.name} knows {guest.name}")

    def _runs(self, guest: Guest, on: Host | None) -> list[bool]:
        done = self.call("Rank", "sa{sv}", guest.uuid, "0", check=False)
        return [done.ok and (on is None or json.loads(json.loads(done.out)["data"][0])["on"] == on.name)]

    def migrate(self, guest: Guest, host: str = "", **options: bool) -> Job:
        return self._begins(self.ask_to_migrate(guest.name, host, **options))

    def ask_to_migrate(self, guest: str, host: str = "", check: bool = True, **options: bool) -> Result:
        return self.call("Migrate", "ssa{sv}", guest, host, *_words(options), check=check)

    def domains(self, **options: bool) -> dict[str, Any]:
        """What all hosts say of their guests; OPTIONS as of Domains, misses=True say."""
        return json.loads(json.loads(self.call("Domains", "a{sv}", *_words(options)).out)["data"][0])

    def picture(self, host: str, **options: str) -> ElementTree.Element:
        """HOST as it is drawn; OPTIONS: guest, who is drawn on it too."""
        return ElementTree.fromstring(json.loads(self.ask_for_picture(host, **options).out)["data"][0])

    def ask_for_picture(self, host: str, check: bool = True, **options: str) -> Result:
        return self.call("Picture", "sa{sv}", host, *_words(options), check=check)

    # Several guests at once

    def plan(self, kind: str, subject: str = "", **options: bool | str) -> Plan:
        """What would be done now; OPTIONS as of Migrate and MigrateHome, make_room=True say."""
        return json.loads(json.loads(self.call("Plan", "ssa{sv}", kind, subject, *_words(options)).out)["data"][0])

    def drain(self, host: str) -> Job:
        return self._begins(self.ask_to_drain(host))

    def ask_to_drain(self, host: str, check: bool = True) -> Result:
        return self.call("Drain", "sa{sv}", host, "0", check=check)

    def migrate_home(self, guest: str = "", **options: bool) -> Job:
        """GUEST, or without it all."""
        return self._begins(self.call("MigrateHome", "sa{sv}", guest, *_words(options)))

    def balance(self) -> Job:
        return self._begins(self.call("Balance", "a{sv}", "0"))

    def _begins(self, said: Result) -> Job:
        return Job(self, json.loads(said.out)["data"][0])

    def jobs(self, kind: str) -> list[Job]:
        """All of KIND that there are to see, in the order in which they began."""
        return [Job(self, path) for path in _by_number(path for path, job in self.objects(JOB).items() if job["Kind"] == kind)]


class Job:
    """A job of a service, by the path of its object."""

    def __init__(self, policyd: Policyd, path: str) -> None:
        self.policyd = policyd
        self.path = path

    def look(self) -> Properties:
        return self.policyd.objects(JOB)[self.path]

    def state(self) -> str:
        """Of what look() tells, what can be had most cheaply."""
        done = self.policyd.host.run("dbus-send", "--system", "--print-reply=literal", f"--dest={CLUSTER}", self.path,
                                     "org.freedesktop.DBus.Properties.Get", f"string:{JOB}", "string:State")
        return done.out.split()[-1]

    def end(self, timeout: float = 300) -> Properties:
        """Waits for its end; what it says then."""
        try:
            wait_until(lambda: self.state() in ENDS, f"{self.path} ends", timeout)
        except Late as late:
            raise Late(f"{late}\n{self.look()}\n{self.moves()}") from None
        return self.look()

    def wait_for_stream(self) -> Properties:
        """Waits until memory goes over, its own or that of one of its moves; what that job says."""
        def streams() -> Properties | None:
            jobs = self.policyd.objects(JOB)
            if jobs[self.path]["State"] in ENDS:
                raise RuntimeError(f"the job has ended: {jobs[self.path]}")
            mine = (job for path, job in jobs.items() if self.path in (path, job.get("Parent")))
            return next((job for job in mine if _streams(job)), None)

        return wait_until(streams, f"{self.path} moves memory")

    def cancel(self) -> None:
        self.policyd.host.run("busctl", "--system", "call", CLUSTER, self.path, JOB, "Cancel")

    # Of a job with several moves

    def moves(self) -> list[Properties]:
        """The jobs that are its parts, in the order in which they began."""
        return self._moves_in(self.policyd.objects(JOB))

    def follow(self, see: Callable[[list[Properties]], None], timeout: float = 300) -> Properties:
        """Has SEE look at its moves again and again until it ends; what it says then."""
        def ended() -> Properties | None:
            jobs = self.policyd.objects(JOB)
            see(self._moves_in(jobs))
            return jobs[self.path] if jobs[self.path]["State"] in ENDS else None

        return wait_until(ended, f"{self.path} ends", timeout)

    def _moves_in(self, jobs: dict[str, Properties]) -> list[Properties]:
        return [jobs[path] for path in _by_number(jobs) if jobs[path]["Parent"] == self.path]


def _streams(job: Properties) -> bool:
    return job["Kind"] == "migrate" and job["State"] == "running" and job["Stage"] == "moving" and job["BytesDone"] > 0


def _by_number(paths: Iterable[str]) -> list[str]:
    return sorted(paths, key=lambda path: int(path.rpartition("/")[2]))


def _words(options: Mapping[str, bool | str]) -> list[str]:
    """Options as busctl writes an a{sv}."""
    words = [str(len(options))]
    for name, value in options.items():
        key = name.replace("_", "-")
        words += [key, "b", "true" if value else "false"] if isinstance(value, bool) else [key, "s", value]
    return words
