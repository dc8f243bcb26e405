"""Every promise has a test, and every test has a naive variant that it must detect."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.lessons.conftest import LESSON
from tests.lessons.promises import ELSEWHERE, PROMISES

HERE = Path(__file__).parent


def test_every_promise_has_one_test_and_one_naive_variant() -> None:
    tests = sorted(found.group(1) for file in HERE.iterdir() if (found := LESSON.match(file.name)))
    naive = sorted(file.stem for file in (HERE.parent / "naive").glob("[LDS]*.py"))
    assert tests == naive == sorted(PROMISES)
    assert not PROMISES.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("lesson", sorted(PROMISES))
def test_a_naive_variant_replaces_something(lesson: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variant that replaces nothing would prove nothing. What it replaces must exist."""
    replaced: list[object] = []

    class Recorder:
        """A MonkeyPatch that records what it replaces."""

        def setattr(self, *arguments: Any) -> None:
            monkeypatch.setattr(*arguments)
            replaced.append(arguments)

        def setitem(self, *arguments: Any) -> None:
            monkeypatch.setitem(*arguments)
            replaced.append(arguments)

    import_module(f"tests.naive.{lesson}").install(Recorder())
    assert replaced
