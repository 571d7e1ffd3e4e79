# SPDX-License-Identifier: LGPL-2.1-or-later
"""RPMs as files on this machine."""

from __future__ import annotations

from pathlib import Path

from . import result
from .cases import rpms

PACKAGING = Path(__file__).resolve().parents[3] / "packaging" / "rpm"


def query(file: Path, what: str) -> list[str]:
    """The lines of WHAT, in rpm's language of tags."""
    return result.run(["rpm", "--query", "--package", f"--queryformat={what}", str(file)]).out.splitlines()


def packages() -> dict[str, Path]:
    """Those under test by name, without the source and what is for debugging."""
    files = [file for file in rpms().glob("*.rpm") if not file.name.endswith(".src.rpm") and "-debug" not in file.name]
    return {query(file, "%{NAME}\n")[0]: file for file in files}


def source() -> Path:
    (file,) = rpms().glob("*.src.rpm")
    return file


def later(directory: Path) -> dict[str, Path]:
    """The packages again, in DIRECTORY, as a later release with another hook: the same spec and the same files."""
    top, tree = directory / "top", directory / "tree"
    define = ["--define", f"_topdir {top}"]
    if not top.exists():
        result.run(["rpm", *define, "--dbpath", str(directory / "db"), "--install", str(source())])
        (top / "BUILD").mkdir()
        tree.mkdir()
        (tarball,) = (top / "SOURCES").glob("*.tar.xz")
        result.run(["tar", "-C", str(top / "BUILD"), "-xf", str(tarball)])
        for file in packages().values():
            result.run(["sh", "-c", 'rpm2cpio "$1" | cpio -idum --quiet -D "$2"', "sh", str(file), str(tree)])
        result.run(["rm", "-r", str(tree / "usr/lib/.build-id")])  # rpmbuild makes them.
        with (tree / "usr/sbin/pinshift-hook").open("ab") as hook:
            hook.write(b"\n")
        result.run(["rpmbuild", "-bb", "--short-circuit", "--nodeps", f"--load={PACKAGING}/debian.macros", *define,
                    "--define", "dist .later", "--buildroot", str(tree), str(top / "SPECS/pinshift.spec")])
    return {query(file, "%{NAME}\n")[0]: file for file in (top / "RPMS").glob("*/*.rpm")}
