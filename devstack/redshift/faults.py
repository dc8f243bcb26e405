"""Faults that tests order. Sessions check the shared ``Faults`` object at every point where a fault can occur."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field, replace

POINTS = {
    "drop_at_parse": "parse",
    "error_1018_once": "parse",
    "drop_during_copy": "copy",
    "slow_copy": "copy",
    "hide_load_error": "load_error",
    "drop_before_commit": "commit",
    "error_1023_once": "commit",
    "drop_after_commit": "committed",
    "linger": "gone",
    "idle_drop": "start",
}
SYSTEM_PREFIXES = ("stl_", "stv_", "svl_", "svcs_")


class Dropped(Exception):
    """A fault was ordered: the client's connection is dropped."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order: the fault occurs ``count`` times, in sessions whose application name matches the pattern.

    ``matching`` is a part of the statement's text. ``seconds`` is the delay of slow_copy before a piece of data, the
    time that linger keeps the session of a lost client, and the idle time after which idle_drop drops a connection.
    """

    kind: str
    application_name: str = "*"
    count: int = 1
    seconds: float = 0.0
    matching: str = ""

    def __post_init__(self) -> None:
        if self.kind not in POINTS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(POINTS))}")
        if self.count < 1:
            raise ValueError(f"count must be at least 1, found {self.count}")


@dataclass(kw_only=True)
class Faults:
    """The pending orders, the system views that are denied, and whether new sessions have case-sensitive names."""

    orders: list[Fault] = field(default_factory=list)
    denied: frozenset[str] = frozenset()
    serverless: bool = False
    case_sensitive: bool = False

    def order(self, fault: Fault) -> None:
        self.orders.append(fault)

    def clear(self) -> None:
        self.orders.clear()
        self.denied = frozenset()
        self.serverless = False
        self.case_sensitive = False

    def withdraw(self, application_name: str) -> None:
        """Cancel the orders for one pattern; keep the others, which may belong to a concurrent test."""
        self.orders[:] = [order for order in self.orders if order.application_name != application_name]

    def denies(self, relation: str) -> bool:
        """Return whether a system view is currently denied to everyone."""
        return relation in self.denied or (self.serverless and relation.startswith(SYSTEM_PREFIXES))

    def at(self, point: str, application_name: str, text: str = "") -> Fault | None:
        """Return the first matching order for this point and decrement its count; None if there is none."""
        for index, fault in enumerate(self.orders):
            if POINTS[fault.kind] != point or not fnmatch.fnmatch(application_name, fault.application_name):
                continue
            if fault.matching.lower() not in text.lower():
                continue
            if fault.count > 1:
                self.orders[index] = replace(fault, count=fault.count - 1)
            else:
                del self.orders[index]
            return fault
        return None
