# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cluster of two installed hosts: the service of one reaches the other by ssh, with a key that is good for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from pinlab import Guest, Lab, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.deb import deb
from pinlab.host import HOOK, HOOK_LINK
from pinlab.installed import InstalledHost
from pinlab.policyd import CLUSTER, HOST, OBJECTS, PATH, Properties
from pinlab.result import Result
from pinlab.trio import recorded, runs_only_on
from pinlab.wait import Late

USER = "pinshift-policyd"
HOME = "/var/lib/pinshift-policyd"
DROP_IN = "/etc/pinshift/pinshift.conf.d/50-cluster.conf"
POLICY = "".join(f"[host {name}]\nuri = qemu+tcp://{name}/system\n" for name in ("hosta", "hostb"))
GUEST = Guest("moved", vcpupin={0: "0", 1: "1"})
# What the manual says, pinshift-policyd(8).
KEY = f"""
install -d -m 700 -o {USER} -g {USER} {HOME}/.ssh
runuser -u {USER} -- ssh-keygen -q -t ed25519 -N "" -f {HOME}/.ssh/id_ed25519
"""
KNOWN = f"ssh-keyscan hostb | runuser -u {USER} -- tee {HOME}/.ssh/known_hosts"
# What of the unit is not its sandbox.
OF_THE_SERVICE = ("Type=", "BusName=", "ExecStart=", "ExecReload=", "Restart", "StateDirectory", "[Install]", "WantedBy=",
                  "Alias=")
# A second key, for libvirt: it may run commands.
LIBVIRT_KEY = f"{HOME}/.ssh/id_libvirt"
URIS = ["qemu:///system", "qemu+tcp://hostb/system", f"qemu+ssh://hostb/system?keyfile={LIBVIRT_KEY}"]
FORCED = f"""
sed -i /pam_systemd/d /etc/pam.d/common-session  # In a container the end of what it starts for a session is heard late.
usermod --shell /bin/sh {USER}
install -d -m 700 -o {USER} -g {USER} {HOME}/.ssh
{{ printf 'restrict,command="pinshift relay" '; cat; }} | runuser -u {USER} -- tee {HOME}/.ssh/authorized_keys
"""


class Cluster:
    """hosta has a key for the service of hostb; both have all packages."""

    def __init__(self, lab: Lab) -> None:
        self.a = lab.host("hosta", InstalledHost)
        self.b = lab.host("hostb", InstalledHost)
        lab.up()
        for host in (self.a, self.b):
            host.install(deb("pinshift"), deb("pinshift-policyd"))
        self.a.run("sh", "-euc", KEY)
        self.b.run("sh", "-euc", FORCED, input=self.a.read(f"{HOME}/.ssh/id_ed25519.pub"))
        self.a.run("sh", "-euc", KNOWN)
        self._give_libvirt_key()
        self.a.write(DROP_IN, POLICY)
        self.a.policyd.reload()

    def _give_libvirt_key(self) -> None:
        self.a.run("runuser", "-u", USER, "--", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", LIBVIRT_KEY)
        self.b.run("sh", "-euc", f"cat >>{HOME}/.ssh/authorized_keys", input=self.a.read(f"{LIBVIRT_KEY}.pub"))

    def clean(self) -> None:
        for host in (self.a, self.b):
            host.clear()
        self.a.run("pinshift", "maintenance", "hostb", "off", check=False)

    def hosts(self) -> dict[str, Properties]:
        """What the service of hosta says of each host."""
        said = self.a.run("busctl", "--json=short", "call", CLUSTER, PATH, OBJECTS, "GetManagedObjects").out
        found = (interfaces.get(HOST) for interfaces in json.loads(said)["data"][0].values())
        hosts = ({name: value["data"] for name, value in host.items()} for host in found if host)
        return {host["Name"]: host for host in hosts}

    def wait_for_hosts(self) -> None:
        wait_until(lambda: [host["State"] for host in self.hosts().values()] == ["reachable"] * 2, "both hosts are reachable")

    def ssh_as_service(self, *command: str) -> Result:
        return self.a.run("runuser", "-u", USER, "--", "ssh", "-o", "BatchMode=yes", "hostb", *command, input="", check=False)


    def in_sandbox(self, command: str) -> Result:
        """Runs COMMAND with all that the unit of the service confines it by."""
        lines = self.a.read(self.a.policyd.show("FragmentPath")).splitlines()
        kept = [line for line in lines if not line.startswith(OF_THE_SERVICE)]
        unit = "\n".join(kept).replace("[Service]", f"[Service]\nType=oneshot\nKillMode=process\nExecStart={command}")
        self.a.write("/run/systemd/system/sandboxed.service", unit)
        self.a.run("systemctl", "daemon-reload")
        return self.a.run("systemctl", "start", "sandboxed", check=False)


ssh = Suite("ssh", Cluster)


@ssh.case("the service, in its sandbox, reaches the other host by ssh, and the pinshiftd there")
def reaches(w: Cluster) -> None:
    w.wait_for_hosts()
    same(w.hosts()["hostb"]["Uuid"], w.b.uuid, "the UUID of hostb, as the service has it")


@ssh.each("the sandbox of the service lets libvirt connect to {0}", URIS)
def libvirt(w: Cluster, uri: str) -> None:
    done = w.in_sandbox(f"timeout 60 virsh --connect {uri} uri")
    expect(done.ok, f"{uri} is reached", done, w.a.journal("--unit=sandboxed"))


@ssh.case("what a host is in maintenance for is kept there, by the service's word")
def maintenance(w: Cluster) -> None:
    w.wait_for_hosts()
    w.a.run("pinshift", "maintenance", "hostb", "on", "new disks")
    wait_until(lambda: "on: new disks" in w.b.run("pinshift", "maintenance", "hostb").out, "hostb knows it")
    wait_until(lambda: w.hosts()["hostb"]["Maintenance"], "the service sees it")
    same(w.hosts()["hostb"]["MaintenanceReason"], "new disks", "the reason")


@ssh.case("the key is good for the relay and nothing else")
def forced(w: Cluster) -> None:
    done = w.ssh_as_service("cat", "/etc/passwd")
    expect("root:" not in done.out, "no other command is run", done)
    done = w.ssh_as_service("-N", "-o", "ExitOnForwardFailure=yes", "-R", "9999:localhost:22")
    expect(not done.ok, "nothing is forwarded", done)


@ssh.case("nothing of a link is left when the service ends, and a new one links again")
def ends(w: Cluster) -> None:
    w.wait_for_hosts()
    w.a.policyd.stop()
    same(w.a.run("pgrep", "-u", USER, check=False).out, "", "processes of the service's user")
    wait_until(lambda: not w.b.run("pgrep", "-x", "pinshift", check=False).ok, "the relay at the other end ends too")
    w.a.policyd.start()
    w.wait_for_hosts()


@ssh.case("a guest is ranked and moved from the command line, to the best host")
def moved(w: Cluster) -> None:
    w.wait_for_hosts()
    w.a.create(GUEST)
    recorded(w.a, GUEST)
    wait_until(lambda: w.a.run("pinshift", "rank", GUEST.name, check=False).ok, "a host for the guest is known")
    ranked = w.a.run("pinshift", "rank", GUEST.name)
    expect("hostb" in ranked.out and "here" in ranked.out, "hostb can take it, hosta has it", ranked)
    said = w.a.run("pinshift", "migrate", GUEST.name)
    expect("moving to hostb" in said.out, "it tells of its stages", said)
    runs_only_on(w.b, GUEST, w.a)


# The doctor on hosta: hostb is seen by what its pinshiftd sees in its sandbox

GUESTS = (Guest("here"), Guest("there"))
LINK_OF = """
cd; umask 077; mkdir -p .ssh
test -e .ssh/id_ed25519 || ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519
cat .ssh/id_ed25519.pub
"""
LINKED = "cd; umask 077; mkdir -p .ssh; cat >>.ssh/authorized_keys"
# qemu.conf is for root alone.
UNSEEN = {
    "root": [("migration-address", "hosta to hostb")],
    "member": [("migration-address", "hosta to hostb"), ("migration-address", "hostb to hosta")],
}
# What pinshiftd goes by is in no file any more.
OTHER_POLICY = f"f={DROP_IN}.conf; printf '[reserve]\\ncpus = 0\\n' >$f; systemctl restart pinshiftd; rm $f"
# (what is wrong, on which host, how it gets so, what is found of it)
FAULTS = [
    ("a hook that libvirtd has not heard of", "hosta", f"rm {HOOK_LINK}; ln -s {HOOK} {HOOK_LINK}", [("hook-known", "WARN")]),
    ("a hook that is gone", "hosta", f"rm {HOOK_LINK}", [("hook-present", "FAIL")]),
    ("a pinshiftd that is disabled", "hosta", "systemctl disable --now pinshiftd", [("service", "FAIL")]),
    ("a pinshiftd there that is disabled", "hostb", "systemctl disable --now pinshiftd", [("service", "FAIL")]),
    ("a policy there that is not read yet", "hostb", OTHER_POLICY, [("policy-valid", "FAIL")]),
    ("no libvirtd", "hosta", "systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd", [("libvirt-daemon", "FAIL")]),
]
# Of a remedy, what changes something; "or" is for other hosts.
TYPED = r"(?:ln -s|systemctl (?:enable|start|reload)|pinshift config check)[^,;]*"

Finding = dict[str, str]


@contextmanager
def clinic(w: Cluster) -> Iterator[None]:
    """Both hosts have one policy and a guest; root of hosta reaches hostb, and so does a member of group libvirt."""
    known = w.a.run("ssh-keyscan", "-t", "ed25519", "hostb").out
    w.a.write("/etc/ssh/ssh_known_hosts", known)
    for user in UNSEEN:
        for host in (w.a, w.b):
            host.run("sh", "-c", 'id "$1" >/dev/null 2>&1 || useradd -m -s /bin/sh -G libvirt "$1"', "sh", user)
        key = w.a.run("runuser", "-l", user, "-c", LINK_OF).out
        w.b.run("runuser", "-l", user, "-c", LINKED, input=key)
    w.b.write(DROP_IN, POLICY)
    for host, guest in zip((w.a, w.b), GUESTS):
        host.pinshiftd.reload()
        host.forget_logs()
        host.create(guest)
    try:
        becomes_well(w, "to begin with")
        yield
    finally:
        w.b.run("rm", DROP_IN)
        w.b.pinshiftd.reload()


def examined(w: Cluster, user: str = "root") -> list[Finding]:
    done = w.a.run("runuser", "-l", user, "-c", "pinshift --json doctor hostb", check=False)
    findings = json.loads(done.out)["findings"]
    same(done.rc, int(any(finding["level"] == "FAIL" for finding in findings)), "the exit status")
    return findings


def faults(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding["level"] in ("WARN", "FAIL")]


def becomes_well(w: Cluster, after: str) -> None:
    """pinshiftd comes to libvirt in its own time."""
    try:
        wait_until(lambda: not faults(examined(w)), "both hosts are well", 120)
    except Late:
        same(faults(examined(w)), [], f"{after}: what is still wrong")


@ssh.case("the doctor finds two healthy hosts healthy, whoever asks who may, and says what cannot be seen from a sandbox")
def healthy(w: Cluster) -> None:
    with clinic(w):
        for user, unseen in UNSEEN.items():
            findings = examined(w, user)
            same(faults(findings), [], f"what {user} is told to be wrong")
            same([(finding["check"], finding["subject"]) for finding in findings if finding["level"] == "UNSEEN"], unseen,
                 f"what could not be seen for {user}")
        for host in (w.a, w.b):
            same(host.journal("--unit=pinshiftd", "--priority=warning", "--output=cat"), "", f"what pinshiftd of {host.name} complained of")


@ssh.case("the doctor names what systemd and packages can leave behind, and what it says to do against it mends it, as it is typed")
def mended(w: Cluster) -> None:
    with clinic(w):
        for what, name, command, wanted in FAULTS:
            host = w.a if name == "hosta" else w.b
            host.run("sh", "-ec", command)
            found = faults(examined(w))
            same([(finding["check"], finding["level"]) for finding in found if finding["subject"] == name], wanted, f"{what}: what is found")
            same(len(found), len(wanted), f"{what}: how much is found\n{found}")
            for command in re.findall(TYPED, found[0]["remedy"]):
                host.run("sh", "-ec", command)
            becomes_well(w, what)
