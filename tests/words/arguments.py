# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command lines that are wrong, and programs that find nobody to talk to."""

from __future__ import annotations

import re

from error import Error
from input import GUEST, HOW_GUEST, READABLE

NOT_ENABLED = "is it enabled (systemctl enable --now pinshiftd)?"
CLUSTER_NOT_ENABLED = "is it enabled (systemctl enable --now pinshift-policyd)?"
WANTS = {
    "adapt": "DOMAIN|FILE|-",
    "adopt": "DOMAIN",
    "config": "check|cat [FILE]",
    "drain": "HOST",
    "migrate": "DOMAIN [HOST]",
    "plan": "DOMAIN|FILE|-",
    "rank": "DOMAIN",
    "repin": "DOMAIN",
}
# Verbs that take no more than these.
MOST = {
    "adapt": "a b",
    "adopt": "a b",
    "balance": "a",
    "config": "check a b",
    "drain": "a b",
    "forget": "a b",
    "log": "a b",
    "maintenance": "a on b c",
    "migrate": "a b c",
    "migrate-home": "a b",
    "plan": "a b",
    "rank": "a b",
    "relay": "a",
    "repin": "a b",
    "snapshot": "a",
    "status": "a b",
    "topology": "a b",
}


def command(words: str, line: str, where: str = "", remedy: str = "", status: int = 2, **more: object) -> Error:
    return Error(f"pinshift {words}", tuple(words.split()), line, where or f"{words.split()[0]}: ", remedy, status, **more)


def absent(words: str, cluster: bool = False, **more: object) -> Error:
    service, remedy = ("pinshift-policyd", CLUSTER_NOT_ENABLED) if cluster else ("pinshiftd", NOT_ENABLED)
    return command(words, f"can't reach {service} on the system bus: ...; {remedy}", service, remedy, 1, **more)


def daemon(program: str, words: str, line: str, where: str, remedy: str = "", status: int = 2, **more: object) -> Error:
    return Error(f"{program} {words}", tuple(words.split()), line, where, remedy, status, program=program, **more)


FRONT = [
    Error("pinshift", (), "no command; known are: ...", "command"),
    command("nonsense", 'unknown command "nonsense"; known are: ...', '"nonsense"'),
    command("--nonsense", "Unknown option --nonsense; see pinshift --help", "--nonsense"),
    command("-c", "Missing argument for -c; see pinshift --help", "-c"),
]

VERBS = [
    *(command(verb, f"{verb}: too few arguments; usage: pinshift {verb} {usage}") for verb, usage in WANTS.items()),
    *(command(f"{verb} {words}", f"{verb}: too many arguments; usage: pinshift {verb}...") for verb, words in MOST.items()),
    *(command(f"{verb} --nonsense", f"{verb}: Unknown option --nonsense; usage: pinshift {verb}...") for verb in MOST),
    command("forget", "forget: either a domain or --all is wanted; usage: pinshift forget DOMAIN|--all"),
    command("forget db1 --all", "forget: either a domain or --all is wanted; usage: pinshift forget DOMAIN|--all"),
    command("rank -H hosta db1", "rank: -H HOST is for verbs that ask one host's pinshiftd, which this one does not; usage: pinshift rank ..."),
    command("complete nonsense", 'complete: unknown word "nonsense"; known are: ...'),
    command("status --group nonsense", "status: no group 'nonsense' in the policy; ...", "'nonsense'", "; write one as in [group db]"),
    command("config look", 'config: unknown word "look"; known are: check, cat'),
    command("log --lines many", "log: Cannot parse integer value \u201cmany\u201d for --lines; usage: pinshift log..."),
    command("log -n -3", "--lines: -3 is no number of lines; write one as 20", "--lines", "write one as 20"),
    command("log --since perhaps", "--since: 'perhaps' is no time; write one as 2h, 21:10, ...", "--since", "write one as 2h"),
    command("maintenance hosta maybe", 'maintenance: unknown word "maybe"; usage: pinshift maintenance [HOST] [on|off [REASON]]'),
    Error("pinshift status -H ''", ("status", "-H", ""), "status: -H wants the name of a host; usage: pinshift status [DOMAIN]", "-H"),
    command("plan ./guest.xml --on", "plan: Missing argument for --on; usage: pinshift plan DOMAIN|FILE|-"),
]

FILES = [
    command("adapt ./none.xml", "./none.xml: can't open: No such file or directory" + READABLE, "./none.xml", READABLE),
    command("adapt ./", "./: can't read: Is a directory" + READABLE, "./", READABLE),
    command("adapt /dev/zero", "/dev/zero: longer than 4 MiB; is it the right file?", "/dev/zero"),
    command("adapt -", "standard input: XML that does not parse: line 1: ..." + HOW_GUEST, "standard input", HOW_GUEST, read="not XML\n"),
    command("adapt - --dry-run", "standard input: XML that does not parse: line 1: ..." + HOW_GUEST, "standard input", HOW_GUEST,
            read="not XML\n"),
    command("adapt -", "standard input: no XML: the text is empty" + HOW_GUEST, "standard input", HOW_GUEST),
    command("adapt -", "standard input: has no <uuid>, by which what it will use is kept for it; write one, as uuidgen prints it", "standard input",
            read=re.sub("<uuid>.*</uuid>", "", GUEST)),
    command("config check ./none.conf", "./none.conf: can't open: No such file or directory" + READABLE, "./none.conf", READABLE),
    command("config cat folder", "folder: can't read: Is a directory" + READABLE, "folder", READABLE),
    command("config check --root .", "./etc/pinshift/pinshift.conf.d/a.conf:1: unknown section \"x\"; known are: ...",
            "./etc/pinshift/pinshift.conf.d/a.conf:1", files={"etc/pinshift/pinshift.conf.d/a.conf": "[x]\n"}),
    command("config check --root .", "./etc/pinshift/pinshift.conf.d: can't read: ...; see that it can be read",
            "./etc/pinshift/pinshift.conf.d", files={"etc/pinshift/pinshift.conf.d": "no folder"}),
]

CLOSED = '{"version":1,"host":{"name":"s","maintenance":true},"nodes":[{"id":0,"cpus":"0","total_kib":1024,"free_kib":1024}],"cpus":[{"id":0,"node":0,"online":true}]}'
TOPOLOGY = [
    *(command(f"topology {words}", "topology: --before-after DOMAIN and --on HOST go together; give both, or none")
      for words in ("--on ./host.json", "--before-after db1")),
    command("topology ./host.json --before-after - --on ./host.json", "db1 does not fit on s: memory: ...; see pinshift plan - --on HOST", "db1", status=1,
            files={"host.json": CLOSED}, read=GUEST),
    command("topology ./host.json --svg ./none/a.svg", "--svg ./none/a.svg: can't be written: No such file or directory; name another file",
            "./none/a.svg", status=1, files={"host.json": CLOSED}),
]

MACHINES = [
    command("snapshot --sysroot folder", "folder: has neither sys/devices/system nor devices/system; name the root of a machine or its /sys",
            "folder", "; name the root of a machine or its /sys"),
    daemon("pinshiftd", "--sysroot folder --runtime-dir run --state-dir state",
           "folder: has neither sys/devices/system nor devices/system; name the root of a machine or its /sys", "folder",
           "; name the root of a machine or its /sys", 1),
]

OUTPUT = [
    command("config cat ./policy.conf", "can't write standard output; see that it is open and has room", "standard output", status=1,
            files={"policy.conf": ""}, output="/dev/full"),
]

LIBVIRT = [
    command("adapt nobody -c test:///default", "nobody: Domain not found...; see virsh list --all", "nobody", status=1),
    command("plan nobody -c test:///default", "nobody: Domain not found...; see virsh list --all", "nobody", status=1),
    command("adapt db1 -c nonsense:///x", "nonsense:///x: ...; see whether virsh -c nonsense:///x list can", "nonsense:///x", status=1),
]

NOBODY = [
    *(absent(f"{verb} db1") for verb in ("repin", "adopt", "forget")),
    *(absent(words) for words in ("status", "snapshot", "topology", "repin db1 --dry-run", "adopt db1 --dry-run", "forget --all")),
    absent("adapt -", read=GUEST),
    absent("plan -", read=GUEST),
    *(absent(words, cluster=True) for words in ("rank db1", "log", "log db1", "migrate db1", "migrate db1 --dry-run", "drain hosta", "drain hosta --dry-run",
                                                "migrate-home", "balance", "balance --dry-run", "maintenance", "maintenance hosta on")),
    command("relay", "relay: the system bus can't be reached: ...; see systemctl status dbus", status=1),
]

SERVICES = [
    *(daemon(program, words, line.format(program), where) for program in ("pinshiftd", "pinshift-policyd") for words, line, where in (
        ("--nonsense", "Unknown option --nonsense; see {} --help", "--nonsense"),
        ("--policy", "Missing argument for --policy; see {} --help", "--policy"),
        ("hosta", "unexpected argument 'hosta'; see {} --help", "'hosta'"))),
    daemon("pinshiftd", "--connect none --runtime-dir run --state-dir state", "there is no system bus; see systemctl status dbus",
           "system bus", status=1),
    daemon("pinshift-policyd", "", "the system bus can't be reached; see systemctl status dbus", "system bus", status=1),
]

ERRORS = [*FRONT, *VERBS, *FILES, *TOPOLOGY, *MACHINES, *OUTPUT, *LIBVIRT, *NOBODY, *SERVICES]
