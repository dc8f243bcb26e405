"""The cursor's kind follows from its column's type; declared settings must match it (lesson L15)."""

from __future__ import annotations

import pytest

from mysql_redshift.core.cursor import CursorKind
from mysql_redshift.core.spec import ColumnsRef, CursorRef
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.errors import ConfigurationError, SourceError
from tests.fakes.specs import spec
from tests.unit.types.builders import source_column, source_table


@pytest.mark.parametrize(
    ("column_type", "kind", "expected", "resolution"),
    [
        ("timestamp", None, CursorKind.TIMESTAMP, 1_000_000),
        ("timestamp(3)", None, CursorKind.TIMESTAMP, 1_000),
        ("timestamp(6)", None, CursorKind.TIMESTAMP, 1),
        ("datetime(1)", None, CursorKind.DATETIME, 100_000),
        ("date", None, CursorKind.DATE, 86_400_000_000),
        ("int unsigned", None, CursorKind.INTEGER, 1),
        ("bigint", None, CursorKind.INTEGER, 1),
        ("int", "unix-s", CursorKind.UNIX, 1_000_000),
        ("bigint", "unix-ms", CursorKind.UNIX, 1_000),
        ("bigint", "unix-us", CursorKind.UNIX, 1),
    ],
)
def test_the_column_type_determines_kind_and_resolution(
    column_type: str, kind: str | None, expected: CursorKind, resolution: int
) -> None:
    """The limits of a window are floored to values that the column can hold."""
    table = source_table(source_column("Changed", column_type))
    cursor = resolve_cursor(table, spec(cursor=CursorRef(column="changed", kind=kind)))
    assert cursor is not None
    assert (cursor.column, cursor.kind, cursor.resolution) == ("Changed", expected, resolution)


@pytest.mark.parametrize(
    ("column_type", "declared"),
    [
        ("timestamp", {"kind": "unix-s"}),
        ("datetime", {"kind": "unix-ms"}),
        ("int", {"kind": "seconds"}),
        ("varchar(20)", {}),
        ("decimal(20,0)", {}),
        ("timestamp", {"zone": "Europe/Berlin"}),
        ("int", {"zone": "Europe/Berlin"}),
        ("datetime", {"zone": "Europe/Berln"}),
        ("datetime", {"zone": "../etc/passwd"}),
        ("datetime", {"nulls": "ignore"}),
    ],
)
def test_settings_that_do_not_match_the_column_are_refused(column_type: str, declared: dict[str, str]) -> None:
    """For example, a cursor that would compare numbers with dates fails before any row is read."""
    table = source_table(source_column("changed", column_type))
    with pytest.raises(ConfigurationError) as error:
        resolve_cursor(table, spec(cursor=CursorRef(column="changed", **declared)))
    assert f"changed {column_type}" in str(error.value)


def test_a_datetime_cursor_keeps_its_zone() -> None:
    """Its values are wall clocks in that zone."""
    table = source_table(source_column("changed", "datetime"))
    cursor = resolve_cursor(table, spec(cursor=CursorRef(column="changed", zone="Europe/Berlin")))
    assert cursor is not None
    assert cursor.zone == "Europe/Berlin"


def test_a_missing_cursor_column_names_table_column_and_near_misses() -> None:
    """The message contains everything needed to correct the YAML."""
    with pytest.raises(SourceError) as error:
        resolve_cursor(source_table(), spec(cursor=CursorRef(column="update_at")))
    text = str(error.value)
    assert "shop.orders" in text
    assert "column update_at" in text
    assert "Did you mean updated_at?" in text


def test_an_excluded_cursor_column_is_refused() -> None:
    """Without the column a run could not compute its position."""
    with pytest.raises(ConfigurationError, match="cursor column is excluded"):
        resolve_cursor(source_table(), spec(columns=ColumnsRef(exclude=("UPDATED_AT",))))


def test_without_a_declared_cursor_there_is_none() -> None:
    """Each run then loads the whole table."""
    assert resolve_cursor(source_table(), spec(cursor=None)) is None
