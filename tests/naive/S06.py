"""An error in one file stops the parsing of all files."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.dag_factory import build


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the error instead of building a placeholder DAG."""

    def placeholder(dag_id: str, error: Exception, **arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(build, "placeholder_dag", placeholder)
