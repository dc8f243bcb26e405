"""For each type of the contract the values that have to travel; the tests of ``tests/types`` take them from here."""

from tests.types.cases.case import Case
from tests.types.cases.documents import DOCUMENT
from tests.types.cases.moments import TIME
from tests.types.cases.numbers import EXACT, FLOATS, INTEGERS
from tests.types.cases.text import BINARY, TEXT

CASES: tuple[Case, ...] = (*INTEGERS, *EXACT, *FLOATS, *TEXT, *BINARY, *TIME, *DOCUMENT)

__all__ = ["CASES", "Case"]
