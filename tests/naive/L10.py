"""Tables are matched by substring."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import TableSpec


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find a table's folder by a prefix of its name."""
    exact = TableLayout.of

    def by_prefix(spec: TableSpec) -> TableLayout:
        root = exact(spec).root
        return TableLayout(root=root[: root.index(".orders") + len(".orders")])

    monkeypatch.setattr(TableLayout, "of", by_prefix)
