"""Every promise has a test, and every test has a naive variant that it must detect."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

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
def test_a_naive_variant_replaces_something(lesson: str) -> None:
    """A variant that replaces nothing would prove nothing."""
    replaced: list[object] = []

    class Recorder:
        """Stands in for MonkeyPatch and records what would be replaced."""

        def setattr(self, *arguments: object, **more: object) -> None:
            replaced.append((arguments, more))

        def setitem(self, *arguments: object) -> None:
            replaced.append(arguments)

    import_module(f"tests.naive.{lesson}").install(Recorder())
    assert replaced
