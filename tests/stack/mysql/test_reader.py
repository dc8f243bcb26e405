"""Streaming a SELECT: every row once, flat memory, and a precise error for a value that cannot be converted."""

from __future__ import annotations

import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource
from mysql_redshift.adapters.parquet import ParquetEncoder
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import ConnectionFailed, SourceError
from tests.stack.mysql.conftest import execute
from tests.types.round_trip import table_spec

MEGABYTE = 1024 * 1024


def select(source: MySQLSource, database: str, **changes: Any) -> tuple[str, TableSchema]:
    wanted = table_spec(database, "t", **changes)
    schema = resolve_schema(source.describe(database, "t"), wanted)
    return source_sql.rows(wanted.source, schema, None, Chunk(index=0)), schema


def read(source: MySQLSource, database: str, *, batch_rows: int = 1000, **changes: Any) -> list[pa.RecordBatch]:
    sql, schema = select(source, database, **changes)
    with source.snapshot() as snapshot:
        return list(snapshot.stream(sql, schema, batch_rows=batch_rows))


@pytest.fixture
def many(admin: Any) -> int:
    """A table ``t`` of 2^17 rows, about 25 MB on the wire."""
    execute(
        admin, "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(250), n DECIMAL(12,2), at DATETIME(6))"
    )
    execute(admin, "INSERT INTO t (text, n, at) VALUES (REPEAT('abcdefgh', 20), 12.5, '2026-01-01 10:00:00')")
    for _ in range(17):
        execute(admin, "INSERT INTO t (text, n, at) SELECT text, n, at FROM t")
    return 1 << 17


@pytest.mark.parametrize(("batch_rows", "rows"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (100, [5])])
def test_every_batch_except_the_last_is_full(
    admin: Any, source: MySQLSource, database: str, batch_rows: int, rows: list[int]
) -> None:
    """No row is lost or duplicated between batches."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    execute(admin, "INSERT INTO t VALUES (1), (2), (3), (4), (5)")
    batches = read(source, database, batch_rows=batch_rows)
    assert [batch.num_rows for batch in batches] == rows
    assert [value for batch in batches for value in batch.column(0).to_pylist()] == [1, 2, 3, 4, 5]


def test_an_empty_table_yields_no_batch(admin: Any, source: MySQLSource, database: str) -> None:
    """Without a batch, no Parquet file is written."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    assert read(source, database) == []


def test_large_batches_are_limited_by_bytes(admin: Any, source: MySQLSource, database: str) -> None:
    """Sixty rows of 3 MB are split into several batches even if batch_rows allows one."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, b LONGBLOB)")
    for _ in range(60):
        execute(admin, "INSERT INTO t (b) VALUES (REPEAT(x'00', 3145728))")
    batches = read(source, database, batch_rows=1000)
    assert sum(batch.num_rows for batch in batches) == 60
    assert max(batch.nbytes for batch in batches) < 80 * MEGABYTE


def test_a_row_in_several_packets_is_read_as_one_row(admin: Any, source: MySQLSource, database: str) -> None:
    """A packet has at most 16 MB - 1 byte: a longer row continues in the next one, an exact fit in an empty one."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB)")
    exactly = 0xFFFFFF - 2 - 4  # the id's two bytes and the blob's four of length
    for number, size in enumerate((exactly - 1, exactly, exactly + 1, 2 * 0xFFFFFF + 5)):
        execute(admin, f"INSERT INTO t VALUES ({number}, REPEAT('x', {size}))")
    batches = read(source, database, policies={"too_long": "null"})
    ids = [value for batch in batches for value in batch.column(0).to_pylist()]
    assert ids == [0, 1, 2, 3]


def test_memory_does_not_grow_with_the_number_of_rows(
    source: MySQLSource, database: str, many: int, tmp_path: Path
) -> None:
    """Four times the rows need no more memory: rows are streamed (S07)."""
    sql, schema = select(source, database)

    def peak(rows: int) -> int:
        tracemalloc.start()
        arrow = pa.total_allocated_bytes()
        most = 0
        with source.snapshot() as snapshot:
            stream = snapshot.stream(f"{sql} LIMIT {rows}", schema, batch_rows=8192)

            def watched() -> Iterator[pa.RecordBatch]:
                nonlocal most
                for batch in stream:
                    most = max(most, pa.total_allocated_bytes() - arrow)
                    yield batch

            parts = ParquetEncoder(tmp_path).parts(watched(), schema, part_bytes=MEGABYTE)
            assert sum(part.rows for part in parts) == rows
        python = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return python + most

    small, large = peak(many // 4), peak(many)
    # The fill of the queue between reader and encoder varies by a few batches of 2 MB.
    assert large < small + 8 * MEGABYTE
    assert large < 24 * MEGABYTE


def test_a_snapshot_can_be_queried_after_a_stream(admin: Any, source: MySQLSource, database: str) -> None:
    """Streams and queries alternate on one snapshot."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    execute(admin, "INSERT INTO t VALUES (1), (2)")
    sql, schema = select(source, database)
    with source.snapshot() as snapshot:
        for _ in range(2):
            assert sum(batch.num_rows for batch in snapshot.stream(sql, schema, batch_rows=10)) == 2
            assert snapshot.query("SELECT 1") == [(1,)]


def test_closing_a_stream_early_does_not_read_the_rest(source: MySQLSource, database: str, many: int) -> None:
    """A consumer that fails must not wait for the remaining rows."""
    sql, schema = select(source, database)
    with source.snapshot() as snapshot:
        batches = iter(
            snapshot.stream(
                f"{sql} CROSS JOIN (SELECT 1 FROM t LIMIT 10000) x".replace("FROM t", f"FROM {database}.t"),
                schema,
                batch_rows=10,
            )
        )
        assert next(batches).num_rows == 10
        batches.close()  # type: ignore[attr-defined]
    assert many == 1 << 17


def test_a_connection_lost_during_a_stream_fails_it(
    address: MySQLAddress, source: MySQLSource, database: str, many: int
) -> None:
    """A partial result must never look complete."""
    sql, schema = select(source, database)
    with closing(_CuttingProxy(address, after=3 * MEGABYTE)) as proxy:
        cut = MySQLSource(replace(address, host="127.0.0.1", port=proxy.port))
        batches: list[pa.RecordBatch] = []
        with cut.snapshot() as snapshot, pytest.raises(ConnectionFailed):
            batches.extend(snapshot.stream(sql, schema, batch_rows=1000))
    assert 0 < sum(batch.num_rows for batch in batches) < many


def test_the_error_for_a_long_value_names_column_key_and_remedy(admin: Any, source: MySQLSource, database: str) -> None:
    """The person on call can find the row; the value itself is not shown."""
    execute(admin, "CREATE TABLE t (region INT, id INT, body MEDIUMTEXT, PRIMARY KEY (region, id))")
    execute(admin, "INSERT INTO t VALUES (7, 41, 'short'), (7, 42, REPEAT('x', 65536))")
    with pytest.raises(SourceError) as error:
        read(source, database)
    text = str(error.value)
    assert "column body mediumtext, row with key region=7, id=42" in text
    assert "at most 65535 bytes" in text
    assert "65536 bytes" in text
    assert "too_long" in text
    assert "xxxx" not in text


def test_policies_change_values_and_count_them(admin: Any, source: MySQLSource, database: str) -> None:
    """The counts are per column and policy."""
    execute(
        admin, "CREATE TABLE t (id INT PRIMARY KEY, body TEXT CHARACTER SET latin1, born DATE, seen DATETIME NOT NULL)"
    )
    execute(
        admin,
        "INSERT INTO t VALUES (1, REPEAT('€', 30000), '0000-00-00', '2026-02-31 01:00:00'),"
        "(2, 'x', NULL, '2026-01-01')",
    )
    sql, schema = select(
        source, database, policies={"too_long": "truncate"}, column_policies={"seen": {"zero_date": "1970-01-01"}}
    )
    with source.snapshot() as snapshot:
        stream = snapshot.stream(sql, schema, batch_rows=10)
        (batch,) = stream
    assert dict(stream.policy_counts) == {"body: too_long": 1, "born: zero_date": 1, "seen: zero_date": 1}
    body, seen = batch.column(1).to_pylist(), batch.column(3).to_pylist()
    assert body == ["€" * 21845, "x"]
    assert [value and value.isoformat() for value in seen] == ["1970-01-01T00:00:00", "2026-01-01T00:00:00"]


def test_a_row_over_copys_limit_is_refused_with_its_key(admin: Any, source: MySQLSource, database: str) -> None:
    """Each value fits its column, but the row exceeds 4 MB."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, a LONGBLOB, b LONGBLOB)")
    execute(admin, "INSERT INTO t VALUES (1, 'x', 'x'), (2, REPEAT('x', 3000000), REPEAT('x', 3000000))")
    with pytest.raises(SourceError, match="key id=2") as error:
        read(source, database)
    assert "A row is too long for Redshift's COPY" in str(error.value)


def test_a_column_count_that_differs_from_the_schema_is_refused(admin: Any, source: MySQLSource, database: str) -> None:
    """Columns are mapped by position, so a SELECT of other columns must fail."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    _, schema = select(source, database)
    with source.snapshot() as snapshot, pytest.raises(SourceError, match="does not match the schema"):
        list(snapshot.stream("SELECT 1, 2", schema, batch_rows=1))


class _CuttingProxy:
    """A proxy that closes both connections after ``after`` bytes from the server."""

    def __init__(self, address: MySQLAddress, *, after: int) -> None:
        self._address, self._after = address, after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((self._address.host, self._address.port))
            threading.Thread(target=self._pass, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, self._after), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if left is not None and (left := left - len(data)) < 0:
                    break
                sink.sendall(data)
        for peer in (source, sink):
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)  # unblocks the other direction's thread
            peer.close()  # with unread bytes, so the server's kernel gets a reset
