"""A reconciliation that is interrupted goes on with the next load."""

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
    """The stand-in; orders that were not carried out are taken back."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=OURS)


def _gone(pipeline: TablePipeline) -> None:
    """Delete three rows at the source that the target has."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.change(deletes=Deletes.RECONCILE)
    pipeline.sql("DELETE FROM orders WHERE id <= 3")


@pytest.mark.faults
def test_a_load_that_fails_leaves_the_key_file_to_the_next_one(
    pipeline: TablePipeline, redshift: RedshiftStatus
) -> None:
    """The entry that names the file is in the log; without the file no load would ever pass it."""
    _gone(pipeline)
    order(redshift, fault="drop_at_parse", application_name=OURS, matching="LOCK")
    with pytest.raises(MysqlRedshiftError):
        pipeline.verify("keys")
    report = pipeline.load()
    assert [applied.rows_deleted for applied in report.applied] == [3]
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.faults
def test_a_lost_reply_to_the_entry_leaves_the_key_file_to_the_next_load(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown is neither success nor failure: the entry may be there."""
    _gone(pipeline)
    created = S3Store.put_new

    def lost(store: S3Store, key: str, body: bytes) -> bool:
        created(store, key, body)
        raise OutcomeUnknown("the reply was lost")

    with monkeypatch.context() as patched:
        patched.setattr(S3Store, "put_new", lost)
        with pytest.raises(OutcomeUnknown):
            pipeline.verify("keys")
    planned: Any = pipeline.plan()
    assert planned.sequence == 3
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
    assert pipeline.extract_and_publish().kind is EntryKind.EMPTY
