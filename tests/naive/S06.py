"""An error in one file ends the parsing of all."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.dag_factory import build


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first error end the parsing."""

    def placeholder(dag_id: str, error: Exception, **arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(build, "placeholder_dag", placeholder)
