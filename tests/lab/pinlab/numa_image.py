# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a NUMA host boots from: the machine's own kernel, and an initramfs made here.

The base image (busybox, modules, agent, init) is the same for all hosts of a run; the seed of a host (its
configuration) is a second archive behind it, which the kernel unpacks as well.
"""

import io
import os
import stat
import subprocess
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
MODULES = ("virtio_pci", "virtio_net", "9pnet_virtio", "9p", "overlay")
QEMU_DRIVER = "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so"
CAPABILITIES = "/var/cache/libvirt/qemu/capabilities"


class Cpio:
    """An archive in the "newc" format of initramfs, uncompressed: unpacking would cost more than reading."""

    def __init__(self):
        self._parts = []
        self._inode = 0
        self._directories = set()

    def directory(self, path, mode=0o755):
        """Adds a directory and what is above it."""
        path = str(path).strip("/")
        if path in self._directories or not path:
            return
        self.directory(os.path.dirname(path))
        self._directories.add(path)
        self._entry(path, stat.S_IFDIR | mode, b"")

    def file(self, path, data, mode=0o644):
        """Adds a file (str or bytes) and the directories above it.  A mode with a type makes it a link."""
        path = str(path).strip("/")
        self.directory(os.path.dirname(path))
        mode = mode if stat.S_IFMT(mode) else stat.S_IFREG | mode
        self._entry(path, mode, data.encode() if isinstance(data, str) else data)

    def device(self, path, major, minor):
        """Adds a character device."""
        self.directory(os.path.dirname(path))
        self._entry(path, stat.S_IFCHR | 0o600, b"", major, minor)

    def finish(self):
        """Returns the bytes of the archive, padded so that another may follow."""
        self._entry("TRAILER!!!", 0, b"")
        data = b"".join(self._parts)
        return data + b"\0" * (-len(data) % 512)

    def _entry(self, path, mode, data, major=0, minor=0):
        self._inode += 1
        name = path.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self._parts.append(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))


def newest_kernel():
    """Returns (release, path of the image) of the newest kernel that has its modules installed."""
    found = [
        path
        for path in Path("/boot").glob("vmlinuz-*")
        if Path("/lib/modules", path.name.removeprefix("vmlinuz-")).is_dir()
    ]
    if not found:
        raise RuntimeError("no kernel in /boot with modules in /lib/modules: install linux-image-amd64")
    newest = max(found, key=lambda path: path.stat().st_mtime)
    return newest.name.removeprefix("vmlinuz-"), newest


def module_files(release):
    """Returns the module files that MODULES need, each once, in the order in which they must be loaded."""
    files = []
    for name in MODULES:
        shown = subprocess.run(
            ["modprobe", "-S", release, "--show-depends", name],
            check=True, capture_output=True, text=True,
        ).stdout
        for line in shown.splitlines():
            words = line.split()
            if words[0] == "insmod" and words[1] not in files:
                files.append(words[1])
    return [Path(name) for name in files]


def build_agent(directory):
    """Compiles the agent, static, so that it runs before there is a root.  Returns its path."""
    binary = Path(directory, "agent")
    subprocess.run(
        ["cc", "-O2", "-static", "-s", "-o", str(binary), str(HERE / "agent.c")], check=True
    )
    return binary


def base_image(release, agent):
    """Returns the archive that all hosts of a run share."""
    archive = Cpio()
    archive.file("init", (HERE / "agent-init.sh").read_bytes(), 0o755)
    archive.file("bin/busybox", Path("/bin/busybox").read_bytes(), 0o755)
    archive.file("bin/agent", Path(agent).read_bytes(), 0o755)
    archive.device("dev/console", 5, 1)
    for directory in ("proc", "sys", "lower", "overlay", "root", "seed"):
        archive.directory(directory)
    names = []
    for path in module_files(release):
        names.append(path.name)
        archive.file(f"modules/{path.name}", path.read_bytes())
    archive.file("modules/order", "\n".join(names) + "\n")
    return archive.finish()


def seed_image(files):
    """Returns the archive of one host.  files: path in the host -> text or bytes, or (these, mode)."""
    archive = Cpio()
    archive.directory("seed")
    for path, content in sorted(files.items()):
        data, mode = content if isinstance(content, tuple) else (content, 0o644)
        archive.file(f"seed/{path.strip('/')}", data, mode)
    return archive.finish()


def staged_files(stage):
    """What is installed below stage, for a seed.  A directory that is a link in the machine's root stays one."""
    found = {}
    for top, directories, names in os.walk(stage):
        links = [name for name in directories if os.path.islink(os.path.join(top, name))]
        for name in names + links:
            path = Path(top, name)
            mode = path.lstat().st_mode
            data = os.readlink(path) if stat.S_ISLNK(mode) else path.read_bytes()
            found[_merged(path.relative_to(stage))] = (data, mode)
    return found


def _merged(path):
    """The path as the machine has it: its /lib may be /usr/lib."""
    top = Path("/", path.parts[0])
    return str(top.resolve().joinpath(*path.parts[1:]))


# A libvirtd of its own directories and devices (none of them kvm) asks QEMU what it can do, as the one on a
# host would.  The drivers are the same: libvirtd believes only what the same program has found out.
PROBE = f"""
set -eu
for dir in /run /tmp /var/cache/libvirt /var/lib/libvirt /var/log /etc/libvirt; do
  mount -t tmpfs -o mode=755 tmpfs $dir
done
mount -t tmpfs -o mode=755 tmpfs /dev
mknod /dev/null c 1 3; mknod /dev/zero c 1 5; mknod /dev/random c 1 8; mknod /dev/urandom c 1 9
chmod 666 /dev/*
mkdir -p /var/log/libvirt/qemu /run/drivers
printf '%s\\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' >/etc/libvirt/qemu.conf
printf '%s\\n' 'auth_unix_rw = "none"' >/etc/libvirt/libvirtd.conf
ln -s {QEMU_DRIVER} /run/drivers
LIBVIRT_DRIVER_DIR=/run/drivers libvirtd >/run/errors 2>&1 &
while [ ! -S /run/libvirt/libvirt-sock ]; do
  kill -0 $! || {{ cat /run/errors >&2; exit 1; }}
  usleep 20000
done
virsh -c qemu:///system capabilities >/dev/null
cd {CAPABILITIES}
exec tar -c *.xml
"""


def capabilities():
    """What libvirtd finds out about the machine's QEMU, found out here, where it takes a second.

    libvirtd keeps it under /var/cache and believes it while neither its own files nor QEMU's have
    changed, and a host's files are the machine's.  Returns path in the host -> text.
    """
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
         "busybox", "sh", "-c", PROBE],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {
            f"{CAPABILITIES}/{member.name}": archive.extractfile(member).read()
            for member in archive.getmembers()
        }
