"""Rows are split from the packets of the text protocol, even if a row takes several packets."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import pytest

from mysql_redshift.adapters.mysql import rows as rows_module
from mysql_redshift.adapters.mysql.rows import RawRows
from mysql_redshift.errors import MysqlRedshiftError

LONGEST = 16  # instead of 16 MB, so that the test needs no large row
EOF_PACKET = b"\xfe\x00\x00\x02\x00"
ERROR_PACKET = b"\xff\x28\x04#HY000gone"


@pytest.fixture(autouse=True)
def short_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "LONGEST_PACKET", LONGEST)


def stream(*payloads: bytes) -> RawRows:
    """Return the reader over these payloads, each sent as the protocol demands: in packets of the longest size."""
    packets = b""
    number = 0
    for payload in payloads:
        parts = [payload[at : at + LONGEST] for at in range(0, len(payload) + 1, LONGEST)]
        for part in parts:
            packets += len(part).to_bytes(3, "little") + bytes([number]) + part
            number += 1
    result = SimpleNamespace(field_count=1, unbuffered_active=True, connection=None)
    raw = SimpleNamespace(query=lambda *_, **__: None, _result=result, _next_seq_id=0, _rfile=BytesIO(packets))
    session = SimpleNamespace(where="server", raw=raw, abort=lambda: None)
    return RawRows(session, "SELECT 1", columns=1)  # type: ignore[arg-type]


def row(cell: bytes) -> bytes:
    return bytes([len(cell)]) + cell


@pytest.mark.parametrize("first", [b"\xff", b"\xfe", b"\x00", b"a"])
def test_a_row_may_continue_with_any_byte(first: bytes) -> None:
    """Only the first packet of a row can be an error or the end."""
    cell = b"x" * (LONGEST - 1) + first + b"rest"
    assert stream(row(cell), row(b"next"), EOF_PACKET).take(10, 1000)[0] == [[cell], [b"next"]]


@pytest.mark.parametrize("size", [LONGEST - 2, LONGEST - 1, LONGEST, 2 * LONGEST - 1, 3 * LONGEST + 5])
def test_rows_of_every_size_are_whole(size: int) -> None:
    """A row that fills its packets exactly ends with an empty one."""
    cell = b"\xff" * size
    assert stream(row(cell), row(b"b"), EOF_PACKET).take(10, 1000)[0] == [[cell], [b"b"]]


def test_an_error_packet_between_rows_is_an_error() -> None:
    """A killed query must not look like the end of the rows."""
    reader = stream(row(b"a"), ERROR_PACKET)
    with pytest.raises(MysqlRedshiftError, match="gone"):
        reader.take(10, 1000)
