"""1023 ends the run for good."""

from __future__ import annotations

import re

import pytest

from mysql_redshift.adapters.redshift import errors


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take it for one error among others."""
    monkeypatch.setattr(errors, "SERIALIZATION", frozenset())
    monkeypatch.setattr(errors, "SERIALIZATION_WORDS", re.compile(r"(?!)"))
