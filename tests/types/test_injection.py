"""What people write - a run's conf, a table's YAML - is a value or a name, or it is refused; it is never run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mysql_redshift.config import read_table
from mysql_redshift.core.position import PositionKind, parse_position
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import ColumnsRef, CursorRef, LayoutRef, TableSpec
from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError
from mysql_redshift.operators.run_request import run_request
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders
from tests.types.odd_names import TRICKS

Change = Callable[[TableSpec, str], TableSpec]
FEW = TRICKS[:4]


def requested(conf: Mapping[str, Any]) -> RunRequest:
    """Read a run's conf as the operators do."""
    dag_run = SimpleNamespace(run_type="manual", run_id="r", triggering_user_name="a person")
    return run_request(conf, dag_run, where="task plan")


@pytest.mark.types
@pytest.mark.parametrize("field", ["limit", "mode", "move_watermark", "full_refresh", "dry_run", "allow_gap"])
def test_a_conf_value_of_the_wrong_kind_is_refused(field: str) -> None:
    """A number is a number, a flag a flag, a mode one of three."""
    for trick in (*TRICKS, f"1{TRICKS[0]}", f"true{TRICKS[0]}", f"sync{TRICKS[0]}"):
        with pytest.raises(ConfigurationError):
            requested({field: trick})


@pytest.mark.types
@pytest.mark.parametrize(
    ("kind", "good"),
    [(PositionKind.TIME, "2026-01-01T00:00:00"), (PositionKind.ID, "12")],
    ids=["time", "integer"],
)
def test_since_and_until_are_a_moment_or_a_number(kind: PositionKind, good: str) -> None:
    """Anything before, behind or instead of one is refused."""
    assert parse_position(kind, good)
    for trick in TRICKS:
        for text in (trick, f"{good}{trick}", f"{good}' {trick}", f"{trick} {good}"):
            with pytest.raises(MysqlRedshiftError):
                parse_position(kind, text)


@pytest.mark.stack
@pytest.mark.types
@pytest.mark.parametrize(("cursor", "good"), [("updated_at", "2026-01-01T00:00:00"), ("id", "1")])
@ON_FIRST
def test_a_run_s_bounds_are_refused_before_the_source_sees_them(
    pipeline: TablePipeline, cursor: str, good: str
) -> None:
    """A plan with such a since or until fails, and nothing else is run."""
    insert_orders(pipeline, 3)
    pipeline.sql("CREATE TABLE secret (id INT)")
    pipeline.change(cursor=CursorRef(column=cursor))
    for trick in FEW[:2]:
        for field in ("since", "until"):
            with pytest.raises(MysqlRedshiftError):
                pipeline.plan(**{field: f"{good}{trick}"})
    assert pipeline.sql("SELECT COUNT(*) FROM secret") == [(0,)]
    assert pipeline.plan(since=good, allow_gap=True).work


UNKNOWN_COLUMNS: dict[str, Change] = {
    "cursor": lambda spec, trick: replace(spec, cursor=CursorRef(column=trick)),
    "key": lambda spec, trick: replace(spec, key=(trick,)),
    "columns.include": lambda spec, trick: replace(spec, columns=ColumnsRef(include=("id", trick))),
    "columns.exclude": lambda spec, trick: replace(spec, columns=ColumnsRef(exclude=(trick,))),
    "columns.rename": lambda spec, trick: replace(spec, columns=ColumnsRef(rename={trick: "x"})),
    "column_policies": lambda spec, trick: replace(spec, column_policies={trick: {"too_long": "null"}}),
    "policies": lambda spec, trick: replace(spec, policies={"zero_date": f"1970-01-01{trick}"}),
    "table": lambda spec, trick: replace(spec, source=replace(spec.source, table=trick)),
    "database": lambda spec, trick: replace(spec, source=replace(spec.source, database=trick)),
}


@pytest.mark.stack
@pytest.mark.types
@ON_FIRST
def test_names_that_the_source_does_not_have_are_refused_at_plan(pipeline: TablePipeline) -> None:
    """They are looked up in the catalogue, as names; nothing else is done with them."""
    insert_orders(pipeline, 3)
    pipeline.sql("CREATE TABLE secret (id INT)")
    plain = pipeline.spec
    for change in UNKNOWN_COLUMNS.values():
        for trick in FEW:
            pipeline.spec = change(plain, trick)
            with pytest.raises(MysqlRedshiftError):
                pipeline.plan()
    assert pipeline.sql("SELECT COUNT(*) FROM secret") == [(0,)]


REFUSED_BY_LOAD: dict[str, Change] = {
    "iam_role": lambda spec, trick: replace(
        spec, target=replace(spec.target, iam_role=f"{spec.target.iam_role}{trick}")
    ),
    "dist_key": lambda spec, trick: replace(spec, layout=LayoutRef(dist_key=trick)),
    "sort_key": lambda spec, trick: replace(spec, layout=LayoutRef(sort_key=(trick,))),
}


@pytest.mark.stack
@pytest.mark.types
@pytest.mark.parametrize("field", REFUSED_BY_LOAD)
@ON_FIRST
def test_what_only_redshift_sees_is_quoted_there(pipeline: TablePipeline, field: str) -> None:
    """A role that does not exist, a column that is not there: the load fails, and has run nothing else."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.target(f'CREATE TABLE "{pipeline.spec.target.schema}"."secret" (id INT)')
    plain = pipeline.spec
    for trick in FEW:
        pipeline.spec = REFUSED_BY_LOAD[field](replace(plain, target=replace(plain.target, table="another")), trick)
        with pytest.raises(MysqlRedshiftError):
            pipeline.sync(full_refresh=True)
    assert pipeline.target(f'SELECT COUNT(*) FROM "{plain.target.schema}"."secret"') == [(0,)]
    assert len(pipeline.target(f'SELECT id FROM "{plain.target.schema}"."orders"')) == 3


YAML = """\
pipeline: {pipeline}
source: {{conn_id: {conn_id}, database: shop}}
lake: {{bucket: {bucket}}}
target: {{conn_id: redshift, schema: shop, iam_role: {iam_role}}}
tables:
  orders:
    {{cursor: id, dist_style: {dist_style}, load: {load}, strategy: {strategy}, policies: {{zero_date: {zero_date}}}}}
"""
GOOD = {
    "pipeline": "shop",
    "conn_id": "source",
    "bucket": "lake",
    "iam_role": "arn:aws:iam::123456789012:role/copy",
    "dist_style": "all",
    "load": "merge",
    "strategy": "sequential",
    "zero_date": "1970-01-01",
}


@pytest.mark.types
@pytest.mark.parametrize("field", GOOD)
def test_a_yaml_value_of_a_fixed_form_takes_nothing_else(field: str, tmp_path: Path) -> None:
    """Identifiers of connections, buckets and roles, and words out of a list, are checked when the file is read."""
    path = tmp_path / "shop.yaml"

    def read(value: str) -> TableSpec:
        quoted = {name: f'"{_escaped(text)}"' for name, text in {**GOOD, field: value}.items()}
        path.write_text(YAML.format(**quoted))
        return read_table(path, "orders")

    assert read(GOOD[field]).name == "shop: shop.orders"
    for trick in TRICKS:
        with pytest.raises(ConfigurationError):
            read(f"{GOOD[field]}{trick}")


def _escaped(text: str) -> str:
    """Escape for YAML's double quotes."""
    return text.encode("unicode_escape").decode().replace('"', '\\"')
