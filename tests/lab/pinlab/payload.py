# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in a package."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from .cases import debs, rpms, stage
from .host import HOOK_LINK
from .result import run


@dataclass(frozen=True)
class Entry:
    """A file as an RPM lists it."""

    path: str
    mode: int
    target: str

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)


def unpacked(directory: Path) -> Path:
    """The tree that the Debian package pinshift installs; the stage, where there is no package."""
    if "PINSHIFT_DEBS" not in os.environ:
        shutil.copytree(stage(), directory, symlinks=True)
        return directory
    (package,) = debs().glob("pinshift_*.deb")
    run(["dpkg-deb", "--extract", str(package), str(directory)])
    (directory / HOOK_LINK[1:]).symlink_to("../../../../usr/sbin/pinshift-hook")  # As its postinst does.
    return directory


def listed() -> list[Entry]:
    """The files of all RPMs but those of debugging."""
    packages = [str(path) for path in sorted(rpms().glob("*.rpm")) if not path.name.endswith(".src.rpm")
                and "-debug" not in path.name]
    query = "[%{FILENAMES}\\t%{FILEMODES}\\t%{FILELINKTOS}\\n]"
    lines = run(["rpm", "--query", "--package", "--queryformat", query, *packages]).out.splitlines()
    return [Entry(path, int(mode), target) for path, mode, target in (line.split("\t") for line in lines)]
