"""All pipelines of a table share one watermark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import TableSpec


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store the state per table."""
    exact = TableLayout.of

    def by_table(spec: TableSpec) -> TableLayout:
        return exact(replace(spec, pipeline="all"))

    monkeypatch.setattr(TableLayout, "of", by_table)
