# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mandatory access control: what SELinux and AppArmor say of the way from libvirt through the hook to pinshiftd.

Neither runs here. SELinux' module is compiled, put together with what Fedora's policy has where they meet
(selinux/fedora.cil) and with Debian's reference policy, and the outcome is asked; then a kernel enforces it on a
machine of its own. Of AppArmor, Debian's own profiles are read.
"""

from __future__ import annotations

import bz2
import os
from pathlib import Path
from typing import Any

from pinlab.apparmor import PROFILES, Profile, attached_to
from pinlab.cases import Suite, expect, rpms, same
from pinlab.enforcing import story
from pinlab.lab import Lab
from pinlab.payload import Entry, listed, unpacked
from pinlab.result import Result, run
from pinlab.selinux import Policy, Store, linked, statements

HERE = Path(__file__).resolve().parent
SELINUX = HERE.parent.parent / "packaging" / "selinux"
HOOKS = "etc/libvirt/hooks/qemu.d"


class World:
    """The module, policies with and without it, the tree that the package installs, and a profile of libvirtd."""

    def __init__(self, lab: Lab) -> None:
        self.dir = lab.dir
        run([str(SELINUX / "build"), str(self.dir)])
        self.module = self.dir / "pinshift.pp"
        fedora = HERE / "selinux" / "fedora.cil"
        self.without = Store(self.dir / "without", [fedora])
        self.fedora = Store(self.dir / "with", [fedora, self.module])
        self.tree = unpacked(self.dir / "tree")
        (self.link,) = (self.tree / HOOKS).iterdir()
        self.hook = os.path.normpath(os.path.join("/", HOOKS, os.readlink(self.link)))

    def clean(self) -> None:
        self.fedora.equate({})

    def libvirt(self) -> dict[str, Profile]:
        """The profiles of libvirt's daemons for QEMU; not every release has the second."""
        names = ["libvirtd", *(name for name in ["virtqemud"] if (PROFILES / f"usr.sbin.{name}").exists())]
        return {name: Profile(PROFILES / f"usr.sbin.{name}", name) for name in names}

    def debian(self, *modules: Path) -> Policy:
        """Debian's reference policy, as far as virtual machines go, and MODULES."""
        packed = self.dir / "selinux-policy-default"
        if not packed.exists():
            download(self.dir, "selinux-policy-default")
        names = [packed / "usr/share/selinux/default" / f"{name}.pp.bz2" for name in ("base", "virt", "qemu")]
        bases = [self.dir / name.stem for name in names]
        for name, base in zip(names, bases):
            base.write_bytes(bz2.decompress(name.read_bytes()))
        return linked(self.dir, [*bases, *modules])


def download(directory: Path, package: str) -> None:
    """Unpacks Debian's PACKAGE into DIRECTORY/PACKAGE: installed, it would change the machine."""
    fetch = ["sh", "-c", 'cd "$1" && { apt-get -q download "$2" || { apt-get -q update && apt-get -q download "$2"; }; }']
    run([*fetch, "sh", str(directory), package])
    (deb,) = directory.glob(f"{package}_*.deb")
    run(["dpkg-deb", "--extract", str(deb), str(directory / package)])


def rules(*arguments: str) -> Result:
    return run([str(SELINUX / "rules"), *arguments], check=False)


suite = Suite("confinement", World)

# SELinux: the rules and their reasons


@suite.case("each SELinux rule has its reason, and the README has them all")
def reasons(world: World) -> None:
    said = rules()
    expect(said.ok, "packaging/selinux/rules finds a reason for every rule", said)
    table = (SELINUX / "README.md").read_text().partition("\n## Rules\n\n")[2]
    same(table, said.out, "the table at the end of packaging/selinux/README.md, which packaging/selinux/rules prints,")


@suite.each("an SELinux rule {0} is found", [
    ("without a reason", "# Why not.\nallow a b:file read;\nallow a c:file read;\n"),
    ("after an empty line", "# Why not.\n\nallow a b:file read;\n"),
    ("after another statement", "# Why not.\noptional {\n  allow a b:file read;\n}\n"),
    ("on several lines", "# Why not.\nallow a b:file { read\n  write };\n"),
])
def unreasoned(world: World, how: str, text: str) -> None:
    path = world.dir / "unreasoned.te"
    path.write_text(text)
    expect(not rules(str(path)).ok, f"a rule {how} is an error")


@suite.case("no SELinux rule is in the module that has no reason")
def all_listed(world: World) -> None:
    kinds = {"allow": "(allow ", "dontaudit": "(dontaudit ", "type_transition": "(typetransition "}
    table = rules().out.splitlines()
    compiled = statements(world.module)
    for kind, statement in kinds.items():
        same(sum(line.startswith(statement) for line in compiled), sum(line.startswith(f"| `{kind} ") for line in table),
             f"the number of rules {kind} that were compiled")


# SELinux: the way, on Fedora

HOOK, LIBVIRT, RUNS = "virt_hook_unconfined_t", "virtqemud_t", "pinshift_hook_exec_t"
DAEMON, BUS = "unconfined_service_t", "system_dbusd_t"
WAY = [
    ("libvirt lists its hooks", LIBVIRT, "virt_hook_t", "dir", "open read search"),
    ("libvirt follows the link", LIBVIRT, "virt_hook_t", "lnk_file", "read"),
    ("libvirt runs the hook", LIBVIRT, RUNS, "file", "execute getattr open read"),
    ("the hook gets a domain of its own", LIBVIRT, HOOK, "process", "transition"),
    ("the hook's program is the way into it", HOOK, RUNS, "file", "entrypoint execute getattr map open read"),
    ("the hook has libvirt's descriptors", HOOK, LIBVIRT, "fd", "use"),
    ("the hook reads and writes libvirt's pipes", HOOK, LIBVIRT, "fifo_file", "getattr read write"),
    ("libvirt learns of the hook's end", HOOK, LIBVIRT, "process", "sigchld"),
    ("libvirt can end the hook", LIBVIRT, HOOK, "process", "sigkill signal"),
    ("the hook connects to the bus", HOOK, BUS, "unix_stream_socket", "connectto"),
    ("pinshiftd connects to the bus", DAEMON, BUS, "unix_stream_socket", "connectto"),
    ("pinshiftd connects to libvirt", DAEMON, LIBVIRT, "unix_stream_socket", "connectto"),
    ("the hook talks to the bus", HOOK, BUS, "dbus", "send_msg"),
    ("the bus talks to the hook", BUS, HOOK, "dbus", "send_msg"),
    ("pinshiftd talks to the bus", DAEMON, BUS, "dbus", "acquire_svc send_msg"),
    ("the bus talks to pinshiftd", BUS, DAEMON, "dbus", "send_msg"),
    ("the hook talks to pinshiftd", HOOK, DAEMON, "dbus", "send_msg"),
    ("pinshiftd talks to the hook", DAEMON, HOOK, "dbus", "send_msg"),
    ("the bus is handed the hook's memfd", BUS, HOOK, "fd", "use"),
    ("the bus is handed pinshiftd's memfd", BUS, DAEMON, "fd", "use"),
    ("the bus passes memfds on", BUS, "tmpfs_t", "file", "read write"),
    ("pinshiftd is handed the hook's memfd", DAEMON, HOOK, "fd", "use"),
    ("the hook is handed pinshiftd's memfd", HOOK, DAEMON, "fd", "use"),
    ("libvirt looks at its client pinshiftd", LIBVIRT, DAEMON, "file", "getattr open read"),
    ("pinshiftd starts without new privileges", "init_t", DAEMON, "process2", "nnp_transition"),
]


@suite.each("SELinux with the module, and not without: {0}", WAY)
def the_way(world: World, sentence: str, source: str, target: str, tclass: str, wanted: str) -> None:
    needs = set(wanted.split())
    missing = needs - world.fedora.policy.may(source, target, tclass)
    expect(not missing, f"{sentence}: {source} may {wanted} {target}:{tclass}", "missing:", missing)
    if target in world.without.policy.types():
        had = needs & world.without.policy.may(source, target, tclass)
        expect(not had, f"{sentence} only with the module", "already there:", had)


@suite.each("run by {0}, {1} becomes {2} under SELinux", [
    ("virtqemud_t", RUNS, HOOK),
    ("virtd_t", RUNS, HOOK),
    ("virtqemud_t", "bin_t", "virtqemud_t"),
    ("virtnetworkd_t", RUNS, "virtnetworkd_t"),
    ("init_t", "bin_t", DAEMON),
])
def domain_of(world: World, runner: str, program: str, domain: str) -> None:
    same(world.fedora.policy.becomes(runner, program), domain, f"the domain of {program}, run by {runner},")


@suite.each("SELinux still refuses with the module: {0}", [
    ("libvirt gives the hook its environment", LIBVIRT, HOOK, "process", "noatsecure"),
    ("libvirt changes the hook's program", LIBVIRT, RUNS, "file", "append write"),
    ("the bus opens files of tmpfs", BUS, "tmpfs_t", "file", "open create"),
    ("the network daemon runs the hook", "virtnetworkd_t", RUNS, "file", "execute execute_no_trans"),
    ("libvirt runs other programs in the hook's domain", HOOK, "bin_t", "file", "entrypoint"),
    ("libvirt signals pinshiftd", LIBVIRT, DAEMON, "process", "signal sigkill"),
])
def refused(world: World, sentence: str, source: str, target: str, tclass: str, wanted: str) -> None:
    had = set(wanted.split()) & world.fedora.policy.may(source, target, tclass)
    expect(not had, f"it is not so that {sentence}", "permitted:", had)


# SELinux: files, packages, other policies


def labels(world: World, entry: Entry) -> str:
    """The type that ENTRY should have as far as we say; "" where the host's policy decides."""
    if entry.path == world.hook:
        return RUNS
    return "virt_hook_t" if entry.is_link and entry.path.startswith("/etc/libvirt/hooks/") else ""


@suite.each("SELinux types of the files that the RPMs install are right{0}", [
    ("", {}),
    (" where /usr/sbin is a link", {"/usr/sbin": "/usr/bin"}),
])
def file_types(world: World, where: str, links: dict[str, str]) -> None:
    world.fedora.equate(links)
    entries = listed()
    same(sorted(label for entry in entries if (label := labels(world, entry))), sorted([RUNS, "virt_hook_t"]),
         "the files that have types of their own")
    for entry in entries:
        label, wanted = world.fedora.type_of(entry.path, entry.mode), labels(world, entry)
        expect(label == wanted if wanted else label != RUNS, f"{entry.path} gets the right type", label)


@suite.case("the RPM pinshift-selinux has the module, and it does what is said here")
def packaged(world: World) -> None:
    (package,) = rpms().glob("pinshift-selinux-*.rpm")
    out = world.dir / "rpm"
    out.mkdir()
    run(["sh", "-c", 'cd "$1" && rpm2cpio "$2" | cpio --quiet -idm', "sh", str(out), str(package)])
    (module,) = out.glob("**/pinshift.pp*")
    store = Store(world.dir / "packaged", [HERE / "selinux" / "fedora.cil", module])
    same(store.policy.becomes(LIBVIRT, RUNS), HOOK, "the domain of the hook")


@suite.case("the module also loads where half of its types are missing: Debian's reference policy")
def debian(world: World) -> None:
    policy = world.debian(world.module)
    missing = {LIBVIRT, HOOK, DAEMON} & policy.types()
    expect(not missing, "Debian's policy lacks what Fedora has; otherwise this shows nothing", missing)
    expect({"execute", "execute_no_trans"} <= policy.may("virtd_t", RUNS, "file"), "libvirtd may run the hook")
    same(policy.becomes("virtd_t", RUNS), "virtd_t", "the hook's domain")
    expect({"read", "write"} <= policy.may(BUS, "tmpfs_t", "file"), "the bus may pass memfds on")


# SELinux: a kernel that enforces it, a bus that asks it, libvirtd, the hook and pinshiftd


class Enforced:
    """What is seen on such a machine; one story for all cases."""

    def __init__(self, lab: Lab) -> None:
        run([str(SELINUX / "build"), str(lab.dir)])
        parts = [HERE / "selinux" / "fedora.cil", HERE / "selinux" / "machine.cil"]
        self.seen = story(lab.dir, unpacked(lab.dir / "tree"), Store(lab.dir / "all", [*parts, lab.dir / "pinshift.pp"]),
                          Store(lab.dir / "parts", parts))

    def clean(self) -> None:
        """Nothing here changes."""

    def saw(self, name: str) -> Any:
        expect(name in self.seen, f"the machine tells of: {name}", self.seen.get("error", ""), self.seen["console"])
        return self.seen[name]


enforced = Suite("enforcing", Enforced)


@enforced.case("the hook carries a guest from confined libvirt to pinshiftd, and the answer back")
def carried(world: Enforced) -> None:
    answer = world.saw("answer")
    same((answer["rc"], answer["err"]), (0, ""), "the end of the hook")
    expect("cpuset='0'" in answer["out"] and "pinshift:record" in answer["out"], "the guest is changed", answer["out"])


@enforced.case("nothing on that way is denied")
def undenied(world: Enforced) -> None:
    same(world.saw("denied"), [], "what was denied")


@enforced.case("libvirtd, confined, asks the hook when it restores a guest, and takes its answer")
def asked(world: Enforced) -> None:
    same(world.saw("libvirtd"), LIBVIRT, "the domain of libvirtd")
    expect("is tainted: hook-script" in world.saw("log of libvirtd"), "the hook's XML is the guest's",
           world.saw("restored"), world.saw("log of libvirtd"))
    # The saved guest has no memory, so QEMU ends; that it was started at all shows that CPU 63 is not asked for.
    expect("Not a migration stream" in world.saw("restored"), "QEMU is started", world.saw("restored"))
    same(world.saw("denied to libvirtd"), [], "what was denied meanwhile")


@enforced.case("the hook runs in its domain, and is told to trust no environment")
def in_domain(world: Enforced) -> None:
    same(world.saw("hook"), HOOK, "the domain of a program with the hook's label")
    same(world.saw("hook is secure"), True, "whether its auxiliary vector has AT_SECURE")


@enforced.case("a hook that lost its label stays in libvirt's domain, may not write its memfd, and lets the guest pass")
def unlabelled(world: Enforced) -> None:
    same(world.saw("answer without label"), {"rc": 0, "out": "", "err": ""}, "what libvirt is told")
    same(world.saw("denied without label"), [f"{LIBVIRT} may not write tmpfs_t:file"], "what was denied")


@enforced.case("pinshiftd leaves systemd's domain without new privileges, which it does not without the module")
def service(world: Enforced) -> None:
    same(world.saw("service"), DAEMON, "the domain of pinshiftd")
    same(world.saw("service without module"), "init_t", "the domain of a service without the module")


# AppArmor: Debian's profile of libvirtd


@suite.case("AppArmor lets libvirtd find the hook")
def finds(world: World) -> None:
    for name, profile in world.libvirt().items():
        for path in (f"/{HOOKS}/", f"/{world.link.relative_to(world.tree)}", world.hook):
            expect("r" in profile.may(path), f"{name} may read {path}", profile.may(path))


@suite.case("AppArmor lets libvirtd run the hook that the link points to, outside of libvirtd's profile")
def runs(world: World) -> None:
    for name, profile in world.libvirt().items():
        same(profile.runs(world.hook), {"PUx"}, f"how {name} may run {world.hook}")
    same(attached_to(world.hook), None, "the profile of the hook")


@suite.each("AppArmor: were the hook {0}, libvirtd might run it as {1}", [
    ("below /usr/libexec", "nothing", "/usr/libexec/pinshift/pinshift-hook"),
    ("below /usr/lib/pinshift", "nothing", "/usr/lib/pinshift/pinshift-hook"),
    ("a file in place of the link", "ix", f"/{HOOKS}/60-pinshift"),
])
def elsewhere(world: World, where: str, mode: str, path: str) -> None:
    for name, profile in world.libvirt().items():
        same(profile.runs(path), set() if mode == "nothing" else {mode}, f"how {name} may run {path}")


@suite.case("AppArmor lets libvirtd end a hook, and ask /proc about its client pinshiftd")
def ends(world: World) -> None:
    for name, profile in world.libvirt().items():
        for signal in ("term", "kill"):
            expect(profile.may_signal(signal, "unconfined"), f"{name} may send {signal} to what is unconfined")
        expect(profile.may_look_at("unconfined"), f"{name} may read /proc of what is unconfined")
        expect(not profile.may_look_at("no-such-profile"), f"the profile of {name} does not simply permit all")


@suite.each("AppArmor: a hook inside libvirtd's profile could use {0}", [
    ("/etc/pinshift/hook.conf", "r"),
    ("/run/dbus/system_bus_socket", "rw"),
    ("/run/systemd/journal/dev-log", "rw"),
    ("/usr/lib/libdbus-1.so.3", "mr"),
])
def inside(world: World, path: str, wanted: str) -> None:
    for name, profile in world.libvirt().items():
        permitted = profile.may(path)
        expect(set(wanted) <= permitted, f"the profile of {name} permits {wanted} on {path}", permitted)


@suite.case("the package brings no AppArmor profile, and none of this machine's confines its programs")
def no_profile(world: World) -> None:
    expect(not (world.tree / "etc/apparmor.d").exists(), "the package has nothing in /etc/apparmor.d")
    programs = [path for path in world.tree.glob("usr/**/pinshift*") if path.is_file() and os.access(path, os.X_OK)]
    expect(programs, "the package has programs")
    for path in programs:
        same(attached_to(f"/{path.relative_to(world.tree)}"), None, f"the profile of {path.name}")


GUEST = """<domain type='kvm'><name>db1</name><uuid>7a9c1c5e-6d3f-4b52-8f0a-3d5b8f1c2a10</uuid>
<memory unit='MiB'>128</memory><vcpu{vcpu}>1</vcpu>{placement}<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>"""


@suite.each("AppArmor's profile of a guest is the same for a guest with {0}", [
    ("hugepages", "", "<memoryBacking><hugepages/></memoryBacking>"),
    ("hugepages of another size", "", "<memoryBacking><hugepages><page size='1' unit='G'/></hugepages></memoryBacking>"),
    ("pins", " cpuset='0'", "<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>"),
    ("memory on a node", "", "<numatune><memory mode='strict' nodeset='0'/></numatune>"),
])
def guest(world: World, what: str, vcpu: str, placement: str) -> None:
    def profile(vcpu: str, placement: str) -> str:
        helper = ["/usr/lib/libvirt/virt-aa-helper", "--dryrun", "--create", "--uuid",
                  "libvirt-7a9c1c5e-6d3f-4b52-8f0a-3d5b8f1c2a10"]
        return run(helper, input=GUEST.format(vcpu=vcpu, placement=placement)).err

    plain = profile("", "")
    expect("monitor.sock" in plain, "virt-aa-helper writes rules for a guest", plain)
    same(profile(vcpu, placement), plain, f"the profile of a guest with {what}")
