"""The steps contain no SQL text: every statement is in core/sql."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mysql_redshift import steps

HERE = Path(steps.__file__).parent
MODULES = sorted(HERE.rglob("*.py"))
STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|DELETE FROM|UPDATE|CREATE|ALTER TABLE|DROP|LOCK|COPY \"|SET) ")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HERE)))
def test_a_step_contains_no_sql_text(path: Path) -> None:
    """Quoting and column order are decided in one place."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    assert [text.value for text in texts if isinstance(text.value, str) and STATEMENT.match(text.value)] == []


def test_the_package_lists_every_step() -> None:
    """The steps are the modules next to the packages, and the package's docstring names each."""
    modules = {path.stem for path in HERE.glob("*.py")} - {"__init__"}
    assert modules == {"plan", "extract", "publish", "load", "verify", "reconcile", "adopt", "watermark"}
    documented = {line.split(" ")[0] for line in (steps.__doc__ or "").splitlines()}
    assert modules <= documented
