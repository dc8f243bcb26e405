"""Plans a change of the watermark by hand: checks it at the source and counts the rows between. Writes nothing."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.beyond_clock import COUNTED
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.position import Position, PositionKind, parse_position
from mysql_redshift.core.request_checks import check_cursor
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import cursor_values as cursor_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.watermark_move import RowsBetween, WatermarkMove, refuse_above_maximum, refuse_future
from mysql_redshift.core.window import Window
from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError
from mysql_redshift.ports import ObjectStore, Source
from mysql_redshift.steps.state.journal import Journal

NO_KEY = TableSchema(columns=(), key=())


def plan_set(
    spec: TableSpec, *, store: ObjectStore, source: Source, text: str, field: str, allow_gap: bool = False
) -> WatermarkMove:
    """Plan a set. ``field`` "timestamp": rows at that time are read again; "id": that row is done.

    Raises:
        ConfigurationError: the cursor is of the other kind or changed since the last run, the text is no value of it,
            it lies in the source's future or above its highest id, or it leaves a gap without ``allow_gap``.

    """
    cursor = _cursor(spec, source)
    to = _position(spec, cursor, source, text, field)
    head = Journal.of(spec, store).head()
    check_cursor(spec, cursor, head)
    move = WatermarkMove(
        spec=spec,
        kind=EntryKind.SET,
        head=head,
        position_to=to,
        cursor=cursor,
        rows_between=RowsBetween(why="not yet"),
    )
    move = replace(move, rows_between=_rows_between(move, cursor, to, source))
    if not allow_gap:
        move.require_no_gap()
    return move


def plan_reset(spec: TableSpec, *, store: ObjectStore) -> WatermarkMove:
    """Plan a reset. The source is not queried: a reset is also the way out if its cursor changed."""
    head = Journal.of(spec, store).head()
    return WatermarkMove(
        spec=spec,
        kind=EntryKind.RESET,
        head=head,
        position_to=None,
        cursor=head.cursor if head is not None else None,
        rows_between=RowsBetween(why="a reset does not query the source"),
    )


def _cursor(spec: TableSpec, source: Source) -> Cursor:
    cursor = resolve_cursor(source.describe(spec.source.database, spec.source.table), spec)
    if cursor is None:
        raise ConfigurationError("A table without a cursor has no watermark", where=spec.name)
    return cursor


def _position(spec: TableSpec, cursor: Cursor, source: Source, text: str, field: str) -> Position:
    """Parse the text and compare it with the source's clock or highest id."""
    kind = PositionKind.ID if field == "id" else PositionKind.TIME
    if cursor.position_kind is not kind:
        raise ConfigurationError(
            "The cursor is of another kind",
            where=f"{spec.name}, cursor {cursor.column} ({cursor.kind.value})",
            expected="--id" if kind is PositionKind.TIME else "--timestamp",
            found=f"--{field}",
        )
    given = parse_position(kind, text)
    if kind is PositionKind.TIME:
        refuse_future(spec, cursor, given, source.clock().now)
        return Position(kind=kind, value=cursor.floor(given.value))
    maximum = source.query(cursor_sql.maximum(spec.source, cursor))[0][0]
    refuse_above_maximum(spec, cursor, given.value, None if maximum is None else int(maximum))
    return Position(kind=kind, value=given.value + 1)


def _rows_between(move: WatermarkMove, cursor: Cursor, to: Position, source: Source) -> RowsBetween:
    """Count by the cursor's index the rows left out, else those between. A failed count does not prevent the change."""
    spec, head = move.spec, move.head
    schema = head.schema if head is not None and head.schema is not None else NO_KEY
    try:
        if not source.query(cursor_sql.leading_index(spec.source, cursor)):
            return RowsBetween(why=f"no index begins with {cursor.column}")
        counts = (
            cursor_sql.count_window(spec.source, schema, cursor, window, at_most=COUNTED + 1)
            for window in _windows(move, to)
        )
        return RowsBetween(count=min(sum(int(source.query(sql)[0][0]) for sql in counts), COUNTED + 1))
    except MysqlRedshiftError as exc:
        return RowsBetween(why=exc.what)


def _windows(move: WatermarkMove, to: Position) -> list[Window]:
    here = move.position_from
    ranges: list[tuple[Position | None, Position]] = [(gap.lower, gap.upper) for gap in move.left_out]
    if not ranges:
        ranges = [(here, to) if here is None or to.order() > here.order() else (to, here)]
    return [
        Window(kind=upper.kind, lower=lower, upper=upper.value + (upper.key is not None)) for lower, upper in ranges
    ]
