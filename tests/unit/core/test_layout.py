"""Keys of S3."""

from __future__ import annotations

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import SourceRef
from tests.fakes.specs import spec


def root(database: str, table: str) -> str:
    return TableLayout.of(spec(source=SourceRef(conn_id="c", database=database, table=table))).root


def test_no_two_tables_share_a_root_or_a_prefix() -> None:
    """L10, D6: orders is not orders_old, and a.b / c is not a / b.c."""
    assert root("shop", "orders") == "mysql/test/shop/shop.orders"
    assert not TableLayout(root=root("shop", "orders_old")).log.startswith(TableLayout(root=root("shop", "orders")).log)
    assert root("a.b", "c") != root("a", "b.c")


def test_odd_names_make_whole_keys() -> None:
    """A slash, a blank or a percent sign in a name does not reach the key; `//` would be another object."""
    assert root("a/b", "c d%") == "mysql/test/shop/a%2Fb.c%20d%25"


def test_an_attempt_has_keys_of_its_own() -> None:
    """L1: chunk, part and token tell files apart."""
    layout = TableLayout(root="r")
    keys = {layout.part("k", c, p, t) for c in range(3) for p in range(3) for t in ("a", "b")}
    assert len(keys) == 18
