# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine whose kernel enforces SELinux: QEMU under TCG boots the distribution's own, with a policy made here.

It has no network and lives for one story, which selinux/inside.py tells.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from . import numa_image
from .result import run
from .selinux import Store

SELINUX = Path(__file__).resolve().parent.parent / "selinux"
# Seconds for the story, try by try: now and then TCG leaves a kernel spinning before its first line.
PATIENCE = (120, 180, 300)


def story(directory: Path, tree: Path, policy: Store, without: Store) -> dict[str, Any]:
    """What is seen on a machine on which TREE is installed, with POLICY, and at the end WITHOUT."""
    shutil.copy(SELINUX / "inside.py", directory)
    shutil.copy(policy.contexts, directory / "contexts")
    shutil.copy(policy.policy.path, directory / "with")
    shutil.copy(without.policy.path, directory / "without")
    installed = numa_image.staged_files(tree)
    (directory / "installed").write_text("".join(f"{path}\n" for path in installed))
    release, kernel = numa_image.newest_kernel()
    image = directory / "image"
    image.write_bytes(_image(release) + numa_image.seed_image(installed))
    argv = _qemu(kernel, image, directory / "inside.py")
    for patience in PATIENCE:
        said = run(argv, check=False, timeout=patience)
        lines = [line for line in said.out.splitlines() if line.startswith("{")]
        if lines:
            return {**json.loads(lines[-1]), "console": said.out}
    raise RuntimeError(f"the machine tells nothing:\n{said.out[-3000:]}\n{said.err}")


def _image(release: str) -> bytes:
    archive = numa_image.Cpio()
    archive.file("init", (SELINUX / "init").read_bytes(), 0o755)
    archive.file("bin/busybox", Path("/bin/busybox").read_bytes(), 0o755)
    archive.device("dev/console", 5, 1)
    for directory in ("proc", "sys", "lower", "overlay", "root"):
        archive.directory(directory)
    modules = numa_image.module_files(release)
    for path in modules:
        archive.file(f"modules/{path.name}", path.read_bytes())
    archive.file("modules/order", "".join(f"{path.name}\n" for path in modules))
    return bytes(archive.finish())


def _qemu(kernel: Path, image: Path, inside: Path) -> list[str]:
    words = ["console=ttyS0", "quiet", "panic=-1", "mitigations=off", "nowatchdog", "nokaslr", "tsc=reliable",
             "no_timer_check", "security=selinux", "enforcing=0", "audit=1", f"lab_inside={inside}"]
    return ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-cpu", "max", "-smp", "2", "-m", "512", "-serial", "stdio",
            "-kernel", str(kernel), "-initrd", str(image), "-append", " ".join(words),
            "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=root,mount_tag=root"]
