"""A run's conf and a table's YAML are only values and names: an injected statement is refused and never runs."""

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
from tests.types.unusual_names import INJECTIONS

Change = Callable[[TableSpec, str], TableSpec]
FEW = INJECTIONS[:4]


def read_conf(conf: Mapping[str, Any]) -> RunRequest:
    """Read a run's conf as the operators do."""
    dag_run = SimpleNamespace(run_type="manual", run_id="r", triggering_user_name="a person")
    return run_request(conf, dag_run, where="task plan")


@pytest.mark.types
@pytest.mark.parametrize("field", ["limit", "mode", "move_watermark", "full_refresh", "dry_run", "allow_gap"])
def test_a_conf_value_of_the_wrong_kind_is_refused(field: str) -> None:
    """Numbers, flags and modes have fixed forms."""
    for injection in (*INJECTIONS, f"1{INJECTIONS[0]}", f"true{INJECTIONS[0]}", f"sync{INJECTIONS[0]}"):
        with pytest.raises(ConfigurationError):
            read_conf({field: injection})


@pytest.mark.types
@pytest.mark.parametrize(
    ("kind", "good"),
    [(PositionKind.TIME, "2026-01-01T00:00:00"), (PositionKind.ID, "12")],
    ids=["time", "integer"],
)
def test_since_and_until_are_a_timestamp_or_an_integer(kind: PositionKind, good: str) -> None:
    """Text before, after or instead of the value is refused."""
    assert parse_position(kind, good)
    for injection in INJECTIONS:
        for text in (injection, f"{good}{injection}", f"{good}' {injection}", f"{injection} {good}"):
            with pytest.raises(MysqlRedshiftError):
                parse_position(kind, text)


@pytest.mark.stack
@pytest.mark.types
@pytest.mark.parametrize(("cursor", "good"), [("updated_at", "2026-01-01T00:00:00"), ("id", "1")])
@ON_FIRST
def test_an_injection_in_since_or_until_never_reaches_the_source(
    pipeline: TablePipeline, cursor: str, good: str
) -> None:
    """The plan fails, and no other statement runs."""
    insert_orders(pipeline, 3)
    pipeline.sql("CREATE TABLE secret (id INT)")
    pipeline.change(cursor=CursorRef(column=cursor, zone="UTC"))
    for injection in FEW[:2]:
        for field in ("since", "until"):
            with pytest.raises(MysqlRedshiftError):
                pipeline.plan(**{field: f"{good}{injection}"})
    assert pipeline.sql("SELECT COUNT(*) FROM secret") == [(0,)]
    assert pipeline.plan(since=good, allow_gap=True).work


REFUSED_AT_PLAN: dict[str, Change] = {
    "cursor": lambda spec, injection: replace(spec, cursor=CursorRef(column=injection, zone="UTC")),
    "key": lambda spec, injection: replace(spec, key=(injection,)),
    "columns.include": lambda spec, injection: replace(spec, columns=ColumnsRef(include=("id", injection))),
    "columns.exclude": lambda spec, injection: replace(spec, columns=ColumnsRef(exclude=(injection,))),
    "columns.rename": lambda spec, injection: replace(spec, columns=ColumnsRef(rename={injection: "x"})),
    "column_policies": lambda spec, injection: replace(spec, column_policies={injection: {"too_long": "null"}}),
    "policies": lambda spec, injection: replace(spec, policies={"zero_date": f"1970-01-01{injection}"}),
    "table": lambda spec, injection: replace(spec, source=replace(spec.source, table=injection)),
    "database": lambda spec, injection: replace(spec, source=replace(spec.source, database=injection)),
}


@pytest.mark.stack
@pytest.mark.types
@ON_FIRST
def test_a_name_that_does_not_exist_at_the_source_is_refused_at_plan(pipeline: TablePipeline) -> None:
    """Names are only looked up in the catalogue."""
    insert_orders(pipeline, 3)
    pipeline.sql("CREATE TABLE secret (id INT)")
    plain = pipeline.spec
    for change in REFUSED_AT_PLAN.values():
        for injection in FEW:
            pipeline.spec = change(plain, injection)
            with pytest.raises(MysqlRedshiftError):
                pipeline.plan()
    assert pipeline.sql("SELECT COUNT(*) FROM secret") == [(0,)]


REFUSED_BY_LOAD: dict[str, Change] = {
    "iam_role": lambda spec, injection: replace(
        spec, target=replace(spec.target, iam_role=f"{spec.target.iam_role}{injection}")
    ),
    "dist_key": lambda spec, injection: replace(spec, layout=LayoutRef(dist_key=injection)),
    "sort_key": lambda spec, injection: replace(spec, layout=LayoutRef(sort_key=(injection,))),
}


@pytest.mark.stack
@pytest.mark.types
@pytest.mark.parametrize("field", REFUSED_BY_LOAD)
@ON_FIRST
def test_names_that_only_redshift_receives_are_quoted(pipeline: TablePipeline, field: str) -> None:
    """An unknown role or column fails the load, and no other statement runs."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.target(f'CREATE TABLE "{pipeline.spec.target.schema}"."secret" (id INT)')
    plain = pipeline.spec
    for injection in FEW:
        pipeline.spec = REFUSED_BY_LOAD[field](replace(plain, target=replace(plain.target, table="another")), injection)
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
def test_a_yaml_value_with_a_fixed_form_is_validated(field: str, tmp_path: Path) -> None:
    """Identifiers of connections, buckets and roles, and enumerated values, are validated when the file is read."""
    path = tmp_path / "shop.yaml"

    def read(value: str) -> TableSpec:
        quoted = {name: f'"{_escaped(text)}"' for name, text in {**GOOD, field: value}.items()}
        path.write_text(YAML.format(**quoted))
        return read_table(path, "orders")

    assert read(GOOD[field]).name == "shop: shop.orders"
    for injection in INJECTIONS:
        with pytest.raises(ConfigurationError):
            read(f"{GOOD[field]}{injection}")


def _escaped(text: str) -> str:
    """Escape for YAML's double quotes."""
    return text.encode("unicode_escape").decode().replace('"', '\\"')
