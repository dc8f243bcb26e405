"""Faults that tests ask for. Sessions consult the one ``Faults`` object where a fault could strike."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, replace

KINDS = {
    "drop_at_parse": "parse",
    "drop_during_copy": "copy",
    "drop_before_commit": "commit",
    "drop_after_commit": "committed",
    "error_1023_once": "commit",
    "slow_copy": "copy",
    "linger": "gone",
}


class Dropped(Exception):
    """A fault was ordered: the client's connection ends here."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order: ``count`` times, in sessions whose application name matches the pattern."""

    kind: str
    application_name: str = "*"
    count: int = 1
    seconds: float = 0.0
    matching: str = ""  # a part of the statement's text

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")


class Faults:
    """The orders not yet carried out."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self._orders.append(fault)

    def clear(self) -> None:
        self._orders.clear()

    def at(self, point: str, application_name: str, text: str = "") -> Fault | None:
        """Take the first order for this point, and count it down."""
        for index, fault in enumerate(self._orders):
            if KINDS[fault.kind] != point or not fnmatch.fnmatch(application_name, fault.application_name):
                continue
            if fault.matching.lower() not in text.lower():
                continue
            if fault.count > 1:
                self._orders[index] = replace(fault, count=fault.count - 1)
            else:
                del self._orders[index]
            return fault
        return None
