# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that refuse, that know no such guest or host, that the bus keeps away, and hosts that can't be reached."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from arguments import absent, command
from error import Error
from input import GUEST
from world import World

HERE = socket.gethostname()
CLUSTER = f"""[host {HERE}]
link = local
uri = test:///default
[host away]
link = false
[host foreign]
link = echo hello
[host gone]
link = /nonexistent/link
"""
HOSTS = f"known are: {', '.join(sorted([HERE, 'away', 'foreign', 'gone']))}"
HEARS = ("host away", "host foreign", "host gone", f"host {HERE}: reachable")
DENIES = "".join(f"<deny send_destination='org.pinshift.{name}1'/>" for name in ("Host", "Cluster"))
NOBODY = 65534

NO_LIBVIRT = "pinshiftd is not connected to libvirt; see systemctl status libvirtd, or virtqemud"
NO_DOMAIN = "no domain 'nobody' here; see virsh list --all"
NO_GUEST = 'no guest "nobody" is known on any host that can be reached (see pinshift maintenance)'
NO_HOST = f"no host 'nohost' in the cluster; {HOSTS}"
NO_LINK = "(see its link in pinshift config cat)"
NO_POLKIT = "polkit, which decides who may change guests, can't be asked: ...; do it as root, or see that polkit runs (systemctl status polkit)"
GROUP = "for root and members of the group libvirt; join it, or be root"
ASTRAY = GUEST.replace("cpuset='1'", "cpuset='16000'")


# Any host is this one.
SSH = {"bin/ssh": '#!/bin/sh\nexec "$PINSHIFT" relay\n'}


def failed(words: str, line: str, where: str, remedy: str = "", **more: object) -> Error:
    return command(words, line, where, remedy, 1, **more)


def as_nobody(words: str, line: str, where: str) -> Error:
    return failed(words, line, where, user=NOBODY)


# Nobody is on the bus.
EMPTY = [
    absent("status"),
    absent("maintenance"),
    absent("maintenance hosta on", cluster=True),
    absent("maintenance on"),
    command(f"doctor db1 {HERE}", f"doctor: {HERE} is this host; name the one that db1 is to go to", "doctor", "name the one that db1 is to go to"),
]

# pinshiftd follows no libvirt, and there is no pinshift-policyd.
IDLE = [
    *(failed(f"{verb} db1", f"db1: {NO_LIBVIRT}", "db1") for verb in ("adopt", "forget")),
    failed("repin db1", NO_LIBVIRT, "pinshiftd"),
    failed("repin db1 --dry-run", NO_LIBVIRT, "pinshiftd"),
    absent("rank db1", cluster=True),
    absent("maintenance hosta on", cluster=True),
    Error("pinshift maintenance on LONG", ("maintenance", "on", "x" * 300), "a reason of 300 bytes; give one of 256 at most", "a reason"),
    Error("pinshift maintenance on CONTROL", ("maintenance", "on", "a\x1bb"),
          "the reason has the control character U+001B; give one plain line", "the reason"),
    Error("pinshift adapt ASTRAY", ("adapt", "-"), "db1 is refused: ...", "db1", status=1, read=ASTRAY),
    *(as_nobody(f"{verb} db1", f"db1: {NO_POLKIT}", "db1") for verb in ("adopt", "forget")),
    as_nobody("repin db1", NO_POLKIT, "polkit"),
    as_nobody("maintenance on", NO_POLKIT, "polkit"),
]

# What libvirt's test driver has, and a cluster with hosts that can't be reached.
BUSY = [
    *(failed(f"{verb} nobody", NO_DOMAIN, "'nobody'") for verb in ("adopt", "forget", "repin")),
    *(failed(f"{verb} nobody --dry-run", NO_DOMAIN, "'nobody'") for verb in ("adopt", "forget", "repin")),
    failed("repin test", "test has no record: nothing was changed that could be given back; see pinshift adopt", "test"),
    *(failed(words, NO_GUEST, '"nobody"', "(see pinshift maintenance)") for words in (
        "rank nobody", "migrate nobody", "migrate nobody --dry-run", "migrate-home nobody", "migrate-home nobody --dry-run")),
    *(failed(words, NO_HOST, "'nohost'", HOSTS) for words in (
        "migrate test nohost", "migrate test nohost --dry-run", "drain nohost", "drain nohost --dry-run", "maintenance nohost",
        "maintenance nohost on")),
    failed("drain away", f"drain away: away can't be reached: false: ended with status 1 {NO_LINK}; see pinshift drain away --dry-run",
           "drain away"),
    failed("drain away --dry-run", f"away can't be reached: false: ended with status 1 {NO_LINK}", "away", NO_LINK),
    failed("maintenance away on", f"away can't be reached: false: ended with status 1 {NO_LINK}", "away", NO_LINK),
    failed("maintenance foreign off", f"foreign can't be reached: echo hello: that is no bus, it says: hello {NO_LINK}", "foreign", NO_LINK),
    failed("maintenance gone off", f"gone can't be reached: /nonexistent/link: ... {NO_LINK}", "gone", NO_LINK),
    failed("migrate test away", "test: it can't go to away: it can't be reached: false: ended with status 1; see pinshift rank test", "test"),
    failed("migrate test", "test: no host can take it: away: it can't be reached: ...; see pinshift rank test", "test"),
    failed(f"migrate test {HERE}", f"test: it can't go to {HERE}: the guest is there; see pinshift rank test", "test"),
    failed("migrate test --make-room", "test: nothing was moved: ...; see pinshift migrate --make-room --dry-run test", "test", prints=True),
    failed(f"drain {HERE}", f"drain {HERE}: nothing was moved: ...; see pinshift drain {HERE} --dry-run", HERE, prints=True),
    *(as_nobody(words, NO_POLKIT, "polkit") for words in ("migrate test", "drain away", "maintenance away on", "balance", "migrate-home")),
]

# By way of a host's ssh.
FAR = [
    *(failed(f"{verb} -H other nobody", f"other: {NO_DOMAIN}", "other: ", files=SSH) for verb in ("forget", "repin")),
    failed("adopt -H other nobody --dry-run", NO_DOMAIN, "'nobody'", files=SSH),
    failed("status -H other", "can't reach other: ...: broken (see its link in pinshift config cat)", "other", NO_LINK,
           files={"bin/ssh": "#!/bin/sh\necho broken >&2\nexit 1\n"}),
    failed("status -H other", "can't reach other: ... (see its link in pinshift config cat)", "other", NO_LINK,
           files={"bin/ssh": "#!/bin/sh\necho REJECTED\n"}),
    command("maintenance -H other hosta on", "maintenance: name the host once: -H other, or hosta", "maintenance",
            "name the host once: -H other, or hosta", files=SSH),
    command("plan -H other - --on node:1", "plan: both -H other and --on are a host; give one of them", "-H other", files=SSH, read=GUEST),
]

# pinshiftd has nowhere to keep anything.
KEPT_NOT = [
    failed("maintenance on", "it can't be kept: ...: ...; see that pinshiftd may write there", "it can't be kept"),
]

# The bus lets nobody ask.
DENIED = [
    *(failed(words, f"the system bus does not let you ask pinshiftd for this: ...{GROUP}", "pinshiftd", GROUP) for words in (
        "status", "snapshot")),
    *(failed(words, f"...the system bus does not let you ask pinshiftd for this: ...{GROUP}", "pinshiftd", GROUP) for words in (
        "adopt db1", "repin db1", "forget --all")),
    *(failed(words, f"the system bus does not let you ask pinshift-policyd for this: ...{GROUP}", "pinshift-policyd", GROUP) for words in (
        "rank db1", "migrate db1", "drain hosta", "balance", "migrate-home", "maintenance hosta on")),
]


def worlds(programs: Mapping[str, str]) -> list[tuple[World, list[Error]]]:
    return [
        (World(programs), EMPTY),
        (World(programs, connect="none", policy="[fit]\nvcpu-pins = keep\n"), IDLE),
        (World(programs, connect="test:///default", cluster=CLUSTER, hears=HEARS), [*BUSY, *FAR]),
        (World(programs, connect="none", state="/dev/null/state"), KEPT_NOT),
        (World(programs, connect="none", cluster="", denies=DENIES), DENIED),
    ]
