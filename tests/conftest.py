"""What all tests share: the local servers, started once for a whole run and only where a test asks for them."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import mysql, stack, status
from devstack.status import Status

FLAVORS = tuple(mysql.FLAVORS)
FAST_FOLDERS = tuple(Path(__file__).parent / name for name in ("unit", "property"))


def pytest_configure() -> None:
    """Take SIGINT as in a terminal: the background job of a script ignores it, and so would all that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Add unit and property tests to the selection of `make test-fast`; other tests carry the marker themselves."""
    for item in items:
        if any(folder in item.path.parents for folder in FAST_FOLDERS):
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def stack_status() -> Iterator[Status]:
    """The addresses of the local servers: those of DEVSTACK_STATUS, else servers of this run's own.

    The stand-in's authority is trusted by this process, as redshift_connector has no option for it.
    """
    with pytest.MonkeyPatch.context() as environment:
        for found in _servers():
            if found.redshift is not None:
                environment.setenv("SSL_CERT_FILE", found.redshift.ca_file)
            yield found


def _servers() -> Iterator[Status]:
    if os.environ.get("DEVSTACK_STATUS"):
        yield status.load()
        return
    # not pytest's own temporary folder: some servers run under another account, which cannot enter that
    home = Path(tempfile.mkdtemp(prefix="devstack-"))
    try:
        with stack.running(_wanted(), home) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wanted_flavors() -> tuple[str, ...]:
    """MySQL and MariaDB, unless MYSQL_FLAVOR chooses one of them."""
    chosen = os.environ.get("MYSQL_FLAVOR", "")
    return (chosen,) if chosen else FLAVORS


def _wanted() -> tuple[str, ...]:
    """Every server; without MySQL where it cannot be had, so that only the tests that ask for it fail."""
    available = {*wanted_flavors()} & {"mariadb", mysql.preferred()[0]}
    return tuple(name for name in stack.SERVICES if name not in FLAVORS or name in available)
