# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network of a laboratory: a bridge in a network namespace that nothing else sees."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from . import result
from .result import Result

if TYPE_CHECKING:
    from .lab import Lab

BRIDGE = "br0"
ADDRESS = "10.77.0.254/24"


# Holds by reading until its input ends: the laboratory's death closes that, so that not even SIGKILL
# leaves anything behind. An ignored SIGCHLD survives the exec: as the first process of a PID namespace
# it reaps by doing nothing. The shell reads its id as the outer /proc has it.
HOLD = "read pid rest </proc/self/stat; echo $pid; exec env --ignore-signal=CHLD cat >/dev/null"


class Switch:
    """Its namespace has no name: it lives as long as the process that holds it."""

    def __init__(self, lab: Lab) -> None:
        self.held = Held(lab, "--net")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "add", BRIDGE, "type", "bridge", "forward_delay", "0")
        self.run("ip", "addr", "add", ADDRESS, "dev", BRIDGE)
        self.run("ip", "link", "set", BRIDGE, "up")

    def command(self, *argv: str) -> list[str]:
        """The command to run here, so that ARGV runs on the switch's network."""
        return ["nsenter", "-t", str(self.held.pid), "--net", *argv]

    def run(self, *argv: str) -> Result:
        return result.run(self.command(*argv), shown=argv, where="switch")

    def plug(self, index: int, pid: int) -> None:
        """Gives the network namespace of process PID an eth0 on the bridge."""
        port = f"port{index}"
        self.run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0",
                 "netns", str(pid))
        self.run("ip", "link", "set", port, "master", BRIDGE, "up")


class Held:
    """New namespaces and the process that holds them; PID is the holder's."""

    def __init__(self, lab: Lab, *namespaces: str) -> None:
        self.process = lab.spawn(["unshare", *namespaces, "sh", "-c", HOLD],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 start_new_session=True)
        lab.undo(self.close)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"unshare {' '.join(namespaces)} failed: is this root?")
        self.pid = int(said)

    def close(self) -> None:
        """Ends the holder; on return everything in its PID namespace has ended too."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
