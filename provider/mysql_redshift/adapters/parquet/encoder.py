"""Write batches to Parquet files on a separate thread, so that reading and encoding overlap."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mysql_redshift.adapters.parquet.schema import arrow_schema
from mysql_redshift.core.spec import Compression
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError, TransientError
from mysql_redshift.ports import Batch, EncodedPart

QUEUE = 2  # batches waiting for the encoder
ROW_GROUP_ROWS = 131_072


class ParquetEncoder:
    """Write parts to ``folder``, which must exist.

    A part's file is deleted when the next part is requested; all files are deleted on an error.
    """

    def __init__(self, folder: Path, compression: Compression = Compression.SNAPPY) -> None:
        self._folder = folder
        self._compression = compression

    def parts(self, batches: Iterable[Batch], schema: TableSchema, *, part_bytes: int) -> Iterator[EncodedPart]:
        """Yield each finished part; a part ends with the batch that makes it reach ``part_bytes``. No rows, no parts.

        Raises:
            TransientError: the file could not be written, for example because the disk is full.
            DataCheckFailed: the footer's row count differs from the rows written.

        """
        writer = _Writer(self._folder, arrow_schema(schema), self._compression, part_bytes)
        try:
            for batch in batches:
                if batch.num_rows:
                    writer.put(batch)
                yield from writer.finished()
            writer.close()
            yield from writer.finished()
        finally:
            writer.discard()


class _Writer:
    """The encoder thread and the files that it has finished."""

    def __init__(self, folder: Path, schema: pa.Schema, compression: Compression, part_bytes: int) -> None:
        self._folder, self._schema, self._compression, self._part_bytes = folder, schema, compression, part_bytes
        self._waiting: queue.Queue[Any] = queue.Queue(QUEUE)
        self._done: queue.SimpleQueue[EncodedPart] = queue.SimpleQueue()
        self._files: list[Path] = []
        self._open: pq.ParquetWriter | None = None
        self._rows = 0
        self._error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="parquet-encoder", daemon=True)
        self._thread.start()

    def put(self, batch: Batch) -> None:
        """Queue a batch; wait while the queue is full. Raise the encoder thread's error, if any."""
        self._enqueue(batch)

    def close(self) -> None:
        """Wait until all batches are written. Raise the encoder thread's error, if any."""
        self._enqueue(None)
        self._thread.join()
        self._raise()

    def finished(self) -> Iterator[EncodedPart]:
        """Yield the finished parts; delete each file after its turn."""
        while not self._done.empty():
            part = self._done.get()
            yield part
            part.path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Stop the thread and delete the remaining files."""
        self._stop.set()
        self._thread.join()
        if self._open is not None:
            self._open.close()
        for path in self._files:
            path.unlink(missing_ok=True)

    def _enqueue(self, batch: Batch | None) -> None:
        while True:
            self._raise()
            try:
                return self._waiting.put(batch, timeout=0.1)
            except queue.Full:
                continue

    def _raise(self) -> None:
        if isinstance(self._error, MysqlRedshiftError):
            raise self._error
        if self._error is not None:
            raise TransientError(
                "A Parquet file could not be written",
                where=str(self._folder),
                found=str(self._error),
                remedy="Free space on the worker's disk, or set TMPDIR to a folder with more space.",
            ) from self._error

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    batch = self._waiting.get(timeout=0.1)
                except queue.Empty:
                    continue
                if batch is None:
                    self._close_part()
                    return
                self._write(batch)
        except Exception as exc:
            self._error = exc

    def _write(self, batch: Any) -> None:
        if self._open is None:
            self._open = self._new_part()
        self._open.write_batch(batch, row_group_size=ROW_GROUP_ROWS)
        self._rows += batch.num_rows
        if self._files[-1].stat().st_size >= self._part_bytes:
            self._close_part()

    def _new_part(self) -> pq.ParquetWriter:
        path = self._folder / f"part-{len(self._files):05d}-{secrets.token_hex(4)}.parquet"
        self._files.append(path)
        # The most conservative format, which COPY reads: version 1 data pages, plain or dictionary encoding, no Arrow
        # metadata.
        return pq.ParquetWriter(
            path,
            self._schema,
            version="2.6",
            data_page_version="1.0",
            compression=self._compression.value,
            use_dictionary=True,
            store_schema=False,
            write_statistics=True,
        )

    def _close_part(self) -> None:
        if self._open is None:
            return
        self._open.close()
        self._open = None
        path, rows, self._rows = self._files[-1], self._rows, 0
        footer = pq.read_metadata(path).num_rows
        if footer != rows:
            raise DataCheckFailed(
                "Row count mismatch (Parquet footer); the file is discarded",
                where=path.name,
                expected=f"{rows} rows written",
                found=f"{footer} rows in the footer",
            )
        self._done.put(EncodedPart(path=path, rows=footer))
