"""Tables of every kind: without a key, partitioned, views, a thousand columns, no rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSnapshot
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, SourceError, SourceMoved
from tests.flavors import ON_FIRST
from tests.way import Way, fill

COLUMNS = "id, amount, note"


def of(way: Way, table: str, **changes: Any) -> Way:
    """Turn the way to another table."""
    source, target = replace(way.spec.source, table=table), replace(way.spec.target, table=table)
    way.change(source=source, target=target, **changes)
    return way


def held(way: Way, columns: str = COLUMNS) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows of the target and those of the source."""
    return way.rows(columns), sorted(way.sql(f"SELECT {columns} FROM `{way.spec.source.table}`"))


def replaced(way: Way) -> None:
    """Let another pipeline replace a target of its own."""
    way.change(pipeline="whole", load=None, cursor=None, target=replace(way.spec.target, table="whole"))


def late(way: Way, table: str, first: int, last: int) -> None:
    """Insert rows of this moment, above what any run has read."""
    values = ", ".join(f"({number}, UTC_TIMESTAMP(6), {number}, 'late')" for number in range(first, last + 1))
    way.sql(f"INSERT INTO `{table}` (id, updated_at, amount, note) VALUES {values}")
    way.sql("DO SLEEP(0.01)")


@pytest.mark.parametrize("key", ["", ", UNIQUE (id)"], ids=["no key", "nullable unique"])
def test_a_table_without_a_key_is_appended_or_replaced(way: Way, key: str) -> None:
    """Equal rows are rows each; a merge, which would have to tell them apart, is refused with the way out."""
    way.sql(f"CREATE TABLE t (id INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50){key})")
    way.sql("INSERT INTO t VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, 'b')")
    way.sql(
        "INSERT INTO t SELECT NULL, '2026-01-03', 5, 'equal' FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three"
    )
    of(way, "t", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        way.plan()
    way.change(load=None)
    assert way.plan().load is LoadMode.APPEND
    way.sync()
    late(way, "t", 7, 9)
    way.sync()
    found, expected = (
        sorted(rows, key=str)
        for rows in (way.target(f"SELECT {COLUMNS} FROM {{t}}"), way.sql(f"SELECT {COLUMNS} FROM t"))
    )
    assert found == expected
    assert len(found) == 8
    way.sql("DELETE FROM t WHERE note = 'equal' LIMIT 1")
    replaced(way)
    way.sync()
    assert len(way.target("SELECT id FROM {t}")) == 7


def test_a_table_with_a_unique_key_only_is_merged_by_it(way: Way) -> None:
    """The shortest of its unique keys of NOT NULL columns; one that may hold NULL does not count."""
    way.sql(
        "CREATE TABLE t (id INT NOT NULL, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "part INT NOT NULL DEFAULT 0, UNIQUE (note), UNIQUE wide (part, id), UNIQUE narrow (id))"
    )
    way.sql("INSERT INTO t (id, updated_at, amount, note) VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, NULL)")
    of(way, "t")
    planned = way.plan()
    assert planned.table_schema is not None
    assert (planned.load, planned.table_schema.key) == (LoadMode.MERGE, ("id",))
    way.sync()
    way.sql("UPDATE t SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    late(way, "t", 3, 3)
    way.sync()
    found, expected = held(way, "id, amount")
    assert found == expected
    assert len(found) == 3


def test_a_partitioned_table_arrives_whole(way: Way) -> None:
    """Rows of every partition, read in chunks, and those that an update moves from one to another."""
    way.sql(
        "CREATE TABLE t (id INT, year INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "PRIMARY KEY (id, year)) PARTITION BY RANGE (year) (PARTITION old VALUES LESS THAN (2000), "
        "PARTITION new VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN MAXVALUE)"
    )
    rows = ", ".join(f"({n}, {1990 + n}, '2026-01-01 00:00:{n:02}', {n}, 'x')" for n in range(40))
    way.sql(f"INSERT INTO t VALUES {rows}")
    of(way, "t", strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    assert len(way.plan().work) > 1
    way.sync()
    way.sql("UPDATE t SET note = 'moved', updated_at = UTC_TIMESTAMP(6) WHERE id = 5")
    way.sql("DO SLEEP(0.01)")
    way.sync()
    found, expected = held(way, "id, year, note")
    assert found == expected
    assert len(found) == 40


def test_a_view_is_appended_by_its_cursor_or_replaced(way: Way) -> None:
    """It has no key of its own: a merge is refused until one is declared."""
    fill(way, 10)
    way.sql("CREATE VIEW v AS SELECT o.id, o.updated_at, o.amount, UPPER(o.note) AS note FROM orders o WHERE o.id > 2")
    of(way, "v", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        way.plan()
    way.change(load=LoadMode.APPEND)
    way.sync()
    late(way, "orders", 20, 22)
    way.sync()
    found, expected = held(way)
    assert found == expected
    assert len(found) == 11
    way.sql("DELETE FROM orders WHERE id = 5")
    replaced(way)
    way.sync()
    way.sync()
    found, expected = held(way)
    assert found == expected
    assert len(found) == 10


@ON_FIRST
def test_a_view_that_is_broken_is_refused_at_plan(way: Way) -> None:
    """What it was made of is gone: the source's own words name it."""
    way.sql("CREATE TABLE gone (id INT)")
    way.sql("CREATE VIEW v AS SELECT id FROM gone")
    way.sql("DROP TABLE gone")
    of(way, "v", cursor=None)
    with pytest.raises(SourceError, match=r"View .*v. references invalid table"):
        way.plan()


@pytest.mark.parametrize("engine", ["MyISAM", "MEMORY"])
def test_a_table_without_snapshots_arrives_with_a_warning(way: Way, engine: str) -> None:
    """Its first plan and every dry run say what its engine cannot do."""
    way.sql(f"ALTER TABLE orders ENGINE={engine}")
    fill(way, 10)
    assert [f"engine {engine} has no snapshots" in note for note in way.plan().notes] == [True]
    way.sync()
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'changed' WHERE id = 4")
    late(way, "orders", 11, 13)
    assert way.plan().notes == ()
    assert len(way.plan(dry_run=True).notes) == 1
    way.sync()
    assert way.rows() == way.source_rows()
    assert len(way.rows()) == 13


@ON_FIRST
@pytest.mark.parametrize("engine", ["MyISAM", "InnoDB"])
def test_a_row_written_between_count_and_reading(way: Way, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    """Without a snapshot the chunk fails and may be retried; a snapshot does not see the row, the next run does."""
    way.sql(f"ALTER TABLE orders ENGINE={engine}")
    fill(way, 10)
    planned, stream = way.plan(full_refresh=True), MySQLSnapshot.stream

    def after_a_write(self: MySQLSnapshot, *given: Any, **more: Any) -> Any:
        late(way, "orders", 11, 11)
        return stream(self, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MySQLSnapshot, "stream", after_a_write)
        if engine == "MyISAM":
            with pytest.raises(SourceMoved, match=r"(?s)MyISAM has no snapshots.* 10 rows, counted .* 11 rows read"):
                way.extract(planned)
        else:
            way.publish(planned, way.extract(planned))
    way.sync()
    assert way.rows() == way.source_rows()
    assert len(way.rows()) == 11


@ON_FIRST
def test_a_table_of_a_thousand_columns_arrives(way: Way) -> None:
    """Read, copied, merged and changed like a narrow one."""
    names = [f"c{number:03}" for number in range(998)]
    definitions = ", ".join(f"{name} {'INT' if n % 9 else 'VARCHAR(3)'}" for n, name in enumerate(names))
    way.sql(f"CREATE TABLE t (id INT PRIMARY KEY, updated_at DATETIME(6), {definitions})")
    for row in (1, 2):
        values = ", ".join("NULL" if (n + row) % 7 == 0 else f"'{n % 10 + row}'" for n in range(len(names)))
        way.sql(f"INSERT INTO t VALUES ({row}, '2026-01-0{row}', {values})")
    of(way, "t")
    planned = way.plan()
    assert planned.table_schema is not None
    assert len(planned.table_schema.columns) == 1000
    way.sync()
    way.sql("UPDATE t SET c997 = 42, updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    way.sql("DO SLEEP(0.01)")
    way.sync()
    found, expected = held(way, "*")
    assert found == expected
    assert found[1][-1] == 42


@ON_FIRST
def test_an_empty_table_is_synced_without_a_row(way: Way) -> None:
    """With a cursor there is nothing to load yet, and the first rows arrive with the next run."""
    entry = way.stage_one()
    assert (entry.kind, entry.rows, entry.files) == (EntryKind.EMPTY, 0, ())
    way.load()
    way.verify()
    late(way, "orders", 1, 3)
    way.sync()
    assert way.rows() == way.source_rows()


@ON_FIRST
def test_an_empty_source_replaces_only_by_permission(way: Way) -> None:
    """A target is not emptied because its source is; allow_empty_replace says that it may be."""
    fill(way, 4)
    way.change(cursor=None)
    way.sync()
    way.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        way.sync()
    assert len(way.rows()) == 4
    way.change(allow_empty_replace=True)
    way.sync()
    assert way.rows() == []


@ON_FIRST
def test_an_empty_table_without_a_cursor_is_replaced_by_permission(way: Way) -> None:
    """The target is made, and holds nothing."""
    way.change(cursor=None, allow_empty_replace=True)
    way.sync()
    assert way.rows() == []
