"""A key that may hold NULL tells no rows apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline

TIED = "'2026-01-01 00:00:00'"


@pytest.mark.parametrize("instead", [LoadMode.APPEND, LoadMode.REPLACE])
def test_rows_whose_key_is_null_are_refused_as_a_key_and_loaded_without_one(
    pipeline: TablePipeline, instead: LoadMode
) -> None:
    """The plan names the column before a row moves; by either way out every row arrives, those with NULL as well."""
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NULL, DROP PRIMARY KEY, ADD UNIQUE (id)")
    pipeline.sql(f"INSERT INTO orders VALUES (NULL, {TIED}, 1, 'a'), (NULL, {TIED}, 2, 'b'), (3, {TIED}, 3, 'c')")
    pipeline.change(key=("id",))
    with pytest.raises(ConfigurationError, match="nullable: id"):
        pipeline.plan()
    pipeline.change(key=(), load=instead)
    pipeline.sync()
    assert pipeline.rows("amount, note") == pipeline.source_rows("amount, note")
    pipeline.sync()
    assert len(pipeline.rows("note")) == 3


def test_a_view_is_merged_by_a_declared_key_once_its_expression_is_never_null(pipeline: TablePipeline) -> None:
    """A view has no primary key, and an expression may be NULL for all the catalogue knows; COALESCE is the way out."""
    pipeline.sql(f"INSERT INTO orders VALUES (1, {TIED}, 1, 'a'), (2, {TIED}, 2, 'b')")
    code = "NULLIF(id, 0)"
    pipeline.sql(f"CREATE VIEW codes AS SELECT {code} AS code, updated_at, note FROM orders")
    pipeline.change(source=replace(pipeline.spec.source, table="codes"), key=("code",))
    with pytest.raises(ConfigurationError, match="nullable: code"):
        pipeline.plan()
    pipeline.sql(f"ALTER VIEW codes AS SELECT COALESCE({code}, 0) AS code, updated_at, note FROM orders")
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'new' WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows("code, note") == [(1, "a"), (2, "new")]
