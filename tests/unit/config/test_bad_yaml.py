"""Invalid YAML produces one message with file, line, key, expected and found values, and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.config import load_pipeline, read_table
from mysql_redshift.errors import ConfigurationError
from tests.unit.config.conftest import Write
from tests.unit.config.yaml_texts import GOOD, HEAD

REMEDY = "\n  what to do: Correct the YAML and check it with `airflow mysql-redshift lint`."
IN_ORDERS = f"\n  where: pipeline settlement, table orders{REMEDY}"
IN_FILE = f"\n  where: pipelines/settlement.yaml{REMEDY}"


def refused(path: Path) -> str:
    """Return the error message for an invalid file."""
    with pytest.raises(ConfigurationError) as caught:
        load_pipeline(path)
    return str(caught.value)


BROKEN = (Path(__file__).parent / "broken_entries.txt").read_text().splitlines()


@pytest.mark.parametrize(("entry", "message"), list(zip(BROKEN[::2], map(str.strip, BROKEN[1::2]), strict=True)))
def test_an_invalid_entry_is_reported_and_breaks_only_its_own_table(write: Write, entry: str, message: str) -> None:
    """Lessons S06 and L15: the messages are golden, and the other table is still usable."""
    pipeline = load_pipeline(write(f"{HEAD}  orders: {entry}\n  payments: {{}}\n"))
    assert str(pipeline.broken["orders"]) == f"pipelines/settlement.yaml:9: {message}{IN_ORDERS}"
    assert set(pipeline.tables) == {"payments"}


def test_all_problems_of_an_entry_are_reported_at_once(write: Write) -> None:
    """Each problem is reported with its own line of the file."""
    text = str(load_pipeline(write(HEAD + "  orders:\n    chunk_rows: 0\n    lod: merge\n")).broken["orders"])
    assert text == (
        "2 problems\n"
        "  pipelines/settlement.yaml:10: tables.orders.chunk_rows: expected at least 1, found 0\n"
        f"  pipelines/settlement.yaml:11: tables.orders.lod: unknown key; did you mean load?{IN_ORDERS}"
    )


def test_all_problems_of_a_file_are_reported_at_once(write: Write) -> None:
    """The file has unknown and missing keys, an unknown strategy, an invalid role ARN and an invalid schedule."""
    text = GOOD.replace("inter-table\n", "inter-tabel\n").replace("bucket", "buckit").replace("role/", "user/")
    assert refused(write(text.replace("@hourly", "hourly"))) == (
        "5 problems\n"
        "  pipelines/settlement.yaml:2: schedule: expected a cron expression of 5 fields or a preset such as @hourly, "
        "found 'hourly'\n"
        "  pipelines/settlement.yaml:4: lake.bucket: is missing\n"
        "  pipelines/settlement.yaml:4: lake.buckit: unknown key; did you mean bucket?\n"
        "  pipelines/settlement.yaml:5: target.iam_role: expected an ARN such as "
        "arn:aws:iam::123456789012:role/copy, or default, found 'arn:aws:iam::123456789012:user/copy'\n"
        "  pipelines/settlement.yaml:6: strategy: expected sequential, inter-table or intra-table, found "
        f"'inter-tabel'; did you mean inter-table?{IN_FILE}"
    )


FILES = (Path(__file__).parent / "broken_files.txt").read_text().splitlines()


@pytest.mark.parametrize(("change", "message"), list(zip(FILES[::2], map(str.strip, FILES[1::2]), strict=True)))
def test_a_problem_outside_the_tables_is_raised_with_its_line(write: Write, change: str, message: str) -> None:
    """Such a problem makes the whole pipeline invalid. The messages are golden."""
    old, new = change.split(" -> ")
    assert refused(write(GOOD.replace(old, new, 1))) == f"pipelines/settlement.yaml:{message}{IN_FILE}"


def test_an_invalid_default_is_reported_at_its_own_line(write: Write) -> None:
    """The table inherits the value; the message names the line in defaults."""
    text = str(load_pipeline(write(HEAD.replace("10m", "soon") + "  orders: {}\n")).broken["orders"])
    assert text.startswith("pipelines/settlement.yaml:7: defaults.lookback: expected a duration")


def test_a_problem_in_another_layer_is_reported_with_its_file(write: Write) -> None:
    """Defaults and overlays are separate files."""
    path = write(GOOD)
    write("defaults: {batch_rowz: 1}\n", "defaults.yaml")
    write("lake: {sse: AES}\n", "environments/prod.yaml")
    with pytest.raises(ConfigurationError, match=r"pipelines/environments/prod\.yaml:1: lake\.sse: expected AES256"):
        load_pipeline(path, environment="prod")
    text = str(load_pipeline(path).broken["orders"])
    assert text.startswith("pipelines/defaults.yaml:1: defaults.batch_rowz: unknown key; did you mean batch_rows?")


NO_PIPELINE = """\
The file does not define a pipeline
  where: pipelines/settlement.yaml:1
  expected: a mapping, for example `pipeline: settlement`
  found: {found}
  what to do: Define the pipeline in the file, or delete the file."""
TAB = """\
Invalid YAML
  where: pipelines/settlement.yaml:2, column 1
  expected: spaces for indentation; tabs are not allowed
  found: a tab character that violates indentation
  what to do: Correct this line or the one before it."""
OPEN = """\
Invalid YAML
  where: pipelines/settlement.yaml:2, column 1
  found: did not find expected ',' or ']'
  what to do: Correct this line or the one before it."""


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("", NO_PIPELINE.format(found="an empty file")),
        ("- a\n", NO_PIPELINE.format(found="a list")),
        ("just text\n", NO_PIPELINE.format(found="only 'just text'")),
        ("pipeline: settlement\n\tschedule: x\n", TAB),
        ("tables: [1\n", OPEN),
    ],
)
def test_a_file_without_a_pipeline_mapping_is_refused(write: Write, yaml: str, message: str) -> None:
    """This covers an empty file, a list, plain text, a tab, and an unclosed bracket."""
    assert refused(write(yaml)) == message


def test_an_unreadable_file_is_refused(write: Write, tmp_path: Path) -> None:
    """This covers a missing file, a folder, invalid UTF-8, and a pipeline without tables."""
    path = write(GOOD)
    assert refused(path.with_name("other.yaml")) == "File not found\n  where: pipelines/other.yaml"
    assert refused(path.parent).startswith("Cannot read the file\n  where: pipelines")
    path.write_bytes(b"pipeline: \xff\n")
    assert refused(path).startswith("The file is not UTF-8\n  where: pipelines/settlement.yaml")
    assert refused(write(HEAD.replace("tables:\n", "tables: {}\n"))) == (
        f"pipelines/settlement.yaml:8: tables: expected at least one table, found none{IN_FILE}"
    )


@pytest.mark.parametrize("alias", ["orders: &a {columns: *a}", "orders: {columns: &a [*a]}"])
def test_an_alias_to_itself_is_refused(write: Write, alias: str) -> None:
    """Resolving it would never terminate."""
    text = str(load_pipeline(write(f"{HEAD}  {alias}\n")).broken["orders"])
    assert "an alias must not refer to a node that contains it; write the value out" in text


SECRET = (
    "a secret is not allowed in YAML; store it in an Airflow connection and set conn_id. "
    "Rotate it, because it was stored in a file"
)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("source: {conn_id: m, database: d, password: hunter2}", "3: source.password"),
        ("source: {conn_id: m, database: d, password: {a: hunter2}}", "3: source.password"),
        ("source: {conn_id: m, database: d, aws_secret_access_key: hunter2}", "3: source.aws_secret_access_key"),
        ('source: {conn_id: "mysql://root:hunter2@db/x", database: d}', "3: source.conn_id"),
        ("source: mysql://root:hunter2@db/x", "3: source"),
        ("source: {conn_id: m, database: AKIAIOSFODNN7EXAMPLE}", "3: source.database"),
    ],
)
def test_a_secret_is_refused_and_never_shown(write: Write, line: str, place: str) -> None:
    """Secrets are detected by key name or by the form of the value; the message must not contain them."""
    text = refused(write(GOOD.replace("source: {conn_id: settlement_mysql, database: settlement}", line)))
    assert f"pipelines/settlement.yaml:{place}: {SECRET}" in text
    assert "hunter2" not in text
    assert "EXAMPLE" not in text


def test_a_secret_in_an_entry_breaks_only_that_table(write: Write) -> None:
    """The message contains its line but not its value."""
    pipeline = load_pipeline(write(HEAD + "  orders: {token: hunter2}\n  payments: {key: [AKIAIOSFODNN7EXAMPLE]}\n"))
    assert str(pipeline.broken["orders"]) == f"pipelines/settlement.yaml:9: tables.orders.token: {SECRET}{IN_ORDERS}"
    assert "EXAMPLE" not in str(pipeline.broken["payments"])
    assert f"tables.payments.key.0: {SECRET}" in str(pipeline.broken["payments"])


def test_names_of_tables_and_columns_are_not_treated_as_secrets(write: Write) -> None:
    """A table may be named `api_token` and a column `password`."""
    path = write(HEAD + "  api_token: {columns: {rename: {password: pw}}, column_policies: {secret: {json: super}}}\n")
    assert read_table(path, "api_token").columns.rename == {"password": "pw"}


def test_two_tables_must_not_share_a_target_or_a_source(write: Write) -> None:
    """Lesson D06: target names that differ only in case conflict too, and reading one of the tables alone fails."""
    path = write(HEAD + "  Orders: {}\n  old: {target_table: orders}\n  a: {source_table: b}\n  b: {target_table: c}\n")
    pipeline = load_pipeline(path)
    assert set(pipeline.broken) == {"Orders", "old", "a", "b"}
    assert (
        "pipelines/settlement.yaml:10: tables.old: Orders and old have the same target, settlement.orders; "
        "set a different one for each" in str(pipeline.broken["old"])
    )
    assert "a and b have the same source table, b; set a different one for each" in str(pipeline.broken["a"])
    with pytest.raises(ConfigurationError, match="have the same target"):
        read_table(path, "old")


def test_an_unknown_table_is_refused_with_suggestions(write: Write) -> None:
    """Lesson L10: table names match exactly."""
    with pytest.raises(ConfigurationError) as caught:
        read_table(write(GOOD), "order")
    assert str(caught.value) == (
        "The pipeline settlement has no table order\n"
        "  where: pipelines/settlement.yaml, tables\n"
        "  expected: orders, order_items, countries, payments\n"
        "  found: order\n"
        "  what to do: Did you mean orders, order_items?"
    )


def test_an_environment_name_must_not_contain_path_separators(write: Write) -> None:
    """The name is part of a file path and of every S3 key."""
    with pytest.raises(ConfigurationError, match="Invalid environment name"):
        load_pipeline(write(GOOD), environment="../prod")
