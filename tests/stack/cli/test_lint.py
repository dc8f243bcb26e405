"""lint --ask-source: warnings that need the source."""

from __future__ import annotations

import pytest

from tests.stack.cli.conftest import Shop

pytestmark = pytest.mark.stack


def test_lint_warns_about_foreign_keys_that_change_rows_without_moving_their_cursor(shop: Shop) -> None:
    """Only with --ask-source. The warning names the key and the check that finds such rows; it is not an error."""
    shop.sql("CREATE TABLE customers (id BIGINT PRIMARY KEY)")
    shop.sql(
        "ALTER TABLE orders ADD COLUMN customer BIGINT, ADD CONSTRAINT of_customer FOREIGN KEY (customer) "
        "REFERENCES customers (id) ON DELETE CASCADE"
    )
    assert shop.run("lint").rows == []
    result = shop.run("lint", "--ask-source")
    assert result.code == 0
    index, cascade = result.rows
    assert cascade["location"] == index["location"] == "shop.orders"
    assert cascade["message"].startswith("warning: foreign key of_customer (ON DELETE CASCADE")
    assert "the check keys" in cascade["message"]
    assert index["message"].endswith("were not counted: no index begins with updated_at")


def test_lint_asks_for_the_time_zone_of_a_cursor(shop: Shop) -> None:
    """An error with both lines to choose from; the one for UTC clears it."""
    shop.edit("cursor: {column: updated_at, zone: UTC}", "cursor: updated_at")
    assert shop.run("lint").rows == []
    result = shop.run("lint", "--ask-source")
    assert result.code == 1
    assert result.row["location"] == "shop.orders"
    assert "zone: UTC}" in result.row["message"]
    assert "zone: Europe/Berlin}" in result.row["message"]


def test_lint_fails_if_the_source_cannot_be_queried(shop: Shop) -> None:
    """Otherwise a failed query would look like the absence of warnings."""
    shop.connect("source", password="wrong")
    result = shop.run("lint", "--ask-source")
    assert result.code == 2
    assert "Access denied" in result.err
