"""The JSON report of the demo."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from demo.proof.report import Report, RunReport, TableReport

ORDERS = TableReport(
    table="orders",
    source_rows=10,
    target_rows=10,
    file_rows=3,
    copied_rows=3,
    distinct_keys_equal=True,
    checksums_equal=True,
    watermark="2026-01-01 00:00:00.000000",
    seconds=1.5,
    extract_chunks=2,
)
RUN = RunReport(name="Second run", seconds=9.0, verify_seconds=1.0, tables=(ORDERS,), problems=())


def test_an_unfinished_demo_is_not_ok() -> None:
    """A demo that stopped half way failed, even if its finished runs have no problem."""
    assert not Report(scale=1, runs=[RUN]).ok
    assert Report(scale=1, runs=[RUN], finished=True).ok


def test_one_problem_in_any_run_fails_the_demo() -> None:
    """Problems of a run and problems of the demo itself both count."""
    assert not Report(scale=1, runs=[replace(RUN, problems=("x",)), RUN], finished=True).ok
    assert not Report(scale=1, runs=[RUN], problems=["x"], finished=True).ok


def test_the_json_report_has_the_documented_keys(tmp_path: Path) -> None:
    """Programs read the report, so its keys are stable."""
    file = tmp_path / "demo-report.json"
    Report(scale=1, runs=[RUN], finished=True, seconds=12.0).write(file)

    plain = json.loads(file.read_text())

    assert plain["ok"] is True
    assert plain["seconds"] == 12.0
    (run,) = plain["runs"]
    (table,) = run["tables"]
    promised = (
        "table source_rows target_rows file_rows copied_rows checksums_equal distinct_keys_equal watermark seconds"
    )
    assert set(promised.split()) <= set(table)
