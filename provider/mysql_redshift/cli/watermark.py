"""``watermark get``, ``list``, ``set``, ``reset``, ``adopt`` and ``history``."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mysql_redshift.cli.confirm import confirm
from mysql_redshift.cli.output import print_message
from mysql_redshift.cli.runner import Answer, command, overall, print_error
from mysql_redshift.cli.selection import Selected, select_table, select_tables
from mysql_redshift.cli.sync import actor
from mysql_redshift.core import codec
from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning.watermark_move import plan_reset, plan_set

if TYPE_CHECKING:
    from mysql_redshift.core.log import LogEntry
    from mysql_redshift.core.watermark_move import WatermarkMove
    from mysql_redshift.ports import ObjectStore

SHORT = (
    "position",
    "verified_through",
    "mysql_status",
    "mysql_rows_extracted",
    "mysql_rows_beyond_clock",
    "redshift_status",
    "redshift_rows_loaded",
    "log_extracted",
    "log_loaded",
    "updated_at",
    "last_error",
)


@command
def get(args: Namespace) -> Answer:
    """Show the state of tables. The position comes from the log; ``-o json`` and ``-o yaml`` show every field."""
    tables = select_tables(args)
    rows: list[dict[str, Any]] = []
    errors: list[MysqlRedshiftError | None] = []
    for table in tables:
        try:
            rows.append(_state(table, whole=args.output != "table"))
            errors.append(None)
        except MysqlRedshiftError as exc:
            errors.append(exc)
            print_error(exc, name=table.name if len(tables) > 1 else "")
    return Answer(rows=rows, code=overall(errors))


@command
def set_position(args: Namespace) -> Answer:
    """Set a table's position, after a preview and a question; the log entry stores actor, time and reason."""
    from mysql_redshift.hooks.clients import Clients

    if (args.timestamp is None) == (args.id is None):
        raise ConfigurationError("watermark set needs either --timestamp or --id", remedy="Give exactly one of them.")
    spec = select_table(args)
    with Clients(spec) as clients:
        move = plan_set(
            spec,
            store=clients.store,
            source=clients.source,
            text=args.timestamp if args.id is None else args.id,
            field="timestamp" if args.id is None else "id",
            allow_gap=args.allow_gap,
        )
        return _confirmed(move, args, clients.store)


@command
def reset(args: Namespace) -> Answer:
    """Reset a table's position, after a question. Nothing is deleted; the next run replaces the target's rows."""
    from mysql_redshift.hooks.clients import Clients

    spec = select_table(args)
    with Clients(spec) as clients:
        return _confirmed(plan_reset(spec, store=clients.store), args, clients.store)


@command
def adopt(args: Namespace) -> Answer:
    """Accept the table that took the target's place, if counts and keys agree, and load what is pending."""
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.adopt import adopt as adopt_target
    from mysql_redshift.steps.load import load

    spec = select_table(args)
    with Clients(spec) as clients:
        entry = adopt_target(
            spec,
            source=clients.source,
            store=clients.store,
            warehouse=clients.warehouse,
            encoder=clients.encoder,
            actor=actor(),
            reason=args.reason,
        )
        load(spec, store=clients.store, warehouse=clients.warehouse)
    return Answer(rows=[_entry(entry)])


@command
def history(args: Namespace) -> Answer:
    """Show the last entries of a table's log, newest first."""
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.state.journal import Journal

    spec = select_table(args)
    with Clients(spec) as clients:
        journal = Journal.of(spec, clients.store)
        head = journal.head()
        last = head.sequence if head is not None else 0
        entries = list(journal.after(max(last - args.last, 0), through=last))
    return Answer(rows=[_entry(entry) for entry in reversed(entries)])


def _confirmed(move: WatermarkMove, args: Namespace, store: ObjectStore) -> Answer:
    print_message(move.preview())
    confirm(f"{move.kind.value.capitalize()} the watermark?", yes=args.yes)
    return Answer(rows=[_entry(watermark.apply_move(move, store=store, actor=actor(), reason=args.reason))])


def _state(table: Selected, *, whole: bool) -> dict[str, Any]:
    from mysql_redshift.hooks.clients import Clients

    spec = table.require()
    with Clients(spec) as clients:
        state = watermark.read(spec, clients.store)
    plain = codec.to_plain(state) if whole else {name: getattr(state, name) for name in SHORT}
    readable = {name: _text(getattr(state, name)) for name in ("position", "verified_through")}
    return {"table": table.name, **plain, **readable}


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "kind": entry.kind.value,
        "created_at": entry.created_at,
        "position_from": _text(entry.position_from),
        "position_to": _text(entry.position_to),
        "rows": entry.rows,
        "files": len(entry.files),
        "actor": entry.actor,
        "run": entry.run_id or entry.run_key,
        "reason": entry.reason,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
