"""L14: Rows are counted at the source, in the Parquet footers and in the log before anything is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.ports import EncodedPart, Encoder
from mysql_redshift.steps.extract import extract
from tests.table_pipeline import TablePipeline, insert_orders


class LossyEncoder:
    """An encoder that loses its last part, as if two workers had written to one file."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def parts(self, batches: Iterable[Any], schema: Any, *, part_bytes: int) -> Iterator[EncodedPart]:
        """Yield all parts except the last."""
        yield from list(self._encoder.parts(batches, schema, part_bytes=part_bytes))[:-1]


def test_a_missing_part_fails_the_chunk(pipeline: TablePipeline) -> None:
    """The chunk gets no receipt, so the run cannot publish."""
    insert_orders(pipeline, 20)
    planned = pipeline.plan()
    clients = pipeline.clients
    with pytest.raises(DataCheckFailed, match="row counts differ"):
        extract(
            planned,
            planned.chunks[0],
            source=clients.source,
            store=clients.store,
            encoder=LossyEncoder(clients.encoder),
        )
