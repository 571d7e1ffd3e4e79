# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file of results: a line of JSON each, appended as it is seen, so that a run that was ended goes on where it was."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from .outcome import Seen, Start, Trip, as_json, from_json, key


class Store:
    """What is known. A line that a sudden end has cut off is not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], Seen] = {}
        if path.exists():
            self._read()

    def _read(self) -> None:
        whole, _, rest = self.path.read_text().rpartition("\n")
        for line in whole.splitlines():
            self._know(from_json(json.loads(line)))
        if rest:
            self.path.write_text(f"{whole}\n" if whole else "")

    def _know(self, seen: Seen) -> None:
        self._known[key(seen)] = seen

    def add(self, seen: Seen) -> None:
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps(as_json(seen)) + "\n")
            self._know(seen)

    def forget(self, seen: Seen) -> None:
        """It is to be seen again; what comes later in the file holds."""
        with self._lock:
            self._known.pop(key(seen), None)

    def trip(self, side: str, kind: str, mode: str, home: str, away: str) -> Trip | None:
        found = self._known.get(("trip", side, kind, mode, home, away))
        return found if isinstance(found, Trip) else None

    def start(self, kind: str, host: str, written: bool) -> Start | None:
        found = self._known.get(("start", kind, host, "written" if written else "stripped"))
        return found if isinstance(found, Start) else None

    @property
    def trips(self) -> list[Trip]:
        with self._lock:
            return [seen for seen in self._known.values() if isinstance(seen, Trip)]

    @property
    def starts(self) -> list[Start]:
        with self._lock:
            return [seen for seen in self._known.values() if isinstance(seen, Start)]
