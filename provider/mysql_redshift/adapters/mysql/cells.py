"""Convert one column's cells from text protocol bytes to an Arrow array: exactly, or by a declared policy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute

from mysql_redshift.adapters.mysql.documents import keep_last_members, longest_string
from mysql_redshift.adapters.parquet.schema import arrow_type
from mysql_redshift.core.types.charset import VARCHAR_LIMIT
from mysql_redshift.core.types.column import Cell, Column

pc: Any = pyarrow.compute  # its stubs do not take an Array of any type
Raw = Sequence[bytes | None]
ROW_LIMIT = 4 * 1024 * 1024  # bytes; the longest row that COPY accepts
DATE_SHAPE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
IN_A_DAY = re.compile(rb"([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?")


class Refused(Exception):
    """A cell has no exact value in its column's type and no policy applies; ``row`` is its index in the batch.

    The reader adds the column and the row's key.
    """

    def __init__(self, row: int, what: str, *, expected: str, found: str, remedy: str) -> None:
        super().__init__(what)
        self.row, self.what, self.expected, self.found, self.remedy = row, what, expected, found, remedy


def to_array(raw: Raw, column: Column, policy_counts: Counter[str]) -> pa.Array[Any]:
    """Return the cells as an array of the column's Arrow type; add the values that a policy changed to the counts.

    Raises:
        Refused: a cell has no exact value in the column's type, and no policy applies.

    """
    if column.rule == "json":
        raw = _unique_members(raw, column, policy_counts)
    return CONVERTERS.get(column.cell, _number)(raw, column, policy_counts)


def lengths_of(array: pa.Array[Any]) -> list[int]:
    """Return the length in bytes of each text or binary value; 0 for NULL."""
    lengths: list[int] = pc.fill_null(pc.binary_length(array), 0).to_pylist()
    return lengths


def _number(raw: Raw, column: Column, _: Counter[str]) -> pa.Array[Any]:
    kind = arrow_type(column)
    # The server sends a FLOAT as the text of the equal DOUBLE: parsing it as DOUBLE and narrowing it is exact.
    sent = pa.float64() if column.cell is Cell.FLOAT else kind
    try:
        numbers: pa.Array[Any] = pa.array(raw, pa.string()).cast(sent).cast(kind)
    except pa.ArrowInvalid as exc:
        raise _first_refused(raw, column, lambda one: pa.array([one], pa.string()).cast(sent)) from exc
    return numbers


def _bool(raw: Raw, column: Column, _: Counter[str]) -> pa.Array[Any]:
    for row, cell in enumerate(raw):
        if cell not in (b"0", b"1", None):
            raise _does_not_fit(row, column, cell)
    return pa.array([None if cell is None else cell == b"1" for cell in raw], pa.bool_())


def _text(raw: Raw, column: Column, policy_counts: Counter[str]) -> pa.Array[Any]:
    if dict(column.policies).get("time") == "time":
        for row, cell in enumerate(raw):
            if cell is not None and not IN_A_DAY.fullmatch(cell):
                raise _does_not_fit(row, column, cell)
    try:
        text: pa.Array[Any] = pa.array(raw, pa.string())
    except pa.ArrowInvalid as exc:
        raise _first_refused(raw, column, lambda one: pa.array([one], pa.string())) from exc
    if pc.any(pc.match_substring(text, "\0")).as_py():
        raw = _remove_nul(raw, column, policy_counts)
        text = pa.array(raw, pa.string())
    return _limit_bytes(text, raw, column, policy_counts, column.max_bytes)


def _remove_nul(raw: Raw, column: Column, policy_counts: Counter[str]) -> list[bytes | None]:
    cells = list(raw)
    for row, cell in enumerate(cells):
        if cell is None or b"\0" not in cell:
            continue
        if dict(column.policies).get("nul_character") != "remove":
            raise Refused(
                row,
                "A text value contains a NUL character",
                expected="text without NUL",
                found=f"NUL at byte {cell.index(0) + 1} of {len(cell)}",
                remedy="Correct it at the source, or declare nul_character: remove for this column.",
            )
        policy_counts[f"{column.name}: nul_character"] += 1
        cells[row] = cell.replace(b"\0", b"")
    return cells


def _bytes(raw: Raw, column: Column, policy_counts: Counter[str]) -> pa.Array[Any]:
    if column.rule == "json":
        _check_json_strings(raw, column)
    return _limit_bytes(pa.array(raw, pa.binary()), raw, column, policy_counts, min(column.max_bytes, ROW_LIMIT))


def _unique_members(raw: Raw, column: Column, policy_counts: Counter[str]) -> Raw:
    """Apply the policy ``json_duplicates``, if the column has it: JSON_PARSE refuses two members of one name."""
    policy = dict(column.policies).get("json_duplicates")
    if policy is None:
        return raw
    cells = list(raw)
    for row, cell in enumerate(cells):
        changed = keep_last_members(cell) if cell is not None else None
        if changed is None:
            continue
        if policy == "fail":
            raise Refused(
                row,
                "A JSON object has two members of one name, which Redshift refuses",
                expected="different names in each object",
                found=f"duplicates in a document of {len(cell or b'')} bytes",
                remedy="Correct it at the source, or declare json_duplicates: keep_last, or json: varchar, for this "
                "column.",
            )
        policy_counts[f"{column.name}: json_duplicates"] += 1
        cells[row] = changed
    return cells


def _check_json_strings(raw: Raw, column: Column) -> None:
    """Refuse documents with a string longer than a VARCHAR: JSON_PARSE would fail without naming the row."""
    for row, cell in enumerate(raw):
        longest = longest_string(cell) if cell is not None and VARCHAR_LIMIT < len(cell) <= column.max_bytes else 0
        if longest > VARCHAR_LIMIT:
            raise Refused(
                row,
                "A string inside a JSON document is too long for Redshift",
                expected=f"at most {VARCHAR_LIMIT} bytes",
                found=f"{longest} bytes",
                remedy="Shorten it at the source, or declare json_too_long: null for this column.",
            )


def _limit_bytes(
    array: pa.Array[Any], raw: Raw, column: Column, policy_counts: Counter[str], limit: int
) -> pa.Array[Any]:
    """Apply the column's too_long policy to values longer than ``limit`` bytes."""
    longest = pc.max(pc.binary_length(array)).as_py()
    if longest is None or longest <= limit:
        return array
    name, policy = next(((n, p) for n, p in column.policies if n.endswith("too_long")), ("too_long", "fail"))
    cells: list[bytes | None] = list(raw)
    for row, cell in enumerate(cells):
        if cell is None or len(cell) <= limit:
            continue
        if policy not in ("truncate", "null"):
            raise Refused(
                row,
                "A value is too long for Redshift",
                expected=f"at most {limit} bytes ({column.staging_type})",
                found=f"{len(cell)} bytes",
                remedy=f"Shorten it at the source, or declare {name} for this column: {_options(column, name)}.",
            )
        policy_counts[f"{column.name}: {name}"] += 1
        cells[row] = _truncated(cell, limit, column) if policy == "truncate" else None
    changed: pa.Array[Any] = pa.array(cells, array.type)
    return changed


def _options(column: Column, name: str) -> str:
    """Return the policies that accept a value of this length."""
    if name == "too_long":
        return "truncate or null"
    return "null or super_large" if column.staging_type != column.redshift_type and column.cell is Cell.TEXT else "null"


def _truncated(cell: bytes, limit: int, column: Column) -> bytes:
    """Truncate to ``limit`` bytes; text is cut between characters."""
    cut = cell[:limit]
    return cut.decode("utf-8", "ignore").encode() if column.cell is Cell.TEXT else cut


def _date_or_timestamp(raw: Raw, column: Column, policy_counts: Counter[str]) -> pa.Array[Any]:
    """Parse dates; apply the zero_date policy to dates that are not in the calendar."""
    text = pa.array(raw, pa.string())
    kind = arrow_type(column)
    odd = pc.match_substring_regex(text, "^0000|^....-00|^....-..-00")
    if not pc.any(odd).as_py():
        try:
            return _cast(text, kind)
        except pa.ArrowInvalid:  # for example 31 February under ALLOW_INVALID_DATES: check each value below
            pass
    policy = dict(column.policies).get("zero_date", "fail")
    cells: list[bytes | None] = list(raw)
    for row, cell in enumerate(cells):
        if cell is None or _is_calendar_date(cell):
            continue
        if policy == "fail":
            raise Refused(
                row,
                "A date is not in the calendar",
                expected="a date from 0001-01-01 to 9999-12-31",
                found=cell.decode("ascii", "replace"),
                remedy="Correct it at the source, or declare zero_date for this column: null or a date.",
            )
        policy_counts[f"{column.name}: zero_date"] += 1
        cells[row] = None if policy == "null" else _replacement(policy, column)
    return _cast(pa.array(cells, pa.string()), kind)


def _cast(text: pa.Array[Any], kind: pa.DataType) -> pa.Array[Any]:
    """Parse dates or times; the server sends times in the session's zone, UTC, without naming it."""
    naive = pa.timestamp("us") if pa.types.is_timestamp(kind) else kind
    found: pa.Array[Any] = text.cast(naive).cast(kind)
    return found


def _is_calendar_date(cell: bytes) -> bool:
    match = DATE_SHAPE.match(cell.decode("ascii", "replace"))
    try:
        return match is not None and bool(date(*map(int, match.groups())))
    except ValueError:
        return False


def _replacement(policy: str, column: Column) -> bytes:
    day = datetime.fromisoformat(policy)
    return f"{day:%Y-%m-%d}".encode() if column.cell is Cell.DATE else f"{day:%Y-%m-%d} 00:00:00".encode()


def _first_refused(raw: Raw, column: Column, convert: Callable[[bytes | None], Any]) -> Refused:
    for row, cell in enumerate(raw):
        try:
            convert(cell)
        except pa.ArrowInvalid:
            return _does_not_fit(row, column, cell)
    return _does_not_fit(0, column, raw[0])


def _does_not_fit(row: int, column: Column, cell: bytes | None) -> Refused:
    declared = ", ".join(f"{name}: {choice}" for name, choice in column.policies)
    readable = (cell or b"NULL")[:40].decode("ascii", "backslashreplace")
    is_prose = column.cell is Cell.TEXT and column.rule != "time"  # free text may be personal data: keep it out of logs
    return Refused(
        row,
        "A value does not fit the column's type in Redshift",
        expected=f"{column.redshift_type}{f' ({declared})' if declared else ''}",
        found="bytes that are not valid UTF-8" if is_prose else repr(readable),
        remedy="Correct it at the source, declare another policy for this column, or exclude the column.",
    )


CONVERTERS: dict[Cell, Callable[[Raw, Column, Counter[str]], pa.Array[Any]]] = {
    Cell.BOOL: _bool,
    Cell.TEXT: _text,
    Cell.BYTES: _bytes,
    Cell.DATE: _date_or_timestamp,
    Cell.TIMESTAMP: _date_or_timestamp,
    Cell.TIMESTAMP_UTC: _date_or_timestamp,
}
