"""Lose or change rows at each hand-over between source and target: the load fails before it commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError, TargetError
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST

BreakLink = Callable[[TablePipeline, LogEntry, pytest.MonkeyPatch], None]


def truncate_file(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Truncate a file on S3."""
    key = entry.files[0].key
    stored = pipeline.clients.store.get(key)
    assert stored is not None
    pipeline.clients.store.put(key, stored.body[:-100])


def lose_file(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete a file."""
    pipeline.clients.store.delete([entry.files[0].key])


def swap_file(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace a file by a valid file with other rows."""
    insert_orders(pipeline, 3, first=500)
    planned = pipeline.plan(full_refresh=True)
    other = pipeline.clients.store.get(pipeline.extract(planned)[0].files[0].key)
    assert other is not None
    pipeline.clients.store.put(entry.files[0].key, other.body)
    file = replace(entry.files[0], size=len(other.body))
    _rewrite(pipeline, replace(entry, files=(file,)))


def miscount_source(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record one more source row than the files contain."""
    _rewrite(pipeline, replace(entry, source_rows=entry.source_rows + 1))


def miscount_copy(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make COPY report one row fewer than it loaded."""
    copy = RedshiftSession.copy
    monkeypatch.setattr(RedshiftSession, "copy", lambda self, sql: copy(self, sql) - 1)


def lose_staged_row(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete a row from staging after COPY."""
    copy = RedshiftSession.copy

    def losing_one_row(self: RedshiftSession, sql: str) -> int:
        rows = copy(self, sql)
        self.execute(f"DELETE FROM {sql.split()[1]} WHERE id = 3")
        return rows

    monkeypatch.setattr(RedshiftSession, "copy", losing_one_row)


def lose_inserted_row(pipeline: TablePipeline, entry: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip a row when staging is inserted into the target."""
    execute = RedshiftSession.execute

    def losing_one_row(self: RedshiftSession, sql: str) -> int:
        changed = f"{sql} WHERE id <> 3" if sql.startswith("INSERT INTO") and '"mr_' in sql else sql
        return execute(self, changed)

    monkeypatch.setattr(RedshiftSession, "execute", losing_one_row)


@pytest.mark.parametrize(
    ("break_link", "error"),
    [
        (truncate_file, TargetError),
        (lose_file, TargetError),
        (swap_file, DataCheckFailed),
        (miscount_source, DataCheckFailed),
        (miscount_copy, DataCheckFailed),
        (lose_staged_row, DataCheckFailed),
        (lose_inserted_row, DataCheckFailed),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_lost_or_changed_row_fails_the_load_before_commit(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch, break_link: BreakLink, error: type[MysqlRedshiftError]
) -> None:
    """Neither rows nor ledger rows are committed, and the message names the table or the COPY."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id <= 5")
    pipeline.sql("DO SLEEP(0.01)")
    entry = pipeline.extract_and_publish()
    before = pipeline.rows(), _ledger(pipeline)
    with monkeypatch.context() as patch:
        break_link(pipeline, entry, patch)
        with pytest.raises(error, match=r"orders|COPY"):
            pipeline.load()
    assert (pipeline.rows(), _ledger(pipeline)) == before


def _rewrite(pipeline: TablePipeline, entry: LogEntry) -> None:
    """Overwrite a log entry, which the protocol forbids."""
    pipeline.clients.store.put(TableLayout.of(pipeline.spec).entry(entry.sequence), codec.to_json(entry))


def _ledger(pipeline: TablePipeline) -> list[tuple[Any, ...]]:
    return sorted(pipeline.target(f"SELECT sequence, rows_copied FROM {ledger_sql.table(pipeline.spec.target)}"))
