"""docs/protocol.md describes exactly the fields, columns and versions that the code stores."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.core import ledger, log
from mysql_redshift.core.clock import Observation, Writer
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogEntry, LogFile
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import (
    ColumnsRef,
    CursorRef,
    LakeRef,
    LayoutRef,
    SourceRef,
    TableSpec,
    TargetRef,
)
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.watermark_cache import CheckPass, WatermarkState

PAGE = (Path(__file__).parents[3] / "docs/protocol.md").read_text()
STORED = (
    LogEntry,
    LogFile,
    Position,
    Window,
    Cursor,
    Observation,
    Writer,
    TableSchema,
    Column,
    TableSpec,
    SourceRef,
    LakeRef,
    TargetRef,
    CursorRef,
    ColumnsRef,
    LayoutRef,
    WatermarkState,
    CheckPass,
)


def section(title: str) -> str:
    """Return the text between a heading and the next one."""
    found = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"{len(found)} sections are called {title}"
    return str(found[0])


def rows(title: str) -> list[list[str]]:
    """Return the cells of a section's table whose first cell is a name in backticks."""
    lines = re.findall(r"^\| (`\w+` \|.*) \|$", section(title), re.MULTILINE)
    return [[cell.strip() for cell in line.split(" | ")] for line in lines]


def names(title: str) -> list[str]:
    """Return the names that a section's table documents, in order."""
    return [row[0].strip("`") for row in rows(title)]


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored.__name__)
def test_every_stored_field_is_documented_and_no_other(stored: Any) -> None:
    """The page lists the fields of each stored object, in the order in which they are written."""
    assert names(stored.__name__) == [field.name for field in fields(stored)]


def test_every_documented_field_has_a_type_and_a_meaning() -> None:
    """A name alone specifies nothing."""
    for stored in STORED:
        for row in rows(stored.__name__):
            assert len(row) == 3, row
            assert all(row), row


def test_every_ledger_column_is_documented_with_its_type() -> None:
    """The page lists the columns of the ledger in the order of CREATE TABLE."""
    assert [(row[0].strip("`"), row[1]) for row in rows("Ledger")] == list(ledger.COLUMNS)


def test_every_kind_of_entry_is_documented() -> None:
    """A reader must know what each kind does to files and position."""
    assert sorted(names("Kinds")) == sorted(kind.value for kind in EntryKind)


def test_every_form_of_a_value_is_documented() -> None:
    """The page says how each form of a value is written to Parquet."""
    assert names("Parquet parts") == [cell.value for cell in Cell]


def test_the_page_describes_the_versions_that_the_code_writes() -> None:
    """The page must change together with a version."""
    versions = f"log {log.VERSION}, ledger {ledger.VERSION}, `watermark.json` {watermark_cache.VERSION}."
    assert f"Format versions described here: {versions}" in PAGE


def test_the_example_entry_has_every_field() -> None:
    """The author of a reader starts from the example."""
    texts = [text for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if '"run_key"' in text]
    (example,) = map(json.loads, texts)
    assert list(example) == [field.name for field in fields(LogEntry)]
    assert list(example["files"][0]) == [field.name for field in fields(LogFile)]
    assert list(example["schema"]["columns"][0]) == [field.name for field in fields(Column)]
