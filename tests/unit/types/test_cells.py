"""Values of MySQL's text protocol become exact Arrow values, or a declared policy applies and is counted."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.cells import Refused, to_array
from mysql_redshift.adapters.mysql.rows import split
from mysql_redshift.core.types.column import Cell, Column
from tests.fakes.specs import column


def cell_column(cell: Cell, **changes: Any) -> Column:
    return column("c", cell, **changes)


@pytest.mark.parametrize(
    ("target", "raw", "expected"),
    [
        (cell_column(Cell.INT32), [b"-2147483648", b"00042", None], [-2147483648, 42, None]),
        (cell_column(Cell.INT64), [b"9223372036854775807", b"-1"], [9223372036854775807, -1]),
        (cell_column(Cell.DOUBLE), [b"1.7976931348623157e308", b"-0"], [1.7976931348623157e308, -0.0]),
        (cell_column(Cell.FLOAT), [b"1.4012984643248171e-45", b"16777217"], [1.401298464324817e-45, 16777216.0]),
        (cell_column(Cell.BOOL), [b"1", b"0", None], [True, False, None]),
        (cell_column(Cell.DECIMAL, precision=20), [b"18446744073709551615"], [Decimal(18446744073709551615)]),
        (
            cell_column(Cell.DECIMAL, precision=38, scale=38),
            [b"-0.00000000000000000000000000000000000001"],
            [Decimal("-1E-38")],
        ),
        (cell_column(Cell.DATE), [b"0001-01-01", b"9999-12-31"], [date(1, 1, 1), date(9999, 12, 31)]),
        (
            cell_column(Cell.TIMESTAMP),
            [b"1000-01-01 00:00:00", b"9999-12-31 23:59:59.999999", b"2026-11-23 10:00:00.5"],
            [
                datetime.fromisoformat("1000-01-01"),
                datetime.fromisoformat("9999-12-31T23:59:59.999999"),
                datetime.fromisoformat("2026-11-23T10:00:00.500000"),
            ],
        ),
        (cell_column(Cell.TEXT, max_bytes=9), [b"null", b"", "€€€".encode(), None], ["null", "", "€€€", None]),
        (cell_column(Cell.BYTES, max_bytes=3), [b"\x00\xff", b""], [b"\x00\xff", b""]),
    ],
)
def test_a_value_is_converted_exactly(target: Column, raw: list[bytes | None], expected: list[object]) -> None:
    """The Arrow array holds the value that the server printed."""
    assert to_array(raw, target, Counter()).to_pylist() == expected


ZERO = [b"2026-01-01", b"0000-00-00", b"2026-00-10", b"2026-02-31", b"0000-05-05", None]


@pytest.mark.parametrize(("policy", "replacement"), [("null", None), ("1970-01-01", date(1970, 1, 1))])
def test_invalid_dates_are_replaced_according_to_the_policy_and_counted(policy: str, replacement: date | None) -> None:
    """This covers zero dates, zero parts, year 0 and 31 February. NULL stays NULL and is not counted."""
    policy_counts: Counter[str] = Counter()
    array = to_array(ZERO, cell_column(Cell.DATE, policies=(("zero_date", policy),)), policy_counts)
    assert array.to_pylist() == [date(2026, 1, 1), replacement, replacement, replacement, replacement, None]
    assert policy_counts == {"c: zero_date": 4}


def test_a_rejected_date_is_reported_with_its_row() -> None:
    """The reader needs the row to name its key in the error."""
    with pytest.raises(Refused) as error:
        to_array(ZERO, cell_column(Cell.DATE, policies=(("zero_date", "fail"),)), Counter())
    assert (error.value.row, error.value.found) == (1, "0000-00-00")


def test_long_text_is_truncated_at_a_character_boundary_and_counted() -> None:
    """Four bytes hold one euro sign of three bytes and no part of the next."""
    policy_counts: Counter[str] = Counter()
    target = cell_column(Cell.TEXT, max_bytes=4, policies=(("too_long", "truncate"),))
    assert to_array(["€€".encode(), b"abcd"], target, policy_counts).to_pylist() == ["€", "abcd"]
    assert policy_counts == {"c: too_long": 1}


def test_long_values_become_null_if_the_policy_is_null() -> None:
    """The policy count includes each of them."""
    policy_counts: Counter[str] = Counter()
    target = cell_column(Cell.BYTES, max_bytes=1, policies=(("too_long", "null"),))
    assert to_array([b"ab", b"a"], target, policy_counts).to_pylist() == [None, b"a"]
    assert policy_counts == {"c: too_long": 1}


def test_nul_characters_are_removed_if_the_policy_is_remove() -> None:
    """Each changed value counts once, and its other characters are kept."""
    policy_counts: Counter[str] = Counter()
    target = cell_column(Cell.TEXT, max_bytes=9, policies=(("nul_character", "remove"),))
    assert to_array([b"a\0b\0", b"ab", None], target, policy_counts).to_pylist() == ["ab", "ab", None]
    assert policy_counts == {"c: nul_character": 1}


def test_an_error_does_not_contain_the_text_of_a_value() -> None:
    """Messages are written to logs; the key is enough to find the row."""
    with pytest.raises(Refused) as error:
        to_array([b"private\xff"], cell_column(Cell.TEXT, max_bytes=17), Counter())
    assert "private" not in error.value.found


@pytest.mark.parametrize(
    ("target", "raw"),
    [
        (cell_column(Cell.TEXT, max_bytes=2), [b"ab", b"abc"]),
        (cell_column(Cell.INT64, policies=(("bigint_unsigned", "bigint"),)), [b"1", b"9223372036854775808"]),
        (cell_column(Cell.BOOL, policies=(("tinyint1", "boolean"),)), [b"0", b"5"]),
        (cell_column(Cell.TEXT, max_bytes=17, policies=(("time", "time"),)), [b"23:59:59.999999", b"24:00:00"]),
        (cell_column(Cell.TEXT, max_bytes=17), [b"ok", b"\xff"]),
        (cell_column(Cell.TEXT, max_bytes=17), [b"ok", b"\xed\xa0\x80"]),  # half of a surrogate pair, from ucs2
        (cell_column(Cell.TEXT, max_bytes=17), [b"ok", b"a\0b"]),
    ],
)
def test_a_value_that_does_not_fit_is_rejected_with_its_row(target: Column, raw: list[bytes | None]) -> None:
    """No value is truncated, wrapped or replaced unless a policy allows it."""
    with pytest.raises(Refused) as error:
        to_array(raw, target, Counter())
    assert error.value.row == 1


def test_a_row_packet_is_split_at_lengths_of_every_encoding() -> None:
    """A length takes 1, 3, 4 or 9 bytes; NULL and the empty string are distinct."""
    long, longer = b"x" * 300, b"y" * 70_000
    packet = (
        b"\x01a\x00\xfb\xfc" + len(long).to_bytes(2, "little") + long
        + b"\xfd" + len(longer).to_bytes(3, "little") + longer
        + b"\xfe" + (3).to_bytes(8, "little") + b"end"
    )  # fmt: skip
    assert split(packet, 6) == [b"a", b"", None, long, longer, b"end"]
