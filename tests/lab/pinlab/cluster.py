# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that are a cluster: each knows all of them from its policy, and reaches the bus of each over TCP.

    cluster = Cluster(a, b, c)      # hosts that are up, with pinshift; pinshift-policyd is for the first
    cluster.start()
    cluster.policyd.rank(guest)

No ssh: what listens on a host gives each connection to `pinshift relay`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from .host import POLICY, Host
from .migrate import uri
from .piece import Piece
from .policyd import Policyd
from .wait import wait_until

PORT = 7777
LISTEN = ["busybox", "nc", "-ll", "-p", str(PORT), "-e", "pinshift", "relay"]
REMOTE_BUS = f"busybox nc {{}} {PORT}"
SECTION = """\
[host {name}]
uri = {uri}
link = {link}
"""


class Cluster:
    def __init__(self, *hosts: Host) -> None:
        self.hosts = {host.name: host for host in hosts}
        self.services = {host.name: Policyd(host) for host in hosts}
        self.policyd = self.services[hosts[0].name]
        self.listeners = {host.name: Piece(host, "relay", LISTEN, lambda host=host: _listens(host)) for host in hosts}

    def start(self, *others: Host) -> None:
        """Starts the service of the first host, and of OTHERS; on return they reach all hosts."""
        self.reach()
        self.start_services(self.policyd.host, *others)

    def reach(self, links: Mapping[str, str] | None = None) -> None:
        """The hosts know each other, and `pinshift` reaches each of them: for that there need be no service of the cluster."""
        self._side_by_side(self._listen)
        self.set_policy("", links)

    def _listen(self, host: Host) -> None:
        if not self.listeners[host.name].alive:
            self.listeners[host.name].start()

    def start_services(self, *on: Host) -> None:
        for host in on:
            self.services[host.name].start()
        for host in on:
            self.services[host.name].wait_for_state("reachable", *self.hosts)

    def stop(self) -> None:
        for service in self.services.values():
            service.stop()

    def text(self, more: str = "", links: Mapping[str, str] | None = None) -> str:
        """The policy of the cluster, and MORE; LINKS: {host: the command that leads to its bus}."""
        first = self.policyd.host.name
        chosen = {name: "local" if name == first else REMOTE_BUS.format(name) for name in self.hosts} | dict(links or {})
        return more + "".join(SECTION.format(name=name, uri=uri(host), link=chosen[name])
                              for name, host in self.hosts.items())

    def set_policy(self, more: str = "", links: Mapping[str, str] | None = None,
                   only: Mapping[str, str] | None = None) -> None:
        """All hosts get the cluster's policy and MORE; ONLY: {host: what it alone has}. Services that run have read it."""
        text = self.text(more, links)
        self._side_by_side(lambda host: self.write(host, text + (only or {}).get(host.name, "")))

    def write(self, host: Host, text: str) -> None:
        """HOST gets TEXT for its policy, and its services read it."""
        if host.exists(POLICY) and host.read(POLICY) == text:
            return
        host.write(POLICY, text)
        for service in (host.pinshiftd, self.services[host.name]):
            if service.alive:
                _reload(service)

    @contextmanager
    def configured(self, more: str = "", links: Mapping[str, str] | None = None,
                   only: Mapping[str, str] | None = None) -> Iterator[None]:
        self.set_policy(more, links, only)
        try:
            yield
        finally:
            self.set_policy()

    def local_is(self, host: Host) -> dict[str, str]:
        """The links as they suit a service on HOST."""
        return {name: "local" if name == host.name else REMOTE_BUS.format(name) for name in self.hosts}

    def everywhere(self) -> dict[str, str]:
        """Links that suit a service on any host."""
        return {name: REMOTE_BUS.format(name) for name in self.hosts}

    def _side_by_side(self, what: Callable[[Host], object]) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(what, self.hosts.values()))


def _listens(host: Host) -> bool:
    return bool(host.run("ss", "-Hltn", f"sport = :{PORT}").out)


def _reload(service: Piece) -> None:
    """Waits until the service has read its policy: it says so, or what is wrong with it."""
    host, words = service.host, "policy: "
    before = host.said().count(words)
    service.signal("HUP")
    wait_until(lambda: host.said().count(words) > before, f"{service.name} of {host.name} has read its policy")
