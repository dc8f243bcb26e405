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
from tests.way import Way, fill

pytestmark = ON_FIRST

OURS = "mysql_redshift*"


@pytest.fixture
def redshift(stack_status: Status) -> Iterator[RedshiftStatus]:
    """The stand-in; orders that were not carried out are taken back."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=OURS)


def _gone(way: Way) -> None:
    """Delete three rows at the source that the target has."""
    fill(way, 20)
    way.sync()
    way.change(deletes=Deletes.RECONCILE)
    way.sql("DELETE FROM orders WHERE id <= 3")


@pytest.mark.faults
def test_a_load_that_fails_leaves_the_key_file_to_the_next_one(way: Way, redshift: RedshiftStatus) -> None:
    """The entry that names the file is in the log; without the file no load would ever pass it."""
    _gone(way)
    order(redshift, fault="drop_at_parse", application_name=OURS, matching="LOCK")
    with pytest.raises(MysqlRedshiftError):
        way.verify("keys")
    report = way.load()
    assert [applied.rows_deleted for applied in report.applied] == [3]
    assert way.rows() == way.source_rows()


@pytest.mark.faults
def test_a_lost_reply_to_the_entry_leaves_the_key_file_to_the_next_load(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown is neither success nor failure: the entry may be there."""
    _gone(way)
    created = S3Store.put_new

    def lost(store: S3Store, key: str, body: bytes) -> bool:
        created(store, key, body)
        raise OutcomeUnknown("the reply was lost")

    with monkeypatch.context() as patched:
        patched.setattr(S3Store, "put_new", lost)
        with pytest.raises(OutcomeUnknown):
            way.verify("keys")
    planned: Any = way.plan()
    assert planned.sequence == 3
    way.load()
    assert way.rows() == way.source_rows()
    assert way.stage_one().kind is EntryKind.EMPTY
