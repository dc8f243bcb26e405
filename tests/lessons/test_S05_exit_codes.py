"""S05: The exit code of a command reports what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.cli.standalone import main

BROKEN = "pipeline: shop\nsource: {conn_id: a, database: b}\ntables: {orders: {crsr: id}}\n"


def test_an_invalid_pipeline_exits_with_1(tmp_path: Path) -> None:
    """A script that runs the command can detect the failure."""
    (tmp_path / "shop.yaml").write_text(BROKEN)
    with pytest.raises(SystemExit) as raised:
        main(["plan", "--pipeline", "shop", "--folder", str(tmp_path)])
    assert raised.value.code == 1
