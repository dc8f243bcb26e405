"""Rows as the server sends them: bytes of the text protocol, undecoded, in flat memory."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import translated
from mysql_redshift.errors import SourceError

Cells = list[bytes | None]
NULL = 0xFB


def raw_rows(session: Session, sql: str, *, columns: int) -> Generator[tuple[Cells, int]]:
    """Yield each row's cells and its size in bytes, as they come from the socket.

    A row is an undecoded list, because PyMySQL's own cursors decode each cell on its own, which costs half the time,
    and lose what their types cannot hold (zero dates, TIME beyond a day).
    Left before its end, the connection is dropped: the rest would have to be read first.
    """
    connection: Any = session.raw
    finished = False
    try:
        with translated(session.where):
            connection.query(sql, unbuffered=True)
            result = connection._result
        if result.field_count != columns:
            raise SourceError(
                "The query's columns are not those of the schema", expected=columns, found=result.field_count
            )
        while True:
            with translated(session.where):
                packet = connection._read_packet()
                if result._check_packet_is_eof(packet):
                    break
            data = packet.get_all_data()
            yield split(data, columns), len(data)
        result.unbuffered_active = False
        result.connection = None
        finished = True
    finally:
        if not finished:
            session.abort()


def split(data: bytes, columns: int) -> Cells:
    """Cut a row's packet into cells: each a length of 1, 3, 4 or 9 bytes and that many bytes, or NULL."""
    cells: Cells = []
    at = 0
    for _ in range(columns):
        length = data[at]
        at += 1
        if length > 250:
            if length == NULL:
                cells.append(None)
                continue
            size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[length]
            length = int.from_bytes(data[at : at + size], "little")
            at += size
        cells.append(data[at : at + length])
        at += length
    return cells
