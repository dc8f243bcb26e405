"""Read rows as undecoded text protocol bytes, in flat memory."""

from __future__ import annotations

from typing import Any

from pymysql.err import OperationalError, raise_mysql_exception

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import translated
from mysql_redshift.errors import SourceError

Cells = list[bytes | None]
SHORT, NULL = 251, 0xFB  # a first byte below SHORT is the length itself
LENGTH_BYTES = {0xFC: 2, 0xFD: 3, 0xFE: 8}
END, ERROR = 0xFE, 0xFF
LONGEST_PACKET = 0xFFFFFF  # a longer row continues in the next packet
LOST = 2013


class RawRows:
    """The rows of one SELECT, read from the socket on demand.

    PyMySQL sends the query and reads the column definitions. Its cursors do not read the rows: they decode each cell
    separately, which takes most of the time, and they lose values that Python types cannot hold (zero dates, TIME
    beyond a day).
    """

    def __init__(self, session: Session, sql: str, *, columns: int) -> None:
        self._session = session
        self._columns = columns
        self._connection: Any = session.raw
        with translated(session.where):
            self._connection.query(sql, unbuffered=True)
        self._result: Any = self._connection._result
        self._sequence: int = self._connection._next_seq_id
        if self._result.field_count != columns:
            self.close()
            raise SourceError(
                "The query's column count does not match the schema",
                expected=columns,
                found=self._result.field_count,
            )

    def take(self, rows: int, size: int) -> tuple[list[Cells], int]:
        """Return the next rows, at most ``rows`` or just over ``size`` bytes, and their size in bytes.

        An empty list means the end of the result.
        """
        taken: list[Cells] = []
        held = 0
        if not self._result.unbuffered_active:
            return taken, held
        with translated(self._session.where):
            while len(taken) < rows and held < size:
                packet = self._packet()
                if packet[0] == END and len(packet) < 9:
                    self._finish()
                    break
                taken.append(split(packet, self._columns))
                held += len(packet)
        return taken, held

    def close(self) -> None:
        """Leave the rest unread by dropping the connection: a clean close would first read all of it."""
        if self._result.unbuffered_active:
            self._result.unbuffered_active = False
            self._session.abort()

    def _packet(self) -> bytes:
        """Return the next row, the end or raise the server's error. Only the first packet of a row can be an error."""
        part = packet = self._part()
        if packet and packet[0] == ERROR:
            self._finish()
            raise_mysql_exception(packet)
        while len(part) == LONGEST_PACKET:
            part = self._part()
            packet += part
        return packet

    def _part(self) -> bytes:
        read = self._connection._rfile.read
        header = read(4)
        if len(header) < 4 or header[3] != self._sequence:
            raise self._lost()
        self._sequence = (self._sequence + 1) & 0xFF
        length = header[0] | header[1] << 8 | header[2] << 16
        part: bytes = read(length)
        if len(part) < length:
            raise self._lost()
        return part

    def _lost(self) -> OperationalError:
        self.close()
        return OperationalError(LOST, "Lost connection to MySQL server during query")

    def _finish(self) -> None:
        self._connection._next_seq_id = self._sequence
        self._result.unbuffered_active = False
        self._result.connection = None


def split(packet: bytes, columns: int) -> Cells:
    """Split a row into cells: each is NULL, or a length in 1, 3, 4 or 9 bytes followed by that many bytes."""
    cells: Cells = []
    at = 0
    for _ in range(columns):
        length = packet[at]
        at += 1
        if length >= SHORT:
            if length == NULL:
                cells.append(None)
                continue
            size = LENGTH_BYTES[length]
            length = int.from_bytes(packet[at : at + size], "little")
            at += size
        end = at + length
        cells.append(packet[at:end])
        at = end
    return cells
