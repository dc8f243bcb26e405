"""The temporary tables of a load: encoded, written once, and gone when it commits."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core.spec import Deletes
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST

TEMPORARY = "SELECT relname FROM pg_class WHERE relname LIKE 'mr!_%' ESCAPE '!' AND relnamespace = pg_my_temp_schema()"


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement of a session, and before a COMMIT the temporary tables that are left."""
    found: list[str] = []
    execute, commit = RedshiftSession.execute, RedshiftSession.commit

    def executed(session: RedshiftSession, sql: str) -> int:
        found.append(sql)
        return execute(session, sql)

    def committed(session: RedshiftSession) -> None:
        left: list[tuple[Any, ...]] = session.query(TEMPORARY) if found else []
        found.append(f"COMMIT with {len(left)} temporary tables")
        commit(session)

    monkeypatch.setattr(RedshiftSession, "execute", executed)
    monkeypatch.setattr(RedshiftSession, "commit", committed)
    return found


def changed_three_times(pipeline: TablePipeline) -> None:
    """Publish three entries that all hold row 1."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    for amount in (2, 3):
        pipeline.sql(f"UPDATE orders SET amount = {amount}, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()


def test_temporary_tables_are_dropped_before_the_commit(pipeline: TablePipeline, statements: list[str]) -> None:
    """A session that loads batch after batch, or compares keys, would otherwise keep the rows of each on disk."""
    changed_three_times(pipeline)
    pipeline.load()
    pipeline.change(deletes=Deletes.RECONCILE)
    pipeline.sql("DELETE FROM orders WHERE id = 2")
    pipeline.verify("custody", "keys")
    assert pipeline.rows() == pipeline.source_rows()
    commits = [statement for statement in statements if statement.startswith("COMMIT")]
    assert {*commits} == {"COMMIT with 0 temporary tables"}


def test_staged_rows_are_written_without_an_update(pipeline: TablePipeline, statements: list[str]) -> None:
    """An UPDATE of the staging table scans it again for each entry and leaves a deleted copy of each row on disk."""
    changed_three_times(pipeline)
    report = pipeline.load()
    assert [entry.rows_copied for entry in report.applied] == [5, 1, 1]
    assert pipeline.rows() == pipeline.source_rows()
    assert [statement for statement in statements if statement.startswith("UPDATE")] == []


def test_temporary_tables_are_encoded(pipeline: TablePipeline, statements: list[str]) -> None:
    """Redshift stores the columns of a temporary table raw unless an encoding is named."""
    changed_three_times(pipeline)
    pipeline.load()
    created = [statement for statement in statements if statement.startswith("CREATE TEMP TABLE")]
    assert len(created) == 4  # one per earlier entry, the staging table, and the newest row per key
    for statement in created:
        assert '"updated_at" TIMESTAMP ENCODE AZ64' in statement
        assert '"note" VARCHAR(200) ENCODE LZO' in statement
