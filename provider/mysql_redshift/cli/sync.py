"""``sync`` and ``plan``: run the steps of the operators, one table after the other."""

from __future__ import annotations

import getpass
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mysql_redshift.cli.output import print_message
from mysql_redshift.cli.runner import Answer, command, overall, print_error
from mysql_redshift.cli.selection import Selected, select_tables
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.spec import TableSpec
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
    """Sync each table; a failed table does not stop the others."""
    return _each(args, replace(_request(args), dry_run=args.dry_run))


@command
def plan(args: Namespace) -> Answer:
    """Show each table's plan. Reads no rows, writes nothing, moves no position."""
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
            print_error(error, name=table.name if len(tables) > 1 else "")
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
    from mysql_redshift.operators import log_records

    with Clients(spec) as clients:
        run_plan = _plan(spec, request, clients)
        print_message(log_records.planned(run_plan))
        if request.dry_run:
            return _planned_row(run_plan)
        entry = _first_stage(run_plan, clients)
        return _synced_row(run_plan, entry, _second_stage(spec, request, clients) if request.loads else None)


def _plan(spec: TableSpec, request: RunRequest, clients: Clients) -> Plan:
    return plan_step(
        spec,
        request,
        source=clients.source if request.reads_source else None,
        store=clients.store,
        warehouse=clients.warehouse if request.checks_target else None,
    )


def _first_stage(run_plan: Plan, clients: Clients) -> LogEntry | None:
    from mysql_redshift.operators import log_records

    receipts = []
    for chunk in run_plan.work:
        receipt = extract(run_plan, chunk, source=clients.source, store=clients.store, encoder=clients.encoder)
        receipts.append(receipt)
        print_message(log_records.extracted(run_plan, chunk, receipt))
    entry = publish(run_plan, receipts, store=clients.store)
    print_message(log_records.published(run_plan, entry))
    return entry


def _second_stage(spec: TableSpec, request: RunRequest, clients: Clients) -> LoadReport:
    from mysql_redshift.hooks.verification import run_checks
    from mysql_redshift.operators import log_records

    report = load(spec, store=clients.store, warehouse=clients.warehouse)
    print_message(log_records.loaded(spec, report))
    print_message(log_records.verified(spec, run_checks(clients, spec, request)))
    return report


def _planned_row(run_plan: Plan | None) -> Row:
    return {
        "window": _window(run_plan) if run_plan else None,
        "chunks": len(run_plan.chunks) if run_plan else None,
        "load": run_plan.load.value if run_plan else None,
        "position_from": _text(run_plan.position_from) if run_plan else None,
        "position_to": _text(run_plan.position_to) if run_plan else None,
        "safe_point_reason": run_plan.safe_point_reason if run_plan else None,
    }


def _synced_row(run_plan: Plan | None, entry: LogEntry | None, report: LoadReport | None) -> Row:
    return {
        "window": _window(run_plan) if run_plan else None,
        "chunks": len(run_plan.chunks) if run_plan else None,
        "rows_read": entry.source_rows if entry else None,
        "rows_in_files": entry.rows if entry else None,
        "policy_values": sum(entry.policy_counts.values()) if entry else None,
        "rows_copied": report.rows_copied if report else None,
        "position": _text(entry.position_to) if entry else None,
    }


def _window(run_plan: Plan) -> str:
    from mysql_redshift.operators.log_records import window_text

    return window_text(run_plan)


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
        accept_columns=args.accept_columns,
        actor=actor(),
    )


def actor() -> str:
    """Return the actor of a log entry: the user who runs the command."""
    try:
        return f"cli: {getpass.getuser()}"
    except (KeyError, OSError):  # in a container the user id may have no name
        return "cli"


__all__: Sequence[str] = ("actor", "plan", "sync")
