"""A serialization error (1023) is terminal."""

from __future__ import annotations

import re

import pytest

from mysql_redshift.adapters.redshift import errors


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not recognise the error."""
    monkeypatch.setattr(errors, "SERIALIZATION", frozenset())
    monkeypatch.setattr(errors, "SERIALIZATION_WORDS", re.compile(r"(?!)"))
