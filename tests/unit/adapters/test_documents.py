"""Documents are corrected without a change to anything else in them."""

from __future__ import annotations

import pytest

from mysql_redshift.adapters.mysql.documents import keep_last_members


@pytest.mark.parametrize(
    ("document", "changed"),
    [
        (b'{"a": 1, "a": 2}', b'{"a":2}'),
        (b'[{"b": 0.10, "a": 1E2, "b": 18446744073709551616}]', b'[{"b":18446744073709551616,"a":1E2}]'),
        (rb'{"a": 1, "\u0061": "\ud800"}', rb'{"a":"\ud800"}'),
        ('{"é": 1, "é": "ü"}'.encode(), '{"é":"ü"}'.encode()),
        (b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}', None),
        (b'{"a": 1, "A": 2}', None),
        (b'{"a": 1, "a": ', None),
        (b'"a"', None),
        (b'{"a": 1, "a": "\xff"}', None),
    ],
)
def test_the_last_of_several_members_of_one_name_stays(document: bytes, changed: bytes | None) -> None:
    """None: nothing to change, or no JSON, which Redshift refuses."""
    assert keep_last_members(document) == changed
