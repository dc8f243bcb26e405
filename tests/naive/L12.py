"""An empty extraction empties the target."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import load_rows


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace by whatever came."""
    monkeypatch.setattr(load_rows, "_refuse_empty", lambda context, entry, copied: None)
