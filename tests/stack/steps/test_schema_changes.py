"""Columns are added and widened at the source: the target follows, whatever is pending and wherever a load dies."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import LayoutRef, OnTypeChange
from mysql_redshift.errors import ConfigurationError, SourceError, TargetError
from tests.stack.steps.cuts import load_cut_at
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = pytest.mark.stack

LONG = "x" * 300


def late(pipeline: TablePipeline, note: str, columns: str = "", values: str = "") -> None:
    """Insert a row of this moment, above what any run has read."""
    pipeline.sql(f"INSERT INTO orders (updated_at, note{columns}) VALUES (UTC_TIMESTAMP(6), '{note}'{values})")
    pipeline.sql("DO SLEEP(0.01)")


def width(pipeline: TablePipeline) -> str:
    """Return the type of the target's column note."""
    ((kind,),) = pipeline.target(
        "SELECT data_type || '/' || character_maximum_length FROM svv_columns WHERE column_name = 'note' "
        f"AND table_schema = '{pipeline.spec.target.schema}' AND table_name = 'orders'"
    )
    return str(kind)


def test_a_load_cut_while_it_adds_and_widens_is_finished_by_the_next(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two columns more and one wider: cut at each statement in turn; no row is seen half, and a retry does the rest."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400), ADD COLUMN a INT, ADD COLUMN b VARCHAR(10)")
    late(pipeline, LONG, ", a, b", ", 7, 'new'")
    pipeline.extract_and_publish()
    before = pipeline.rows("id, note")
    cuts = 0
    while load_cut_at(pipeline, cuts, monkeypatch):
        assert pipeline.rows("id, note") == before
        cuts += 1
    assert cuts >= 6
    assert width(pipeline) == "character varying/1600"
    assert pipeline.rows("id, note, a, b") == pipeline.source_rows("id, note, a, b")


def test_what_was_widened_loads_although_the_last_entry_is_empty(pipeline: TablePipeline) -> None:
    """The entry that needs the wider column decides, not the head of the log."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400)")
    late(pipeline, LONG)
    pipeline.extract_and_publish(mode="backup-only")
    assert not pipeline.extract_and_publish(mode="backup-only").files
    pipeline.load()
    assert pipeline.rows("id, note") == pipeline.source_rows("id, note")


def test_what_was_widened_loads_although_the_source_is_narrow_again(pipeline: TablePipeline) -> None:
    """A pending row that needs the width arrives, and so does its later version."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400)")
    late(pipeline, LONG)
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.sql("DELETE FROM orders WHERE id = 3")
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(20)")
    late(pipeline, "short")
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    assert [row for row in pipeline.rows("id, note") if row[0] > 2] == [(3, LONG), (4, "short")]


def test_an_entry_from_before_the_change_loads_after_it(pipeline: TablePipeline) -> None:
    """Rows written without the new column hold NULL in it; rows written with the dropped one keep its values."""
    insert_orders(pipeline, 2)
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.sql("ALTER TABLE orders ADD COLUMN a INT, DROP COLUMN amount")
    late(pipeline, "new", ", a", ", 7")
    pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    found = [
        (number, None if amount is None else str(amount), a) for number, amount, a in pipeline.rows("id, amount, a")
    ]
    assert found == [(1, "0.25", None), (2, "1.25", None), (3, None, 7)]


def test_pending_changes_are_said_by_the_plan(pipeline: TablePipeline) -> None:
    """A dry run names each column that will be added or widened, also for what is pending, and touches nothing."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(400), ADD COLUMN a INT")
    late(pipeline, "new")
    pipeline.extract_and_publish(mode="backup-only")
    notes = pipeline.plan(dry_run=True).notes
    assert "target column a INTEGER is added" in notes
    assert "target column note VARCHAR(1600) is widened" in notes
    assert width(pipeline) == "character varying/200"


def test_a_change_without_rows_is_refused_by_the_same_plan(pipeline: TablePipeline) -> None:
    """Where nothing is to be read the plan still finds that the target cannot follow; else the next run would not."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders MODIFY amount DOUBLE")
    for _ in range(2):
        with pytest.raises(TargetError, match="on_type_change"):
            pipeline.plan()


def test_a_change_between_plan_and_extract_is_refused(pipeline: TablePipeline) -> None:
    """Both shapes are named, and nothing is published."""
    insert_orders(pipeline, 2)
    planned = pipeline.plan()
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(60)")
    with pytest.raises(SourceError, match="altered between plan and extract") as caught:
        pipeline.extract(planned)
    assert "note varchar(50)" in str(caught.value.expected)
    assert "note varchar(60)" in str(caught.value.found)


def test_a_changed_key_is_refused_with_both_keys(pipeline: TablePipeline) -> None:
    """Rows merged by another key would double."""
    insert_orders(pipeline, 2)
    pipeline.sync()
    pipeline.sql(
        "ALTER TABLE orders MODIFY updated_at DATETIME(6) NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (id, updated_at)"
    )
    with pytest.raises(ConfigurationError, match="key changed") as caught:
        pipeline.plan()
    assert "(id)" in str(caught.value.expected)
    assert "(id, updated_at)" in str(caught.value.found)


def test_a_new_table_is_laid_out_as_configured_and_an_existing_one_as_it_is(pipeline: TablePipeline) -> None:
    """YAML speaks of tables yet to be made; afterwards the table's owner decides."""
    insert_orders(pipeline, 2)
    encode = {"amount": "az64", "note": "zstd"}
    pipeline.change(layout=LayoutRef(dist_style="key", dist_key="id", sort_key=("updated_at", "id"), encode=encode))
    pipeline.sync()
    expected = [("id", True, 2, True), ("updated_at", False, 1, False), ("amount", False, 0, False)]
    assert layout(pipeline)[:3] == expected
    encodings = "SELECT encoding FROM pg_table_def WHERE tablename = 'orders' AND \"column\" IN ('amount', 'note')"
    assert pipeline.target(encodings) == [("az64",), ("zstd",)]
    pipeline.change(layout=LayoutRef(dist_style="even", sort_key=("id",)))
    late(pipeline, "new")
    pipeline.sync()
    assert layout(pipeline)[:3] == expected


@pytest.mark.parametrize(
    "wrong",
    [LayoutRef(dist_key="nothing"), LayoutRef(sort_key=("id", "nothing")), LayoutRef(encode={"nothing": "raw"})],
)
def test_a_layout_of_columns_that_do_not_travel_is_refused_by_the_plan(
    pipeline: TablePipeline, wrong: LayoutRef
) -> None:
    """Before any row moves, not when the table is made."""
    pipeline.change(layout=wrong)
    with pytest.raises(ConfigurationError, match="nothing"):
        pipeline.plan()


def layout(pipeline: TablePipeline) -> list[tuple[object, ...]]:
    """Return name, distkey, place in the sort key and NOT NULL of each column."""
    schema = pipeline.spec.target.schema
    pipeline.target(f"SET search_path TO {schema}")
    return pipeline.target(
        f'SELECT "column", distkey, sortkey, "notnull" FROM pg_table_def WHERE schemaname = \'{schema}\' '
        "AND tablename = 'orders'"
    )


@pytest.mark.parametrize("start", ["no target", "a new column", "a rebuild"])
def test_entries_of_different_widths_load_though_none_was_loaded_before(pipeline: TablePipeline, start: str) -> None:
    """What the first of them makes, the second widens: between two transactions, since Redshift alters in none."""
    pipeline.sql("INSERT INTO orders (updated_at, note) VALUES ('2026-01-01', 'a')")
    pipeline.change(on_type_change=OnTypeChange.REBUILD)
    if start != "no target":
        pipeline.sql("ALTER TABLE orders DROP COLUMN note")
        if start == "a rebuild":
            pipeline.sql("ALTER TABLE orders ADD COLUMN note INT")
        pipeline.sync()
    for width in (10, 20, 40):
        change = "ADD COLUMN" if width == 10 and start == "a new column" else "MODIFY"
        pipeline.sql(f"ALTER TABLE orders {change} note VARCHAR({width})")
        pipeline.sql(f"INSERT INTO orders (updated_at, note) VALUES (UTC_TIMESTAMP(6), '{'x' * width}')")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish(mode="backup-only")
    pipeline.load()
    pipeline.verify()
    assert pipeline.rows("id, note") == pipeline.source_rows("id, note")
    assert len(pipeline.rows("id")) == 4
