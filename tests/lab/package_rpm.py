# SPDX-License-Identifier: LGPL-2.1-or-later
"""RPMs: what is in them, what they ask for and do, and how rpm puts them in and takes them out."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from pinlab import cockpit, result
from pinlab.cases import Suite, debs, expect, same
from pinlab.lab import Lab
from pinlab.result import Result
from pinlab.rpm import PACKAGING, later, packages, query, source
from pinlab.schema import FILES as SCHEMAS


class Rpms:
    """The packages by name, and a directory for what is taken out of them."""

    def __init__(self, lab: Lab) -> None:
        self.files = packages()
        self.scratch = lab.dir

    def clean(self) -> None:
        """Nothing here changes."""

    def contents(self, package: str) -> dict[str, str]:
        """Mode, owner and what rpm calls flags of each path; of a link also where it leads. Without links by build ids."""
        lines = query(self.files[package], "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILEFLAGS:fflags}"
                                           "\t%{FILELINKTOS}\t%{FILENAMES}\n]")
        rows = [line.split("\t") for line in lines if "\t/usr/lib/.build-id" not in line]
        return {path: f"{how.rstrip()} {target}".rstrip() for how, target, path in rows}

    def scripts(self, package: str) -> dict[str, str]:
        return {kind: "\n".join(query(self.files[package], f"%{{{kind}}}\n"))
                for kind in SCRIPTS if query(self.files[package], f"%|{kind}?{{x\n}}:{{}}|")}

    def asked(self, package: str, tag: str) -> set[str]:
        lines = query(self.files[package], f"[%{{{tag}NAME}} %{{{tag}FLAGS:depflags}} %{{{tag}VERSION}}\n]")
        return {line.strip() for line in lines} - {""}


rpm = Suite("rpm", Rpms)

SCRIPTS = ("PREIN", "POSTIN", "PREUN", "POSTUN", "PRETRANS", "POSTTRANS")
DIRECTORY, FILE = "drwxr-xr-x root/root", "-rw-r--r-- root/root"
PROGRAM, LINK = "-rwxr-xr-x root/root", "lrwxrwxrwx root/root"
# Flags: c configuration, n never replaced, d documentation, l licence, g only owned, made by others.
MODULE = "/var/lib/selinux/targeted/active/modules/200/pinshift"
CONTENTS = {
    "pinshift": {
        "/etc/libvirt": DIRECTORY,
        "/etc/libvirt/hooks": DIRECTORY,
        "/etc/libvirt/hooks/qemu.d": DIRECTORY,
        "/etc/libvirt/hooks/qemu.d/60-pinshift": f"{LINK} g ../../../../usr/sbin/pinshift-hook",
        "/etc/pinshift": DIRECTORY,
        "/etc/pinshift/hook.conf": f"{FILE} cn",
        "/etc/pinshift/pinshift.conf": f"{FILE} cn",
        "/etc/pinshift/pinshift.conf.d": DIRECTORY,
        "/run/pinshift": "drwx------ pinshift/pinshift g",
        "/usr/bin/pinshift": PROGRAM,
        "/usr/lib/systemd/catalog/pinshift.catalog": FILE,
        "/usr/lib/systemd/system/pinshiftd.service": FILE,
        "/usr/lib/sysusers.d/pinshift.conf": FILE,
        "/usr/lib/tmpfiles.d/pinshift.conf": FILE,
        "/usr/libexec/pinshift": DIRECTORY,
        "/usr/libexec/pinshift/pinshiftd": PROGRAM,
        "/usr/sbin/pinshift-hook": PROGRAM,
        "/usr/share/bash-completion/completions/pinshift": FILE,
        "/usr/share/dbus-1/interfaces/org.pinshift.Host1.xml": FILE,
        "/usr/share/dbus-1/system-services/org.pinshift.Host1.service": FILE,
        "/usr/share/dbus-1/system.d/org.pinshift.Host1.conf": FILE,
        "/usr/share/doc/pinshift": DIRECTORY,
        "/usr/share/doc/pinshift/README.md": f"{FILE} d",
        "/usr/share/licenses/pinshift": DIRECTORY,
        "/usr/share/licenses/pinshift/LICENSE": f"{FILE} l",
        "/usr/share/man/man1/pinshift.1.gz": f"{FILE} d",
        "/usr/share/man/man5/org.pinshift.Host1.5.gz": f"{FILE} d",
        "/usr/share/man/man5/pinshift.conf.5.gz": f"{FILE} d",
        "/usr/share/man/man8/pinshift-hook.8.gz": f"{FILE} d",
        "/usr/share/man/man8/pinshiftd.8.gz": f"{FILE} d",
        "/usr/share/pinshift": DIRECTORY,
        "/usr/share/pinshift/schema": DIRECTORY,
        **dict.fromkeys(SCHEMAS, FILE),
        "/usr/share/polkit-1/actions/org.pinshift.host1.policy": FILE,
        "/var/lib/pinshift": "drwx------ pinshift/pinshift g",
    },
    "pinshift-policyd": {
        "/usr/lib/systemd/system/pinshift-policyd.service": FILE,
        "/usr/lib/sysusers.d/pinshift-policyd.conf": FILE,
        "/usr/libexec/pinshift": DIRECTORY,
        "/usr/libexec/pinshift/pinshift-policyd": PROGRAM,
        "/usr/share/dbus-1/interfaces/org.pinshift.Cluster1.xml": FILE,
        "/usr/share/dbus-1/system-services/org.pinshift.Cluster1.service": FILE,
        "/usr/share/dbus-1/system.d/org.pinshift.Cluster1.conf": FILE,
        "/usr/share/licenses/pinshift": DIRECTORY,
        "/usr/share/licenses/pinshift/LICENSE": f"{FILE} l",
        "/usr/share/man/man5/org.pinshift.Cluster1.5.gz": f"{FILE} d",
        "/usr/share/man/man5/org.pinshift.Cluster1.Host.5.gz": f"{FILE} d",
        "/usr/share/man/man5/org.pinshift.Cluster1.Job.5.gz": f"{FILE} d",
        "/usr/share/man/man8/pinshift-policyd.8.gz": f"{FILE} d",
        "/usr/share/polkit-1/actions/org.pinshift.cluster1.policy": FILE,
        "/usr/share/polkit-1/rules.d/60-pinshift-policyd.rules": FILE,
        "/var/lib/pinshift-policyd": "drwx------ pinshift-policyd/pinshift-policyd g",
    },
    "pinshift-selinux": {
        "/usr/share/licenses/pinshift": DIRECTORY,
        "/usr/share/licenses/pinshift/LICENSE": f"{FILE} l",
        "/usr/share/selinux/packages/targeted/pinshift.pp.bz2": FILE,
        MODULE: "---------- root/root g",
    },
    "cockpit-pinshift": {
        cockpit.INSTALLED: DIRECTORY,
        **dict.fromkeys(cockpit.FILES, FILE),
        "/usr/share/licenses/pinshift": DIRECTORY,
        "/usr/share/licenses/pinshift/LICENSE": f"{FILE} l",
    },
}


@rpm.case("there are these packages, for this machine or for all, and the source")
def present(w: Rpms) -> None:
    machine = result.run(["rpm", "--eval", "%{_target_cpu}"]).out.strip()
    same({name: query(file, "%{ARCH}\n")[0] for name, file in w.files.items()},
         {"pinshift": machine, "pinshift-policyd": machine, "pinshift-selinux": "noarch", "cockpit-pinshift": "noarch"},
         "packages, for what machine")
    same(query(source(), "%{NAME} %{LICENSE}\n"), ["pinshift LGPL-2.1-or-later"], "the source")


@rpm.case("the spec has the version that the source has")
def versions(w: Rpms) -> None:
    meson = (PACKAGING.parents[1] / "meson.build").read_text()
    same(re.findall(r"^Version: +(.+)$", (PACKAGING / "pinshift.spec").read_text(), re.M),
         re.findall(r"^  version: '(.+)',$", meson, re.M), "the version")


@rpm.each("{0} has its files, and no others", CONTENTS)
def contents(w: Rpms, package: str) -> None:
    same(w.contents(package), CONTENTS[package], f"the contents of {package}")


# What the deb has elsewhere or not at all, and why; what the RPM alone has.
ELSEWHERE = {
    # Fedora has /usr/lib/systemd; of Debian's packages, those of this release have units in /lib.
    "/lib/systemd/system/": "/usr/lib/systemd/system/",
}
LINK_OF_HOOK = "/etc/libvirt/hooks/qemu.d/60-pinshift$"  # Made by scripts: whether a package says so differs.
ONLY_DEB = re.compile("|".join([
    LINK_OF_HOOK,
    "/usr/share/doc/",                # Debian has a directory for each package, with a changelog,
    "/usr/share/lintian/overrides/",  # and exceptions from its rules
]))
ONLY_RPM = re.compile("|".join([
    LINK_OF_HOOK,
    "/usr/share/(doc|licenses)/",     # Fedora has the licence in a place of its own
    "/(run|var/lib)/pinshift",        # of state, Debian's packages don't say that it is theirs
    "/etc/libvirt/hooks/",            # dpkg would leave a second link in there for a while
]))


@rpm.each("{0} has the files that the Debian package has, but for those with a reason",
          ["pinshift", "pinshift-policyd", "cockpit-pinshift"])
def as_deb(w: Rpms, package: str) -> None:
    (file,) = debs().glob(f"{package}_*.deb")
    names = [line.split(maxsplit=5)[5].split(" -> ")[0].removeprefix(".")
             for line in result.run(["dpkg-deb", "--contents", str(file)]).out.splitlines() if not line.startswith("d")]
    for here, there in ELSEWHERE.items():
        names = [there + name.removeprefix(here) if name.startswith(here) else name for name in names]
    ours = [path for path, how in w.contents(package).items() if not how.startswith("d") and not ONLY_RPM.match(path)]
    same(sorted(ours), sorted(name for name in names if not ONLY_DEB.match(name)), f"the files of {package}")


# Dependencies

@rpm.case("what rpm can't find out by itself is asked for")
def required(w: Rpms) -> None:
    version = query(w.files["pinshift"], "%{VERSION}-%{RELEASE}\n")[0]
    isa = result.run(["rpm", "--eval", "%{_isa}"]).out.strip()
    hidden = {"dbus-common", f"dbus-libs{isa}", f"(pinshift-selinux = {version} if selinux-policy-targeted)"}
    asked = w.asked("pinshift", "REQUIRE")
    same(hidden - asked, set(), "requirements that are missing")
    found = r"(lib.+\.so\.|rtld\(|rpmlib\(|config\(pinshift\)|/bin/sh)"
    same({name for name in asked - hidden if not re.match(found, name)}, set(), "requirements that nobody expects")
    same(w.asked("pinshift", "RECOMMEND"), {"libvirt-client", "libvirt-daemon-driver-qemu", "polkit"}, "recommendations")


@rpm.case("policyd, the policy module and the page for Cockpit can be there without the rest")
def apart(w: Rpms) -> None:
    for package in ("pinshift-policyd", "pinshift-selinux", "cockpit-pinshift"):
        ours = {name for name in w.asked(package, "REQUIRE") if "pinshift" in name}
        same(ours, set(), f"what {package} requires of ours")


# Scripts

# Of packages that have some: the services that are theirs.
SERVICES = {"pinshift": {"pinshiftd.service"}, "pinshift-policyd": {"pinshift-policyd.service"}, "pinshift-selinux": set()}


@rpm.each("the scripts of {0} are shell for every shell", SERVICES)
def syntax(w: Rpms, package: str) -> None:
    scripts = w.scripts(package)
    expect(scripts, "there are scripts")
    for kind, script in scripts.items():
        for shell in ("dash", "bash"):
            done = result.run([shell, "-n"], input=script, check=False)
            expect(done.ok, f"{shell} understands {kind}", script, done)


@rpm.case("where rpm itself makes no users, scripts make them before there are files")
def users(w: Rpms) -> None:
    macros = [f"--load={PACKAGING}/debian.macros", "--define", "_sourcedir /sources",
              "--define", "sysusers_create_compat() made of %1"]
    both = ["pinshift", "pinshift-policyd"]
    for define, wanted in {"fedora 42": [], "fedora 41": both, "rhel 10": both}.items():
        spec = result.run(["rpmspec", "--parse", *macros, "--define", define, str(PACKAGING / "pinshift.spec")]).out
        made = re.findall(r"^%pre.*\nmade of /sources/(.+)\.sysusers$", spec, re.M)
        same(made, wanted, f"users made by scripts, where there is {define}")


@rpm.case("nothing is run when the page for Cockpit comes or goes")
def page(w: Rpms) -> None:
    same(w.scripts("cockpit-pinshift"), {}, "its scripts")


@rpm.each("the scripts of {0} start nothing, and touch no service but its own", SERVICES)
def services(w: Rpms, package: str) -> None:
    said = "\n".join(w.scripts(package).values())
    same(set(re.findall(r"\S+\.(?:service|socket|target)\b", said)), SERVICES[package], "units that are named")
    expect(not re.search(r"systemctl\b.* (start|restart|reload|enable)\b", said), "none is started or reloaded", said)


@rpm.case("the link that a script makes leads to the hook")
def link(w: Rpms) -> None:
    leads = w.contents("pinshift")["/etc/libvirt/hooks/qemu.d/60-pinshift"].split()[-1]
    expect(f"ln -s {leads} /etc/libvirt/hooks/qemu.d/60-pinshift " in w.scripts("pinshift")["POSTIN"], "it is made as it was built",
           leads)


@rpm.case("the hook goes before its service, and only with the package")
def order(w: Rpms) -> None:
    script = w.scripts("pinshift")["PREUN"]
    link, service = script.index("rm -f /etc/libvirt/hooks/qemu.d/60-pinshift\n"), script.index("pinshiftd.service")
    expect(link < service and "if [ $1 -eq 0 ]" in script[:link], "first the link, when the package goes", script)


@rpm.case("rpmlint finds neither errors nor warnings, in spec, source and packages")
def rpmlint(w: Rpms) -> None:
    done = result.run(["rpmlint", "--strict", f"--config={PACKAGING}/rpmlint.toml", str(PACKAGING / "pinshift.spec"),
                       str(source()), *map(str, w.files.values())], check=False)
    expect(done.ok and " 0 errors, 0 warnings" in done.out, "rpmlint is content", done)


# In and out

class Root:
    """A root with nothing in it but rpm's database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.rpm("--initdb")

    def rpm(self, *arguments: object, check: bool = True) -> Result:
        return result.run(["rpm", f"--root={self.path}", *map(str, arguments)], check=check)

    def files(self) -> list[str]:
        """All files; of directories those that are not of every system."""
        ours = re.compile("pinshift|libvirt|build-id")
        return sorted(str(path.relative_to(self.path)) for path in self.path.rglob("*")
                      if not path.is_dir() or ours.search(path.name))

    def hook(self) -> tuple[int, bytes]:
        """Which file it is, and what it is."""
        path = self.path / "usr/sbin/pinshift-hook"
        return path.stat().st_ino, path.read_bytes()


BLIND = ("--nodeps", "--noscripts")


@rpm.case("installed, verified, upgraded and removed in an empty root, they leave nothing")
def life(w: Rpms) -> None:
    root = Root(w.scratch / "life")
    empty = root.files()
    root.rpm("--install", *BLIND, *w.files.values())
    same(root.rpm("--verify", "--nodeps", "--all", check=False).out, "", "what rpm finds changed after the installation")
    modes = {path: stat.S_IMODE((root.path / path[1:]).lstat().st_mode) & 0o7022 for path in CONTENTS["pinshift"]
             if (root.path / path[1:]).exists() and not (root.path / path[1:]).is_symlink()}
    same({path for path, mode in modes.items() if mode}, set(), "what others could write")
    before = root.hook()
    root.rpm("--upgrade", *BLIND, *later(w.scratch / "later").values())
    after = root.hook()
    expect(before[0] != after[0] and before[1] + b"\n" == after[1], "the hook is another file, not one that was written to")
    same(root.rpm("--verify", "--nodeps", "--all", check=False).out, "", "what rpm finds changed after the upgrade")
    same(sorted(root.rpm("--query", "--all", "--queryformat=%{RELEASE}\n").out.split()), ["1.later"] * len(w.files), "releases")
    root.rpm("--erase", *BLIND, *w.files)
    same(root.files(), empty, "files that are left")


@rpm.case("configuration that was edited outlives upgrades, and removal as .rpmsave")
def edited(w: Rpms) -> None:
    root = Root(w.scratch / "edited")
    root.rpm("--install", *BLIND, w.files["pinshift"])
    conf = root.path / "etc/pinshift/hook.conf"
    conf.write_text("on-failure = refuse\n")
    root.rpm("--upgrade", *BLIND, later(w.scratch / "later")["pinshift"])
    same(conf.read_text(), "on-failure = refuse\n", "hook.conf after the upgrade")
    root.rpm("--erase", *BLIND, "pinshift")
    same(conf.with_name("hook.conf.rpmsave").read_text(), "on-failure = refuse\n", "what is kept of it")


@rpm.case("what the service has written outlives the package")
def state_kept(w: Rpms) -> None:
    root = Root(w.scratch / "state")
    root.rpm("--install", *BLIND, w.files["pinshift"])
    record = root.path / "var/lib/pinshift/6c3c3a1e-0f0b-4f5e-9a7b-0c5d1f2e3a4b"
    record.parent.mkdir(parents=True)
    record.write_text("")
    root.rpm("--erase", *BLIND, "pinshift")
    expect(record.exists(), "the record is there")
