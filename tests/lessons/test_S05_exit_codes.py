"""S05: An exit code says what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.cli.standalone import main

BROKEN = "pipeline: shop\nsource: {conn_id: a, database: b}\ntables: {orders: {crsr: id}}\n"


def test_an_invalid_pipeline_ends_with_1(tmp_path: Path) -> None:
    """Whoever calls the command line from a script sees it."""
    (tmp_path / "shop.yaml").write_text(BROKEN)
    with pytest.raises(SystemExit) as ended:
        main(["plan", "--pipeline", "shop", "--folder", str(tmp_path)])
    assert ended.value.code == 1
