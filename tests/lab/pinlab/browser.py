# SPDX-License-Identifier: LGPL-2.1-or-later
"""A browser on a host: Chromium without a screen, asked what it shows, and clicked in.

It is driven by WebDriver, the W3C's protocol, which is JSON over HTTP.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .piece import Piece
from .wait import Late, wait_until

if TYPE_CHECKING:
    from .host import Host

PORT = 9515
HOME = "/var/tmp/browser"
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
             "--disable-extensions", "--hide-scrollbars", "--lang=en", f"--user-data-dir={HOME}/profile")
LONGEST = 300
# In the page: what of CSS is to be seen, in the order of the page.
SHOWN = "const shown = css => [...document.querySelectorAll(css)].filter(e => e.checkVisibility());"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# What a click meets while the page is being drawn anew.
NOT_YET = ("no such element", "stale element reference", "element not interactable", "element click intercepted")


class WebDriverError(Exception):
    """What the driver says, by the standard's names of errors."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Browser(Piece):
    """One window of WIDTH times HEIGHT; ends with its host."""

    def __init__(self, host: Host, width: int = 1280, height: int = 900) -> None:
        super().__init__(host, "chromedriver", ["env", f"HOME={HOME}", "chromedriver", f"--port={PORT}"], self._listens)
        self.size = (width, height)
        self.session = ""

    def start(self) -> None:
        self.host.run("mkdir", "-p", HOME)
        super().start()
        self.connection = _connect(self.host)
        options = {"args": [*ARGUMENTS, f"--window-size={self.size[0]},{self.size[1]}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self._command("POST", "timeouts", {"pageLoad": LONGEST * 1000, "script": LONGEST * 1000})

    def _listens(self) -> bool:
        return bool(self.host.run("ss", "-Hltn", f"sport = :{PORT}").out)

    # Pages

    def open(self, url: str) -> None:
        """Shows another page, whatever was entered before."""
        self._command("POST", "url", {"url": url})

    def enter(self, css: str) -> None:
        """Waits for the frame; what is asked from now on is asked of the page in it."""
        self._insist(lambda: self._command("POST", "frame", {"id": self._find(css)}), f"the frame {css}")

    # What is to be seen

    def run(self, script: str, *arguments: Any) -> Any:
        """What SCRIPT, the body of a function of ARGUMENTS, returns in the page."""
        return self._command("POST", "execute/sync", {"script": script, "args": arguments})

    def texts(self, css: str) -> list[str]:
        return self.run(SHOWN + "return shown(arguments[0]).map(e => e.innerText ?? e.textContent)", css)

    def wait_for(self, css: str, *words: str) -> str:
        """Waits until an element has all WORDS; its text."""
        def seen() -> str | None:
            return next((text or " " for text in self.texts(css) if all(word in text for word in words)), None)

        return self._patiently(seen, f"{css} says {words}" if words else f"{css} is shown")

    def wait_until_gone(self, css: str) -> None:
        self._patiently(lambda: not self.texts(css), f"{css} is gone")

    def values(self, css: str) -> list[float]:
        """Of each, how far it is: of progress bars."""
        return self.run(SHOWN + "return shown(arguments[0]).map(e => e.value)", css)

    def enabled(self, css: str) -> list[bool]:
        """Of each, whether it can be clicked."""
        return self.run(SHOWN + "return shown(arguments[0]).map(e => !e.disabled)", css)

    def console(self) -> list[str]:
        """What the page has complained of since it was asked for last: errors, and what its policy of content forbids."""
        said = self._command("POST", "se/log", {"type": "browser"})
        return [entry["message"] for entry in said if entry["level"] == "SEVERE"]

    def picture(self, path: str | Path) -> None:
        """Writes what the window shows as PNG."""
        Path(path).write_bytes(base64.b64decode(self._command("GET", "screenshot")))

    # What is done

    def click(self, css: str) -> None:
        """Waits until it can be clicked, and does so as a mouse would."""
        def clicked() -> None:
            if not all(self.enabled(css)):
                raise WebDriverError("element not interactable", "it is disabled")
            self._command("POST", f"element/{self._find(css)[ELEMENT]}/click", {})

        self._insist(clicked, f"{css} is clicked")

    def _find(self, css: str) -> dict[str, str]:
        return self._command("POST", "element", {"using": "css selector", "value": css})

    def _insist(self, action: Callable[[], object], what: str) -> None:
        def done() -> bool:
            try:
                action()
            except WebDriverError as error:
                if error.kind not in NOT_YET:
                    raise
                return False
            return True

        self._patiently(done, what)

    def _patiently(self, seen: Callable[[], Any], what: str) -> Any:
        try:
            return wait_until(seen, what)
        except Late as late:
            raise Late(f"{late}\n{self.run('return document.body.innerText')}\n{self.console()}") from None

    # The protocol

    def _command(self, method: str, name: str, body: Any = None) -> Any:
        return self._ask(method, f"/session/{self.session}/{name}", body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        self.connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        value = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(value["error"], value["message"])
        return value


def _connect(host: Host) -> http.client.HTTPConnection:
    """To the driver, which listens on a loopback that is HOST's own."""
    ours, theirs = socket.socketpair()
    with theirs:
        host.lab.spawn(host.command(("busybox", "nc", "127.0.0.1", str(PORT))), stdin=theirs, stdout=theirs)
    host.lab.undo(ours.close)
    ours.settimeout(LONGEST)
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.sock = ours
    return connection
