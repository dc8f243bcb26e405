"""A row limit reads every row once, whatever the type of the key that orders rows with the same cursor."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline

TIED = "'2026-01-01 00:00:00'"


def with_key(pipeline: TablePipeline, kind: str, values: list[str]) -> None:
    """Replace the table by one with a composite key; all rows have the same cursor."""
    rows = ", ".join(f"({value}, {number}, {TIED})" for value in values for number in (1, 2))
    pipeline.sql("DROP TABLE orders")
    pipeline.sql(f"CREATE TABLE orders (k {kind} NOT NULL, n INT, updated_at DATETIME(6), PRIMARY KEY (k, n))")
    pipeline.sql(f"INSERT INTO orders VALUES {rows}")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("ENUM('z', 'a', 'm', '10', '9')", ["'z'", "'a'", "'m'", "'10'", "'9'"]),
        ("SET('z', 'a', 'm')", ["'z'", "'a'", "'z,a'", "'m'", "'z,m'"]),
        ("BIT(10)", ["b'1'", "b'10'", "b'1000001'", "b'1111111111'"]),
        ("BIT(64)", ["b'1'", "b'10'", f"b'{'1' * 64}'"]),
        ("VARBINARY(5)", ["x'00'", "x'FF'", "x'41'", "x'4100'"]),
        ("VARCHAR(5) COLLATE utf8mb4_bin", ["'a'", "'B'", "'Z'", "'10'", "'9'"]),
        ("DECIMAL(20,5)", ["10", "9", "-3.5", "123456789012345.00001"]),
        ("TIME(3)", ["'10:00:00.5'", "'-09:00:00'", "'9:00:00'", "'100:00:00'"]),
    ],
    ids=lambda value: str(value).split("(")[0] if isinstance(value, str) else "",
)
@pytest.mark.parametrize("load", [LoadMode.MERGE, LoadMode.APPEND])
def test_a_limit_reads_every_row_once(pipeline: TablePipeline, kind: str, values: list[str], load: LoadMode) -> None:
    """L21: the order of the rows and the comparison with the last key agree."""
    with_key(pipeline, kind, values)
    pipeline.change(load=load)
    rows = [pipeline.extract_and_publish(limit=3).rows for _ in range(len(values))]
    assert sum(rows) == 2 * len(values)
    pipeline.load()
    pipeline.verify("keys")
    assert len(pipeline.rows("n")) == 2 * len(values)


@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE"])
def test_a_limit_is_refused_for_keys_that_cannot_be_compared_exactly(pipeline: TablePipeline, kind: str) -> None:
    """A FLOAT is not equal to its own text."""
    with_key(pipeline, kind, ["1.1", "2.2"])
    with pytest.raises(ConfigurationError, match=r"(?s)limit needs a key.*k (float|double)"):
        pipeline.plan(limit=3)
    pipeline.sync()
