"""The run configuration, as given in the UI form, through the REST API or on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mysql_redshift.core.verification import Check
from mysql_redshift.errors import ConfigurationError


class Mode(StrEnum):
    """Which stages run."""

    SYNC = "sync"
    BACKUP_ONLY = "backup-only"
    REDSHIFT_ONLY = "redshift-only"


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One run. ``since`` and ``until`` are text as given: ISO 8601, or an id.

    The properties say which stages the run has; operators, CLI and steps decide by them alone.
    """

    mode: Mode = Mode.SYNC
    since: str | None = None
    until: str | None = None
    move_watermark: bool = True
    limit: int | None = None
    full_refresh: bool = False
    dry_run: bool = False
    allow_gap: bool = False
    accept_columns: bool = False
    actor: str = ""  # who started the run: "scheduled", a user, "cli: ..."
    run_id: str = ""  # Airflow's DAG run id

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ConfigurationError("limit must be at least 1", found=self.limit)
        if self.limit is not None and self.full_refresh:
            raise ConfigurationError("limit and full_refresh are mutually exclusive", remedy="Give one of the two.")
        if self.full_refresh and (self.since or self.until):
            raise ConfigurationError(
                "full_refresh reads every row, so since and until have no meaning", remedy="Leave them out."
            )
        if not self.move_watermark and self.full_refresh:
            raise ConfigurationError("A full refresh moves the watermark", remedy="Leave move_watermark at true.")
        if not self.move_watermark and not self.since:
            raise ConfigurationError(
                "move_watermark: false repairs a window, so it needs since", remedy="Give since, and until if wanted."
            )
        if self.mode is Mode.REDSHIFT_ONLY and (self.since or self.until or self.limit or self.full_refresh):
            raise ConfigurationError(
                "redshift-only reads nothing from MySQL, so since, until, limit and full_refresh have no meaning",
                remedy="Leave them out, or use mode sync.",
            )

    @property
    def reads_source(self) -> bool:
        """Whether the run connects to MySQL."""
        return self.mode is not Mode.REDSHIFT_ONLY

    @property
    def checks_target(self) -> bool:
        """Whether the plan connects to Redshift, before any row moves."""
        return self.mode is Mode.SYNC

    @property
    def loads(self) -> bool:
        """Whether the run loads and verifies."""
        return self.mode is not Mode.BACKUP_ONLY and not self.dry_run

    def checks(self, configured: Sequence[str]) -> tuple[str, ...]:
        """Return the checks of this run: those configured or, without MySQL, only custody."""
        return tuple(configured) if self.reads_source else (Check.CUSTODY.value,)
