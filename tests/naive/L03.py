"""The watermark moves after the first batch."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import publish


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish the chunks that were extracted."""
    monkeypatch.setattr(publish, "_one_receipt_per_chunk", lambda plan, receipts: list(receipts))
