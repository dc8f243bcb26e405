"""The next load completes an interrupted reconciliation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devstack.status import RedshiftStatus, Status
from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import Deletes
from mysql_redshift.errors import MysqlRedshiftError, OutcomeUnknown
from tests.flavors import ON_FIRST
from tests.stack.devstack.redshift.control import order
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST

OURS = "mysql_redshift*"


@pytest.fixture
def redshift(stack_status: Status) -> Iterator[RedshiftStatus]:
    """Yield the stand-in; withdraw fault orders that did not take effect."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=OURS)


def _delete_at_source(pipeline: TablePipeline) -> None:
    """Load twenty rows, then delete three of them at the source."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.change(deletes=Deletes.RECONCILE)
    pipeline.sql("DELETE FROM orders WHERE id <= 3")


@pytest.mark.faults
def test_a_failed_load_keeps_the_key_file_for_the_next_load(pipeline: TablePipeline, redshift: RedshiftStatus) -> None:
    """The log entry that names the key file is published; without the file no later load could pass that entry."""
    _delete_at_source(pipeline)
    order(redshift, fault="drop_at_parse", application_name=OURS, matching="LOCK")
    with pytest.raises(MysqlRedshiftError):
        pipeline.verify("keys")
    report = pipeline.load()
    assert [applied.rows_deleted for applied in report.applied] == [3]
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.faults
def test_a_lost_reply_to_the_log_entry_keeps_the_key_file_for_the_next_load(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome is unknown: the entry may be in the log."""
    _delete_at_source(pipeline)
    put_new = S3Store.put_new

    def put_and_lose_reply(store: S3Store, key: str, body: bytes) -> bool:
        put_new(store, key, body)
        raise OutcomeUnknown("The reply was lost")

    with monkeypatch.context() as patch:
        patch.setattr(S3Store, "put_new", put_and_lose_reply)
        with pytest.raises(OutcomeUnknown):
            pipeline.verify("keys")
    planned: Any = pipeline.plan()
    assert planned.sequence == 3
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
    assert pipeline.extract_and_publish().kind is EntryKind.EMPTY
