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
from tests.table_pipeline import TablePipeline, insert_orders

COLUMNS = "id, amount, note"


def of(pipeline: TablePipeline, table: str, **changes: Any) -> TablePipeline:
    """Turn the way to another table."""
    source, target = replace(pipeline.spec.source, table=table), replace(pipeline.spec.target, table=table)
    pipeline.change(source=source, target=target, **changes)
    return pipeline


def held(pipeline: TablePipeline, columns: str = COLUMNS) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the rows of the target and those of the source."""
    return pipeline.rows(columns), sorted(pipeline.sql(f"SELECT {columns} FROM `{pipeline.spec.source.table}`"))


def replaced(pipeline: TablePipeline) -> None:
    """Let another pipeline replace a target of its own."""
    pipeline.change(pipeline="whole", load=None, cursor=None, target=replace(pipeline.spec.target, table="whole"))


def late(pipeline: TablePipeline, table: str, first: int, last: int) -> None:
    """Insert rows of this moment, above what any run has read."""
    values = ", ".join(f"({number}, UTC_TIMESTAMP(6), {number}, 'late')" for number in range(first, last + 1))
    pipeline.sql(f"INSERT INTO `{table}` (id, updated_at, amount, note) VALUES {values}")
    pipeline.sql("DO SLEEP(0.01)")


@pytest.mark.parametrize("key", ["", ", UNIQUE (id)"], ids=["no key", "nullable unique"])
def test_a_table_without_a_key_is_appended_or_replaced(pipeline: TablePipeline, key: str) -> None:
    """Equal rows are rows each; a merge, which would have to tell them apart, is refused with the way out."""
    pipeline.sql(f"CREATE TABLE t (id INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50){key})")
    pipeline.sql("INSERT INTO t VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, 'b')")
    pipeline.sql(
        "INSERT INTO t SELECT NULL, '2026-01-03', 5, 'equal' FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS three"
    )
    of(pipeline, "t", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        pipeline.plan()
    pipeline.change(load=None)
    assert pipeline.plan().load is LoadMode.APPEND
    pipeline.sync()
    late(pipeline, "t", 7, 9)
    pipeline.sync()
    found, expected = (
        sorted(rows, key=str)
        for rows in (pipeline.target(f"SELECT {COLUMNS} FROM {{t}}"), pipeline.sql(f"SELECT {COLUMNS} FROM t"))
    )
    assert found == expected
    assert len(found) == 8
    pipeline.sql("DELETE FROM t WHERE note = 'equal' LIMIT 1")
    replaced(pipeline)
    pipeline.sync()
    assert len(pipeline.target("SELECT id FROM {t}")) == 7


def test_a_table_with_a_unique_key_only_is_merged_by_it(pipeline: TablePipeline) -> None:
    """The shortest of its unique keys of NOT NULL columns; one that may hold NULL does not count."""
    pipeline.sql(
        "CREATE TABLE t (id INT NOT NULL, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "part INT NOT NULL DEFAULT 0, UNIQUE (note), UNIQUE wide (part, id), UNIQUE narrow (id))"
    )
    pipeline.sql(
        "INSERT INTO t (id, updated_at, amount, note) VALUES (1, '2026-01-01', 1, 'a'), (2, '2026-01-02', 2, NULL)"
    )
    of(pipeline, "t")
    planned = pipeline.plan()
    assert planned.table_schema is not None
    assert (planned.load, planned.table_schema.key) == (LoadMode.MERGE, ("id",))
    pipeline.sync()
    pipeline.sql("UPDATE t SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    late(pipeline, "t", 3, 3)
    pipeline.sync()
    found, expected = held(pipeline, "id, amount")
    assert found == expected
    assert len(found) == 3


def test_a_partitioned_table_arrives_whole(pipeline: TablePipeline) -> None:
    """Rows of every partition, read in chunks, and those that an update moves from one to another."""
    pipeline.sql(
        "CREATE TABLE t (id INT, year INT, updated_at DATETIME(6), amount DECIMAL(12,2), note VARCHAR(50), "
        "PRIMARY KEY (id, year)) PARTITION BY RANGE (year) (PARTITION old VALUES LESS THAN (2000), "
        "PARTITION new VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN MAXVALUE)"
    )
    rows = ", ".join(f"({n}, {1990 + n}, '2026-01-01 00:00:{n:02}', {n}, 'x')" for n in range(40))
    pipeline.sql(f"INSERT INTO t VALUES {rows}")
    of(pipeline, "t", strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    assert len(pipeline.plan().work) > 1
    pipeline.sync()
    pipeline.sql("UPDATE t SET note = 'moved', updated_at = UTC_TIMESTAMP(6) WHERE id = 5")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    found, expected = held(pipeline, "id, year, note")
    assert found == expected
    assert len(found) == 40


def test_a_view_is_appended_by_its_cursor_or_replaced(pipeline: TablePipeline) -> None:
    """It has no key of its own: a merge is refused until one is declared."""
    insert_orders(pipeline, 10)
    pipeline.sql(
        "CREATE VIEW v AS SELECT o.id, o.updated_at, o.amount, UPPER(o.note) AS note FROM orders o WHERE o.id > 2"
    )
    of(pipeline, "v", load=LoadMode.MERGE)
    with pytest.raises(ConfigurationError, match="load: merge needs a key"):
        pipeline.plan()
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sync()
    late(pipeline, "orders", 20, 22)
    pipeline.sync()
    found, expected = held(pipeline)
    assert found == expected
    assert len(found) == 11
    pipeline.sql("DELETE FROM orders WHERE id = 5")
    replaced(pipeline)
    pipeline.sync()
    pipeline.sync()
    found, expected = held(pipeline)
    assert found == expected
    assert len(found) == 10


@ON_FIRST
def test_a_view_that_is_broken_is_refused_at_plan(pipeline: TablePipeline) -> None:
    """What it was made of is gone: the source's own words name it."""
    pipeline.sql("CREATE TABLE gone (id INT)")
    pipeline.sql("CREATE VIEW v AS SELECT id FROM gone")
    pipeline.sql("DROP TABLE gone")
    of(pipeline, "v", cursor=None)
    with pytest.raises(SourceError, match=r"View .*v. references invalid table"):
        pipeline.plan()


@pytest.mark.parametrize("engine", ["MyISAM", "MEMORY"])
def test_a_table_without_snapshots_arrives_with_a_warning(pipeline: TablePipeline, engine: str) -> None:
    """Its first plan and every dry run say what its engine cannot do."""
    pipeline.sql(f"ALTER TABLE orders ENGINE={engine}")
    insert_orders(pipeline, 10)
    assert [f"engine {engine} has no snapshots" in note for note in pipeline.plan().notes] == [True]
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'changed' WHERE id = 4")
    late(pipeline, "orders", 11, 13)
    assert pipeline.plan().notes == ()
    assert len(pipeline.plan(dry_run=True).notes) == 1
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert len(pipeline.rows()) == 13


@ON_FIRST
@pytest.mark.parametrize("engine", ["MyISAM", "InnoDB"])
def test_a_row_written_between_count_and_reading(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    """Without a snapshot the chunk fails and may be retried; a snapshot does not see the row, the next run does."""
    pipeline.sql(f"ALTER TABLE orders ENGINE={engine}")
    insert_orders(pipeline, 10)
    planned, stream = pipeline.plan(full_refresh=True), MySQLSnapshot.stream

    def after_a_write(self: MySQLSnapshot, *given: Any, **more: Any) -> Any:
        late(pipeline, "orders", 11, 11)
        return stream(self, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(MySQLSnapshot, "stream", after_a_write)
        if engine == "MyISAM":
            with pytest.raises(SourceMoved, match=r"(?s)MyISAM has no snapshots.* 10 rows, counted .* 11 rows read"):
                pipeline.extract(planned)
        else:
            pipeline.publish(planned, pipeline.extract(planned))
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert len(pipeline.rows()) == 11


@ON_FIRST
def test_a_table_of_a_thousand_columns_arrives(pipeline: TablePipeline) -> None:
    """Read, copied, merged and changed like a narrow one."""
    names = [f"c{number:03}" for number in range(998)]
    definitions = ", ".join(f"{name} {'INT' if n % 9 else 'VARCHAR(3)'}" for n, name in enumerate(names))
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, updated_at DATETIME(6), {definitions})")
    for row in (1, 2):
        values = ", ".join("NULL" if (n + row) % 7 == 0 else f"'{n % 10 + row}'" for n in range(len(names)))
        pipeline.sql(f"INSERT INTO t VALUES ({row}, '2026-01-0{row}', {values})")
    of(pipeline, "t")
    planned = pipeline.plan()
    assert planned.table_schema is not None
    assert len(planned.table_schema.columns) == 1000
    pipeline.sync()
    pipeline.sql("UPDATE t SET c997 = 42, updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    found, expected = held(pipeline, "*")
    assert found == expected
    assert found[1][-1] == 42


@ON_FIRST
def test_an_empty_table_is_synced_without_a_row(pipeline: TablePipeline) -> None:
    """With a cursor there is nothing to load yet, and the first rows arrive with the next run."""
    entry = pipeline.extract_and_publish()
    assert (entry.kind, entry.rows, entry.files) == (EntryKind.EMPTY, 0, ())
    pipeline.load()
    pipeline.verify()
    late(pipeline, "orders", 1, 3)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@ON_FIRST
def test_an_empty_source_replaces_only_by_permission(pipeline: TablePipeline) -> None:
    """A target is not emptied because its source is; allow_empty_replace says that it may be."""
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
def test_an_empty_table_without_a_cursor_is_replaced_by_permission(pipeline: TablePipeline) -> None:
    """The target is made, and holds nothing."""
    pipeline.change(cursor=None, allow_empty_replace=True)
    pipeline.sync()
    assert pipeline.rows() == []
