"""An empty extraction empties the target."""

from __future__ import annotations

import pytest

from mysql_redshift.steps.loading import apply


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the target with any number of rows."""
    monkeypatch.setattr(apply, "_refuse_empty", lambda transaction, entry, copied: None)
