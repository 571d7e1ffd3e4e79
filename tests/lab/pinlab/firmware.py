# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that do one thing for ever, from their first instruction on: firmware of our own."""

from __future__ import annotations

from dataclasses import replace

from .guest import Guest
from .host import Host

FIRMWARE = "/var/lib/libvirt/{what}.rom"
SIZE = 64 << 10
SEGMENT = 0xF0000  # Of real mode, where the end of the firmware shows below 1 MiB.
CODE, TABLE, POINTER, RESET = 0xFF00, 0xFF50, 0xFF40, 0xFFF0

JUMP = b"\xea" + CODE.to_bytes(2, "little") + (SEGMENT >> 4).to_bytes(2, "little")
HALT = bytes.fromhex("fa f4 eb fd")  # cli; again: hlt; jmp again

# Segments without bounds: nothing, code, data.
SEGMENTS = bytes(8) + bytes.fromhex("ffff0000009acf00 ffff00000092cf00")
# Enters protected mode, and adds 1 to the first word of each page from 2 MiB to 62 MiB, over and over.
WRITE = bytes.fromhex(
    "2e 0f 01 16 40 ff"           # lgdt cs:[POINTER]
    "0f 20 c0 0c 01 0f 22 c0"     # mov eax, cr0; or al, 1; mov cr0, eax
    "66 ea 16 ff 0f 00 08 00"     # jmp 8:next
    "b8 10 00 00 00 8e d8"        # next: mov eax, 16; mov ds, eax
    "bf 00 00 20 00"              # again: mov edi, 2 MiB
    "ff 07 81 c7 00 10 00 00"     # page: inc [edi]; add edi, 4096
    "81 ff 00 00 e0 03 72 f0"     # cmp edi, 62 MiB; jb page
    "eb e9")                      # jmp again


def _image(code: bytes) -> bytes:
    pointer = (len(SEGMENTS) - 1).to_bytes(2, "little") + (SEGMENT + TABLE).to_bytes(4, "little")
    image = bytearray(SIZE)
    for where, what in ((CODE, code), (POINTER, pointer), (TABLE, SEGMENTS), (RESET, JUMP)):
        image[where:where + len(what)] = what
    return bytes(image)


IMAGES = {"halts": _image(HALT), "writes": _image(WRITE)}


def that(what: str, guest: Guest) -> Guest:
    """GUEST, which either `halts` at once or `writes` to all of its 64 MiB without end."""
    return replace(guest, arguments=("-bios", FIRMWARE.format(what=what)))


def install(host: Host) -> None:
    for what, image in IMAGES.items():
        host.run("sh", "-c", 'cat >"$1"', "sh", FIRMWARE.format(what=what), input=image)
