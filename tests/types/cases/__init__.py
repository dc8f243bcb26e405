"""The test values of every type of the type contract, used by all tests of ``tests/types``."""

from tests.types.cases.case import Case
from tests.types.cases.date_and_time import TIME
from tests.types.cases.documents import DOCUMENT
from tests.types.cases.numbers import EXACT, FLOATS, INTEGERS
from tests.types.cases.text import BINARY, TEXT

CASES: tuple[Case, ...] = (*INTEGERS, *EXACT, *FLOATS, *TEXT, *BINARY, *TIME, *DOCUMENT)

__all__ = ["CASES", "Case"]
