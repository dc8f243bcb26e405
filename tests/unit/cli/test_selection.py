"""Pipelines and tables are selected by exact name; unknown names are refused with the known ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from mysql_redshift.cli.runner import overall
from mysql_redshift.errors import AccessDenied, ConfigurationError, MysqlRedshiftError, StoreError, TargetError
from tests.unit.cli.conftest import Run


def test_an_unknown_pipeline_is_refused_with_the_known_ones(run: Run) -> None:
    """The whole message is fixed."""
    result = run("sync", "--pipeline", "settlment")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "Unknown pipeline settlment\n"
        "  where: folder pipelines\n"
        "  expected: one of settlement\n"
        "  what to do: Did you mean settlement? Correct --pipeline or --folder.\n"
    )


def test_a_missing_folder_is_refused(run: Run) -> None:
    """Exit code 0 with no output would hide the wrong path."""
    result = run("lint", "--folder", "nowhere")
    assert result.code == 1
    assert result.err == (
        "No pipelines found\n"
        "  where: folder nowhere\n"
        "  expected: one YAML file per pipeline\n"
        "  found: no such folder\n"
        "  what to do: Correct --pipeline or --folder.\n"
    )


@pytest.mark.parametrize("command", [("sync",), ("plan",), ("verify",), ("watermark", "get"), ("render",)])
def test_an_unknown_table_is_refused_with_the_known_ones(run: Run, command: tuple[str, ...]) -> None:
    """L10: `order` does not match `orders`. No connection is opened."""
    result = run(*command, "--pipeline", "settlement", "--table", "orders", "order")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "Unknown table order in pipeline settlement\n"
        "  where: pipelines/settlement.yaml\n"
        "  expected: one of orders, order_items, countries, payments\n"
        "  found: order\n"
        "  what to do: Did you mean orders, order_items? Correct --table.\n"
    )


def test_a_command_for_a_table_with_an_invalid_entry_fails_with_its_error(run: Run) -> None:
    """The message is that of lint. No connection is opened."""
    path = Path("pipelines/settlement.yaml")
    path.write_text(path.read_text() + "  refunds: {load: upsert}\n")
    result = run("watermark", "get", "--pipeline", "settlement", "--table", "refunds")
    assert result.code == 1
    assert result.err.startswith("pipelines/settlement.yaml:13: tables.refunds.load: expected merge, append or replace")


@pytest.mark.parametrize("point", [(), ("--timestamp", "2026-01-01", "--id", "5")])
def test_watermark_set_needs_exactly_one_of_timestamp_and_id(run: Run, point: tuple[str, ...]) -> None:
    """No connection is opened."""
    result = run("watermark", "set", "--pipeline", "settlement", "--table", "orders", *point)
    assert result.code == 1
    assert result.err == "watermark set needs either --timestamp or --id\n  what to do: Give exactly one of them.\n"


def test_contradicting_options_are_refused_before_a_connection_is_opened(run: Run) -> None:
    """The command line applies the rules of RunRequest."""
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
def test_the_exit_code_of_several_tables_combines_theirs(errors: list[MysqlRedshiftError | None], code: int) -> None:
    """0 if all succeeded, the common code if all failed with the same one, else 3."""
    assert overall(errors) == code
