"""S06: A broken file breaks only its own DAG, and that DAG shows the error."""

from __future__ import annotations

from pathlib import Path

from mysql_redshift.dag_factory import build_dags

GOOD = """\
pipeline: good
source: {conn_id: a, database: b}
lake: {conn_id: c, bucket: lake}
target: {conn_id: e, schema: f, iam_role: "arn:aws:iam::123456789012:role/copy"}
tables: {orders: {cursor: updated_at}}
"""


def test_a_broken_file_does_not_affect_other_files(tmp_path: Path) -> None:
    """The broken file becomes a DAG that shows the error."""
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text("pipeline: [not closed")
    try:
        dags = build_dags(tmp_path)
    except Exception as exc:
        raise AssertionError("one bad file removed every DAG") from exc
    assert {"good", "good.orders", "bad"} <= dags.keys()
