"""What COPY reads from the Parquet files that this package writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mysql_redshift.cluster_check.assumption import Assumption
from mysql_redshift.cluster_check.scratch import Scratch, answer, column
from mysql_redshift.core.spec import Compression
from mysql_redshift.core.types import shapes
from mysql_redshift.core.types.column import Cell
from mysql_redshift.core.types.shapes import Shape
from mysql_redshift.errors import MysqlRedshiftError

MOMENT = datetime(2026, 1, 31, 23, 59, 59, 123456)  # noqa: DTZ001 - a wall clock
TEXT = "CAST(v AS VARCHAR(100))"
NUMBER = [column("v", shapes.INTEGER)]


def read_as(shape: Shape, values: Sequence[Any], shown: str = TEXT) -> Callable[[Scratch], str]:
    """Return a question: what arrives if these values and a NULL are copied into a column of this shape."""

    def ask(scratch: Scratch) -> str:
        columns = [column("v", shape)]
        manifest = scratch.upload(columns, [[[value] for value in (*values, None)]])
        with scratch.session() as session:
            table, _ = scratch.copy(session, columns, manifest)
            return answer(session, f"SELECT COALESCE({shown}, 'NULL') FROM {table} ORDER BY 1")

    return ask


def compressed(compression: Compression) -> Callable[[Scratch], str]:
    """Return a question: how many rows of a compressed file are copied."""

    def ask(scratch: Scratch) -> str:
        manifest = scratch.upload(NUMBER, [[[1], [2], [3]]], compression=compression)
        with scratch.session() as session:
            return f"{scratch.copy(session, NUMBER, manifest)[1]} rows"

    return ask


def _counted(scratch: Scratch) -> str:
    manifest = scratch.upload(NUMBER, [[[1], [2]], [[3]], [[4], [5], [6]]])
    with scratch.session() as session:
        table, count = scratch.copy(session, NUMBER, manifest)
        return f"{count} copied, {answer(session, f'SELECT COUNT(*) FROM {table}')} in the table"


def _wrong_size(scratch: Scratch) -> str:
    """Copy a file with its own size first: if no COPY works, that is the answer."""
    right, manifest = scratch.upload(NUMBER, [[[1]]]), scratch.upload(NUMBER, [[[1]]], wrong_size=1)
    with scratch.session() as session:
        scratch.copy(session, NUMBER, right)
    try:
        with scratch.session() as session:
            scratch.copy(session, NUMBER, manifest)
    except MysqlRedshiftError:
        return "refused"
    return "accepted"


def _explained(scratch: Scratch) -> str:
    manifest = scratch.upload([column("too_narrow", shapes.varchar(9))], [[["123456789"]]])
    try:
        with scratch.session() as session:
            scratch.copy(session, [column("too_narrow", shapes.varchar(3))], manifest)
    except MysqlRedshiftError as exc:
        return "column named" if "too_narrow" in str(exc.found) else f"not named: {exc.found}"
    return "accepted"


FILES = (
    Assumption(
        name="SMALLINT is read from an INT32 annotated as 16 bits",
        expected="-32768; 32767; NULL",
        consequence="TINYINT, SMALLINT and YEAR columns do not load: set policies: {smallint: integer}",
        ask=read_as(shapes.SMALLINT, [-32768, 32767]),
    ),
    Assumption(
        name="BIGINT is read from INT64",
        expected="-9223372036854775808; 9223372036854775807; NULL",
        consequence="BIGINT columns do not load: report it",
        ask=read_as(shapes.BIGINT, [-(2**63), 2**63 - 1]),
    ),
    Assumption(
        name="DECIMAL(38,10) is read from a fixed-length array",
        expected="-9999999999999999999999999999.9999999999; 0.0000000001; NULL",
        consequence="DECIMAL columns do not load: report it",
        ask=read_as(
            shapes.decimal(38, 10), [Decimal("-9999999999999999999999999999.9999999999"), Decimal("0.0000000001")]
        ),
    ),
    Assumption(
        name="BOOLEAN is read from BOOLEAN",
        expected="NULL; no; yes",
        consequence="BIT(1) columns do not load: report it",
        ask=read_as(shapes.BOOLEAN, [True, False], "CASE WHEN v THEN 'yes' WHEN NOT v THEN 'no' END"),
    ),
    Assumption(
        name="DATE is read from DATE",
        expected="0001-01-01; 9999-12-31; NULL",
        consequence="DATE columns do not load, or move by days: report it",
        ask=read_as(Shape(cell=Cell.DATE, redshift="DATE"), [date(1, 1, 1), date(9999, 12, 31)]),
    ),
    Assumption(
        name="TIMESTAMP is read from the logical type alone",
        expected="2026-01-31 23:59:59.123456; NULL",
        consequence="DATETIME columns do not load, or lose microseconds: report it",
        ask=read_as(shapes.TIMESTAMP, [MOMENT], "TO_CHAR(v, 'YYYY-MM-DD HH24:MI:SS.US')"),
    ),
    Assumption(
        name="TIMESTAMPTZ is read from microseconds in UTC",
        expected="2026-01-31 23:59:59.123456; NULL",
        consequence="TIMESTAMP columns do not load, or move by the zone: report it",
        ask=read_as(shapes.TIMESTAMPTZ, [MOMENT.replace(tzinfo=UTC)], "TO_CHAR(v, 'YYYY-MM-DD HH24:MI:SS.US')"),
    ),
    Assumption(
        name="VARCHAR keeps every character and trailing blanks",
        expected="NULL; [a é 😀 ]",
        consequence="texts change: report it",
        ask=read_as(shapes.varchar(20), ["a é 😀 "], "'[' || v || ']'"),
    ),
    Assumption(
        name="VARBYTE is read from BYTE_ARRAY",
        expected="00ff80; NULL",
        consequence="BINARY and BLOB columns do not load: report it",
        ask=read_as(shapes.varbyte(3), [b"\x00\xff\x80"], "TO_HEX(v)"),
    ),
    *(
        Assumption(
            name=f"files compressed with {compression} are read",
            expected="3 rows",
            consequence=f"compression: {compression} does not work: set another one",
            ask=compressed(compression),
        )
        for compression in Compression
    ),
    Assumption(
        name="pg_last_copy_count counts the rows of all files",
        expected="6 copied, 6 in the table",
        consequence="every load fails, because the counts differ: report it",
        ask=_counted,
    ),
    Assumption(
        name="a file whose size differs from the manifest is refused",
        expected="refused",
        consequence="a file that was replaced is noticed by its row count only",
        ask=_wrong_size,
    ),
    Assumption(
        name="the error of a failed COPY names the column",
        expected="column named",
        consequence="messages about values that do not fit name no column: grant SELECT on sys_load_error_detail "
        "or svl_s3log",
        ask=_explained,
    ),
)
