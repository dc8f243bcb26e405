"""Parts of the stand-in that need no server: COPY and faults."""

from __future__ import annotations

import pyarrow as pa
import pytest

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.matrix import decimal_width
from devstack.redshift.faults import Fault, Faults


@pytest.mark.parametrize("precision", range(1, 39))
def test_decimal_width_is_the_minimum_for_the_precision(precision: int) -> None:
    """The width is the minimum number of bytes for a signed number with this many digits, as in Arrow."""
    largest = 10**precision - 1
    width = decimal_width(precision)
    assert -(2 ** (8 * width - 1)) <= -largest
    assert largest < 2 ** (8 * width - 1)
    assert width == 1 or largest >= 2 ** (8 * (width - 1) - 1)
    assert pa.decimal128(precision, 0).precision == precision


def test_the_context_is_truncated_to_256_bytes_but_not_inside_a_character() -> None:
    """The client receives valid UTF-8; the system view has the full text."""
    error = LoadError(context="x" * 255 + "ä" + "end")
    detail = error.as_server_error(7, 8).detail
    assert "x" * 255 + "\n" in detail
    assert "end" not in detail
    assert error.logged.endswith("end")


def test_a_fault_occurs_as_often_as_ordered() -> None:
    """It occurs only in matching sessions and statements."""
    faults = Faults()
    faults.order(Fault(kind="drop_at_parse", application_name="load-*", count=2, matching="insert"))
    assert faults.at("parse", "other", "INSERT") is None
    assert faults.at("parse", "load-1", "SELECT") is None
    assert faults.at("commit", "load-1", "INSERT") is None
    assert faults.at("parse", "load-1", "INSERT INTO") is not None
    assert faults.at("parse", "load-2", "INSERT INTO") is not None
    assert faults.at("parse", "load-2", "INSERT INTO") is None


def test_a_fault_of_unknown_kind_is_refused() -> None:
    """A count below 1 is refused as well."""
    with pytest.raises(ValueError, match="unknown fault 'x'"):
        Fault(kind="x")
    with pytest.raises(ValueError, match="at least 1"):
        Fault(kind="linger", count=0)
