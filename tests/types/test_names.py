"""Every name that MySQL allows reaches the target, and no name or value is ever run as SQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.quoting import mysql_name, mysql_string
from mysql_redshift.core.spec import ColumnsRef, CursorRef
from tests.way import Way

pytestmark = [pytest.mark.stack, pytest.mark.types]

COLUMNS = (
    "select", "order", "user", "table", "timestamp", "default", "tag", "aes128", "two words", "  leading", 'say "hi"',
    "back`tick", "it's", "dot.ted", "semi;colon", "dash--dash", "sl/*a*/sh", "back\\slash", "per%cent", "%s", "{name}",
    "$dollar", "@at", "1st", "42", "ünïcödé", "名前", "İstanbul", "MixedCase", "a" * 63, "é" * 31, "_seq", "new\nline",
    "); DROP TABLE secret; --", "' OR '1'='1", "$$; DELETE FROM secret; $$", '"; DROP TABLE secret; --', "null",
)  # fmt: skip
VALUES = ("'; DROP TABLE secret; --", '"; DELETE FROM secret; --', "\\'; --", "$$ $1 %s {name} :p ?", "NULL", "\\", "`")


def test_columns_of_every_name_arrive(way: Way) -> None:
    """Reserved words, blanks, quotes, dots, unicode, digits, long ones: all are names like others."""
    definitions = ", ".join(f"{mysql_name(name)} VARCHAR(60) CHARACTER SET ascii" for name in COLUMNS)
    way.sql("CREATE TABLE secret (id INT)")
    way.sql(f"CREATE TABLE t (id INT PRIMARY KEY, {definitions})")
    values = ", ".join(mysql_string(VALUES[number % len(VALUES)]) for number in range(len(COLUMNS)))
    way.sql(f"INSERT INTO t VALUES (1, {values})")
    way.change(source=replace(way.spec.source, table="t"), target=replace(way.spec.target, table="t"), cursor=None)
    way.sync()
    (row,) = way.target("SELECT * FROM {t}")
    assert row[0] == 1
    assert list(row[1 : len(COLUMNS) + 1]) == [VALUES[n % len(VALUES)] for n in range(len(COLUMNS))]
    assert way.sql("SELECT COUNT(*) FROM secret") == [(0,)]


@pytest.mark.parametrize("name", ["sélect.two words", "o'dd\\ `\"; DROP TABLE secret; --"])
def test_tables_keys_and_cursors_of_any_name_arrive(way: Way, name: str) -> None:
    """Table, key and cursor have the name, at the source and in the target; a second run merges by it."""
    table, key, cursor = mysql_name(name), mysql_name(f"k {name}"), mysql_name(f"c {name}")
    way.sql("CREATE TABLE secret (id INT)")
    way.sql(f"CREATE TABLE {table} ({key} VARCHAR(60) PRIMARY KEY, {cursor} DATETIME(6))")
    for value in VALUES:
        way.sql(f"INSERT INTO {table} VALUES ({mysql_string(value)}, '2026-01-01')")
    way.change(
        source=replace(way.spec.source, table=name),
        target=replace(way.spec.target, table="t"),
        cursor=CursorRef(column=f"c {name}"),
        lookback=86_400.0 * 365,
        columns=ColumnsRef(rename={f"c {name}": "changed at"}),
    )
    way.sync()
    way.sync()
    keys = sorted(row[0] for row in way.target("SELECT * FROM {t}"))
    assert keys == sorted(VALUES)
    assert way.sql("SELECT COUNT(*) FROM secret") == [(0,)]
