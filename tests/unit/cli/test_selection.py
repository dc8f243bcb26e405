"""What a command is asked for is found exactly, or refused with what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.cli.runner import overall
from mysql_redshift.errors import AccessDenied, ConfigurationError, MysqlRedshiftError, StoreError, TargetError
from tests.unit.cli.conftest import Run


def test_an_unknown_pipeline_is_refused_with_those_there_are(run: Run) -> None:
    """Golden."""
    result = run("sync", "--pipeline", "settlment")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "There is no pipeline settlment\n"
        "  where: folder pipelines\n"
        "  expected: one of settlement\n"
        "  what to do: Did you mean settlement? Give --pipeline, or --folder with the pipelines.\n"
    )


def test_a_missing_folder_is_refused(run: Run) -> None:
    """Golden: an empty success would hide it."""
    result = run("lint", "--folder", "nowhere")
    assert result.code == 1
    assert result.err == (
        "There is no pipeline here\n"
        "  where: folder nowhere\n"
        "  expected: one YAML file a pipeline\n"
        "  found: no such folder\n"
        "  what to do: Give --pipeline, or --folder with the pipelines.\n"
    )


@pytest.mark.parametrize("command", [("sync",), ("plan",), ("verify",), ("watermark", "get"), ("render",)])
def test_an_unknown_table_is_refused_with_those_there_are(run: Run, command: tuple[str, ...]) -> None:
    """L10: `order` is not `orders`; nothing is connected to."""
    result = run(*command, "--pipeline", "settlement", "--table", "orders", "order")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "The pipeline settlement has no table order\n"
        "  where: pipelines/settlement.yaml\n"
        "  expected: some of orders, order_items, countries, payments\n"
        "  found: order\n"
        "  what to do: Did you mean orders, order_items? Correct --table.\n"
    )


def test_a_broken_entry_fails_where_its_table_is_asked_for(run: Run) -> None:
    """The message is the entry's own; it connects to nothing."""
    path = Path("pipelines/settlement.yaml")
    path.write_text(path.read_text() + "  refunds: {load: upsert}\n")
    result = run("watermark", "get", "--pipeline", "settlement", "--table", "refunds")
    assert result.code == 1
    assert result.err.startswith("pipelines/settlement.yaml:13: tables.refunds.load: expected merge, append or replace")


@pytest.mark.parametrize("point", [(), ("--timestamp", "2026-01-01", "--id", "5")])
def test_a_watermark_is_set_to_exactly_one_point(run: Run, point: tuple[str, ...]) -> None:
    """Neither none nor two; nothing is connected to."""
    result = run("watermark", "set", "--pipeline", "settlement", "--table", "orders", *point)
    assert result.code == 1
    assert result.err == "One of --timestamp and --id says where the table is\n  what to do: Give exactly one.\n"


def test_a_contradicting_request_is_refused_before_anything_is_read(run: Run) -> None:
    """RunRequest's own rules reach the command line."""
    result = run("sync", "--pipeline", "settlement", "--full-refresh", "--since", "2026-01-01")
    assert result.code == 1
    assert result.err.startswith("full_refresh reads every row, so since and until have no meaning")


CONFIGURATION, ACCESS, STORE, TARGET = (
    kind("") for kind in (ConfigurationError, AccessDenied, StoreError, TargetError)
)


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([], 0),
        ([None, None], 0),
        ([STORE], 5),
        ([TARGET, TARGET], 6),
        ([None, ACCESS], 3),
        ([CONFIGURATION, STORE], 3),
    ],
)
def test_several_tables_have_one_exit_code(errors: list[MysqlRedshiftError | None], code: int) -> None:
    """0 all done, 3 some done or failed in different ways, else the code of what all failed of."""
    assert overall(errors) == code
