"""Every lesson runs twice: as is, which must pass, and with its naive variant of tests/naive, which must fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from devstack.status import MySQLStatus, Status
from mysql_redshift.errors import DataCheckFailed
from tests.conftest import wanted_flavors
from tests.stack.conftest import mysql_database
from tests.stack.connections import connect_mysql
from tests.stack.devstack.redshift.control import order as order_fault
from tests.table_pipeline import TablePipeline, pipeline

__all__ = ["mysql_database", "pipeline"]

HERE = Path(__file__).parent
LESSON = re.compile(r"test_([LDS]\d\d[abc]?)_")
# How a naive variant must fail: at an assertion of the lesson, or at a check of row counts, but not with a crash.
FAILS = (AssertionError, pytest.fail.Exception, DataCheckFailed)

Sql = Callable[[str], list[tuple[Any, ...]]]
Writer = Callable[[], AbstractContextManager[Sql]]
Order = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: the hook receives those of other folders too."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.stack)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each lesson as is and with its naive variant."""
    if LESSON.search(metafunc.module.__name__):
        fails = pytest.mark.xfail(strict=True, raises=FAILS, reason="the naive variant must fail")
        metafunc.parametrize("variant", ["ours", pytest.param("naive", marks=fails)], indirect=True)


@pytest.fixture(autouse=True)
def variant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Replace one decision of the package if the naive variant is requested."""
    kind = str(getattr(request, "param", "ours"))
    found = LESSON.search(request.module.__name__)
    if kind == "naive" and found:
        import_module(f"tests.naive.{found.group(1)}").install(monkeypatch)
    return kind


@pytest.fixture
def mysql_server(stack_status: Status) -> MySQLStatus:
    """Return one server: differences between MySQL and MariaDB are tested elsewhere."""
    server = next(found for name in wanted_flavors() if (found := getattr(stack_status, name)))
    assert isinstance(server, MySQLStatus)
    return server


@pytest.fixture
def writer(pipeline: TablePipeline, mysql_server: MySQLStatus) -> Writer:
    """Open another session at the source, inside a transaction that is rolled back at the end."""

    @contextmanager
    def opened() -> Iterator[Sql]:
        with closing(
            connect_mysql(mysql_server, database=pipeline.spec.source.database, autocommit=False)
        ) as connection:

            def run(statement: str) -> list[tuple[Any, ...]]:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    return list(cursor.fetchall())

            yield run
            connection.rollback()

    return opened


@pytest.fixture
def order(stack_status: Status) -> Iterator[Order]:
    """Order faults of the stand-in; those that did not happen are withdrawn after the test."""
    redshift = stack_status.redshift
    assert redshift is not None
    patterns: set[str] = set()

    def send(**fields: Any) -> None:
        patterns.add(fields["application_name"])
        order_fault(redshift, **fields)

    yield send
    for pattern in patterns:
        order_fault(redshift, withdraw=pattern)
