"""lint --ask-source: what the YAML cannot know."""

from __future__ import annotations

import pytest

from tests.stack.cli.conftest import Shop

pytestmark = pytest.mark.stack


def test_lint_warns_of_foreign_keys_that_change_rows_unseen(shop: Shop) -> None:
    """Only where the source is asked; it is a warning, no mistake, and names the key and what finds such rows."""
    shop.sql("CREATE TABLE customers (id BIGINT PRIMARY KEY)")
    shop.sql(
        "ALTER TABLE orders ADD COLUMN customer BIGINT, ADD CONSTRAINT of_customer FOREIGN KEY (customer) "
        "REFERENCES customers (id) ON DELETE CASCADE"
    )
    assert shop.run("lint").rows == []
    result = shop.run("lint", "--ask-source")
    assert result.code == 0
    assert result.row["place"] == "shop.orders"
    assert result.row["mistake"].startswith("warning: foreign key of_customer (ON DELETE CASCADE")
    assert "the check keys" in result.row["mistake"]


def test_a_source_that_cannot_be_asked_is_said(shop: Shop) -> None:
    """A warning that could not be looked for is not taken for one that is not there."""
    shop.connect("source", password="wrong")
    result = shop.run("lint", "--ask-source")
    assert result.code == 2
    assert "Access denied" in result.err
