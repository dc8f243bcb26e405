"""The run request alone determines which stages and checks a run has."""

from __future__ import annotations

import pytest

from mysql_redshift.core.request import Mode, RunRequest

CONFIGURED = ("custody", "bounds", "keys")


@pytest.mark.parametrize(
    ("request_", "reads_source", "checks_target", "loads", "checks"),
    [
        (RunRequest(), True, True, True, CONFIGURED),
        (RunRequest(dry_run=True), True, True, False, CONFIGURED),
        (RunRequest(mode=Mode.BACKUP_ONLY), True, False, False, CONFIGURED),
        (RunRequest(mode=Mode.REDSHIFT_ONLY), False, False, True, ("custody",)),
        (RunRequest(mode=Mode.REDSHIFT_ONLY, dry_run=True), False, False, False, ("custody",)),
    ],
    ids=["sync", "dry run", "backup-only", "redshift-only", "redshift-only dry run"],
)
def test_the_mode_decides_what_a_run_connects_to(
    request_: RunRequest, reads_source: bool, checks_target: bool, loads: bool, checks: tuple[str, ...]
) -> None:
    """Without MySQL only custody can be checked; backup-only and dry runs leave Redshift's rows alone."""
    found = (request_.reads_source, request_.checks_target, request_.loads, request_.checks(CONFIGURED))
    assert found == (reads_source, checks_target, loads, checks)
