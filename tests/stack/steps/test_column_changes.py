"""A change of columns after which loaded values are not those of the source fails the plan, with two ways out."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.spec import ColumnsRef, LoadMode, OnTypeChange
from mysql_redshift.errors import SourceError
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline

# Each changes what the values of the rows already loaded mean, and leaves their cursor unchanged.
RENAMED = {
    "swap": "CHANGE a b INT, CHANGE b a INT",
    "rename": "CHANGE a z INT",
    "chain": "CHANGE a b INT, CHANGE b z INT",
    "take a name from afar": "CHANGE b z INT, CHANGE c b INT",
    "rename and widen": "CHANGE a z BIGINT",
    "swap of unlike types": "CHANGE a t INT, CHANGE t a VARCHAR(20)",
    "swap with a column that is not loaded": "CHANGE a hidden INT, CHANGE hidden a INT",
}
ALTERED = {
    "datetime to timestamp": "MODIFY at TIMESTAMP(6) NULL",
    "fewer digits": "MODIFY amount DECIMAL(10,1)",
    "fraction rounded": "MODIFY at DATETIME",
    "trailing blanks": "MODIFY t CHAR(20)",
    "order of members": "MODIFY s SET('q','p')",
    "padded bytes": "MODIFY raw BINARY(8)",
}
KEPT = [
    "ADD z DOUBLE FIRST",
    "ADD z INT AFTER a",
    "ADD z INT",
    "DROP t",
    "ADD z DOUBLE FIRST, DROP t, ADD y DATE AFTER c",
    "MODIFY a BIGINT",
    "MODIFY t VARCHAR(30)",
    "MODIFY e ENUM('x','n','y','z')",
    "MODIFY amount DECIMAL(14,2)",
    "MODIFY hidden BIGINT",
]
NOT_COMPARED = ("hidden", "raw")  # not loaded, or of another type in Python


@pytest.fixture
def columns(pipeline: TablePipeline) -> TablePipeline:
    """A table with a column per kind and two loaded rows."""
    pipeline.sql(
        "ALTER TABLE orders ADD a INT, ADD b INT, ADD t VARCHAR(20), ADD c INT, ADD at DATETIME(6), "
        "ADD e ENUM('x','y'), ADD s SET('p','q'), ADD raw VARBINARY(4), ADD hidden INT"
    )
    pipeline.sql(
        "INSERT INTO orders (id, updated_at, amount, a, b, t, c, at, e, s, raw, hidden) VALUES "
        "(1, '2026-01-01', 1.25, 1, 2, 'three ', 4, '2026-01-02 03:04:05.6', 'x', 'p,q', 'r', 5), "
        "(2, '2026-01-02', 1.25, 6, 7, '8', 9, '2026-01-02 03:04:05.6', 'y', 'q', 'rr', 10)"
    )
    pipeline.change(columns=ColumnsRef(exclude=("hidden",)), on_type_change=OnTypeChange.REBUILD)
    pipeline.sync()
    return pipeline


def write_one_row(pipeline: TablePipeline) -> None:
    """Insert a row above every window so far."""
    pipeline.sql("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")


def assert_equal_columns(pipeline: TablePipeline) -> None:
    """The target's rows equal those of the source in every column that both have."""
    names = [str(row[0]) for row in pipeline.sql("SHOW COLUMNS FROM orders") if row[0] not in NOT_COMPARED]
    listed = ", ".join(f'"{name}"' for name in names)
    assert pipeline.rows(listed) == pipeline.source_rows(listed.replace('"', "`"))


def alter(pipeline: TablePipeline, change: str) -> None:
    """Change the table in a session of another zone, as an administrator's may be."""
    pipeline.sql("SET time_zone = '+02:00'")
    pipeline.sql(f"ALTER TABLE orders {change}")
    pipeline.sql("SET time_zone = '+00:00'")


@ON_FIRST
@pytest.mark.parametrize("change", [*RENAMED, *ALTERED])
def test_a_change_that_may_leave_old_rows_wrong_fails_every_plan_until_a_full_refresh(
    columns: TablePipeline, change: str
) -> None:
    """Nothing is published; verify of the keys, whose entry would hide the change, fails as well."""
    alter(columns, (RENAMED | ALTERED)[change])
    write_one_row(columns)
    for _ in range(2):
        with pytest.raises(SourceError, match=r"Columns changed(.|\n)*full_refresh: true(.|\n)*accept_columns: true"):
            columns.sync()
    with pytest.raises(SourceError, match="Columns changed"):
        columns.verify("keys")
    columns.sync(full_refresh=True)
    assert_equal_columns(columns)
    write_one_row(columns)
    columns.sync()
    assert_equal_columns(columns)


@pytest.mark.parametrize("change", ["CHANGE a b INT, CHANGE b a INT", "MODIFY at TIMESTAMP(6) NULL"])
def test_both_servers_show_a_swap_and_a_change_of_type(columns: TablePipeline, change: str) -> None:
    """The catalogues differ in how they print types."""
    alter(columns, change)
    with pytest.raises(SourceError, match="Columns changed"):
        columns.plan()


def test_a_moved_column_is_accepted_once(columns: TablePipeline) -> None:
    """The log entry says what was accepted; the next run asks nothing."""
    columns.sql("ALTER TABLE orders MODIFY a INT AFTER b")
    write_one_row(columns)
    with pytest.raises(SourceError, match="columns a, b are in another order"):
        columns.plan()
    entry = columns.extract_and_publish(accept_columns=True)
    assert "accepted: columns a, b are in another order" in entry.reason
    write_one_row(columns)
    columns.sync()
    assert_equal_columns(columns)


@pytest.mark.parametrize("change", KEPT)
def test_a_change_that_keeps_the_loaded_values_asks_nothing(columns: TablePipeline, change: str) -> None:
    """The next run loads it, and old rows equal the source."""
    alter(columns, change)
    write_one_row(columns)
    columns.sync()
    assert_equal_columns(columns)


@ON_FIRST
def test_a_changed_expression_of_a_generated_column_fails_the_plan(columns: TablePipeline) -> None:
    """Its values change without any write to the rows."""
    columns.sql("ALTER TABLE orders ADD twice INT GENERATED ALWAYS AS (a * 2) STORED")
    columns.sync(full_refresh=True)
    columns.sql("ALTER TABLE orders MODIFY twice INT GENERATED ALWAYS AS (a * 3) STORED")
    with pytest.raises(SourceError, match="column twice is generated by another expression"):
        columns.plan()


@ON_FIRST
def test_a_setting_that_loads_a_column_into_the_values_of_another_fails_the_plan(columns: TablePipeline) -> None:
    """An edit of the YAML can do what an ALTER TABLE can."""
    columns.change(columns=ColumnsRef(exclude=("hidden",), rename={"a": "b", "b": "a"}))
    with pytest.raises(SourceError, match="column a is loaded into b, which holds the values of b"):
        columns.plan()


@ON_FIRST
@pytest.mark.parametrize(
    ("settings", "request_fields"),
    [({"load": LoadMode.REPLACE}, {}), ({"load": LoadMode.APPEND}, {"full_refresh": True})],
    ids=["replace", "full refresh of an append table"],
)
def test_a_run_that_reads_every_row_needs_no_question(
    columns: TablePipeline, settings: dict[str, Any], request_fields: dict[str, Any]
) -> None:
    """No older row stays."""
    columns.change(**settings)
    alter(columns, RENAMED["swap"])
    columns.sync(**request_fields)
    assert_equal_columns(columns)
