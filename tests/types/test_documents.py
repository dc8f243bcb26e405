"""JSON at its limits: size, depth, numbers that no double holds, names given twice."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.errors import SourceError, TargetError
from tests.stack.mysql.conftest import execute
from tests.table_pipeline import TablePipeline
from tests.types.cases.case import texts
from tests.types.round_trip import travel

pytestmark = [pytest.mark.stack, pytest.mark.types]

JUST_UNDER, JUST_OVER = "JSON_ARRAY(REPEAT('x', 65531))", "JSON_ARRAY(REPEAT('x', 65532))"
# each text is as long as SUPER takes one, the document fifteen times that
LARGE = f"JSON_ARRAY({', '.join(['REPEAT(' + chr(39) + 'x' + chr(39) + ', 65535)'] * 15)})"
TOO_LARGE = f"JSON_ARRAY({', '.join(['REPEAT(' + chr(39) + 'x' + chr(39) + ', 65535)'] * 16)})"
DEEPEST = {"mysql": 100, "mariadb": 31}
NUMBERS = (
    "9007199254740993, 18446744073709551615, -9223372036854775808", "18446744073709551616", "1e308, -1e308",
    "12345678901234567890123456789012345678901", "0.10000000000000000000001", "1E2, 1.0, -0.0, 0.1", "5e-324",
)  # fmt: skip
TWICE = ('{"b": 1, "a": 2, "b": 3}', '{"o": {"x": 1, "x": {"y": 2}}}', '{"": 0, " ": 1, "é😀": 2}')


def deep(levels: int) -> str:
    """Return a document of arrays and objects by turns."""
    opened = "".join('{"a":' if level % 2 else "[" for level in range(levels))
    return opened + ("1" if levels % 2 == 0 else "") + "".join("}" if n % 2 else "]" for n in reversed(range(levels)))


def document(text: str) -> Any:
    """Every name in its place, also the second of two equal ones; numbers as they are written."""
    return json.loads(text, parse_float=Decimal, object_pairs_hook=tuple)


def whole_table(pipeline: TablePipeline, **changes: Any) -> None:
    """Sync the table ``t`` into a target of that name."""
    source, target = replace(pipeline.spec.source, table="t"), replace(pipeline.spec.target, table="t")
    pipeline.change(source=source, target=target, cursor=None, **changes)
    pipeline.sync()


def test_documents_at_the_limits_arrive(pipeline: TablePipeline, mysql_server: Any) -> None:
    """65,535 bytes, the deepest that the server stores, numbers beyond double, names given twice: as the source has."""
    deepest = deep(DEEPEST[mysql_server.flavor])
    listed = [JUST_UNDER, *texts(deepest, *(f"[{numbers}]" for numbers in NUMBERS), *TWICE)]
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON, text JSON)")
    for number, literal in enumerate(listed):
        pipeline.sql(f"INSERT INTO t VALUES ({number}, {literal}, {literal})")
    whole_table(pipeline, column_policies={"text": {"json": "varchar"}})
    told = [text for (text,) in pipeline.sql("SELECT CONVERT(doc USING utf8mb4) FROM t ORDER BY id")]
    found = pipeline.target("SELECT JSON_SERIALIZE(doc), text FROM {t} ORDER BY id")
    assert len(told[0]) == 65_535
    assert [text for _, text in found] == told
    assert [document(parsed) for parsed, _ in found] == [document(text) for text in told]


def test_the_servers_store_no_deeper_document(pipeline: TablePipeline, mysql_server: Any) -> None:
    """So that nothing stored can be deeper than the 1,000 levels of SUPER."""
    pipeline.sql("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, doc JSON)")
    for levels in (DEEPEST[mysql_server.flavor] + 1, 1_000):
        with pytest.raises(Exception, match=r"maximum depth|CONSTRAINT"):
            pipeline.sql(f"INSERT INTO t (doc) VALUES ('{deep(levels)}')")


def test_names_given_twice_are_the_servers_affair(pipeline: TablePipeline, mysql_server: Any) -> None:
    """MySQL keeps the last and forgets how a number was written; MariaDB keeps its text, and so does what arrives."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    pipeline.sql("""INSERT INTO t VALUES (1, '{"b": 1, "a": 1E2, "b": 18446744073709551616}')""")
    whole_table(pipeline, policies={"json": "varchar"})
    kept = {
        "mysql": '{"a": 100.0, "b": 1.8446744073709552e19}',
        "mariadb": '{"b": 1, "a": 1E2, "b": 18446744073709551616}',
    }
    assert pipeline.target("SELECT doc FROM {t}") == [(kept[mysql_server.flavor],)]


def test_large_documents_go_by_their_policy(pipeline: TablePipeline) -> None:
    """super_large brings 980 kB as a document; null drops what is one byte over, and is counted."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, kept JSON, dropped JSON)")
    pipeline.sql(f"INSERT INTO t VALUES (1, {LARGE}, {JUST_OVER}), (2, {JUST_OVER}, {JUST_UNDER}), (3, '[1]', NULL)")
    policies = {"kept": {"json_too_long": "super_large"}, "dropped": {"json_too_long": "null"}}
    source, target = replace(pipeline.spec.source, table="t"), replace(pipeline.spec.target, table="t")
    pipeline.change(source=source, target=target, cursor=None, column_policies=policies)
    entry = pipeline.extract_and_publish()
    pipeline.load()
    told = pipeline.sql("SELECT CONVERT(kept USING utf8mb4), CONVERT(dropped USING utf8mb4) FROM t ORDER BY id")
    found = pipeline.target(
        "SELECT JSON_TYPEOF(kept), JSON_SERIALIZE(kept), JSON_SERIALIZE(dropped) FROM {t} ORDER BY id"
    )
    assert [kind for kind, _, _ in found] == ["array"] * 3
    assert [document(kept) for _, kept, _ in found] == [document(kept) for kept, _ in told]
    assert [dropped for _, _, dropped in found] == [None, told[1][1], None]
    assert entry.policy_counts == {"dropped: json_too_long": 1}


REFUSED: list[tuple[str, dict[str, str], str]] = [
    (JUST_OVER, {}, r"at most 65535 bytes.*found: 65536 bytes.*null or super_large"),
    (JUST_OVER, {"json": "varchar"}, r"at most 65535 bytes.*found: 65536 bytes.*json_too_long for this column: null\."),
    ("JSON_ARRAY(REPEAT('x', 65536))", {"json_too_long": "super_large"}, r"inside a JSON document.*65536 bytes"),
    (
        "JSON_OBJECT('a', JSON_ARRAY(REPEAT('é', 32768)))",
        {"json_too_long": "super_large"},
        r"inside a JSON document.*65536 bytes",
    ),
    (TOO_LARGE, {"json_too_long": "super_large"}, r"at most 1000000 bytes"),
]


@pytest.mark.parametrize(("literal", "policies", "message"), REFUSED)
def test_what_super_cannot_hold_is_refused_before_it_is_written(
    admin: Any, source: MySQLSource, database: str, tmp_path: Path, literal: str, policies: dict[str, str], message: str
) -> None:
    """The row's key and the way out are named; JSON_PARSE would fail the whole load, and name neither."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    execute(admin, f"INSERT INTO t VALUES (7, {literal})")
    with pytest.raises(SourceError, match=f"(?s){message}") as error:
        travel(source, database, tmp_path, policies=policies)
    assert "key id=7" in str(error.value)


def test_what_is_no_json_fails_the_load_and_leaves_the_target(pipeline: TablePipeline, mysql_server: Any) -> None:
    """MySQL never stores it; MariaDB does where its checks are off, and `json: varchar` takes it."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    pipeline.sql("INSERT INTO t VALUES (1, '[1]')")
    whole_table(pipeline)
    if mysql_server.flavor == "mysql":
        with pytest.raises(Exception, match="Invalid JSON text"):
            pipeline.sql("INSERT INTO t VALUES (2, 'no json')")
        return
    pipeline.sql("SET check_constraint_checks = 0")
    pipeline.sql("INSERT INTO t VALUES (2, 'no json')")
    with pytest.raises(TargetError, match="Invalid JSON"):
        pipeline.sync()
    assert pipeline.target("SELECT id, JSON_SERIALIZE(doc) FROM {t}") == [(1, "[1]")]
    pipeline.change(
        pipeline="as text", target=replace(pipeline.spec.target, table="texts"), policies={"json": "varchar"}
    )
    pipeline.sync()
    assert pipeline.rows() == [(1, "[1]"), (2, "no json")]
