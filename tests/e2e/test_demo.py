"""The demo at small scale, as `make demo` runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.paths import REPOSITORY

SCALE = "0.02"


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of the demo's own; servers' accounts must be able to enter it."""
    folder = Path("/var/tmp") / f"demo-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_demo_proves_three_runs_and_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    """A full load, changes, nothing to do: everything equal after each, and the report says so."""
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "demo", "run", "--scale", SCALE, "--report", str(report)],
        cwd=REPOSITORY,
        env={**os.environ, "DEVSTACK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    found = json.loads(report.read_text())
    assert found["ok"]
    first, second, third = found["runs"]
    for run in found["runs"]:
        assert len(run["tables"]) >= 8
        for table in run["tables"]:
            assert table["checksums_equal"]
            assert table["distinct_keys_equal"]
    assert sum(table["copied_rows"] for table in first["tables"]) == sum(t["source_rows"] for t in first["tables"])
    assert sum(table["copied_rows"] for table in second["tables"]) > 0
    moved = {table["table"]: table["copied_rows"] for table in third["tables"] if table["copied_rows"]}
    assert set(moved) <= {"countries"}, "only the table that is replaced whole moves rows in a run with nothing to do"
    left = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False).stdout
    assert not left
