"""``watermark set`` and ``reset`` show what they do and ask; read-only commands write nothing."""

from __future__ import annotations

import os
import pty
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.cli.conftest import Result, Shop

SET_BACK = ("watermark", "set", "--table", "events", "--id", "1")
RESET = ("watermark", "reset", "--table", "events")
Answer = Callable[..., Result]


@pytest.fixture
def events(shop: Shop) -> Shop:
    """Yield a shop with three synced events."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b'), ('c')")
    assert shop.run("sync", "--table", "events").code == 0
    return shop


@pytest.fixture
def answer(events: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """Run a command on a terminal on which a user has typed an answer."""
    main, terminal = pty.openpty()

    def run(typed: str, *arguments: str) -> Result:
        os.write(main, f"{typed}\n".encode())
        return events.run(*arguments)

    with os.fdopen(terminal) as stdin, os.fdopen(main, "wb"):
        monkeypatch.setattr("sys.stdin", stdin)
        yield run


def entries(shop: Shop) -> list[str]:
    return [entry["kind"] for entry in shop.run("watermark", "history", "--table", "events").rows]


@pytest.mark.parametrize("arguments", [SET_BACK, RESET])
def test_a_change_of_the_watermark_asks_first(events: Shop, answer: Answer, arguments: tuple[str, ...]) -> None:
    """The question follows the preview, on standard error. Every answer but y and yes changes nothing."""
    kind = arguments[1]
    for typed in ("n", "", "yess"):
        refused = answer(typed, *arguments)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.endswith(f"{kind.capitalize()} the watermark? [y/N] Not confirmed: nothing was changed\n")
        assert entries(events) == ["extract"]
    assert answer("y", *arguments).row["kind"] == kind
    assert answer("YES", *arguments).row["kind"] == kind


def test_the_preview_shows_from_to_and_the_rows_between(events: Shop, answer: Answer) -> None:
    """Before the question, so that the user can judge it."""
    shown = answer("n", *SET_BACK).err
    assert (
        f"shop: {events.database}.events: set the watermark\n"
        "  from: 4 (ids up to 3 are done)\n"
        "  to: 2 (ids up to 1 are done)\n"
        "  rows between: 2 at the source\n"
        "  effect: the next run reads these rows again and replaces them in the target\n"
        "Set the watermark? [y/N] "
    ) in shown
    assert "\n  to: none\n  rows between: not counted" in answer("n", *RESET).err


@pytest.mark.parametrize("arguments", [SET_BACK, RESET])
def test_a_script_needs_yes(events: Shop, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """Without a terminal nobody can answer. The preview is shown, and the option that the message names helps."""
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        refused = events.run(*arguments)
        assert refused.code == 1
        assert "the watermark\n  from: 4 (ids up to 3 are done)\n" in refused.err
        assert "standard input is no terminal\n  what to do: Check the preview above, then add --yes.\n" in refused.err
        assert entries(events) == ["extract"]
        assert events.run(*arguments, "--yes").code == 0
    assert entries(events) == [arguments[1], "extract"]


def test_yes_allows_no_gap(shop: Shop) -> None:
    """--yes answers the question only; rows are left out with --allow-gap, and the history says which."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b'), ('c')")
    forward = ("watermark", "set", "--table", "events", "--id", "2", "--yes")
    refused = shop.run(*forward)
    assert refused.code == 1
    assert "found: 3 (ids up to 2 are done); never read: rows [oldest, 3), 2 at the source\n" in refused.err
    (option,) = re.findall(r"add (--\S+) to leave them out", refused.err)
    assert shop.run(*forward, option).code == 0
    assert shop.run("watermark", "history", "--table", "events").row["reason"] == (
        "gap allowed: the rows [oldest, 3) are left out; 2 at the source"
    )


def test_a_refused_watermark_asks_nothing(events: Shop, answer: Answer) -> None:
    """A position that cannot be right is an error before the preview; it is not a matter of a yes."""
    refused = answer("y", "watermark", "set", "--table", "events", "--id", "1000")
    assert refused.code == 1
    assert "expected: at most 3, as MAX(id)\n  found: 1000\n" in refused.err
    assert "[y/N]" not in refused.err
    assert entries(events) == ["extract"]
