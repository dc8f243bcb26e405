"""A folder of pipelines, and the command line run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mysql_redshift.cli.standalone import main
from tests.unit.config.yaml_texts import GOOD

Run = Callable[..., "Result"]


@dataclass(frozen=True)
class Result:
    """Exit code and output of a command."""

    code: object
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the folder ``pipelines``, which contains one valid pipeline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIRFLOW__MYSQL_REDSHIFT__PIPELINES_FOLDER", "pipelines")
    monkeypatch.setenv("AIRFLOW__MYSQL_REDSHIFT__ENVIRONMENT", "default")
    Path("pipelines").mkdir()
    Path("pipelines/settlement.yaml").write_text(GOOD)

    def run(*arguments: str) -> Result:
        code: object = 0
        try:
            main(arguments)
        except SystemExit as exc:
            code = exc.code or 0
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run
