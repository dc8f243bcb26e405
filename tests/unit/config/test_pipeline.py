"""YAML resolves to specs: defaults, overlays, and the table's own settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from mysql_redshift.config import find_pipelines, load_pipeline, read_table
from mysql_redshift.config.fields import parse_duration, parse_size
from mysql_redshift.config.schedules import schedule
from mysql_redshift.core.spec import Compression, CursorRef, LayoutRef, LoadMode, OnTypeChange, Strategy, TableSpec
from mysql_redshift.errors import ConfigurationError
from tests.unit.config.conftest import Write
from tests.unit.config.yaml_texts import GOOD, HEAD


def table(write: Write, entry: str, *, head: str = HEAD) -> TableSpec:
    return read_table(write(f"{head}  orders: {entry}\n"), "orders")


def test_the_example_pipeline_resolves(write: Write) -> None:
    """Tables inherit defaults and may override them; an entry may be empty."""
    pipeline = load_pipeline(write(GOOD), environment="prod")
    orders, items = pipeline.tables["orders"], pipeline.tables["order_items"]
    assert (orders.strategy, orders.chunk_rows, orders.lookback) == (Strategy.INTRA_TABLE, 2_000_000, 600)
    assert orders.cursor == CursorRef(column="updated_at")
    assert (items.cursor, items.load) == (CursorRef(column="id"), LoadMode.APPEND)
    assert pipeline.tables["payments"].environment == "prod"
    assert (pipeline.name, pipeline.schedule, list(pipeline.tables)) == (
        "settlement",
        "@hourly",
        ["orders", "order_items", "countries", "payments"],
    )
    assert not pipeline.broken


def test_a_table_s_load_mode_drops_defaults_that_do_not_apply(write: Write) -> None:
    """`replace` reads the whole table and `append` must not read rows again."""
    pipeline = load_pipeline(write(GOOD))
    assert (pipeline.tables["countries"].cursor, pipeline.tables["countries"].lookback) == (None, 0.0)
    assert pipeline.tables["order_items"].lookback == 0.0


def test_a_table_with_load_replace_keeps_its_own_cursor(write: Write) -> None:
    """Only an inherited cursor is dropped."""
    assert table(write, "{load: replace, cursor: id}").cursor == CursorRef(column="id")


def test_every_setting_of_a_table_reaches_its_spec(write: Write) -> None:
    """A setting that is validated but not copied would have no effect."""
    spec = table(
        write,
        "{cursor: {column: made, kind: unix-ms, nulls: load}, load: merge, key: [a, b], lag: 5s, max_hold: 1h30m, "
        "batch_rows: 10, chunk_rows: 20, max_chunks: 3, part_size: 64MiB, compression: zstd, "
        "allow_empty_replace: true, columns: {exclude: [x], rename: {on: on_, 2024: y2024}}, "
        "policies: {json: varchar, too_long: null}, "
        "column_policies: {d: {zero_date: 1970-01-01, too_long: null}}, source_table: Bestellungen, "
        "target_table: o, target_schema: s, dist_style: key, dist_key: a, sort_key: [made, a], encode: {a: az64}, "
        "declare_key: false, on_type_change: rebuild, deletes: keep}",
    )
    assert spec.cursor == CursorRef(column="made", kind="unix-ms", nulls="load")
    assert (spec.load, spec.key, spec.lag, spec.max_hold) == (LoadMode.MERGE, ("a", "b"), 5, 5400)
    assert (spec.batch_rows, spec.chunk_rows, spec.max_chunks, spec.part_bytes) == (10, 20, 3, 64 * 1024 * 1024)
    assert spec.compression is Compression.ZSTD
    assert spec.allow_empty_replace
    assert spec.on_type_change is OnTypeChange.REBUILD
    assert (spec.columns.exclude, spec.columns.rename) == (("x",), {"on": "on_", "2024": "y2024"})
    assert spec.policies == {"json": "varchar", "too_long": "null"}
    assert spec.column_policies == {"d": {"zero_date": "1970-01-01", "too_long": "null"}}
    assert (spec.source.table, spec.target.schema, spec.target.table) == ("Bestellungen", "s", "o")
    assert spec.layout == LayoutRef(
        dist_style="key", dist_key="a", sort_key=("made", "a"), encode={"a": "az64"}, declare_key=False
    )


def test_a_single_name_is_accepted_as_a_list(write: Write) -> None:
    """`key: id` is equivalent to `key: [id]`."""
    assert table(write, "{key: id, sort_key: id}").key == ("id",)


def test_a_cursor_mapping_is_merged_over_an_inherited_column_name(write: Write) -> None:
    """The table sets the zone and inherits the column from the defaults."""
    assert table(write, "{cursor: {zone: Europe/Berlin}}").cursor == CursorRef(
        column="updated_at", zone="Europe/Berlin"
    )


def test_layers_merge_deep_unite_tags_and_null_unsets(write: Write) -> None:
    """Order: defaults two folders up to next to the file, the file, then both overlays. Later layers override."""
    path = write(GOOD + "tags: [money]\n")
    write("tags: [all]\ndefaults: {max_chunks: 7, chunk_rows: 5}\n", "defaults.yaml")
    write("tags: [top]\ndefaults: {max_chunks: 6, batch_rows: 9, max_hold: 2h}\n", "../defaults.yaml")
    write("lake: {prefix: null, bucket: other-lake}\ntags: [prod, money]\n", "environments/prod.yaml")
    write("lake: {bucket: third-lake}\ntables: {countries: null, refunds: {}}\n", "environments/settlement.prod.yaml")
    prod, plain = load_pipeline(path, environment="prod"), load_pipeline(path)
    payments = prod.tables["payments"]
    assert (payments.lake.bucket, payments.lake.prefix) == ("third-lake", "")
    assert (payments.max_chunks, payments.chunk_rows, payments.batch_rows, payments.max_hold) == (7, 5, 131072, 7200)
    assert prod.tags == ("top", "all", "money", "prod")
    assert list(prod.tables) == ["orders", "order_items", "payments", "refunds"]
    assert (plain.tables["payments"].lake.bucket, len(plain.tables)) == ("acme-lake", 4)


def test_defaults_and_overlays_are_not_listed_as_pipelines(write: Write) -> None:
    """Every other YAML file in the folder is a pipeline; they are sorted by name."""
    paths = [write(GOOD, "b.yaml"), write(GOOD, "a.yaml")]
    write("tags: []\n", "defaults.yaml")
    write("tags: []\n", "environments/prod.yaml")
    assert find_pipelines(paths[0].parent) == sorted(paths)


def test_anchors_and_merge_keys_work(write: Write) -> None:
    """As in YAML, a key next to `<<` overrides the merged value."""
    pipeline = load_pipeline(
        write(HEAD + "  orders: &big {max_chunks: 9, chunk_rows: 4}\n  items: {<<: *big, chunk_rows: 3}\n")
    )
    assert (pipeline.tables["items"].max_chunks, pipeline.tables["items"].chunk_rows) == (9, 3)


def test_a_single_table_can_be_read_without_the_others(write: Write) -> None:
    """A task validates only its own table and fails only with that table's error."""
    path = write(HEAD + "  orders: {}\n  broken: {nonsense: 1}\n")
    assert read_table(path, "orders").source.table == "orders"
    assert not load_pipeline(path, only="orders").broken
    with pytest.raises(ConfigurationError, match="nonsense"):
        read_table(path, "broken")


def test_own_schedules_and_tags_are_returned_by_table(write: Write) -> None:
    """The DAG factory reads them per table."""
    pipeline = load_pipeline(write(HEAD + '  orders: {schedule: "*/5 * * * *", tags: [hot]}\n  payments:\n'))
    assert pipeline.table_schedules == {"orders": "*/5 * * * *"}
    assert pipeline.table_tags == {"orders": ("hot",), "payments": ()}


def test_an_invalid_entry_keeps_its_schedule(write: Write) -> None:
    """Its error then shows when the table would have run. An invalid schedule is dropped."""
    pipeline = load_pipeline(
        write(HEAD + '  orders: {schedule: "@daily", load: upsert}\n  payments: {schedule: often}\n')
    )
    assert set(pipeline.broken) == {"orders", "payments"}
    assert pipeline.table_schedules == {"orders": "@daily"}


def test_parsing_scales_linearly_and_reading_one_table_skips_the_others(write: Write) -> None:
    """Airflow parses the file at every task start. The test counts calls, because times depend on the machine."""

    def written(tables: int) -> Path:
        return write(
            HEAD + "".join(f"  t{i}: {{cursor: id, load: append, chunk_rows: {i + 1}}}\n" for i in range(tables))
        )

    path = written(20)
    assert len(load_pipeline(path).tables) == 20
    few = calls(lambda: load_pipeline(path))
    many_path = written(400)
    many = calls(lambda: load_pipeline(many_path))
    assert many < 20 * few
    assert calls(lambda: read_table(many_path, "t7")) < 0.7 * many


def calls(action: Callable[[], object]) -> int:
    """Return the number of Python function calls that ``action`` makes."""
    found = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal found
        found += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return found


@pytest.mark.parametrize(("text", "value"), [("30s", 30), ("1h30m", 5400), ("2d", 172800), (15, 15), ("1.5m", 90)])
def test_a_duration_is_parsed_to_seconds(text: object, value: float) -> None:
    """Units may be combined, and a plain number is in seconds."""
    assert parse_duration(text) == value


@pytest.mark.parametrize("text", ["", "m", "10 parsecs", "1h foo", True, None])
def test_an_invalid_duration_is_refused(text: object) -> None:
    """An unknown or missing unit is never guessed."""
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "value"), [("64MB", 64_000_000), ("1MiB", 1048576), (4096, 4096), ("1.5kb", 1500)])
def test_a_size_is_parsed_to_bytes(text: object, value: int) -> None:
    """Decimal and binary units are supported."""
    assert parse_size(text) == value


@pytest.mark.parametrize("text", ["@hourly", "0 * * * *", "*/5 0-6,22 1,15 jan-mar MON", "30 2 L * 7", "0 0 * * 5#2"])
def test_a_valid_schedule_is_accepted(text: str) -> None:
    """Cron expressions and Airflow's presets are supported."""
    assert schedule(text) == text


@pytest.mark.parametrize(
    "text", ["@often", "hourly", "60 * * * *", "* * * *", "0 24 * * *", "*/0 * * * *", 5, "a b c d e"]
)
def test_an_invalid_schedule_is_refused(text: object) -> None:
    """Airflow would reject it later, together with the whole file."""
    with pytest.raises(ValueError, match="expected"):
        schedule(text)
