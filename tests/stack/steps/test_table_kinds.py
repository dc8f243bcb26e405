"""Kinds of tables: without a key, partitioned, views, a thousand columns, empty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSnapshot
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, SourceError, SourceMoved
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

COLUMNS = "id, amount, note"


def use_table(pipeline: TablePipeline, table: str, **changes: Any) -> TablePipeline:
    """Switch the pipeline to another table."""
    source, target = replace(pipeline.spec.source, table=table), replace(pipeline.spec.target, table=table)
    pipeline.change(source=source, target=target, **changes)
    return pipeline


def target_and_source_rows(
    pipeline: TablePipeline, columns: str = COLUMNS
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows of the target and of the source, sorted."""
    return pipeline.rows(columns), sorted(pipeline.sql(f"SELECT {columns} FROM `{pipeline.spec.source.table}`"))


def switch_to_replace(pipeline: TablePipeline) -> None:
    """Switch to another pipeline that replaces another target."""
    pipeline.change(pipeline="whole", load=None, cursor=None, target=replace(pipeline.spec.target, table="whole"))


def insert_now(pipeline: TablePipeline, table: str, first: int, last: int) -> None:
    """Insert rows whose cursor is now, above every window so far."""
    values = ", ".join(f"({number}, UTC_TIMESTAMP(6), {number}, 'late')" for number in range(first, last + 1))
    pipeline.sql(f"INSERT INTO `{table}` (id, updated_at, amount, note) VALUES {values}")
    pipeline.sql("DO SLEEP(0.01)")


@pytest.mark.parametrize("key", ["", ", UNIQUE (id)"], ids=["no key", "nullable unique"])
def test_a_table_without_a_key_is_appended_or_replaced(pipeline: TablePipeline, key: str) -> None:
    """Equal rows are separate rows. A merge would need a key and is refused."""
    pipeline.sql(f"CREATE TABLE t (id INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50){key})")
    pipeline.sql("INSERT INTO t VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, 'b')")
    pipeline.sql(
        "INSERT INTO t SELECT NULL, '2026-01-03', 5, 'equal' FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three"
    )
    use_table(pipeline, "t", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        pipeline.plan()
    pipeline.change(load=None)
    assert pipeline.plan().load is LoadMode.APPEND
    pipeline.sync()
    insert_now(pipeline, "t", 7, 9)
    pipeline.sync()
    found, expected = (
        sorted(rows, key=str)
        for rows in (pipeline.target(f"SELECT {COLUMNS} FROM {{t}}"), pipeline.sql(f"SELECT {COLUMNS} FROM t"))
    )
    assert found == expected
    assert len(found) == 8
    pipeline.sql("DELETE FROM t WHERE note = 'equal' LIMIT 1")
    switch_to_replace(pipeline)
    pipeline.sync()
    assert len(pipeline.target("SELECT id FROM {t}")) == 7


def test_a_table_without_a_primary_key_is_merged_by_its_shortest_unique_key(pipeline: TablePipeline) -> None:
    """Only unique keys of NOT NULL columns count."""
    pipeline.sql(
        "CREATE TABLE t (id INT NOT NULL, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "part INT NOT NULL DEFAULT 0, UNIQUE (note), UNIQUE wide (part, id), UNIQUE narrow (id))"
    )
    pipeline.sql(
        "INSERT INTO t (id, updated_at, amount, note) VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, NULL)"
    )
    use_table(pipeline, "t")
    planned = pipeline.plan()
    assert planned.table_schema is not None
    assert (planned.load, planned.table_schema.key) == (LoadMode.MERGE, ("id",))
    pipeline.sync()
    pipeline.sql("UPDATE t SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    insert_now(pipeline, "t", 3, 3)
    pipeline.sync()
    found, expected = target_and_source_rows(pipeline, "id, amount")
    assert found == expected
    assert len(found) == 3


def test_a_partitioned_table_is_loaded_completely(pipeline: TablePipeline) -> None:
    """The rows of every partition are read in chunks, and a later update is synced."""
    pipeline.sql(
        "CREATE TABLE t (id INT, year INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "PRIMARY KEY (id, year)) PARTITION BY RANGE (year) (PARTITION old VALUES LESS THAN (2000), "
        "PARTITION new VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN MAXVALUE)"
    )
    rows = ", ".join(f"({n}, {1990 + n}, '2026-01-01 00:00:{n:02}', {n}, 'x')" for n in range(40))
    pipeline.sql(f"INSERT INTO t VALUES {rows}")
    use_table(pipeline, "t", strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    assert len(pipeline.plan().work) > 1
    pipeline.sync()
    pipeline.sql("UPDATE t SET note = 'moved', updated_at = UTC_TIMESTAMP(6) WHERE id = 5")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    found, expected = target_and_source_rows(pipeline, "id, year, note")
    assert found == expected
    assert len(found) == 40


def test_a_view_is_appended_or_replaced(pipeline: TablePipeline) -> None:
    """A view has no key, so a merge is refused until one is declared."""
    insert_orders(pipeline, 10)
    pipeline.sql(
        "CREATE VIEW v AS SELECT o.id, o.updated_at, o.amount, UPPER(o.note) AS note FROM orders o WHERE o.id > 2"
    )
    use_table(pipeline, "v", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        pipeline.plan()
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sync()
    insert_now(pipeline, "orders", 20, 22)
    pipeline.sync()
    found, expected = target_and_source_rows(pipeline)
    assert found == expected
    assert len(found) == 11
    pipeline.sql("DELETE FROM orders WHERE id = 5")
    switch_to_replace(pipeline)
    pipeline.sync()
    pipeline.sync()
    found, expected = target_and_source_rows(pipeline)
    assert found == expected
    assert len(found) == 10


@ON_FIRST
def test_a_broken_view_fails_the_plan(pipeline: TablePipeline) -> None:
    """Its table was dropped; the message contains MySQL's error."""
    pipeline.sql("CREATE TABLE dropped (id INT)")
    pipeline.sql("CREATE VIEW v AS SELECT id FROM dropped")
    pipeline.sql("DROP TABLE dropped")
    use_table(pipeline, "v", cursor=None)
    with pytest.raises(SourceError, match=r"View .*v. references invalid table"):
        pipeline.plan()


@pytest.mark.parametrize("engine", ["MyISAM", "MEMORY"])
def test_a_table_whose_engine_has_no_snapshots_is_loaded_with_a_warning(pipeline: TablePipeline, engine: str) -> None:
    """The first plan and every dry run report it."""
    pipeline.sql(f"ALTER TABLE orders ENGINE={engine}")
    insert_orders(pipeline, 10)
    warning = f"engine {engine} has no snapshots"
    assert warning in "; ".join(pipeline.plan().notes)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'changed' WHERE id = 4")
    insert_now(pipeline, "orders", 11, 13)
    assert warning not in "; ".join(pipeline.plan().notes)
    assert warning in "; ".join(pipeline.plan(dry_run=True).notes)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert len(pipeline.rows()) == 13


@ON_FIRST
@pytest.mark.parametrize("engine", ["MyISAM", "InnoDB"])
def test_a_row_written_between_count_and_read_fails_the_chunk_or_is_left_to_the_next_run(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    """Without snapshots the chunk fails and may be retried; a snapshot excludes the row, and the next run reads it."""
    pipeline.sql(f"ALTER TABLE orders ENGINE={engine}")
    insert_orders(pipeline, 10)
    planned, stream = pipeline.plan(full_refresh=True), MySQLSnapshot.stream

    def stream_after_a_write(self: MySQLSnapshot, *arguments: Any, **options: Any) -> Any:
        insert_now(pipeline, "orders", 11, 11)
        return stream(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(MySQLSnapshot, "stream", stream_after_a_write)
        if engine == "MyISAM":
            with pytest.raises(SourceMoved, match=r"(?s)MyISAM has no snapshots.* 10 rows, counted .* 11 rows read"):
                pipeline.extract(planned)
        else:
            pipeline.publish(planned, pipeline.extract(planned))
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert len(pipeline.rows()) == 11


@ON_FIRST
def test_a_table_of_a_thousand_columns_is_loaded_and_merged(pipeline: TablePipeline) -> None:
    names = [f"c{number:03}" for number in range(998)]
    definitions = ", ".join(f"{name} {'INT' if n % 9 else 'VARCHAR(3)'}" for n, name in enumerate(names))
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, updated_at DATETIME(6), {definitions})")
    for row in (1, 2):
        values = ", ".join("NULL" if (n + row) % 7 == 0 else f"'{n % 10 + row}'" for n in range(len(names)))
        pipeline.sql(f"INSERT INTO t VALUES ({row}, '2026-01-0{row}', {values})")
    use_table(pipeline, "t")
    planned = pipeline.plan()
    assert planned.table_schema is not None
    assert len(planned.table_schema.columns) == 1000
    pipeline.sync()
    pipeline.sql("UPDATE t SET c997 = 42, updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    found, expected = target_and_source_rows(pipeline, "*")
    assert found == expected
    assert found[1][-1] == 42


@ON_FIRST
def test_an_empty_table_with_a_cursor_has_nothing_to_load(pipeline: TablePipeline) -> None:
    """The next run loads its first rows."""
    entry = pipeline.extract_and_publish()
    assert (entry.kind, entry.rows, entry.files) == (EntryKind.EMPTY, 0, ())
    pipeline.load()
    pipeline.verify()
    insert_now(pipeline, "orders", 1, 3)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@ON_FIRST
def test_an_empty_source_replaces_the_target_only_with_permission(pipeline: TablePipeline) -> None:
    """``allow_empty_replace`` permits an empty target."""
    insert_orders(pipeline, 4)
    pipeline.change(cursor=None)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        pipeline.sync()
    assert len(pipeline.rows()) == 4
    pipeline.change(allow_empty_replace=True)
    pipeline.sync()
    assert pipeline.rows() == []


@ON_FIRST
def test_an_empty_table_without_a_cursor_creates_an_empty_target_with_permission(pipeline: TablePipeline) -> None:
    pipeline.change(cursor=None, allow_empty_replace=True)
    pipeline.sync()
    assert pipeline.rows() == []
