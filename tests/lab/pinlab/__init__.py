# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small language for laboratories of libvirt hosts.

    with Lab() as lab:
        a = lab.host("hosta", PairHost, hugepages=64)
        b = lab.host("hostb", PairHost)
        lab.up()
        guest = Guest("db1", hugepages=2048, vcpupin={0: "1"})
        a.create(guest)
        migrate(guest, a, b)
        placement(b, guest)

Everything that a laboratory brings up ends with the process that brought it up.
"""

from .guest import Guest
from .host import Host
from .kernel import everything
from .lab import Lab
from .migrate import migrate
from .pair import PairHost
from .result import CommandFailed, Result
from .wait import wait_until
from .xml import RECORD, canonical, difference, placement, xml_without

__all__ = [
    "RECORD", "CommandFailed", "Guest", "Host", "Lab", "PairHost", "Result", "canonical",
    "difference", "everything", "migrate", "placement", "wait_until", "xml_without",
]
