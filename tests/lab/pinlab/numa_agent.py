# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client of agent.c: one connection, one command.

As a program it runs a command on a host from a shell: python3 -m pinlab.numa_agent PID ADDRESS COMMAND...,
where PID is a process in the laboratory's network.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence

PORT = 1021
CLONE_NEWNET = 0x40000000
OUT, ERR, EXIT = 1, 2, 3


class Lost(ConnectionError):
    """The connection to a host ended before its command did."""


def connect(pid: int, address: str, timeout: float) -> socket.socket:
    """A connection from the network namespace of process PID.

    A socket stays in the namespace that it was made in, so a thread of its own enters it and ends.
    """
    made: list[socket.socket | OSError] = []

    def enter() -> None:
        try:
            _enter_network_of(pid)
            made.append(socket.create_connection((address, PORT), timeout))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def _enter_network_of(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    fd = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(fd)


def execute(connection: socket.socket, argv: Sequence[str], data: bytes = b"",
            timeout: float = 120) -> tuple[int, bytes, bytes]:
    """Runs ARGV with DATA as standard input: (exit status, output, errors).

    An end that does not come within TIMEOUT seconds is status 124, as timeout(1) has it; closing
    the connection then ends the command.
    """
    deadline = time.monotonic() + timeout
    block = b"".join(arg.encode() + b"\0" for arg in argv)
    parts = {OUT: bytearray(), ERR: bytearray()}
    with connection:
        feeder = threading.Thread(target=_feed, args=(connection, block, data), daemon=True)
        feeder.start()
        try:
            while True:
                kind, size = struct.unpack("!BI", _receive(connection, 5, deadline))
                content = _receive(connection, size, deadline)
                if kind == EXIT:
                    return int(content), bytes(parts[OUT]), bytes(parts[ERR])
                parts[kind] += content
        except TimeoutError:
            return 124, bytes(parts[OUT]), bytes(parts[ERR]) + f"no end within {timeout:g} s".encode()


def _feed(connection: socket.socket, block: bytes, data: bytes) -> None:
    """A command that does not read its input is its own affair."""
    try:
        connection.sendall(struct.pack("!I", len(block)) + block + struct.pack("!I", len(data)) + data)
    except OSError:
        pass


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        chunk = connection.recv(min(size - len(data), 1 << 16))
        if not chunk:
            raise Lost("the host ended the connection")
        data += chunk
    return bytes(data)


def main() -> int:
    pid, address, *argv = sys.argv[1:]
    data = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    rc, out, err = execute(connect(int(pid), address, 10), argv, data, 3600)
    sys.stdout.buffer.write(out)
    sys.stderr.buffer.write(err)
    return rc


if __name__ == "__main__":
    sys.exit(main())
