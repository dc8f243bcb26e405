"""``verify``: compare row counts of source and target."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mysql_redshift.cli.runner import Answer, command, overall, print_error
from mysql_redshift.cli.selection import Selected, select_tables
from mysql_redshift.core.request import RunRequest
from mysql_redshift.errors import MysqlRedshiftError


@command
def verify(args: Namespace) -> Answer:
    """Run the checks on each table and show the counts of each check."""
    tables = select_tables(args)
    rows: list[dict[str, Any]] = []
    errors: list[MysqlRedshiftError | None] = []
    for table in tables:
        try:
            rows.extend(_checks(table, tuple(args.checks or ())))
            errors.append(None)
        except MysqlRedshiftError as exc:
            rows.append(_row(table, result=f"failed: {exc.what}", expected=str(exc.expected), found=str(exc.found)))
            errors.append(exc)
            print_error(exc, name=table.name if len(tables) > 1 else "")
    return Answer(rows=rows, code=overall(errors))


def _checks(table: Selected, checks: tuple[str, ...]) -> list[dict[str, Any]]:
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.hooks.verification import run_checks

    spec = table.require()
    with Clients(spec) as clients:
        report = run_checks(clients, spec, RunRequest(), checks=checks)
    through = None if report.position is None else str(report.position)
    if not report.results:
        return [_row(table, result="no log entry yet")]
    return [
        _row(
            table,
            check=result.check.value,
            result="ok",
            expected=result.expected,
            found=result.found,
            note=result.note,
            through=through,
        )
        for result in report.results
    ]


def _row(
    table: Selected,
    *,
    result: str,
    check: str | None = None,
    expected: str = "",
    found: str = "",
    note: str = "",
    through: str | None = None,
) -> dict[str, Any]:
    return {
        "table": table.name,
        "check": check,
        "result": result,
        "expected": expected,
        "found": found,
        "verified_through": through,
        "note": note,
    }
