"""Each policy end to end: what it does to values, and that the log counts them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import Strategy
from mysql_redshift.errors import SourceError
from mysql_redshift.operators import LogPublishOperator, MySQLToS3ParquetOperator
from mysql_redshift.steps.state.journal import Journal
from tests.stack.mysql.conftest import execute
from tests.stack.operators.conftest import Context
from tests.table_pipeline import TablePipeline
from tests.types.round_trip import round_trip

pytestmark = [pytest.mark.stack, pytest.mark.types]

LONG = "REPEAT('é', 40000)"
LONG_LINE = "ST_GeomFromText(CONCAT('LINESTRING(', REPEAT('0.123456789012345 0.123456789012345,', 2000), '1 1)'))"
LONG_JSON = "JSON_ARRAY(REPEAT('x', 70000))"
# (type, two values, policies, the target's values, the policy and the count in the log)
ACTING: list[tuple[str, tuple[str, ...], dict[str, str], list[str | None], tuple[str, int] | None]] = [
    ("DATE", ("'0000-00-00'", "'2026-01-02'"), {}, [None, "2026-01-02"], ("zero_date", 1)),
    ("DATE", ("'2026-02-31'",), {"zero_date": "1970-01-01"}, ["1970-01-01"] * 2, ("zero_date", 2)),
    ("DATETIME NOT NULL", ("'2026-00-01 05:00:00'",), {}, [None] * 2, ("zero_date", 2)),
    ("TIMESTAMP NULL", ("0",), {"zero_date": "2000-01-01"}, ["2000-01-01 00:00:00"] * 2, ("zero_date", 2)),
    ("MEDIUMTEXT", (LONG, "'x'"), {"too_long": "truncate"}, ["é" * 32767, "x"], ("too_long", 1)),
    ("MEDIUMTEXT", (LONG, "'x'"), {"too_long": "null"}, [None, "x"], ("too_long", 1)),
    ("TEXT", ("'a\\0b'", "'c'"), {"nul_character": "remove"}, ["ab", "c"], ("nul_character", 1)),
    ("JSON", (LONG_JSON, "'[1]'"), {"json_too_long": "null"}, [None, "[1]"], ("json_too_long", 1)),
    (
        "GEOMETRY",
        (LONG_LINE, "ST_GeomFromText('POINT(1 2)')"),
        {"geometry_too_long": "null"},
        [None, "POINT(1 2)"],
        ("geometry_too_long", 1),
    ),
    ("LONGBLOB", ("REPEAT(x'ff', 5000000)", "x'0a'"), {"too_long": "null"}, [None, "0a"], ("too_long", 1)),
    ("TIME", ("'-838:59:59'", "0"), {"time": "microseconds"}, ["-3020399000000", "0"], None),
    ("TINYINT(1)", ("0", "1"), {"tinyint1": "boolean"}, ["False", "True"], None),
    ("SMALLINT", ("-32768", "32767"), {"smallint": "integer"}, ["-32768", "32767"], None),
]
REFUSING: list[tuple[str, str, dict[str, str], str]] = [
    ("DATE", "'0000-00-00'", {"zero_date": "fail"}, "not in the calendar"),
    ("MEDIUMTEXT", LONG, {}, "too long for Redshift"),
    ("TEXT", "'a\\0b'", {}, "NUL"),
    ("JSON", LONG_JSON, {}, "too long for Redshift"),
    ("GEOMETRY", LONG_LINE, {}, "too long for Redshift"),
    ("LONGBLOB", "REPEAT(x'ff', 5000000)", {}, "too long for Redshift"),
    ("TINYINT(1)", "5", {"tinyint1": "boolean"}, "does not fit"),
    ("BIGINT UNSIGNED", "9223372036854775808", {"bigint_unsigned": "bigint"}, "does not fit"),
    ("TIME", "'24:00:00'", {"time": "time"}, "does not fit"),
]


def insert(connection: Any, values: list[tuple[str, ...]]) -> None:
    """Insert row n from the nth values of all columns; a shorter column repeats its last value."""
    for row in range(max(map(len, values))):
        literals = ", ".join(column[row] if row < len(column) else column[-1] for column in values)
        execute(connection, f"INSERT INTO t VALUES ({row}, {literals})")


def test_policies_change_values_and_the_log_counts_them(pipeline: TablePipeline) -> None:
    """Each policy acts on its column only, in the target and in the counts of the log entry."""
    columns = {f"c{number}": case for number, case in enumerate(ACTING)}
    pipeline.sql("SET sql_mode = 'ALLOW_INVALID_DATES'")
    pipeline.sql(
        f"CREATE TABLE t (id INT PRIMARY KEY, {', '.join(f'{name} {case[0]}' for name, case in columns.items())})"
    )
    insert(pipeline.mysql, [case[1] for case in ACTING])
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"),
        target=replace(pipeline.spec.target, table="t"),
        cursor=None,
        column_policies={name: case[2] for name, case in columns.items() if case[2]},
    )
    entry = pipeline.extract_and_publish()
    pipeline.load()
    for name, (column_type, _, _, expected, policy_counts) in columns.items():
        sql = {"JSON": f"JSON_SERIALIZE({name})", "LONGBLOB": f"FROM_VARBYTE({name}, 'hex')"}.get(column_type, name)
        found = [value for (value,) in pipeline.target(f"SELECT {sql} FROM {{t}} ORDER BY id")]
        assert [None if value is None else str(value) for value in found] == expected, column_type
        counted = {key: count for key, count in entry.policy_counts.items() if key.startswith(f"{name}: ")}
        assert counted == ({f"{name}: {policy_counts[0]}": policy_counts[1]} if policy_counts else {}), column_type


@pytest.mark.parametrize(("column_type", "value", "policies", "message"), REFUSING)
def test_a_value_that_no_policy_allows_fails_and_names_column_and_key(
    admin: Any,
    source: MySQLSource,
    database: str,
    tmp_path: Path,
    column_type: str,
    value: str,
    policies: dict[str, str],
    message: str,
) -> None:
    """The key identifies the row at the source."""
    execute(admin, f"CREATE TABLE t (id INT PRIMARY KEY, c {column_type})")
    insert(admin, [(value,)])
    with pytest.raises(SourceError, match=message) as error:
        round_trip(source, database, tmp_path, policies=policies)
    assert "column c " in str(error.value)
    assert "key id=0" in str(error.value)


class Lines(list[str]):
    """The lines that an operator logs."""

    def info(self, text: str, *values: object) -> None:
        self.append(text % values)

    def warning(self, text: str, *_: object) -> None:
        """Ignore Airflow's warning that a test executes an operator directly."""


def test_logs_receipts_and_the_entry_count_the_policies(
    pipeline: TablePipeline, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By column and policy, per chunk and in total: in task logs, in XComs and in the log entry."""
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("CREATE TABLE t (id INT PRIMARY KEY, day DATE, note MEDIUMTEXT)")
    pipeline.sql(
        f"INSERT INTO t VALUES (1, '0000-00-00', {LONG}), {', '.join(f'({n}, 0, NULL)' for n in range(2, 31))}"
    )
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"),
        target=replace(pipeline.spec.target, table="t"),
        cursor=None,
        strategy=Strategy.INTRA_TABLE,
        chunk_rows=10,
        policies={"too_long": "truncate"},
    )
    lines = Lines()
    for operator in (MySQLToS3ParquetOperator, LogPublishOperator):
        monkeypatch.setattr(operator, "log", lines, raising=False)
    planned = pipeline.plan()
    plain = codec.to_plain(planned)
    receipts = [
        MySQLToS3ParquetOperator(
            task_id="extract", spec=pipeline.spec, plan=plain, chunk=codec.to_plain(chunk)
        ).execute(context())
        for chunk in planned.work
    ]
    published = LogPublishOperator(task_id="publish", spec=pipeline.spec, plan=plain, receipts=receipts).execute(
        context()
    )
    counts = [receipt["policy_counts"] for receipt in receipts]
    assert len(counts) == 3
    assert counts[0] == {"day: zero_date": counts[0]["day: zero_date"], "note: too_long": 1}
    assert [list(count) for count in counts[1:]] == [["day: zero_date"]] * 2
    assert sum(count["day: zero_date"] for count in counts) == 30
    assert published["policy_values"] == 31
    head = Journal(pipeline.clients.store, TableLayout.of(pipeline.spec)).head()
    assert head is not None
    assert head.policy_counts == {"day: zero_date": 30, "note: too_long": 1}
    counting = [line for line in lines if "policy zero_date applied to " in line and "of column day" in line]
    assert len(counting) == 4
    assert "\n  policy too_long applied to 1 value of column note" in lines[-1]
    assert "policy zero_date applied to 30 values of column day" in lines[-1]
