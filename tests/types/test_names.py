"""Every name that MySQL allows reaches the target, and no name or value is ever run as SQL."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from mysql_redshift.core.quoting import mysql_name, mysql_string, redshift_name
from mysql_redshift.core.spec import ColumnsRef, CursorRef, TargetRef
from mysql_redshift.core.types.names import SYSTEM_COLUMNS
from mysql_redshift.errors import ConfigurationError, SourceError
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline
from tests.types.unusual_names import COLUMNS, INJECTIONS

pytestmark = [pytest.mark.stack, pytest.mark.types]

VALUES = (*INJECTIONS, "NULL", "\\", "`")
NAMES = ("sélect.two words", "o'dd\\ `\"; DROP TABLE secret; --", "$$; /*! DELETE FROM secret; */")


@pytest.fixture
def pipeline_with_secret(pipeline: TablePipeline) -> TablePipeline:
    """Create a table ``secret`` with one row at the source and at the target; no test may change it."""
    pipeline.sql("CREATE TABLE secret (id INT)")
    pipeline.sql("INSERT INTO secret VALUES (7)")
    pipeline.target(f'CREATE SCHEMA IF NOT EXISTS "{pipeline.spec.target.schema}"')
    for statement in ("CREATE TABLE {s} (id INT)", "INSERT INTO {s} VALUES (7)"):
        pipeline.target(statement.format(s=f'"{pipeline.spec.target.schema}"."secret"'))
    pipeline.target("CREATE TEMP TABLE secret (id INT)")
    return pipeline


def secrets_unchanged(pipeline: TablePipeline, schema: str) -> bool:
    """Return whether both tables still have their row."""
    return pipeline.sql("SELECT id FROM secret") == [(7,)] and pipeline.target(
        f'SELECT id FROM "{schema}"."secret"'
    ) == [(7,)]


def test_columns_of_any_name_arrive(pipeline_with_secret: TablePipeline) -> None:
    """Reserved words, blanks, quotes, dots, Unicode, digits and long names."""
    pipeline = pipeline_with_secret
    definitions = ", ".join(f"{mysql_name(name)} VARCHAR(200) CHARACTER SET utf8mb4" for name in COLUMNS)
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, {definitions})")
    values = ", ".join(mysql_string(VALUES[number % len(VALUES)]) for number in range(len(COLUMNS)))
    pipeline.sql(f"INSERT INTO t VALUES (1, {values})")
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    pipeline.sync()
    (row,) = pipeline.target("SELECT * FROM {t}")
    assert row[0] == 1
    assert list(row[1 : len(COLUMNS) + 1]) == [VALUES[n % len(VALUES)] for n in range(len(COLUMNS))]
    assert secrets_unchanged(pipeline, pipeline.spec.target.schema)


def test_members_and_documents_with_any_text_arrive(pipeline_with_secret: TablePipeline) -> None:
    """Members of ENUM and SET, and texts and names inside JSON, are never run as SQL."""
    pipeline = pipeline_with_secret
    enum = ", ".join(mysql_string(injection) for injection in INJECTIONS)
    members = ", ".join(mysql_string(injection.replace(",", ";")) for injection in INJECTIONS)
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, e ENUM({enum}), s SET({members}), j JSON)")
    for number, injection in enumerate(INJECTIONS):
        text = mysql_string(injection)
        member = mysql_string(injection.replace(",", ";"))
        pipeline.sql(f"INSERT INTO t VALUES ({number}, {text}, {member}, JSON_OBJECT({text}, {text}))")
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    pipeline.sync()
    rows = pipeline.target("SELECT e, s, JSON_SERIALIZE(j) FROM {t} ORDER BY id")
    assert [(e, s) for e, s, _ in rows] == [(injection, injection.replace(",", ";")) for injection in INJECTIONS]
    assert len(rows) == len(INJECTIONS)
    assert secrets_unchanged(pipeline, pipeline.spec.target.schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_with_unusual_names_everywhere_arrives(pipeline_with_secret: TablePipeline, name: str) -> None:
    """Database, schema, table, key, cursor and renamed column have the name; a second run merges by it."""
    pipeline, schema = pipeline_with_secret, pipeline_with_secret.spec.target.schema
    key, cursor = mysql_name(f"k {name}"), mysql_name(f"c {name}")
    unique = f"{secrets.token_hex(4)} {name}"
    table = f"{mysql_name(unique)}.{mysql_name(name)}"
    pipeline.sql(f"CREATE DATABASE {mysql_name(unique)}")
    pipeline.stack.callback(pipeline.sql, f"DROP DATABASE {mysql_name(unique)}")
    pipeline.sql(f"CREATE TABLE {table} ({key} VARCHAR(60) COLLATE utf8mb4_bin PRIMARY KEY, {cursor} DATETIME(6))")
    for value in VALUES:
        pipeline.sql(f"INSERT INTO {table} VALUES ({mysql_string(value)}, '2026-01-01')")
    schema_name, target_name = unique[:20].replace("\\", "/"), name.replace("\\", "/")  # see the test below
    target = TargetRef(
        conn_id=pipeline.spec.target.conn_id,
        schema=schema_name,
        table=target_name,
        ledger_schema=f"l {schema_name}",
        iam_role=pipeline.spec.target.iam_role,
    )
    pipeline.change(
        source=replace(pipeline.spec.source, database=unique, table=name),
        target=target,
        lake=replace(pipeline.spec.lake, prefix=f"x/{target_name}"),
        cursor=CursorRef(column=f"c {name}", zone="UTC"),
        lookback=86_400.0 * 365,
        columns=ColumnsRef(rename={f"c {name}": f"r {name}"}),
    )
    pipeline.sync()
    pipeline.sync()
    quoted = redshift_name(f"k {name}".lower()).replace("{", "{{").replace("}", "}}")
    renamed = redshift_name(f"r {name}".lower())
    held = pipeline.target(f"SELECT {quoted}, {renamed} FROM {redshift_name(schema_name.lower(), target_name.lower())}")
    assert sorted(text for text, _ in held) == sorted(VALUES)
    assert secrets_unchanged(pipeline, schema)


@ON_FIRST
def test_a_system_column_name_is_refused_at_plan_unless_renamed(pipeline: TablePipeline) -> None:
    """Every Redshift table has hidden columns of these names; the plan fails before anything is read."""
    names = sorted(SYSTEM_COLUMNS)
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, {', '.join(f'{name} INT' for name in names)})")
    pipeline.sql(f"INSERT INTO t VALUES (1, {', '.join(str(number) for number in range(len(names)))})")
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    for name in names:
        others = tuple(other for other in names if other != name)
        pipeline.change(columns=ColumnsRef(exclude=others))
        with pytest.raises(SourceError, match="The column name is reserved in Redshift") as error:
            pipeline.plan()
        assert f"columns.rename: {{{name}: {name}_}}" in str(error.value)
    pipeline.change(columns=ColumnsRef(rename={name: f"{name}_" for name in names}))
    pipeline.sync()
    listed = ", ".join(f"{name}_" for name in names)
    assert [list(row) for row in pipeline.target(f"SELECT {listed} FROM {{t}}")] == [list(range(len(names)))]


@ON_FIRST
def test_a_target_named_with_a_backslash_is_refused_at_plan(pipeline: TablePipeline) -> None:
    """No literal for a backslash works on every Redshift and PostgreSQL; the message names the remedy."""
    pipeline.sql("CREATE TABLE `back\\slash` (id INT PRIMARY KEY)")
    for schema, table in (("back\\slash", "t"), (pipeline.spec.target.schema, "back\\slash")):
        target = replace(pipeline.spec.target, schema=schema, table=table)
        pipeline.change(source=replace(pipeline.spec.source, table="back\\slash"), target=target, cursor=None)
        with pytest.raises(ConfigurationError, match="target_table or target_schema"):
            pipeline.plan()
