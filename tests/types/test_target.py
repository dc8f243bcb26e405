"""Every type, value by value, from the source to the Redshift stand-in: one table with a column per case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.table_pipeline import TablePipeline
from tests.types.cases import CASES, Case
from tests.types.target_comparison import differences

pytestmark = [pytest.mark.stack, pytest.mark.types]


@pytest.fixture
def cases_of_server(pipeline: TablePipeline, mysql_server: Any) -> list[Case]:
    """Create the table ``t`` with an id and a column c0, c1, ... per case of this server; return the cases."""
    cases = [case for case in CASES if mysql_server.flavor in case.servers]
    pipeline.sql("SET sql_mode = 'ALLOW_INVALID_DATES'")
    columns = ", ".join(f"c{number} {case.type}" for number, case in enumerate(cases))
    pipeline.sql(f"CREATE TABLE t (id INT PRIMARY KEY, {columns})")
    for row in range(max(len(case.values) for case in cases) + 1):
        values = ", ".join(case.values[row] if row < len(case.values) else "NULL" for case in cases)
        pipeline.sql(f"INSERT INTO t VALUES ({row}, {values})")
    return cases


def test_every_value_arrives_exactly_in_the_target(
    pipeline: TablePipeline, cases_of_server: list[Case], mysql_server: Any
) -> None:
    """Through batches, Parquet, S3, COPY, staging and merge."""
    policies = {f"c{number}": dict(case.policies) for number, case in enumerate(cases_of_server) if case.policies}
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"),
        target=replace(pipeline.spec.target, table="t"),
        cursor=None,
        column_policies=policies,
    )
    planned = pipeline.plan()
    assert planned.table_schema is not None
    pipeline.sync()
    cases = {f"c{number}": case for number, case in enumerate(cases_of_server)}
    assert differences(pipeline, planned.table_schema, cases, flavor=mysql_server.flavor) == {}


def test_a_document_is_loaded_as_a_document_not_as_a_string(pipeline: TablePipeline) -> None:
    """JSON_TYPEOF returns the kind of the document, so SUPER can be navigated."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    documents = ('{"a": 1}', "[1, 2]", "12", '"text"', "true")
    for number, text in enumerate(documents):
        pipeline.sql(f"INSERT INTO t VALUES ({number}, '{text}')")
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    pipeline.sync()
    kinds = [kind for (kind,) in pipeline.target("SELECT JSON_TYPEOF(doc) FROM {t} ORDER BY id")]
    assert kinds == ["object", "array", "number", "string", "boolean"]
