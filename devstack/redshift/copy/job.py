"""Run one COPY inside the client's transaction: find, open and check the files, and stream their rows."""

from __future__ import annotations

import asyncio
import datetime
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

from devstack.redshift.copy.manifest import files_of
from devstack.redshift.copy.parquet import ParquetSource
from devstack.redshift.copy.rows import RowEncoder
from devstack.redshift.copy.statement import CopyStatement
from devstack.redshift.copy.storage import SourceFile, Storage
from devstack.redshift.copy.table import Run, TargetTable, describe


@dataclass(kw_only=True)
class Loaded:
    """The progress of a COPY, which is written to the system views."""

    query_id: int
    started: datetime.datetime
    table: TargetTable | None = None
    files: list[SourceFile] = field(default_factory=list)
    rows: int = 0


class Pieces:
    """The data of a COPY in pieces, encoded in worker threads; one file is on disk at a time."""

    def __init__(self, storage: Storage, loaded: Loaded, options: dict[str, str]) -> None:
        if loaded.table is None:
            raise ValueError("the table is not described yet")
        self._storage, self._loaded, self._table, self._options = storage, loaded, loaded.table, options
        self._folder = Path(tempfile.mkdtemp(prefix="redshift-copy-"))
        self._encoder = RowEncoder(self._table, options)
        self._pieces = self._make()
        self._first: bytes | None = None

    def open(self) -> None:
        """Encode the first piece, so that errors of the first file are raised before the COPY starts in PostgreSQL."""
        self._first = next(self._pieces)

    def next(self) -> bytes | None:
        if self._first is not None:
            piece, self._first = self._first, None
            return piece
        return next(self._pieces, None)

    def close(self) -> None:
        self._pieces.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self) -> Generator[bytes, None, None]:
        pending = self._encoder.header()
        for number, file in enumerate(self._loaded.files):
            path = self._folder / str(number)
            self._storage.download(file, path)
            source = ParquetSource(path, address=self._storage.address(file), url=file.url)
            source.check(self._table, self._options)
            for piece in self._encoder.batches(source):
                yield pending + piece
                pending = b""
            path.unlink()
        self._loaded.rows = self._encoder.rows
        yield pending + self._encoder.end()


async def prepare(copy: CopyStatement, run: Run, loaded: Loaded, storage: Storage, user: str) -> Pieces:
    """Find the table and the files, and open the first file. Raises LoadError or ServerError."""
    loaded.table = await describe(copy, run)
    await asyncio.to_thread(storage.authorize, copy.options, user)
    loaded.files = await asyncio.to_thread(files_of, copy, storage)
    pieces = Pieces(storage, loaded, copy.options)
    try:
        await asyncio.to_thread(pieces.open)
    except BaseException:
        pieces.close()
        raise
    return pieces


async def stream(pieces: Pieces, send: Callable[[bytes], Awaitable[bool]]) -> bool:
    """Send every piece, and encode the next one meanwhile. Return False if the receiver gave up."""
    following = asyncio.ensure_future(asyncio.to_thread(pieces.next))
    try:
        while (piece := await following) is not None:
            following = asyncio.ensure_future(asyncio.to_thread(pieces.next))
            if not await send(piece):
                return False
        return True
    finally:
        await asyncio.wait([following])
        following.exception()  # already raised above, or irrelevant because the receiver gave up
