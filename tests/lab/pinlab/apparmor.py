# SPDX-License-Identifier: LGPL-2.1-or-later
"""AppArmor profiles, read and asked where AppArmor does not run."""

from __future__ import annotations

from pathlib import Path

import apparmor.aa
from apparmor.rule.ptrace import PtraceRule
from apparmor.rule.signal import SignalRule

from .result import run

PROFILES = Path("/etc/apparmor.d")


class Profile:
    """The profile NAME of FILE, with all that it includes."""

    def __init__(self, file: Path, name: str) -> None:
        _fresh()
        flat = run(["apparmor_parser", "--preprocess", str(file)]).out
        profiles = apparmor.aa.parse_profile_data(flat.splitlines(keepends=True), str(file), 0)
        # A profile is among its own children, under its own name.
        self._rules = profiles[name][name]

    def may(self, path: str) -> set[str]:
        """What the profile permits to do with PATH, but for running it; a directory ends in a slash."""
        said = self._rules["file"].get_perms_for_path(path)
        return set(said["allow"]["all"]) - set(said["deny"]["all"]) - set(said["deny"]["owner"])

    def runs(self, path: str) -> set[str]:
        """The modes in which the profile permits to run PATH."""
        rules = self._rules["file"].get_exec_rules_for_path(path, only_exact_matches=False).rules
        return {rule.exec_perms for rule in rules}

    def may_signal(self, signal: str, peer: str) -> bool:
        return bool(self._rules["signal"].is_covered(SignalRule(["send"], [signal], peer)))

    def may_look_at(self, peer: str) -> bool:
        """Whether it may read what /proc says of PEER."""
        return bool(self._rules["ptrace"].is_covered(PtraceRule(["read"], peer)))


def attached_to(program: str) -> str | None:
    """The file of the profile that confines PROGRAM, if one of this machine's does."""
    _fresh()
    apparmor.aa.read_profiles()
    return apparmor.aa.active_profiles.filename_from_attachment(program)


def _fresh() -> None:
    """The library keeps what it has read, and takes nothing twice."""
    apparmor.aa.init_aa()
    apparmor.aa.reset_aa()
