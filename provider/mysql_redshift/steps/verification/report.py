"""The outcome of a verification."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.position import Position
from mysql_redshift.core.verification import CheckResult


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """No check failed. ``rows`` is the target's count; ``position`` is what was verified through.

    ``unchanged``: nothing was loaded since the checks passed at ``checked_at``, less than a day ago, so no row was
    counted; ledger and target are those that were loaded. ``redshift_skipped``: nothing was looked at, because the
    spec has ``may_sleep``; ``position`` is that of the last verification.
    """

    results: tuple[CheckResult, ...] = ()
    rows: int | None = None
    position: Position | None = None
    log_head: int = 0
    ledger_head: int = 0
    unchanged: bool = False
    redshift_skipped: bool = False
    checked_at: str = ""

    @property
    def looked(self) -> bool:
        """Whether this verification compared anything or found all as it was; if not, it proves nothing."""
        return self.unchanged or any(result.compared for result in self.results)
