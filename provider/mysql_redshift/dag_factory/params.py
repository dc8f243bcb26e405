"""The run configuration as Params: a form in the UI, checked at trigger time in UI, REST and CLI alike."""

from __future__ import annotations

from airflow.sdk import Param

from mysql_redshift.core.request import Mode

# A time or an id; the empty field of a form. The cursor's kind decides in the plan which of the two it must be.
POINT = r"^(-?\d+|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?)?$"


def run_params() -> dict[str, Param]:
    """Return the form. Every field may stay as it is for an ordinary run."""
    return {
        "mode": Param(
            Mode.SYNC.value,
            enum=[mode.value for mode in Mode],
            title="Mode",
            description="sync: both stages. backup-only: MySQL to S3. redshift-only: S3 to Redshift, without MySQL.",
        ),
        "since": Param(
            None,
            type=["null", "string"],
            pattern=POINT,
            title="Since",
            description="Read from here: a time as 2026-10-01T00:00:00Z (that moment included), or an id.",
        ),
        "until": Param(
            None,
            type=["null", "string"],
            pattern=POINT,
            title="Until",
            description="Read up to here, not including it. Never beyond what can be read safely.",
        ),
        "move_watermark": Param(
            True,
            type="boolean",
            title="Move the watermark",
            description="Off: repair a window that was read before; the watermark stays.",
        ),
        "limit": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Row limit",
            description="Read at most so many rows, for tests. The next run goes on exactly behind them.",
        ),
        "full_refresh": Param(
            False,
            type="boolean",
            title="Full refresh",
            description="Read every row and replace the target, in one transaction.",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Dry run",
            description="Plan only; the plan task's log says what would be read.",
        ),
        "allow_gap": Param(
            False,
            type="boolean",
            title="Allow a gap",
            description="Let `since` lie above the watermark: the rows between are then left out on purpose.",
        ),
    }
