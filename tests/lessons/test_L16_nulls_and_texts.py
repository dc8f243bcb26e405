"""L16: Texts that look like nothing stay texts, and NULL stays NULL."""

from __future__ import annotations

from tests.way import Way, fill

TEXTS = ("null", "NULL", "none", "nan", "", " ")


def test_what_looks_like_null_is_not(way: Way) -> None:
    """Six texts and one NULL arrive as they are."""
    fill(way, len(TEXTS) + 1)
    for number, text in enumerate(TEXTS, start=1):
        way.sql(f"UPDATE orders SET note = '{text}' WHERE id = {number}")
    way.sql(f"UPDATE orders SET note = NULL WHERE id = {len(TEXTS) + 1}")
    way.sync()
    assert way.rows("id, note") == [(number, text) for number, text in enumerate((*TEXTS, None), start=1)]
