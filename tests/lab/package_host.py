# SPDX-License-Identifier: LGPL-2.1-or-later
"""One host with systemd, libvirt and a guest, and the packages that come to it and go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pinlab import Guest, Lab, Result, wait_until
from pinlab.cases import Suite, expect, same
from pinlab.deb import deb, renumbered
from pinlab.element import elements
from pinlab.hookcalls import hook_called
from pinlab.host import BUS_NAME, HOOK, HOOK_LINK, OBJECT
from pinlab.installed import InstalledHost
from pinlab.terminal import Terminal
from pinlab.trio import recorded

PAGES = 32
DROP_IN = "/etc/pinshift/pinshift.conf.d/50-case.conf"
RESERVE = "[reserve]\ncpus = 0\n"
PINNED = Guest("pinned", vcpupin={0: "0", 1: "1"}, emulatorpin="0-1")
HUGE = Guest("huge", hugepages=2048, memory_mib=32, vcpupin={0: "1"})
NEWER, NEWEST = "9.1-1", "9.2-1"


class Bare:
    """A host that never had anything of ours, as far as anybody can see."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.host = lab.host("hosta", InstalledHost, hugepages=PAGES)
        lab.up()

    def clean(self) -> None:
        self.host.settle()
        self.host.clear()
        self.host.purge_ours()
        self.host.forget_logs()


host = Suite("host", Bare)


@dataclass(frozen=True)
class Service:
    """What a package brings."""

    package: str
    unit: str
    bus_name: str
    path: str
    user: str

    def __str__(self) -> str:
        return self.unit


HOSTD = Service("pinshift", "pinshiftd", BUS_NAME, OBJECT, "pinshift")
POLICYD = Service("pinshift-policyd", "pinshift-policyd", "org.pinshift.Cluster1", "/org/pinshift/Cluster1",
                  "pinshift-policyd")
SERVICES = [HOSTD, POLICYD]


def introspected(w: Bare, service: Service) -> str:
    return w.host.run("busctl", "introspect", service.bus_name, service.path).out


def pids(w: Bare, *guests: Guest) -> list[int]:
    return [w.host.qemu_pid(guest.name) for guest in guests]


def restart_libvirtd(w: Bare) -> None:
    """libvirtd asks the hook about every guest that it finds running, and kills those that the hook fails for."""
    w.host.libvirtd.restart()
    w.host.settle()


def live_on(w: Bare, *guests: Guest) -> None:
    for guest in guests:
        same(w.host.state(guest), "running", f"the state of {guest.name}")


def install_ready(w: Bare) -> None:
    """pinshift is there, and knows what libvirt knows: before that, its answers are provisional."""
    w.host.install(deb("pinshift"))
    wait_until(lambda: "true" in w.host.ask("LibvirtConnected"), "the service has asked libvirt")


def reload_policy(w: Bare, text: str) -> None:
    """TEXT becomes the drop-in, and what the service goes by."""
    before = w.host.ask("PolicyDigest")
    w.host.write(DROP_IN, text)
    w.host.pinshiftd.reload()
    wait_until(lambda: w.host.ask("PolicyDigest") != before, "the service goes by the new policy")


# Before anything of ours

@host.case("nothing of the tree under test is in sight")
def out_of_sight(w: Bare) -> None:
    tree = Path(__file__).resolve().parents[2]
    expect(not w.host.exists(str(tree)), f"{tree} is not there")
    mounts = w.host.read("/proc/1/mountinfo")
    expect(str(tree) not in mounts, "no mount comes from the tree", mounts)
    same(w.host.run("find", "/etc", "/usr", "/var", "-xdev", "-name", "*pinshift*").out, "", "files of ours")


# Installation

@host.each("{0} runs after installation, enabled, as its own user, on the bus", SERVICES)
def runs(w: Bare, service: Service) -> None:
    w.host.install(deb(service.package))
    unit = w.host.unit(service.unit)
    same((unit.show("ActiveState"), unit.show("UnitFileState")), ("active", "enabled"), "the states of the service")
    same(w.host.run("ps", "-o", "user:32=", "-p", unit.show("MainPID")).out.strip(), service.user, "its user")
    expect(service.bus_name in introspected(w, service), "its interface can be seen on the bus")
    same(w.host.run("dpkg", "--verify", service.package).out, "", "what dpkg finds changed")


@host.each("{0} is started by the bus when it is stopped and called", SERVICES)
def activated(w: Bare, service: Service) -> None:
    w.host.install(deb(service.package))
    unit = w.host.unit(service.unit)
    unit.stop()
    same(unit.show("ActiveState"), "inactive", "the stopped service")
    introspected(w, service)
    same(unit.show("ActiveState"), "active", "the called service")


@host.case("libvirtd is reloaded, never restarted, calls the hook from then on, and guests that ran get their record")
def libvirt_learns(w: Bare) -> None:
    w.host.start(PINNED)
    daemon, before = w.host.libvirtd.show("MainPID"), pids(w, PINNED)
    w.host.install(deb("pinshift"))
    same((w.host.libvirtd.show("MainPID"), pids(w, PINNED)), (daemon, before), "libvirtd's process, and the guest's")
    recorded(w.host, PINNED)
    reload_policy(w, RESERVE)
    w.host.virsh("managedsave", PINNED.name)
    w.host.virsh("start", PINNED.name)
    same(elements(w.host.dumpxml(PINNED))["vcpupin 0"], "1", "the pin of vCPU 0, which libvirt had asked the hook about")


@host.each("it is installed while libvirt is {0}, which is left so, and finds us when it comes", ["stopped", "masked"])
def without_libvirtd(w: Bare, how: str) -> None:
    with libvirt_away(w, how == "masked"):
        w.host.install(deb("pinshift"))
        same(w.host.libvirtd.show("ActiveState"), "inactive", "the state of libvirtd after the installation")
        same(w.host.pinshiftd.show("ActiveState"), "active", "the state of our service")
    w.host.create(PINNED)
    recorded(w.host, PINNED)


LIBVIRT = ("libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket", "libvirtd-tcp.socket")


@contextmanager
def libvirt_away(w: Bare, masked: bool) -> Iterator[None]:
    w.host.run("systemctl", "stop", *LIBVIRT)
    try:
        if masked:
            w.host.run("systemctl", "mask", *LIBVIRT)
        yield
    finally:
        w.host.run("systemctl", "unmask", *LIBVIRT)
        w.host.run("systemctl", "start", *LIBVIRT[1:])
        w.host.settle()


# Units

@host.each("{0} is exposed to 2.0 at most, and systemd finds no mistake in its unit", SERVICES)
def confined(w: Bare, service: Service) -> None:
    w.host.install(deb(service.package))
    said = w.host.run("systemd-analyze", "security", "--no-pager", service.unit).out
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", said)
    expect(found and float(found[1]) <= 2.0, "the exposure is 2.0 at most", said[-4000:])
    done = w.host.run("systemd-analyze", "verify", "--man=no", w.host.unit(service.unit).show("FragmentPath"))
    same((done.out, done.err), ("", ""), "what systemd-analyze verify says")


HELD_UP = r"ordering cycle|[Tt]imed out|Dependency failed|Failed to start|Failed with result"


@host.case("a boot is not held up: no cycle, nothing late, pinshiftd before libvirtd, a guest starts by itself")
def boots(w: Bare) -> None:
    w.host.install(deb("pinshift"), deb("pinshift-policyd"))
    w.host.define(PINNED)
    w.host.virsh("autostart", PINNED.name)
    w.host.reboot()
    wrong = [line for line in w.host.journal().splitlines() if re.search(HELD_UP, line)]
    same(wrong, [], "lines of the journal")
    same(w.host.run("systemctl", "--failed", "--no-legend", "--plain").out, "", "failed units")
    active = [int(unit.show("ActiveEnterTimestampMonotonic")) for unit in (w.host.pinshiftd, w.host.libvirtd)]
    expect(0 < active[0] < active[1], "pinshiftd is there before libvirtd", active)
    expect(w.host.unit("pinshift-policyd").alive, "pinshift-policyd runs")
    wait_until(lambda: w.host.state(PINNED) == "running", "the guest starts by itself")
    recorded(w.host, PINNED)


# Upgrades

@host.each("no guest dies of a libvirtd that restarts between unpack and configure of {0}",
           ["an upgrade", "a downgrade", "the first installation"])
def between(w: Bare, what: str) -> None:
    newer = renumbered(deb("pinshift"), w.lab.dir, NEWER)
    if what != "the first installation":
        w.host.install(newer if what == "a downgrade" else deb("pinshift"))
    w.host.create(PINNED)
    w.host.create(HUGE)
    before = pids(w, PINNED, HUGE)
    w.host.dpkg("--unpack", w.host.give(newer if what == "an upgrade" else deb("pinshift")))
    restart_libvirtd(w)
    starts = Guest("starts", vcpupin={0: "1"})
    w.host.create(starts)
    live_on(w, PINNED, HUGE, starts)
    same(pids(w, PINNED, HUGE), before, "the processes of the guests")
    w.host.dpkg("--configure", "--pending")
    expect(w.host.pinshiftd.alive, "the service runs")
    same(pids(w, PINNED, HUGE), before, "the processes of the guests, configured")
    recorded(w.host, PINNED)


@host.case("an upgrade puts a new process in the old one's place, which keeps its claims and records")
def upgraded(w: Bare) -> None:
    w.host.install(deb("pinshift"))
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    coming = Guest("coming", hugepages=2048, memory_mib=8)
    w.host.hook(coming.name, "migrate", coming.xml())
    kept = w.host.ask("Claims")
    expect(coming.uuid in kept, "there is a claim to be lost", kept)
    before = w.host.pinshiftd.show("MainPID")
    w.host.install(renumbered(deb("pinshift"), w.lab.dir, NEWER))
    expect(w.host.pinshiftd.show("MainPID") not in ("0", before), "another process runs")
    same(w.host.ask("Claims"), kept, "the claims")
    expect(w.host.exists(f"/var/lib/pinshift/{PINNED.uuid}"), "the record is kept")


@host.case("the hook never fails while packages come and go in each other's place, and guests start amid it")
def amid(w: Bare) -> None:
    w.host.install(deb("pinshift"))
    versions = [renumbered(deb("pinshift"), w.lab.dir, number) for number in (NEWER, NEWEST)]
    with hook_called(w.host, HOOK_LINK, PINNED.name) as calls:
        for number, file in enumerate([*versions, versions[-1], deb("pinshift"), deb("pinshift")]):
            guest = Guest(f"amid{number}", vcpupin={0: "1"})
            w.host.install(file)
            w.host.create(guest)
            live_on(w, guest)
    same(calls.failures, "", "what the hook said when it failed")
    expect(calls.count > 100, "it was called again and again", calls.count)


# Removal

@host.each("{0} leaves guests, libvirtd and the start of guests as they were", ["remove", "purge"])
def removed(w: Bare, verb: str) -> None:
    w.host.install(deb("pinshift"))
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    before = pids(w, PINNED)
    w.host.dpkg(f"--{verb}", "pinshift")
    expect(not w.host.run("test", "-L", HOOK_LINK, check=False).ok, "the link of the hook is gone")
    expect(not w.host.exists(HOOK), "the hook is gone")
    same(w.host.run("pgrep", "-x", "pinshiftd", check=False).out, "", "processes of the service")
    expect(not w.host.run("busctl", "introspect", BUS_NAME, OBJECT, check=False).ok, "the bus can't start it")
    restart_libvirtd(w)
    same(pids(w, PINNED), before, "the process of the guest")
    live_on(w, PINNED)
    w.host.create(HUGE)
    live_on(w, HUGE)
    same(w.host.exists(f"/var/lib/pinshift/{PINNED.uuid}"), verb == "remove", "whether records are still there")


@host.case("a libvirtd that was not told of the removal starts guests all the same")
def untold(w: Bare) -> None:
    w.host.install(deb("pinshift"))
    w.host.create(PINNED)
    w.host.remove("pinshift")
    w.host.create(HUGE)
    live_on(w, PINNED, HUGE)


@host.case("after a purge no file is left that was not there before")
def purged(w: Bare) -> None:
    before = files(w)
    w.host.install(deb("pinshift"), deb("pinshift-policyd"))
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    reload_policy(w, RESERVE)
    w.host.purge("pinshift", "pinshift-policyd")
    w.host.clear()
    same(sorted(files(w) - before), [], "files that are left")


# Of others: what the system and libvirt write as they run, and the users, which stay so that no file changes hands.
OTHERS = re.compile(r"/etc/(\.pwd\.lock|(passwd|group|shadow|gshadow)-?)$"
                    r"|/var/(log|cache|tmp|lib/(dpkg|systemd|libvirt|apt)|backups)/"
                    r"|/run/(systemd|libvirt|virt\w+\.pid|udev|log|user|lock|utmp|credentials)(/|$)")


def files(w: Bare) -> set[str]:
    found = w.host.run("find", "/etc", "/usr", "/var", "/run", "-path", "/run/host", "-prune", "-o", "-print").out
    return {path for path in found.splitlines() if not OTHERS.search(path) or "pinshift" in path}


@host.each("it can be installed again after {0}", ["remove", "purge"])
def again(w: Bare, verb: str) -> None:
    w.host.install(deb("pinshift"))
    w.host.dpkg(f"--{verb}", "pinshift")
    w.host.install(deb("pinshift"))
    expect(w.host.exists(HOOK_LINK), "the link of the hook is there")
    w.host.create(PINNED)
    recorded(w.host, PINNED)


@host.case("installed again after a removal, it tells a libvirtd that has learned meanwhile that there are no hooks")
def told_again(w: Bare) -> None:
    w.host.install(deb("pinshift"))
    w.host.remove("pinshift")
    restart_libvirtd(w)
    w.host.install(deb("pinshift"))
    reload_policy(w, RESERVE)
    w.host.start(PINNED)
    recorded(w.host, PINNED)
    w.host.virsh("managedsave", PINNED.name)
    w.host.virsh("start", PINNED.name)
    same(elements(w.host.dumpxml(PINNED))["vcpupin 0"], "1", "the pin of vCPU 0, which libvirt had asked the hook about")


@host.each("{0}, upgraded, not yet configured and removed, leaves nothing that runs, and no link", SERVICES)
def removed_unpacked(w: Bare, service: Service) -> None:
    w.host.install(deb(service.package))
    w.host.dpkg("--unpack", w.host.give(renumbered(deb(service.package), w.lab.dir, NEWER)))
    w.host.remove(service.package)
    same(w.host.unit(service.unit).show("ActiveState"), "inactive", "the state of the service")
    same(w.host.run("pgrep", "-f", f"^/usr/libexec/pinshift/{service.unit}", check=False).out, "", "processes of the service")
    expect(not w.host.run("test", "-L", HOOK_LINK, check=False).ok, "the link of the hook is gone")


# What it does

@host.case("a reload takes a policy drop-in, and of a bad one nothing")
def reloaded(w: Bare) -> None:
    install_ready(w)
    process = w.host.pinshiftd.show("MainPID")
    reload_policy(w, RESERVE)
    good = w.host.ask("PolicyDigest")
    w.host.write(DROP_IN, "[reserve]\ncpus = zero\n")
    w.host.pinshiftd.reload()
    w.host.wait_for_log("50-case.conf")
    same(w.host.ask("PolicyDigest"), good, "the policy that holds")
    same(w.host.pinshiftd.show("MainPID"), process, "the process of the service")


@host.case("a decision is one line in the journal, which names the migration and the kind of news")
def in_the_journal(w: Bare) -> None:
    install_ready(w)
    reload_policy(w, RESERVE)
    w.host.hook(PINNED.name, "migrate", PINNED.xml())
    w.host.wait_for_log("pinned: adapt")
    said = w.host.journal("--unit=pinshiftd", "--output=json", f"LIBVIRT_DOMAIN={PINNED.name}")
    same(len(said.splitlines()), 1, f"lines about the guest:\n{said}")
    for field in ("MESSAGE_ID", "PINSHIFT_MIGRATION", "LIBVIRT_DOMAIN_UUID"):
        expect(f'"{field}"' in said, f"the line has {field}", said)


@host.case("journalctl -x says below a decision what it means and what can be done")
def explained(w: Bare) -> None:
    install_ready(w)
    plain = Guest("coming", hugepages=2048, memory_mib=4096)
    w.host.hook(plain.name, "migrate", plain.xml())
    w.host.wait_for_log("coming: adapt")
    said = w.host.journal("--catalog", "_COMM=pinshiftd").partition("coming: adapt")[2].splitlines()[1:]
    expect(said and "planned for coming" in said[0], "an explanation follows the line", *said)
    expect("@" not in "".join(said), "all fields in it have a value", *said)


@host.case("what the hook itself has to say is in the journal under its name")
def hook_in_the_journal(w: Bare) -> None:
    install_ready(w)
    with w.host.configured(hook="mode = perhaps\n"):
        w.host.hook(PINNED.name, "migrate", PINNED.xml())
        wait_until(lambda: "hook.conf:1" in w.host.journal("--identifier=pinshift-hook"),
                   "the mistake in hook.conf is told")


@contextmanager
def user(w: Bare, name: str, *groups: str) -> Iterator[None]:
    w.host.run("useradd", *(f"--groups={group}" for group in groups), name)
    try:
        yield
    finally:
        w.host.run("userdel", "--force", name, check=False)


RULES = "/etc/polkit-1/rules.d/50-case.rules"
RULE = """\
polkit.addRule(function(action, subject) {
  if (action.id == "org.pinshift.host1.repin" && subject.user == "member")
    return polkit.Result.YES;
});
"""


def pinshift_as(w: Bare, name: str, *arguments: str) -> Result:
    return w.host.run("runuser", "-u", name, "--", "pinshift", *arguments, check=False)


@host.case("group libvirt may look, others may not; who may change a guest, polkit says")
def users(w: Bare) -> None:
    install_ready(w)
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    with user(w, "member", "libvirt"), user(w, "stranger"):
        seen = pinshift_as(w, "member", "status")
        expect(seen.ok and PINNED.name in seen.out, "a member of libvirt sees the guest", seen)
        seen = pinshift_as(w, "stranger", "status")
        expect(not seen.ok and PINNED.name not in seen.out, "a stranger sees nothing", seen)
        for name in ("member", "stranger"):
            done = pinshift_as(w, name, "repin", PINNED.name)
            expect(not done.ok and "polkit" in done.err, f"{name} is told of polkit", done)
        with polkit_rule(w):
            wait_until(lambda: pinshift_as(w, "member", "repin", PINNED.name).ok, "polkit's rule lets the member")
            expect(not pinshift_as(w, "stranger", "repin", PINNED.name).ok, "the rule is for nobody else")


# What has to be seen from within the sandbox, and by a command without root.
SANDBOX_SEES = ("version", "policy-digest", "policy-problem", "libvirt-problem", "space", "hook", "daemons", "daemon-started", "libvirt-version",
                "qemu-version", "libvirt-hostname", "machines", "pools", "hugetlbfs", "isolated", "names", "paths", "time")
WELL = ("service", "libvirt-daemon", "libvirt-heard", "hook-present", "hook-executable", "hook-known", "policy-valid", "maintenance", "space",
        "pages-mounted")


def levels(done: Result) -> dict[str, set[str]]:
    """{check: what it found}"""
    found: dict[str, set[str]] = {}
    for finding in json.loads(done.out)["findings"]:
        found.setdefault(finding["check"], set()).add(finding["level"])
    return found


@host.case("the service tells from within its sandbox what the doctor has to know, and a healthy host is found healthy")
def examined(w: Bare) -> None:
    install_ready(w)
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    said = w.host.run("busctl", "--system", "call", BUS_NAME, OBJECT, BUS_NAME, "Examine", "a{sv}", "2", "names", "as", "2",
                      "hosta", "nobody.invalid", "paths", "as", "2", "/etc/hosts", "/nonexistent")
    same([fact for fact in SANDBOX_SEES if f'"{fact}" ' not in said.out], [], f"facts that are missing\n{said.out}")
    expect('"libvirt-problem" s ""' in said.out, "libvirt is heard", said)
    with user(w, "member", "libvirt"), user(w, "stranger"):
        for name in ("root", "member"):
            done = pinshift_as(w, name, "doctor", "--json")
            found = levels(done)
            same({check: found[check] for check in WELL}, {check: {"PASS"} for check in WELL}, f"what {name} is told\n{done}")
        same(levels(pinshift_as(w, "stranger", "doctor", "--json"))["service"], {"UNSEEN"}, "what a stranger is told of the service")


@host.each("at a terminal an administrator who is asked for the password and types {0} {1}",
           [("the right one", "is let"), ("a wrong one", "is not")])
def password(w: Bare, which: str, outcome: str) -> None:
    install_ready(w)
    w.host.create(PINNED)
    recorded(w.host, PINNED)
    with user(w, "admin", "sudo"):
        w.host.run("chpasswd", input="admin:secret\n")
        terminal = Terminal(w.host, "admin")
        terminal.wait_for(r"\$ $")
        terminal.type(f"pinshift repin {PINNED.name}; echo ended with $?.")
        asked = terminal.wait_for(r"assword: $")
        expect(PINNED.name in asked and "org.pinshift.host1.repin" in asked, "what for, and for which guest", asked)
        terminal.type_secret("secret" if outcome == "is let" else "guess")
        said = terminal.wait_for(r"ended with \d+\.")
        expect(f"ended with {0 if outcome == 'is let' else 1}." in said, f"who typed {which} {outcome}", said)
        terminal.leave()


@contextmanager
def polkit_rule(w: Bare) -> Iterator[None]:
    w.host.write(RULES, RULE)
    try:
        yield
    finally:
        w.host.run("rm", RULES)


# What it tells people, by the lines of its manual

PAGE = (Path(__file__).resolve().parents[2] / "docs/man/pinshift.conf.5.rst").read_text()
EXPORTED = "/var/lib/prometheus/node-exporter"


def block(first: str) -> str:
    """The indented lines of the page that begin with the line FIRST."""
    found = re.search(rf"^  {re.escape(first)}\n(?:(?:  .*)?\n)*", PAGE, re.M)
    expect(found is not None, f"pinshift.conf(5) shows {first}")
    assert found is not None
    return re.sub("^  ", "", found[0], flags=re.M).strip() + "\n"


@contextmanager
def files_of(w: Bare, texts: dict[str, str]) -> Iterator[None]:
    """Within, the host has these files, and what is started from them."""
    for path, text in texts.items():
        w.host.run("mkdir", "-p", str(Path(path).parent))
        w.host.write(path, text)
    try:
        yield
    finally:
        w.host.run("rm", "-f", *texts)
        w.host.run("systemctl", "daemon-reload")


def read_anew(w: Bare, unit: str, text: str) -> None:
    """TEXT becomes the drop-in, and UNIT goes by it."""
    before = w.host.journal(f"--unit={unit}").count("policy: read anew")
    w.host.write(DROP_IN, text)
    w.host.unit(unit).reload()
    wait_until(lambda: w.host.journal(f"--unit={unit}").count("policy: read anew") > before, f"{unit} has read its policy", 60)


def scraped(w: Bare) -> str:
    """What node_exporter says."""
    ask = 'exec 3<>/dev/tcp/127.0.0.1/9100; printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3'
    return w.host.run("bash", "-c", ask, check=False).out


@host.case("metrics: node_exporter has those of both services, by the lines of pinshift.conf(5)")
def metrics(w: Bare) -> None:
    install_ready(w)
    w.host.install(deb("pinshift-policyd"))
    keys = block("[metrics]") + f"cluster-file = {EXPORTED}/pinshift-cluster.prom\n"
    commands = block(f"setfacl -m user:pinshift:rwx {EXPORTED}")
    same(len(commands.splitlines()), 2, "the commands of the page")
    read_anew(w, "pinshiftd", keys)
    w.host.wait_for_log(f"let the user pinshift write into {EXPORTED}")
    others = commands.replace("pinshiftd", "pinshift-policyd").replace("user:pinshift:", "user:pinshift-policyd:")
    for command in [*commands.splitlines(), *others.splitlines(), "systemctl start prometheus-node-exporter"]:
        w.host.run(*command.split())
    w.host.create(PINNED)
    for wanted in ("pinshift_up 1", "pinshift_libvirt_connected 1", 'pinshift_events_total{event="recorded"} 1',
                   'pinshift_cluster_hosts{state="reachable"} 1', "node_textfile_scrape_error 0"):
        wait_until(lambda text=wanted: f"\n{text}\n" in scraped(w), f"node_exporter says {wanted}", 120)
    w.host.pinshiftd.stop()
    expect("\npinshift_up 0\n" in scraped(w), "node_exporter says that pinshiftd is stopped", scraped(w)[-4000:])
    w.host.run("systemctl", "stop", "prometheus-node-exporter")
    w.host.run("sh", "-c", f"rm {EXPORTED}/*.prom; setfacl --remove-all {EXPORTED}")


NOTICE = "/usr/local/bin/pinshift-notice"
REFUSED = Guest("refused", vcpupin={0: "500"})
STRICT = "[fit]\nvcpu-pins = keep\n"


def refuse(w: Bare) -> None:
    """Something that somebody should look at."""
    expect(not w.host.hook(REFUSED.name, "migrate", REFUSED.xml()).ok, "the guest is refused")


@host.case("notices: a script is told of a refusal in the sandbox, by the lines of pinshift.conf(5)")
def notices(w: Bare) -> None:
    install_ready(w)
    with files_of(w, {NOTICE: block("#!/bin/sh")}):
        w.host.run("chmod", "755", NOTICE)
        read_anew(w, "pinshiftd", STRICT + f"[notify]\ncommand = {NOTICE}\n")
        refuse(w)
        wait_until(lambda: w.host.exists("/var/lib/pinshift/notices"), "the script was told", 60)
        told = [json.loads(line) for line in wait_until(lambda: w.host.read("/var/lib/pinshift/notices"), "the notice").splitlines()]
        same([(event["event"], event["guest"]) for event in told], [("refused", REFUSED.name)], "the notices")


PROBE = """\
#!/bin/sh
{ id -un; touch /usr/written && echo wrote; bash -c '</dev/tcp/127.0.0.1/22' && echo reached; cat /root/secret; echo end; } 2>/dev/null | tr '\\n' ' '
"""


@host.case("notices: what a command can't do in the sandbox, and what it can once that is opened as pinshift.conf(5) shows")
def sandboxed(w: Bare) -> None:
    install_ready(w)
    override = "/etc/systemd/system/pinshiftd.service.d/override.conf"
    with files_of(w, {NOTICE: PROBE, "/root/secret": "secret\n"}):
        w.host.run("chmod", "755", NOTICE)
        read_anew(w, "pinshiftd", STRICT + f"[notify]\ncommand = {NOTICE}\n")
        refuse(w)
        w.host.wait_for_log('told of "refused" says: pinshift end')
        with files_of(w, {override: block("[Service]")}):
            w.host.run("systemctl", "daemon-reload")
            w.host.run("systemctl", "restart", "pinshiftd")
            wait_until(lambda: "true" in w.host.ask("LibvirtConnected"), "the service has asked libvirt", 60)
            refuse(w)
            w.host.wait_for_log('told of "refused" says: pinshift reached end')


@host.case("notices: a socket passes them on to a unit outside of the sandbox, by the lines of pinshift.conf(5)")
def outside(w: Bare) -> None:
    install_ready(w)
    socket, _, service = block("[Socket]").partition("[Service]")
    units = {"/etc/systemd/system/notices.socket": socket + "[Install]\nWantedBy=sockets.target\n",
             "/etc/systemd/system/notices@.service": f"[Service]{service}",
             "/usr/local/sbin/on-notice": "#!/bin/sh\n{ id -un; cat; } >>/root/notices\n"}
    with files_of(w, units):
        w.host.run("chmod", "755", "/usr/local/sbin/on-notice")
        w.host.run("systemctl", "enable", "--now", "notices.socket")
        read_anew(w, "pinshiftd", STRICT + block("[notify]"))
        refuse(w)
        wait_until(lambda: '"event":"refused"' in w.host.run("cat", "/root/notices", check=False).out, "the unit was told", 60)
        expect(w.host.read("/root/notices").startswith("root\n"), "it runs as root")
        w.host.run("systemctl", "disable", "--now", "notices.socket")
    w.host.run("rm", "/root/notices")
