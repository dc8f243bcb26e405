"""SELECT statements for the source."""

from __future__ import annotations

from mysql_redshift.core.chunk import Chunk, KeyRange
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import PositionKind
from mysql_redshift.core.spec import SourceRef
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.window import Window
from tests.fakes.specs import at, schema

SOURCE = SourceRef(conn_id="c", database="sh`op", table="or ders")
IDS = Cursor(column="updated_at", kind=CursorKind.INTEGER)


def chunk(lower_key: tuple[str, ...] | None = None, **changes: object) -> Chunk:
    window = Window(kind=PositionKind.ID, lower=at(5, lower_key, PositionKind.ID), upper=9)
    return Chunk(index=0, window=window, **changes)  # type: ignore[arg-type]


def test_names_are_quoted_and_the_window_is_half_open() -> None:
    """Names may contain backticks and blanks."""
    sql = source_sql.rows(SOURCE, schema(), IDS, chunk())
    assert sql == ("SELECT `id`, `updated_at` FROM `sh``op`.`or ders` WHERE `updated_at` >= 5 AND `updated_at` < 9")


def test_a_lower_position_with_a_key_keeps_the_plain_condition_first() -> None:
    """The condition c >= x AND (c > x OR k > y) can use an index on c."""
    sql = source_sql.rows(SOURCE, schema("id", "sub", "updated_at", key=("id", "sub")), IDS, chunk(("3", "4")))
    assert "`updated_at` >= 5 AND (`updated_at` > 5 OR (`id` > 3 OR (`id` = 3 AND `sub` > 4)))" in sql


def test_a_limit_orders_by_cursor_and_key() -> None:
    """Without the key, rows with equal cursor values have no order, and the next run would skip some."""
    sql = source_sql.rows(SOURCE, schema(), IDS, chunk(), limit=3)
    assert sql.endswith("ORDER BY `updated_at`, `id` LIMIT 3")


def test_count_and_rows_use_the_same_condition() -> None:
    """The count covers exactly the rows that are read."""
    part = chunk(keys=KeyRange(column="id", lower=1, upper=None))
    where = source_sql.rows(SOURCE, schema(), IDS, part).split(" WHERE ")[1]
    assert where in source_sql.count(SOURCE, schema(), IDS, part)


def test_rows_with_a_null_cursor_are_selected_by_a_null_safe_comparison() -> None:
    """Lesson L07; IS NULL would also select zero dates of a NOT NULL column (L23)."""
    assert source_sql.rows(SOURCE, schema(), IDS, Chunk(index=1, nulls=True)).endswith("WHERE `updated_at` <=> NULL")
