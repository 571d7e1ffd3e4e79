# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's mirrors, for hosts that are on no network but that of their laboratory.

A proxy that apt of the hosts is told to use: it hears on the switch, asks where the machine is, and passes on what comes.
"""

from __future__ import annotations

import ctypes
import shutil
import socket
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from .switch import ADDRESS

if TYPE_CHECKING:
    from .lab import Lab

WHERE = (ADDRESS.partition("/")[0], 3142)
APT_CONF = f'Acquire::http::Proxy "http://{WHERE[0]}:{WHERE[1]}";\n'
PASSED = ("Content-Length", "Content-Type", "Last-Modified", "Content-Range")
CLONE_NEWNET = 0x40000000


class Mirror:
    """Answers until the laboratory ends."""

    def __init__(self, lab: Lab) -> None:
        self.server = ThreadingHTTPServer(WHERE, _Request, bind_and_activate=False)
        self.server.daemon_threads = True
        self.server.socket.close()
        self.server.socket = _listening(lab.switch.held.pid)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        lab.undo(self._end)

    def _end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kept = {name: value for name in ("If-Modified-Since", "Range", "If-Range") if (value := self.headers.get(name))}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.path, headers=kept), timeout=300) as answer:
                self._begin(answer.status, answer.headers)
                shutil.copyfileobj(answer, self.wfile)
        except urllib.error.HTTPError as error:
            self._begin(error.code, {"Content-Length": "0"})
        except OSError as error:
            self.send_error(502, str(error))

    def _begin(self, status: int, headers: object) -> None:
        self.send_response(status)
        for name in PASSED:
            if value := headers.get(name):
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def _listening(pid: int) -> socket.socket:
    """A socket in the network namespace of process PID: made by a thread, for a thread has a namespace of its own."""
    found: list[socket.socket | OSError] = []

    def listen() -> None:
        try:
            with open(f"/proc/{pid}/ns/net") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            found.append(socket.create_server(WHERE))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]
