"""YAML becomes specs, and bad YAML one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.config import find_pipelines, load_pipeline
from mysql_redshift.config.quantities import seconds, size
from mysql_redshift.core.spec import LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError

HEAD = """\
pipeline: settlement
schedule: "@hourly"
source: {conn_id: settlement_mysql, database: settlement}
lake:   {conn_id: aws_default, bucket: acme-lake, prefix: mysql}
target: {conn_id: redshift, schema: settlement, iam_role: "arn:aws:iam::123456789012:role/copy"}
strategy: inter-table
defaults: {cursor: updated_at, lookback: 10m, batch_rows: 131072}
tables:
"""
GOOD = (
    HEAD
    + """\
  orders:      {strategy: intra-table, chunk_rows: 2_000_000, max_chunks: 32}
  order_items: {cursor: id, load: append}
  countries:   {load: replace}
  payments:
"""
)


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str, name: str = "settlement.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def error(path: Path, table: str | None = None) -> str:
    """Return the message of what is wrong, with the folder's name taken out."""
    if table is not None:
        text = str(load_pipeline(path).broken[table])
    else:
        with pytest.raises(ConfigurationError) as caught:
            load_pipeline(path)
        text = str(caught.value)
    return text.replace(str(path.parent) + "/", "")


def test_the_design_s_example_resolves(write) -> None:  # type: ignore[no-untyped-def]
    """Defaults reach the tables; a table's own word wins; a replaced table needs no cursor."""
    pipeline = load_pipeline(write(GOOD), environment="prod")
    orders, items, countries = (pipeline.tables[name] for name in ("orders", "order_items", "countries"))
    assert (orders.strategy, orders.chunk_rows, orders.lookback) == (Strategy.INTRA_TABLE, 2_000_000, 600)
    assert orders.cursor is not None
    assert orders.cursor.column == "updated_at"
    assert items.cursor is not None
    assert (items.cursor.column, items.load) == ("id", LoadMode.APPEND)
    assert (countries.cursor, countries.load) == (None, LoadMode.REPLACE)
    assert pipeline.tables["payments"].environment == "prod"
    assert not pipeline.broken


def test_an_unknown_key_is_named_with_its_line_and_its_neighbour(write) -> None:  # type: ignore[no-untyped-def]
    """Golden: file, line, key, and the key that was meant."""
    text = error(write(HEAD + "  orders: {chunk_rowz: 5}\n"), "orders")
    assert text == (
        "settlement.yaml:9: tables.orders.chunk_rowz: unknown key; did you mean chunk_rows?\n"
        "  where: pipeline settlement, table orders\n"
        "  what to do: Correct the YAML; `airflow mysql-redshift lint` checks it."
    )


def test_a_broken_entry_breaks_its_own_table_only(write) -> None:  # type: ignore[no-untyped-def]
    """S6: the other tables stay."""
    pipeline = load_pipeline(write(HEAD + "  orders: {chunk_rows: many}\n  payments: {}\n"))
    assert set(pipeline.tables) == {"payments"}
    assert set(pipeline.broken) == {"orders"}


def test_a_bad_default_is_named_where_it_stands(write) -> None:  # type: ignore[no-untyped-def]
    """The table inherits the mistake; the message leads to its place."""
    text = error(write(HEAD.replace("10m", "soon") + "  orders: {}\n"), "orders")
    assert text.startswith("settlement.yaml:7: defaults.lookback: 'soon' is not a duration")


def test_everything_wrong_with_the_file_is_told_at_once(write) -> None:  # type: ignore[no-untyped-def]
    """Three mistakes, three lines."""
    text = error(write(GOOD.replace("inter-table", "inter-tabel").replace("bucket", "buckit").replace("role/", "x/")))
    assert "settlement.yaml:6: strategy: expected sequential or inter-table or intra-table, found 'inter-tabel'" in text
    assert "did you mean inter-table?" in text
    assert "settlement.yaml:4: lake.buckit: unknown key; did you mean bucket?" in text
    assert "settlement.yaml:5: target.iam_role:" in text


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("", "A pipeline's file holds one mapping"),
        ("- a\n", "A pipeline's file holds one mapping"),
        ("a: [1\n", "This is not YAML"),
        ("a: 1\n\tb: 2\n", "This is not YAML"),
        (GOOD + "  orders: {}\n", "The key 'orders' stands twice"),
    ],
)
def test_what_is_no_pipeline_is_refused(write, yaml: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    """With the file and, where there is one, the line."""
    text = error(write(yaml))
    assert text.startswith(expected)
    assert "settlement.yaml" in text


@pytest.mark.parametrize(
    "line",
    [
        "source: {conn_id: m, database: d, password: hunter2hunter2}",
        "description: mysql://root:hunter2hunter2@db/x",
        "description: AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_a_secret_is_refused_and_not_shown(write, line: str) -> None:  # type: ignore[no-untyped-def]
    """Rule 9: the message itself must not leak it."""
    text = error(write(GOOD.replace("source: {conn_id: settlement_mysql, database: settlement}", line)))
    assert "a secret in YAML" in text
    assert "hunter2" not in text
    assert "EXAMPLE" not in text


def test_an_overlay_wins_and_null_unsets(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Maps merge deep, tags unite, null takes away."""
    path = write(GOOD + "tags: [money]\n")
    write("lake: {prefix: null, bucket: other-lake}\ntags: [prod]\n", "environments/prod.yaml")
    write("tags: [all]\n", "defaults.yaml")
    prod, plain = load_pipeline(path, environment="prod"), load_pipeline(path)
    assert (prod.tables["orders"].lake.bucket, prod.tables["orders"].lake.prefix) == ("other-lake", "")
    assert prod.tags == ("all", "money", "prod")
    assert plain.tables["orders"].lake.bucket == "acme-lake"
    assert find_pipelines(tmp_path) == [path]


def test_two_tables_may_not_share_a_target(write) -> None:  # type: ignore[no-untyped-def]
    """D6: not even where only the case differs."""
    pipeline = load_pipeline(write(HEAD + "  Orders: {}\n  old: {target_table: orders}\n  payments: {}\n"))
    assert set(pipeline.broken) == {"Orders", "old"}
    assert "both go to settlement.orders" in str(pipeline.broken["old"])


def test_one_table_is_read_alone(write) -> None:  # type: ignore[no-untyped-def]
    """A task start validates its own table only."""
    pipeline = load_pipeline(write(HEAD + "  orders: {}\n  broken: {nonsense: 1}\n"), only="orders")
    assert set(pipeline.tables) == {"orders"}
    assert not pipeline.broken


@pytest.mark.parametrize(("text", "value"), [("30s", 30), ("1h30m", 5400), ("2d", 172800), (15, 15), ("1.5m", 90)])
def test_durations(text: object, value: float) -> None:
    """As people write them."""
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "m", "10 parsecs", "1h foo", True, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="not a duration"):
        seconds(text)


@pytest.mark.parametrize(("text", "value"), [("64MB", 64_000_000), ("1MiB", 1048576), (4096, 4096), ("1.5kb", 1500)])
def test_sizes(text: object, value: int) -> None:
    """Decimal and binary units."""
    assert size(text) == value
