# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cockpit on a host: the web server, with a session that nobody has to log in for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .piece import Piece

if TYPE_CHECKING:
    from .host import Host

SERVER = "/usr/lib/cockpit/cockpit-ws"
# What the page is in, in the browser.
FRAME = "iframe[name$='/pinshift']"
INSTALLED = "/usr/share/cockpit/pinshift"
SOURCE = Path(__file__).resolve().parents[3] / "policy" / "cockpit"
FILES = sorted(f"{INSTALLED}/{path.name}" for path in SOURCE.glob("*") if path.suffix in (".css", ".html", ".js", ".json"))


class Cockpit(Piece):
    """The pages as USER gets them, on the host's loopback."""

    def __init__(self, host: Host, user: str = "root", port: int = 9091) -> None:
        self.home = f"/var/tmp/cockpit-{user}"
        self.user = user
        self.port = port
        who = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        super().__init__(host, f"cockpit-{user}", [
            "env", "-C", "/", f"HOME={self.home}", f"USER={user}", "LC_ALL=C.UTF-8", f"XDG_RUNTIME_DIR={self.home}", *who,
            SERVER, "--local-session=cockpit-bridge", "--no-tls", "--address=127.0.0.1", f"--port={port}"], self._listens)

    def start(self) -> None:
        self.host.run("install", "-d", "-o", self.user, "-m", "0700", self.home)
        super().start()

    def _listens(self) -> bool:
        return bool(self.host.run("ss", "-Hltn", f"sport = :{self.port}").out)

    def url(self, page: str) -> str:
        return f"http://127.0.0.1:{self.port}/{page}"
