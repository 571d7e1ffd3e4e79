# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages as files on this machine."""

from __future__ import annotations

import re
from pathlib import Path

from . import result
from .cases import debs


def deb(package: str) -> Path:
    """PACKAGE of those under test."""
    found = list(debs().glob(f"{package}_*.deb"))
    if len(found) != 1:
        raise RuntimeError(f"{debs()} has {len(found)} packages {package}, not one")
    return found[0]


def version(file: Path) -> str:
    return result.run(["dpkg-deb", "--field", str(file), "Version"]).out.strip()


def renumbered(file: Path, directory: Path, number: str) -> Path:
    """A package in DIRECTORY that is as FILE, but has version NUMBER: to upgrade to, or to come from."""
    target = directory / file.name.replace(version(file), number)
    if target.exists():
        return target
    tree = directory / f"{file.name}.tree"
    result.run(["dpkg-deb", "--raw-extract", str(file), str(tree)])
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub("^Version: .*$", f"Version: {number}", control.read_text(), flags=re.M))
    result.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(target)])
    result.run(["rm", "-r", str(tree)])
    return target
