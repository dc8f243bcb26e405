"""A nullable key does not identify rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline

MOMENT = "'2026-01-01 00:00:00'"


@pytest.mark.parametrize("load", [LoadMode.APPEND, LoadMode.REPLACE])
def test_a_nullable_key_is_refused_and_its_rows_load_without_a_key(pipeline: TablePipeline, load: LoadMode) -> None:
    """The plan names the nullable column. Append and replace load every row, including those with NULL."""
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NULL, DROP PRIMARY KEY, ADD UNIQUE (id)")
    pipeline.sql(f"INSERT INTO orders VALUES (NULL, {MOMENT}, 1, 'a'), (NULL, {MOMENT}, 2, 'b'), (3, {MOMENT}, 3, 'c')")
    pipeline.change(key=("id",))
    with pytest.raises(ConfigurationError, match="nullable: id"):
        pipeline.plan()
    pipeline.change(key=(), load=load)
    pipeline.sync()
    assert pipeline.rows("amount, note") == pipeline.source_rows("amount, note")
    pipeline.sync()
    assert len(pipeline.rows("note")) == 3


def test_a_view_is_merged_by_a_declared_key_whose_expression_is_not_null(pipeline: TablePipeline) -> None:
    """The catalogue reports an expression of a view as nullable; COALESCE makes it NOT NULL."""
    pipeline.sql(f"INSERT INTO orders VALUES (1, {MOMENT}, 1, 'a'), (2, {MOMENT}, 2, 'b')")
    expression = "NULLIF(id, 0)"
    pipeline.sql(f"CREATE VIEW codes AS SELECT {expression} AS code, updated_at, note FROM orders")
    pipeline.change(source=replace(pipeline.spec.source, table="codes"), key=("code",))
    with pytest.raises(ConfigurationError, match="nullable: code"):
        pipeline.plan()
    pipeline.sql(f"ALTER VIEW codes AS SELECT COALESCE({expression}, 0) AS code, updated_at, note FROM orders")
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'new' WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows("code, note") == [(1, "a"), (2, "new")]
