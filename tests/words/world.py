# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bus of its own with the real services on it.

    with World(programs, connect="test:///default", cluster="[host hostb]\\nlink = false\\n") as world:
        run("pinshift", "status", address=world.address)
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from error import ENVIRONMENT, PATIENCE_S

HOST, CLUSTER = "org.pinshift.Host1", "org.pinshift.Cluster1"
BUS = """<busconfig><type>system</type><listen>unix:path={dir}/bus</listen><auth>EXTERNAL</auth><policy context='default'>
<allow user='*'/><allow own='*'/><allow send_destination='*' eavesdrop='false'/><allow receive_sender='*'/>
<allow send_type='method_call'/>{more}</policy></busconfig>
"""


class World:
    """CONNECT: what pinshiftd follows, None: there is none; CLUSTER: the policy of pinshift-policyd, None: there is none; POLICY: that of
    pinshiftd; DENIES: rules of the bus; STATE: where pinshiftd keeps what it keeps; HEARS: what pinshift-policyd says before it is asked anything."""

    def __init__(self, programs: Mapping[str, str], connect: str | None = None, cluster: str | None = None, policy: str = "",
                 denies: str = "", state: str = "", hears: tuple[str, ...] = ()) -> None:
        self.programs = programs
        self.connect = connect
        self.cluster = cluster
        self.policy = policy
        self.denies = denies
        self.state = state
        self.hears = hears
        self.stack = ExitStack()

    def __enter__(self) -> World:
        self.directory = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.directory.chmod(0o755)
        self.address = f"unix:path={self.directory}/bus"
        (self.directory / "bus.conf").write_text(BUS.format(dir=self.directory, more=self.denies))
        bus = self.start("dbus-daemon", "--nofork", "--nopidfile", "--print-address", f"--config-file={self.directory}/bus.conf")
        assert bus.stdout is not None and bus.stdout.readline(), "the bus did not start"
        if self.connect is not None:
            self.start_service("pinshiftd", HOST, "--connect", self.connect, "--runtime-dir", str(self.directory / "run"), "--state-dir",
                               self.state or str(self.directory / "state"))
        if self.cluster is not None:
            self.start_service("pinshift-policyd", CLUSTER)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stack.close()

    def start(self, *argv: str) -> subprocess.Popen[str]:
        process = self.stack.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                                            env=ENVIRONMENT | {"DBUS_SYSTEM_BUS_ADDRESS": self.address}))
        self.stack.callback(process.terminate)
        return process

    def start_service(self, program: str, name: str, *options: str) -> None:
        policy = self.directory / f"{program}.conf"
        policy.write_text((self.cluster if name == CLUSTER else self.policy) or "")
        service = self.start(self.programs[program], "--policy", str(policy), *options)
        subprocess.run(["gdbus", "wait", "--system", "--timeout", str(PATIENCE_S), name], check=True,
                       env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.address})
        missing = set(self.hears if name == CLUSTER else ())
        while missing:
            line = service.stdout.readline() if service.stdout else ""
            assert line, f"{program} has ended and did not say {missing}"
            missing = {words for words in missing if words not in line}
