"""Rows of one snapshot whose keys are equal fail the load: a merge would keep one of them and drop the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.spec import LoadMode, Strategy
from mysql_redshift.errors import DataCheckFailed
from tests.stack.steps.test_table_kinds import use_table
from tests.table_pipeline import TablePipeline, insert_orders

MOMENT = "'2026-01-01 00:00:00'"


@pytest.fixture
def view(pipeline: TablePipeline) -> TablePipeline:
    """Declare a key on a view's column that is not unique: two rows have ``n`` 1."""
    pipeline.sql(
        "CREATE TABLE base (id INT PRIMARY KEY, n INT NOT NULL, code BINARY(4) NOT NULL, "
        "updated_at DATETIME(6) NOT NULL, note VARCHAR(20), KEY (updated_at))"
    )
    pipeline.sql(
        f"INSERT INTO base VALUES (10, 1, x'FF00AB80', {MOMENT}, 'secret'), (11, 1, x'FF00AB80', {MOMENT}, 'word'), "
        f"(12, 2, x'00000001', {MOMENT}, 'c')"
    )
    pipeline.sql("CREATE VIEW v AS SELECT n, code, updated_at, id, note FROM base")
    return use_table(pipeline, "v", key=("n",))


@pytest.mark.parametrize("load", [LoadMode.MERGE, LoadMode.REPLACE, LoadMode.APPEND])
def test_two_rows_with_one_key_fail_the_load_and_are_named(view: TablePipeline, load: LoadMode) -> None:
    """One of them would be dropped or, by the next append, deleted. Texts are not shown, only their columns."""
    view.change(load=load)
    with pytest.raises(DataCheckFailed) as caught:
        view.sync()
    message = str(caught.value)
    assert "n=1" in message
    assert "id=10" in message
    assert "id=11" in message
    assert "secret" not in message
    schema = view.spec.target.schema
    assert view.target(f"SELECT 1 FROM pg_tables WHERE schemaname = '{schema}' AND tablename = 'v'") == []


@pytest.mark.parametrize(
    ("key", "load"), [((), LoadMode.REPLACE), ((), LoadMode.APPEND), (("id",), LoadMode.MERGE)], ids=str
)
def test_the_remedies_help(view: TablePipeline, key: tuple[str, ...], load: LoadMode) -> None:
    """Another key, or none, and a full refresh that supersedes the published files."""
    with pytest.raises(DataCheckFailed, match="same key"):
        view.sync()
    view.change(key=key, load=load)
    view.sync(full_refresh=True)
    assert view.rows("n, id") == [(1, 10), (1, 11), (2, 12)]


def test_a_binary_key_is_named_in_hexadecimal_digits(view: TablePipeline) -> None:
    """The driver decodes VARBYTE as UTF-8, which a UUID's bytes are not."""
    view.change(key=("code",))
    with pytest.raises(DataCheckFailed, match="code=ff00ab80"):
        view.sync()


def test_the_second_of_two_pending_entries_is_checked(view: TablePipeline) -> None:
    """The entries share one staging table, in which the same row read twice is legal."""
    view.sql("DELETE FROM base WHERE id = 11")
    view.sync()
    view.sql("UPDATE base SET updated_at = UTC_TIMESTAMP(6)")
    view.sql("DO SLEEP(0.01)")
    view.extract_and_publish()
    view.sql("INSERT INTO base VALUES (13, 2, x'01', UTC_TIMESTAMP(6), NULL), (14, 2, x'0A', UTC_TIMESTAMP(6), NULL)")
    view.sql("DO SLEEP(0.01)")
    view.extract_and_publish()
    with pytest.raises(DataCheckFailed) as caught:
        view.load()
    assert "log entry 3" in str(caught.value)
    assert "id=13" in str(caught.value)
    assert view.rows("n, id") == [(1, 10), (2, 12)]


def test_two_rows_in_tables_of_a_merge_table_fail_the_load(pipeline: TablePipeline) -> None:
    """A MERGE table does not enforce its primary key across the tables that it unites."""
    columns = "(id INT NOT NULL PRIMARY KEY, updated_at DATETIME(6) NOT NULL, amount INT, KEY (updated_at))"
    pipeline.sql(f"CREATE TABLE one {columns} ENGINE=MyISAM")
    pipeline.sql(f"CREATE TABLE two {columns} ENGINE=MyISAM")
    united = columns.replace(" PRIMARY KEY", "").replace("KEY (updated_at)", "PRIMARY KEY (id), KEY (updated_at)")
    pipeline.sql(f"CREATE TABLE united {united} ENGINE=MERGE UNION=(one, two)")
    pipeline.sql(f"INSERT INTO one VALUES (1, {MOMENT}, 10)")
    pipeline.sql(f"INSERT INTO two VALUES (1, {MOMENT}, 20)")
    use_table(pipeline, "united")
    with pytest.raises(DataCheckFailed, match=r"amount=10.*amount=20|amount=20.*amount=10"):
        pipeline.sync()


def test_a_row_that_moves_between_two_chunks_is_loaded_once(pipeline: TablePipeline) -> None:
    """Two chunks are two snapshots: a row whose cursor changes between them is read by both, legally."""
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (note)")
    insert_orders(pipeline, 40)
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    planned = pipeline.plan()
    assert len(planned.work) > 1
    receipts = []
    for chunk in planned.work:
        receipts += pipeline.extract(replace(planned, chunks=(chunk,)))
        pipeline.sql("UPDATE orders SET updated_at = '2026-01-01 00:00:39' WHERE id = 1")
    pipeline.publish(planned, receipts)
    report = pipeline.load()
    assert report.applied[0].rows_superseded == 1
    assert pipeline.rows("id, updated_at") == pipeline.source_rows("id, updated_at")
