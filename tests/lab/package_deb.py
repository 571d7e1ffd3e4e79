# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages: what is in them, and what Debian's own tools say of it."""

from __future__ import annotations

import re
from pathlib import Path

from pinlab import cockpit, result
from pinlab.cases import Suite, debs, expect, same
from pinlab.lab import Lab
from pinlab.result import Result
from pinlab.root import RELEASE, bare_tarball
from pinlab.schema import FILES as SCHEMAS


class Debs:
    """The packages by name, and a directory for what is taken out of them."""

    def __init__(self, lab: Lab) -> None:
        self.files = {path.name.split("_")[0]: path for path in debs().glob("*.deb")}
        self.scratch = lab.dir

    def clean(self) -> None:
        """Nothing here changes."""

    def field(self, package: str, name: str) -> str:
        return result.run(["dpkg-deb", "--field", str(self.files[package]), name]).out.strip()

    def contents(self, package: str) -> dict[str, str]:
        """Mode and owner of each path, directories left out; of a link also where it leads."""
        lines = result.run(["dpkg-deb", "--contents", str(self.files[package])]).out.splitlines()
        return dict(_entry(line) for line in lines if not line.startswith("d"))

    def unpacked(self, package: str) -> Path:
        target = self.scratch / package
        if not target.exists():
            result.run(["dpkg-deb", "--raw-extract", str(self.files[package]), str(target)])
        return target

    def lintian(self, *options: str) -> Result:
        """Of source and packages. It leaves files wherever temporary ones are."""
        changes = [str(path) for path in debs().glob("*.changes")]
        same(len(changes), 1, "files of changes")
        return result.run(["env", f"TMPDIR={self.scratch}", "lintian", "--allow-root", *options, *changes], check=False, timeout=300)


def _entry(line: str) -> tuple[str, str]:
    mode, owner, _size, _day, _time, path, *link = line.split(maxsplit=5)[0:5] + line.split(maxsplit=5)[5].split(" -> ")
    return path.removeprefix("."), " ".join([mode, owner, *link])


deb = Suite("deb", Debs)

SOURCE = Path(__file__).resolve().parents[2]

FILE, PROGRAM = "-rw-r--r-- root/root", "-rwxr-xr-x root/root"
CONTENTS = {
    "pinshift": {
        "/etc/pinshift/hook.conf": FILE,
        "/etc/pinshift/pinshift.conf": FILE,
        "/lib/systemd/system/pinshiftd.service": FILE,
        "/usr/bin/pinshift": PROGRAM,
        "/usr/lib/systemd/catalog/pinshift.catalog": FILE,
        "/usr/lib/sysusers.d/pinshift.conf": FILE,
        "/usr/lib/tmpfiles.d/pinshift.conf": FILE,
        "/usr/libexec/pinshift/pinshiftd": PROGRAM,
        "/usr/sbin/pinshift-hook": PROGRAM,
        "/usr/share/bash-completion/completions/pinshift": FILE,
        "/usr/share/dbus-1/interfaces/org.pinshift.Host1.xml": FILE,
        "/usr/share/dbus-1/system-services/org.pinshift.Host1.service": FILE,
        "/usr/share/dbus-1/system.d/org.pinshift.Host1.conf": FILE,
        "/usr/share/man/man1/pinshift.1.gz": FILE,
        "/usr/share/man/man5/org.pinshift.Host1.5.gz": FILE,
        "/usr/share/man/man5/pinshift.conf.5.gz": FILE,
        "/usr/share/man/man8/pinshift-hook.8.gz": FILE,
        "/usr/share/man/man8/pinshiftd.8.gz": FILE,
        **dict.fromkeys(SCHEMAS, FILE),
        "/usr/share/polkit-1/actions/org.pinshift.host1.policy": FILE,
    },
    "pinshift-policyd": {
        "/lib/systemd/system/pinshift-policyd.service": FILE,
        "/usr/lib/sysusers.d/pinshift-policyd.conf": FILE,
        "/usr/libexec/pinshift/pinshift-policyd": PROGRAM,
        "/usr/share/dbus-1/interfaces/org.pinshift.Cluster1.xml": FILE,
        "/usr/share/dbus-1/system-services/org.pinshift.Cluster1.service": FILE,
        "/usr/share/dbus-1/system.d/org.pinshift.Cluster1.conf": FILE,
        "/usr/share/man/man5/org.pinshift.Cluster1.5.gz": FILE,
        "/usr/share/man/man5/org.pinshift.Cluster1.Host.5.gz": FILE,
        "/usr/share/man/man5/org.pinshift.Cluster1.Job.5.gz": FILE,
        "/usr/share/man/man8/pinshift-policyd.8.gz": FILE,
        "/usr/share/polkit-1/actions/org.pinshift.cluster1.policy": FILE,
        "/usr/share/polkit-1/rules.d/60-pinshift-policyd.rules": FILE,
    },
    "cockpit-pinshift": dict.fromkeys(cockpit.FILES, FILE),
}
# What debhelper adds to every package.
CUSTOMARY = re.compile(r"/usr/share/(doc|lintian/overrides)/")


@deb.each("{0} has its files, and no others", CONTENTS)
def contents(w: Debs, package: str) -> None:
    seen = {path: how for path, how in w.contents(package).items() if not CUSTOMARY.match(path)}
    same(seen, CONTENTS[package], f"the contents of {package}")


@deb.case("configuration that administrators edit is kept on upgrades, and nothing else")
def conffiles(w: Debs) -> None:
    listed = (w.unpacked("pinshift") / "DEBIAN/conffiles").read_text().split()
    same(sorted(listed), ["/etc/pinshift/hook.conf", "/etc/pinshift/pinshift.conf"], "conffiles of pinshift")
    for package in ("pinshift-policyd", "cockpit-pinshift"):
        expect(not (w.unpacked(package) / "DEBIAN/conffiles").exists(), f"{package} has none")


@deb.each("each key of {0} is a comment, so that it says what holds anyway", ["pinshift.conf", "hook.conf"])
def commented(w: Debs, name: str) -> None:
    lines = (w.unpacked("pinshift") / "etc/pinshift" / name).read_text().splitlines()
    same([line for line in lines if "=" in line and not line.startswith("#")], [], f"keys that {name} sets")
    expect(any(re.match(r"#\s*\S+ = ", line) for line in lines), f"{name} shows its keys", *lines)


@deb.case("the hook needs the C library and nothing else")
def hook_libraries(w: Debs) -> None:
    hook = w.unpacked("pinshift") / "usr/sbin/pinshift-hook"
    needed = re.findall(r"NEEDED.*\[(.+)\]", result.run(["readelf", "--dynamic", str(hook)]).out)
    same(needed, ["libc.so.6"], "libraries that the hook is linked to")
    expect("libdbus-1-3" in w.field("pinshift", "Depends"), "what it opens itself is a dependency all the same")


@deb.each("{1} is hardened", [("pinshift", "usr/sbin/pinshift-hook"), ("pinshift", "usr/bin/pinshift"),
                              ("pinshift", "usr/libexec/pinshift/pinshiftd"),
                              ("pinshift-policyd", "usr/libexec/pinshift/pinshift-policyd")])
def hardened(w: Debs, package: str, program: str) -> None:
    path = str(w.unpacked(package) / program)
    elf = result.run(["readelf", "--wide", "--file-header", "--dynamic", "--program-headers", "--dyn-syms", path]).out
    for what, pattern in {"position independent": r"Type: +DYN", "bound at once": r"\bNOW\b", "read-only relocations": r"GNU_RELRO",
                          "a stack that can't be run": r"GNU_STACK.* RW ", "guarded stack frames": r"__stack_chk_fail"}.items():
        expect(re.search(pattern, elf), f"{program} has {what}", elf)


@deb.each("{0} tells nothing of the machine that built it", CONTENTS)
def no_build_paths(w: Debs, package: str) -> None:
    # Scratch directories, which packaging/build-deb would leave in assertions and debug information, and the tree.
    found = result.run(["grep", "-rlE", rf"/tmp/tmp\.|/build/|{re.escape(str(SOURCE))}/", str(w.unpacked(package))], check=False)
    same(found.out, "", "files that name a directory of the build")


@deb.case("the page for Cockpit is for all machines, and nothing is run when it comes or goes")
def page(w: Debs) -> None:
    same(w.field("cockpit-pinshift", "Architecture"), "all", "the architecture")
    same(sorted(path.name for path in (w.unpacked("cockpit-pinshift") / "DEBIAN").iterdir()), ["control", "md5sums"], "what dpkg has of it")


@deb.each("shellcheck finds nothing in the scripts of {0}", ["pinshift", "pinshift-policyd"])
def scripts(w: Debs, package: str) -> None:
    for name in ("postinst", "prerm", "postrm"):
        done = result.run(["shellcheck", str(w.unpacked(package) / "DEBIAN" / name)], check=False)
        expect(done.ok, f"{name} is clean", done)


@deb.case("they are built from what meson dist would hand out, file for file")
def tarball(w: Debs) -> None:
    given = result.run([str(SOURCE / "packaging/dist"), str(w.scratch)]).out.strip()
    build = w.scratch / "build"
    result.run(["meson", "setup", "-Dtests=false", str(build), str(SOURCE)])
    result.run(["meson", "dist", "-C", str(build), "--no-tests", "--allow-dirty", "--formats=xztar"])
    trees = [_extracted(given, w.scratch / "given"), _extracted(str(build / "meson-dist" / Path(given).name), w.scratch / "dist")]
    done = result.run(["diff", "--recursive", "--brief", "--no-dereference", *trees], check=False)
    same(done.out + done.err, "", "what differs from meson dist")


def _extracted(tarball: str, target: Path) -> str:
    target.mkdir()
    result.run(["tar", "--directory", str(target), "--extract", "--file", tarball])
    return str(target)


@deb.case("lintian finds neither errors nor warnings, in source and packages")
def lintian(w: Debs) -> None:
    done = w.lintian("--display-info", "--pedantic", "--fail-on", "error,warning")
    expect(done.ok, "lintian is content", done)


@deb.case("overrides of lintian are explained, and needed")
def overrides(w: Debs) -> None:
    for package in CONTENTS:
        lines = (w.unpacked(package) / "usr/share/lintian/overrides" / package).read_text().splitlines()
        for before, line in zip(["", *lines], lines):
            expect(line.startswith("#") or before.startswith("#"), f"{package}: a reason stands above: {line}")
    done = w.lintian("--tags", "unused-override,mismatched-override")
    same(done.out, "", "overrides that override nothing")


@deb.case("piuparts: installed, removed and purged, they leave nothing in a minimal Debian")
def piuparts(w: Debs) -> None:
    # Without the page for Cockpit, which has no scripts: what it needs is much, and none of ours.
    done = result.run(["piuparts", "--basetgz", str(bare_tarball()), "--no-eatmydata", "--distribution", RELEASE,
                       str(w.files["pinshift"]), str(w.files["pinshift-policyd"])],
                      check=False, timeout=900)
    expect(done.ok, "piuparts is content", "\n".join((done.out + done.err).splitlines()[-40:]))
