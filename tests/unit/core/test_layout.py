"""S3 keys are unique per table, run and attempt."""

from __future__ import annotations

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import SourceRef
from tests.fakes.specs import spec


def root(database: str, table: str) -> str:
    return TableLayout.of(spec(source=SourceRef(conn_id="c", database=database, table=table))).root


def test_no_two_tables_share_a_root_or_a_prefix() -> None:
    """Lessons L10 and D06: orders differs from orders_old, and table c of database a.b from table b.c of a."""
    assert root("shop", "orders") == "mysql/test/shop/shop.orders"
    assert not TableLayout(root=root("shop", "orders_old")).log.startswith(TableLayout(root=root("shop", "orders")).log)
    assert root("a.b", "c") != root("a", "b.c")


def test_special_characters_in_names_are_percent_encoded() -> None:
    """An unescaped slash would change the key's structure."""
    assert root("a/b", "c d%") == "mysql/test/shop/a%2Fb.c%20d%25"


def test_every_attempt_writes_to_its_own_keys() -> None:
    """Lesson L01: chunk, part and token each make a key unique."""
    layout = TableLayout(root="r")
    keys = {layout.part("k", c, p, t) for c in range(3) for p in range(3) for t in ("a", "b")}
    assert len(keys) == 18
