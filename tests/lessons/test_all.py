"""No lesson without its test, no test without the naive variant that it has to catch."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.lessons.conftest import LESSON
from tests.lessons.promises import ELSEWHERE, PROMISES

HERE = Path(__file__).parent


def test_every_promise_has_one_test_and_one_naive_variant() -> None:
    """Neither is missing, neither is left over."""
    tests = sorted(found.group(1) for file in HERE.iterdir() if (found := LESSON.match(file.name)))
    naive = sorted(file.stem for file in (HERE.parent / "naive").glob("[LDS]*.py"))
    assert tests == naive == sorted(PROMISES)
    assert not PROMISES.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("lesson", sorted(PROMISES))
def test_a_naive_variant_changes_the_product(lesson: str) -> None:
    """A variant that swaps nothing would prove nothing."""
    swapped: list[object] = []

    class Recorder:
        """Records what would be swapped."""

        def setattr(self, *arguments: object, **more: object) -> None:
            """Take note."""
            swapped.append((arguments, more))

        def setitem(self, *arguments: object) -> None:
            """Take note."""
            swapped.append(arguments)

    import_module(f"tests.naive.{lesson}").spoil(Recorder())
    assert swapped
