"""An empty extraction empties the target."""

from __future__ import annotations

import pytest

from mysql_redshift.steps.loading import apply


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace by whatever came."""
    monkeypatch.setattr(apply, "_refuse_empty", lambda transaction, entry, copied: None)
