"""Columns added or widened at the source are added or widened in the target, also after a failed load."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import LayoutRef, OnTypeChange
from mysql_redshift.errors import ConfigurationError, SourceError, TargetError
from tests.stack.steps.failure_injection import load_failing_at
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = pytest.mark.stack

LONG = "x" * 300


def insert_now(pipeline: TablePipeline, note: str, columns: str = "", values: str = "") -> None:
    """Insert a row whose cursor is now, above every window so far."""
    pipeline.sql(f"INSERT INTO orders (updated_at, note{columns}) VALUES (UTC_TIMESTAMP(6), '{note}'{values})")
    pipeline.sql("DO SLEEP(0.01)")


def note_type(pipeline: TablePipeline) -> str:
    """Return type and length of the target's column note."""
    ((kind,),) = pipeline.target(
        "SELECT data_type || '/' || character_maximum_length FROM svv_columns WHERE column_name = 'note' "
        f"AND table_schema = '{pipeline.spec.target.schema}' AND table_name = 'orders'"
    )
    return str(kind)


def test_a_load_that_fails_while_it_adds_and_widens_columns_is_completed_by_a_retry(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The load adds two columns and widens one. It fails at each statement in turn, and the rows do not change."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400), ADD COLUMN a INT, ADD COLUMN b VARCHAR(10)")
    insert_now(pipeline, LONG, ", a, b", ", 7, 'new'")
    pipeline.extract_and_publish()
    before = pipeline.rows("id, note")
    failures = 0
    while load_failing_at(pipeline, failures, monkeypatch):
        assert pipeline.rows("id, note") == before
        failures += 1
    assert failures >= 6
    assert note_type(pipeline) == "character varying/1600"
    assert pipeline.rows("id, note, a, b") == pipeline.source_rows("id, note, a, b")


def test_a_widened_column_is_loaded_although_the_last_entry_is_empty(pipeline: TablePipeline) -> None:
    """The entry with the rows determines the width, not the head of the log."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400)")
    insert_now(pipeline, LONG)
    pipeline.extract_and_publish(mode="backup-only")
    assert not pipeline.extract_and_publish(mode="backup-only").files
    pipeline.load()
    assert pipeline.rows("id, note") == pipeline.source_rows("id, note")


def test_a_pending_wide_value_is_loaded_although_the_source_is_narrow_again(pipeline: TablePipeline) -> None:
    """The target keeps the width that a pending row needs; a later narrow row is loaded as well."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400)")
    insert_now(pipeline, LONG)
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.sql("DELETE FROM orders WHERE id = 3")
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(20)")
    insert_now(pipeline, "short")
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    assert [row for row in pipeline.rows("id, note") if row[0] > 2] == [(3, LONG), (4, "short")]


def test_an_entry_from_before_a_schema_change_is_loaded_after_it(pipeline: TablePipeline) -> None:
    """Its rows have NULL in the new column and keep the values of the dropped column."""
    insert_orders(pipeline, 2)
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.sql("ALTER TABLE orders ADD COLUMN a INT, DROP COLUMN amount")
    insert_now(pipeline, "new", ", a", ", 7")
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    found = [
        (number, None if amount is None else str(amount), a) for number, amount, a in pipeline.rows("id, amount, a")
    ]
    assert found == [(1, "0.25", None), (2, "1.25", None), (3, None, 7)]


def test_the_plan_reports_pending_schema_changes(pipeline: TablePipeline) -> None:
    """A dry run names each column that will be added or widened, also by pending entries, and changes nothing."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400), ADD COLUMN a INT")
    insert_now(pipeline, "new")
    pipeline.extract_and_publish(mode="backup-only")
    notes = pipeline.plan(dry_run=True).notes
    assert "target column a INTEGER is added" in notes
    assert "target column note VARCHAR(1600) is widened" in notes
    assert note_type(pipeline) == "character varying/200"


def test_an_unsupported_type_change_fails_every_plan_even_without_rows(pipeline: TablePipeline) -> None:
    """The plan compares the types even if it has nothing to read, so a second plan fails as well."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY amount DOUBLE")
    for _ in range(2):
        with pytest.raises(TargetError, match="on_type_change"):
            pipeline.plan()


def test_a_schema_change_between_plan_and_extract_is_refused(pipeline: TablePipeline) -> None:
    """The error has both column definitions."""
    insert_orders(pipeline, 2)
    planned = pipeline.plan()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(60)")
    with pytest.raises(SourceError, match="altered between plan and extract") as caught:
        pipeline.extract(planned)
    assert "note varchar(50)" in str(caught.value.expected)
    assert "note varchar(60)" in str(caught.value.found)


def test_a_changed_key_fails_the_plan_and_names_both_keys(pipeline: TablePipeline) -> None:
    """A merge by another key would duplicate rows."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql(
        "ALTER TABLE orders MODIFY updated_at DATETIME(6) NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (id, updated_at)"
    )
    with pytest.raises(ConfigurationError, match="key changed") as caught:
        pipeline.plan()
    assert "(id)" in str(caught.value.expected)
    assert "(id, updated_at)" in str(caught.value.found)


def test_the_configured_layout_applies_to_new_tables_only(pipeline: TablePipeline) -> None:
    """The layout of an existing table is not changed."""
    insert_orders(pipeline, 2)
    encode = {"amount": "az64", "note": "zstd"}
    pipeline.change(layout=LayoutRef(dist_style="key", dist_key="id", sort_key=("updated_at", "id"), encode=encode))
    pipeline.sync()
    expected = [("id", True, 2, True), ("updated_at", False, 1, False), ("amount", False, 0, False)]
    assert layout(pipeline)[:3] == expected
    encodings = "SELECT encoding FROM pg_table_def WHERE tablename = 'orders' AND \"column\" IN ('amount', 'note')"
    assert pipeline.target(encodings) == [("az64",), ("zstd",)]
    pipeline.change(layout=LayoutRef(dist_style="even", sort_key=("id",)))
    insert_now(pipeline, "new")
    pipeline.sync()
    assert layout(pipeline)[:3] == expected


@pytest.mark.parametrize(
    "layout_ref",
    [LayoutRef(dist_key="nothing"), LayoutRef(sort_key=("id", "nothing")), LayoutRef(encode={"nothing": "raw"})],
)
def test_a_layout_with_unknown_columns_fails_the_plan(pipeline: TablePipeline, layout_ref: LayoutRef) -> None:
    """It fails before extract, not when the load creates the table."""
    pipeline.change(layout=layout_ref)
    with pytest.raises(ConfigurationError, match="nothing"):
        pipeline.plan()


@pytest.mark.parametrize(("column", "encoding"), [("note", "az64"), ("id", "text255"), ("doc", "zstd")])
def test_an_encoding_that_does_not_fit_its_type_fails_the_plan(
    pipeline: TablePipeline, column: str, encoding: str
) -> None:
    """Redshift refuses it when the load creates the table, after rows were read."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN doc JSON")
    pipeline.change(layout=LayoutRef(encode={column: encoding}))
    with pytest.raises(ConfigurationError, match=f"encode: {column}"):
        pipeline.plan()


def layout(pipeline: TablePipeline) -> list[tuple[object, ...]]:
    """Return name, distkey, position in the sort key and NOT NULL of each column."""
    schema = pipeline.spec.target.schema
    pipeline.target(f"SET search_path TO {schema}")
    return pipeline.target(
        f'SELECT "column", distkey, sortkey, "notnull" FROM pg_table_def WHERE schemaname = \'{schema}\' '
        "AND tablename = 'orders'"
    )


@pytest.mark.parametrize("start", ["no target", "a new column", "a rebuild"])
def test_pending_entries_with_growing_widths_are_loaded_together(pipeline: TablePipeline, start: str) -> None:
    """The load creates the column for the first entry and widens it between transactions for the others.

    Redshift cannot alter a column's type inside a transaction.
    """
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'a')")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    if start != "no target":
        pipeline.sql("ALTER TABLE orders DROP COLUMN note")
        if start == "a rebuild":
            pipeline.sql("ALTER TABLE orders ADD COLUMN note INT")
        pipeline.sync()
    for note_type in (10, 20, 40):
        change = "ADD COLUMN" if note_type == 10 and start == "a new column" else "MODIFY"
        pipeline.sql(f"ALTER TABLE orders {change} note VARCHAR({note_type})")
        pipeline.sql(f"INSERT INTO orders (updated_at, note) VALUES (UTC_TIMESTAMP(6), '{'x' * note_type}')")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    pipeline.verify()
    assert pipeline.rows("id, note") == pipeline.source_rows("id, note")
    assert len(pipeline.rows("id")) == 4
