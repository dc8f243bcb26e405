"""Names as PostgreSQL stores them: its limit is half of Redshift's."""

from __future__ import annotations

import hashlib

MOST_BYTES = 127
POSTGRES_BYTES = 63
MARK = "~"


class LongNames:
    """The known names of 64 to 127 bytes, by their shortened names in PostgreSQL."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}
        self._unsaved: list[tuple[str, str]] = []

    def __call__(self, short: bytes) -> bytes:
        """Return the full name of a shortened one, any other name unchanged."""
        return self._known.get(short, short)

    def add(self, short: str, name: str, *, saved: bool = False) -> None:
        if short.encode() not in self._known:
            self._known[short.encode()] = name.encode()
            if not saved:
                self._unsaved.append((short, name))

    def take_unsaved(self) -> list[tuple[str, str]]:
        unsaved, self._unsaved = self._unsaved, []
        return unsaved

    def restore(self, text: str) -> str:
        """Replace shortened names in an error's text by the full names."""
        if MARK in text:
            for short, name in self._known.items():
                text = text.replace(short.decode(), name.decode())
        return text


LONG_NAMES = LongNames()


def stored_name(name: str) -> str:
    """Truncate a name to Redshift's limit of 127 bytes, and shorten it to PostgreSQL's if it is still too long."""
    name = name.encode()[:MOST_BYTES].decode("utf-8", "ignore")
    if len(name.encode()) <= POSTGRES_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    short = name.encode()[: POSTGRES_BYTES - 13].decode("utf-8", "ignore") + MARK + digest
    LONG_NAMES.add(short, name)
    return short
