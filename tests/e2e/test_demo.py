"""The demo at a small scale, as `make demo` runs it."""

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
    """Yield a home for the demo that the accounts of its servers can enter."""
    folder = Path("/var/tmp") / f"demo-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_demo_verifies_three_runs_and_leaves_no_process_behind(home: Path, tmp_path: Path) -> None:
    """A full load, a run with changes, an empty run: the report shows equal checksums and keys after each."""
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
    assert set(moved) <= {"countries"}, "only the replaced table loads rows in a run without changes"
    left = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False).stdout
    assert not left
