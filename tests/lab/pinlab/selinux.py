# SPDX-License-Identifier: LGPL-2.1-or-later
"""SELinux policies, compiled and asked where SELinux does not run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import setools

from .result import run

CONVERTER = "/usr/libexec/selinux/hll/pp"


class Policy:
    """What a compiled policy says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._policy = setools.SELinuxPolicy(str(path))

    def may(self, source: str, target: str, tclass: str) -> set[str]:
        """The permissions that SOURCE has on TARGET of TCLASS, booleans being as they are by default."""
        rules = setools.TERuleQuery(self._policy, ruletype=["allow"], source=source, target=target, tclass=[tclass])
        return {permission for rule in rules.results() if rule.enabled() for permission in rule.perms}

    def becomes(self, source: str, program: str) -> str:
        """The domain of a process of SOURCE that runs PROGRAM."""
        rules = setools.TERuleQuery(self._policy, ruletype=["type_transition"], source=source, target=program,
                                    tclass=["process"])
        domains = {str(rule.default) for rule in rules.results() if rule.enabled()}
        (domain,) = domains or {source}
        return domain

    def types(self) -> set[str]:
        return {str(type_) for type_ in self._policy.types()}


class Store:
    """A policy of its own below a directory: `semodule` builds it as on a host, and loads nothing."""

    def __init__(self, directory: Path, modules: Iterable[Path]) -> None:
        self.root = directory
        here = directory / "etc/selinux"
        (here / "lab/contexts/files").mkdir(parents=True)
        (directory / "var/lib/selinux").mkdir(parents=True)
        (here / "config").write_text("SELINUX=enforcing\nSELINUXTYPE=lab\n")
        run(["semodule", "--path", str(directory), "--store", "lab", "--noreload", "--install", *map(str, modules)])
        self.contexts = here / "lab/contexts/files/file_contexts"
        (binary,) = (here / "lab/policy").glob("policy.*")
        self.policy = Policy(binary)

    def type_of(self, path: str, mode: int) -> str:
        """The type that restorecon would give to PATH, a file of MODE."""
        said = run(["selabel_lookup", "-b", "file", "-f", str(self.contexts), "-k", path, "-t", f"{mode:o}"])
        return said.out.split()[-1].split(":")[2]

    def equate(self, links: dict[str, str]) -> None:
        """Paths below a name of LINKS are looked up as if they were below its value; as on hosts with such links."""
        text = "".join(f"{name} {target}\n" for name, target in links.items())
        Path(f"{self.contexts}.subs_dist").write_text(text)


def linked(directory: Path, packages: Iterable[Path]) -> Policy:
    """The policy that PACKAGES, a base and modules, make together."""
    together, binary = directory / "linked.pp", directory / "linked"
    run(["semodule_link", "-o", str(together), *map(str, packages)])
    run(["semodule_expand", str(together), str(binary)])
    return Policy(binary)


def statements(package: Path) -> list[str]:
    """The statements of PACKAGE in the language to which it is compiled on a host, one a line."""
    return [line.strip() for line in run([CONVERTER, str(package)]).out.splitlines()]
