"""The demo's overlay of the pipeline in ``dags/``."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from demo.dataset import Sizes, tables
from demo.pipeline import definition


def test_the_pipeline_lists_exactly_the_tables_of_the_data_set() -> None:
    """A table missing in the pipeline would never be loaded; an unknown one would fail."""
    written = yaml.safe_load((definition.DAGS / "pipelines/settlement.yaml").read_text())

    assert set(written["tables"]) == {table.name for table in tables(Sizes.at(1))}


@pytest.mark.parametrize("scale", [0.02, 1, 3])
def test_orders_is_read_in_several_chunks_at_every_scale(scale: float, tmp_path: Path) -> None:
    """The demo shows concurrent extraction at the smallest scale, too."""
    folder = definition.write(tmp_path / "dags", scale)

    overlay = yaml.safe_load((folder / "pipelines/environments/settlement.demo.yaml").read_text())
    assert Sizes.at(scale).orders / overlay["tables"]["orders"]["chunk_rows"] > 2
    assert (folder / "mysql_redshift_dags.py").exists()


def test_scale_1_has_a_million_rows_in_at_least_eight_tables() -> None:
    """The README promises this size; ``orders`` is the largest table."""
    found = tables(Sizes.at(1))

    assert len(found) >= 8
    assert sum(table.rows for table in found) >= 1_000_000
    assert max(found, key=lambda table: table.rows).name == "orders"
