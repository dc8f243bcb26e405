"""The run configuration as Params: a form in the UI, validated when a run is triggered in UI, REST API or CLI."""

from __future__ import annotations

from airflow.sdk import Param

from mysql_redshift.core.request import Mode

# A time, an id or an empty field. The plan checks that it fits the kind of the cursor.
POINT = r"^(-?\d+|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?)?$"


def run_params() -> dict[str, Param]:
    """Return the Params by name. The defaults are those of a regular run."""
    return {
        "mode": Param(
            Mode.SYNC.value,
            enum=[mode.value for mode in Mode],
            title="Mode",
            description="sync: both stages. backup-only: only MySQL to S3. redshift-only: only S3 to Redshift; "
            "MySQL is not queried.",
        ),
        "since": Param(
            None,
            type=["null", "string"],
            pattern=POINT,
            title="Since",
            description="Start of the window, inclusive: a time as 2026-10-01T00:00:00Z, or an id. "
            "Default: the watermark.",
        ),
        "until": Param(
            None,
            type=["null", "string"],
            pattern=POINT,
            title="Until",
            description="End of the window, exclusive: a time or an id. Default and highest value: the safe point.",
        ),
        "move_watermark": Param(
            True,
            type="boolean",
            title="Move the watermark",
            description="Off: repair a past window. It is read again, and the watermark does not move. Needs `since`.",
        ),
        "limit": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Row limit",
            description="Read at most this many rows, for tests. The next run continues after the last row read.",
        ),
        "full_refresh": Param(
            False,
            type="boolean",
            title="Full refresh",
            description="Read every row and replace the rows of the target in one transaction.",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Dry run",
            description="Plan only. The log of the plan task shows what a run would read.",
        ),
        "allow_gap": Param(
            False,
            type="boolean",
            title="Allow a gap",
            description="Accept a `since` above the watermark. The rows in between are never read, not even later.",
        ),
        "accept_columns": Param(
            False,
            type="boolean",
            title="Accept changed columns",
            description="Accept a change of columns that the last plan refused: the rows loaded earlier are right as "
            "they are.",
        ),
    }
