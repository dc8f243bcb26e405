"""JSON at its limits: size, depth, numbers beyond double precision, duplicate names."""

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
from tests.types.round_trip import round_trip

pytestmark = [pytest.mark.stack, pytest.mark.types]

JUST_UNDER, JUST_OVER = "JSON_ARRAY(REPEAT('x', 65531))", "JSON_ARRAY(REPEAT('x', 65532))"
# each text has the maximum length of a text in SUPER; the document has fifteen of them
LARGE = f"JSON_ARRAY({', '.join(['REPEAT(' + chr(39) + 'x' + chr(39) + ', 65535)'] * 15)})"
TOO_LARGE = f"JSON_ARRAY({', '.join(['REPEAT(' + chr(39) + 'x' + chr(39) + ', 65535)'] * 16)})"
DEEPEST = {"mysql": 100, "mariadb": 31}
NUMBERS = (
    "9007199254740993, 18446744073709551615, -9223372036854775808", "18446744073709551616", "1e308, -1e308",
    "12345678901234567890123456789012345678901", "0.10000000000000000000001", "1E2, 1.0, -0.0, 0.1", "5e-324",
)  # fmt: skip
NAMES = ('{"": 0, " ": 1, "é😀": 2}', '[{"a": 1}, {"a": {"a": 2}}]')
DUPLICATES = {
    '{"b": 1, "a": 1E2, "b": 18446744073709551616}': '{"b":18446744073709551616,"a":1E2}',
    '{"o": [{"x": 1, "x": {"y": -0.0, "z": null}}]}': '{"o":[{"x":{"y":-0.0,"z":null}}]}',
    '{"a": 1, "\\\\u0061": "é\\\\n"}': '{"a":"é\\n"}',
}


def deep(levels: int) -> str:
    """Return a document of alternating arrays and objects."""
    opened = "".join('{"a":' if level % 2 else "[" for level in range(levels))
    return opened + ("1" if levels % 2 == 0 else "") + "".join("}" if n % 2 else "]" for n in reversed(range(levels)))


def parse(text: str) -> Any:
    """Parse a document, keeping the order of names, duplicate names and every digit of a number."""
    return json.loads(text, parse_float=Decimal, object_pairs_hook=tuple)


def sync_table(pipeline: TablePipeline, **changes: Any) -> None:
    """Sync the table ``t`` to a target of the same name."""
    source, target = replace(pipeline.spec.source, table="t"), replace(pipeline.spec.target, table="t")
    pipeline.change(source=source, target=target, cursor=None, **changes)
    pipeline.sync()


def test_documents_at_the_limits_arrive(pipeline: TablePipeline, mysql_server: Any) -> None:
    """65,535 bytes, the depth limit of the server, numbers beyond double precision and unusual names."""
    deepest = deep(DEEPEST[mysql_server.flavor])
    literals = [JUST_UNDER, *texts(deepest, *(f"[{numbers}]" for numbers in NUMBERS), *NAMES)]
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON, text JSON)")
    for number, literal in enumerate(literals):
        pipeline.sql(f"INSERT INTO t VALUES ({number}, {literal}, {literal})")
    sync_table(pipeline, column_policies={"text": {"json": "varchar"}})
    expected = [text for (text,) in pipeline.sql("SELECT CONVERT(doc USING utf8mb4) FROM t ORDER BY id")]
    found = pipeline.target("SELECT JSON_SERIALIZE(doc), text FROM {t} ORDER BY id")
    assert len(expected[0]) == 65_535
    assert [text for _, text in found] == expected
    assert [parse(kept) for kept, _ in found] == [parse(text) for text in expected]


def test_the_servers_reject_deeper_documents(pipeline: TablePipeline, mysql_server: Any) -> None:
    """No stored document can therefore exceed the 1,000 levels of SUPER."""
    pipeline.sql("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, doc JSON)")
    for levels in (DEEPEST[mysql_server.flavor] + 1, 1_000):
        with pytest.raises(Exception, match=r"maximum depth|CONSTRAINT"):
            pipeline.sql(f"INSERT INTO t (doc) VALUES ('{deep(levels)}')")


def test_duplicate_names_arrive_as_the_server_stores_them(pipeline: TablePipeline, mysql_server: Any) -> None:
    """MySQL keeps the last duplicate and normalizes numbers; MariaDB keeps the text."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    pipeline.sql("""INSERT INTO t VALUES (1, '{"b": 1, "a": 1E2, "b": 18446744073709551616}')""")
    sync_table(pipeline, policies={"json": "varchar"})
    stored = {
        "mysql": '{"a": 100.0, "b": 1.8446744073709552e19}',
        "mariadb": '{"b": 1, "a": 1E2, "b": 18446744073709551616}',
    }
    assert pipeline.target("SELECT doc FROM {t}") == [(stored[mysql_server.flavor],)]


def test_duplicate_names_are_refused_or_the_last_is_kept(pipeline: TablePipeline, mysql_server: Any) -> None:
    """JSON_PARSE refuses them without naming the row. MySQL stores no duplicates, so it needs no policy."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    for number, document in enumerate(DUPLICATES):
        pipeline.sql(f"INSERT INTO t VALUES ({number}, '{document}')")
    if mysql_server.flavor == "mysql":
        sync_table(pipeline)
        return
    with pytest.raises(SourceError, match=r"(?s)two members of one name.*key id=0.*json_duplicates: keep_last"):
        sync_table(pipeline)
    pipeline.change(policies={"json_duplicates": "keep_last"})
    entry = pipeline.extract_and_publish()
    assert entry.policy_counts == {"doc: json_duplicates": len(DUPLICATES)}
    pipeline.load()
    found = [text for (text,) in pipeline.target("SELECT JSON_SERIALIZE(doc) FROM {t} ORDER BY id")]
    assert found == list(DUPLICATES.values())


def test_a_policy_decides_about_large_documents(pipeline: TablePipeline) -> None:
    """``super_large`` loads 980 kB as a document; ``null`` drops a document one byte over the limit and is counted."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, kept JSON, dropped JSON)")
    pipeline.sql(f"INSERT INTO t VALUES (1, {LARGE}, {JUST_OVER}), (2, {JUST_OVER}, {JUST_UNDER}), (3, '[1]', NULL)")
    policies = {"kept": {"json_too_long": "super_large"}, "dropped": {"json_too_long": "null"}}
    source, target = replace(pipeline.spec.source, table="t"), replace(pipeline.spec.target, table="t")
    pipeline.change(source=source, target=target, cursor=None, column_policies=policies)
    entry = pipeline.extract_and_publish()
    pipeline.load()
    expected = pipeline.sql("SELECT CONVERT(kept USING utf8mb4), CONVERT(dropped USING utf8mb4) FROM t ORDER BY id")
    found = pipeline.target(
        "SELECT JSON_TYPEOF(kept), JSON_SERIALIZE(kept), JSON_SERIALIZE(dropped) FROM {t} ORDER BY id"
    )
    assert [kind for kind, _, _ in found] == ["array"] * 3
    assert [parse(kept) for _, kept, _ in found] == [parse(kept) for kept, _ in expected]
    assert [dropped for _, _, dropped in found] == [None, expected[1][1], None]
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
def test_a_document_beyond_the_limits_of_super_is_refused_before_it_is_written(
    admin: Any, source: MySQLSource, database: str, tmp_path: Path, literal: str, policies: dict[str, str], message: str
) -> None:
    """The error names the row's key and the remedy; JSON_PARSE would fail the whole load and name neither."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    execute(admin, f"INSERT INTO t VALUES (7, {literal})")
    with pytest.raises(SourceError, match=f"(?s){message}") as error:
        round_trip(source, database, tmp_path, policies=policies)
    assert "key id=7" in str(error.value)


def test_invalid_json_fails_the_load_and_leaves_the_target_unchanged(
    pipeline: TablePipeline, mysql_server: Any
) -> None:
    """MySQL rejects it; MariaDB stores it if its checks are off, and `json: varchar` loads it."""
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, doc JSON)")
    pipeline.sql("INSERT INTO t VALUES (1, '[1]')")
    sync_table(pipeline)
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
