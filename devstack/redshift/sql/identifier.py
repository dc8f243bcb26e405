"""Names as PostgreSQL keeps them: its limit is half of Redshift's."""

from __future__ import annotations

import hashlib

from devstack.redshift.wire.messages import ServerError

MOST_BYTES = 127
POSTGRES_BYTES = 63
MARK = "~"


class LongNames:
    """The names of 64 to 127 bytes that this process has met, by what PostgreSQL calls them."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}
        self._unsaved: list[tuple[str, str]] = []

    def __call__(self, short: bytes) -> bytes:
        """Return the whole name where ``short`` stands for one, else itself."""
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
        """Put whole names into an error's text."""
        if MARK in text:
            for short, name in self._known.items():
                text = text.replace(short.decode(), name.decode())
        return text


LONG_NAMES = LongNames()


def stored_name(name: str) -> str:
    """Shorten a name of 64 to 127 bytes to one that PostgreSQL keeps whole. Raises ServerError above 127."""
    size = len(name.encode())
    if size > MOST_BYTES:
        text = f'identifier "{name}" is too long: {size} bytes, the most is {MOST_BYTES}'
        raise ServerError(code="42622", message=text)
    if size <= POSTGRES_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    short = name.encode()[: POSTGRES_BYTES - 13].decode("utf-8", "ignore") + MARK + digest
    LONG_NAMES.add(short, name)
    return short
