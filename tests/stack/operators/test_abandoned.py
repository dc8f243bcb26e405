"""A hanging load does not block the next one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from devstack.status import RedshiftStatus, Status
from mysql_redshift.errors import TransientError
from mysql_redshift.operators import S3ParquetToRedshiftOperator
from tests.stack.devstack.redshift.control import order
from tests.stack.operators.conftest import Context, TablePipeline
from tests.table_pipeline import insert_orders

OURS = "mysql_redshift*"


@pytest.fixture
def redshift(stack_status: Status) -> Iterator[RedshiftStatus]:
    """Yield the stand-in; withdraw faults that were not used."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=OURS)


@pytest.mark.faults
@pytest.mark.parametrize("later", ["manual__1", "manual__2"], ids=["a retry", "the next run"])
def test_a_load_terminates_the_session_of_an_earlier_attempt(
    pipeline: TablePipeline, context: Context, redshift: RedshiftStatus, later: str
) -> None:
    """S03: a worker that hangs in COPY holds the ledger's lock; the next attempt must not wait for it."""
    insert_orders(pipeline, 6)
    pipeline.extract_and_publish()
    order(redshift, fault="slow_copy", application_name=OURS, seconds=300)
    first, second = context(), context()
    second["ti"].run_id = later

    def load(task_context: Any) -> Any:
        return S3ParquetToRedshiftOperator(task_id="load", spec=pipeline.spec).execute(task_context)

    with ThreadPoolExecutor(1) as elsewhere:
        hanging = elsewhere.submit(load, first)
        while order(redshift, pending=True)["pending"]:  # until COPY hangs
            pipeline.sql("DO SLEEP(0.05)")
        assert load(second)["rows_copied"] == 6
        with pytest.raises(TransientError) as lost:
            hanging.result(timeout=60)
    assert "session was terminated" in str(lost.value)
    assert pipeline.rows() == pipeline.source_rows()
