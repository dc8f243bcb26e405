"""sync and plan: one table after another, on the steps the operators run."""

from __future__ import annotations

import getpass
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mysql_redshift.cli.output import say
from mysql_redshift.cli.runner import Answer, command, overall, say_error
from mysql_redshift.cli.selection import Selected, select_tables
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.policy import in_words
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.steps.extract import extract
from mysql_redshift.steps.load import LoadReport, load
from mysql_redshift.steps.plan import plan as plan_step
from mysql_redshift.steps.publish import publish

if TYPE_CHECKING:
    from mysql_redshift.core.log import LogEntry
    from mysql_redshift.core.plan import Plan
    from mysql_redshift.hooks.clients import Clients

Row = dict[str, Any]


@command
def sync(args: Namespace) -> Answer:
    """Sync each table; a failed one does not keep the others from running."""
    return _each(args, replace(_request(args), dry_run=args.dry_run))


@command
def plan(args: Namespace) -> Answer:
    """Show each table's plan; nothing is read, written or moved."""
    return _each(args, replace(_request(args), dry_run=True))


def _each(args: Namespace, request: RunRequest) -> Answer:
    tables = select_tables(args)
    rows: list[Row] = []
    errors: list[MysqlRedshiftError | None] = []
    for table in tables:
        row, error = _one(table, request)
        rows.append(row)
        errors.append(error)
        if error is not None:
            say_error(error, name=table.name if len(tables) > 1 else "")
    return Answer(rows=rows, code=overall(errors))


def _one(table: Selected, request: RunRequest) -> tuple[Row, MysqlRedshiftError | None]:
    empty = _planned_row(None) if request.dry_run else _synced_row(None, None, None)
    started = time.monotonic()
    try:
        row = _run(table.require(), request)
    except MysqlRedshiftError as exc:
        return {"table": table.name, **empty, "seconds": _since(started), "result": f"failed: {exc.what}"}, exc
    result = "planned" if request.dry_run else "done"
    return {"table": table.name, **row, "seconds": _since(started), "result": result}, None


def _run(spec: TableSpec, request: RunRequest) -> Row:
    from mysql_redshift.hooks.clients import Clients

    with Clients(spec) as clients:
        decided = _plan(spec, request, clients)
        for note in decided.notes:
            say(f"{spec.name}: {note}")
        if request.dry_run:
            return _planned_row(decided)
        entry = _first_stage(decided, clients)
        return _synced_row(decided, entry, _second_stage(spec, request, clients) if request.loads else None)


def _plan(spec: TableSpec, request: RunRequest, clients: Clients) -> Plan:
    return plan_step(
        spec,
        request,
        source=clients.source if request.reads_source else None,
        store=clients.store,
        warehouse=clients.warehouse if request.checks_target else None,
    )


def _first_stage(decided: Plan, clients: Clients) -> LogEntry | None:
    receipts = []
    for chunk in decided.work:
        receipt = extract(decided, chunk, source=clients.source, store=clients.store, encoder=clients.encoder)
        receipts.append(receipt)
        say(f"{decided.spec.name}: {chunk}: {receipt.rows:,} rows ({len(receipts)} of {len(decided.work)})")
    entry = publish(decided, receipts, store=clients.store)
    for line in in_words(entry.policy_counts) if entry else ():
        say(f"{decided.spec.name}: {line}")
    return entry


def _second_stage(spec: TableSpec, request: RunRequest, clients: Clients) -> LoadReport:
    from mysql_redshift.hooks.verification import run_checks

    report = load(spec, store=clients.store, warehouse=clients.warehouse)
    run_checks(clients, spec, request)
    return report


def _planned_row(decided: Plan | None) -> Row:
    return {
        "window": _window(decided) if decided else None,
        "chunks": len(decided.chunks) if decided else None,
        "load": decided.load.value if decided else None,
        "position_from": _text(decided.position_from) if decided else None,
        "position_to": _text(decided.position_to) if decided else None,
        "safe_point": decided.safe_point_reason if decided else None,
    }


def _synced_row(decided: Plan | None, entry: LogEntry | None, report: LoadReport | None) -> Row:
    return {
        "window": _window(decided) if decided else None,
        "chunks": len(decided.chunks) if decided else None,
        "rows_read": entry.source_rows if entry else None,
        "rows_in_files": entry.rows if entry else None,
        "values_by_policy": sum(entry.policy_counts.values()) if entry else None,
        "rows_copied": report.rows_copied if report else None,
        "position": _text(entry.position_to) if entry else None,
    }


def _window(decided: Plan) -> str:
    if decided.window is not None:
        return str(decided.window)
    return "all rows" if decided.full else "nothing new"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 1)


def _request(args: Namespace) -> RunRequest:
    return RunRequest(
        mode=Mode(args.mode),
        since=args.since,
        until=args.until,
        move_watermark=args.move_watermark,
        limit=args.limit,
        full_refresh=args.full_refresh,
        allow_gap=args.allow_gap,
        actor=actor(),
    )


def actor() -> str:
    """Return who gave the command, for the log."""
    try:
        return f"cli: {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user id need not have a name
        return "cli"


__all__: Sequence[str] = ("actor", "plan", "sync")
