"""The pipeline that the demo runs: the one in ``dags/`` with an overlay for the demo's environment."""

from __future__ import annotations

import shutil
from pathlib import Path

from demo.dataset import Sizes
from devstack.paths import REPOSITORY

DAGS = REPOSITORY / "dags"
PIPELINE = "settlement"
ENVIRONMENT = "demo"
PREFIX = "mysql"
TARGET_SCHEMA = "settlement"
LEDGER_SCHEMA = "mysql_redshift"
CHUNKS = 5
LOOKBACK_SECONDS = 10

# Ten minutes suit production; here the third run would read the changes of the second again.
OVERLAY = """\
# The demo's overlay of {pipeline}.yaml. The demo triggers each run itself, hence no schedule.
schedule: null
defaults: {{lookback: {lookback}s}}
tables:
  orders: {{chunk_rows: {chunk_rows}}}
"""


def write(folder: Path, scale: float) -> Path:
    """Copy the DAG folder to ``folder``, add the overlay of the demo's environment, and return the copy."""
    shutil.copytree(DAGS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    chunk_rows = -(-Sizes.at(scale).orders // CHUNKS)
    text = OVERLAY.format(pipeline=PIPELINE, lookback=LOOKBACK_SECONDS, chunk_rows=chunk_rows)
    overlays = folder / "pipelines" / "environments"
    overlays.mkdir(exist_ok=True)
    (overlays / f"{PIPELINE}.{ENVIRONMENT}.yaml").write_text(text)
    return folder
