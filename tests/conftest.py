"""Fixtures of all tests: the local servers, started once per test run and only if a test needs them."""

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
    """Handle SIGINT as in a terminal: background jobs of a script ignore it, and so would the servers they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Add unit and property tests to the selection of `make test-fast`; other tests carry the marker themselves."""
    for item in items:
        if any(folder in item.path.parents for folder in FAST_FOLDERS):
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def stack_status() -> Iterator[Status]:
    """Yield the addresses of the local servers: those in DEVSTACK_STATUS, or servers started for this test run.

    This process trusts the stand-in's certificate authority, because redshift_connector has no option for it.
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
    # not pytest's temporary folder: some servers run under another account, which cannot enter it
    home = Path(tempfile.mkdtemp(prefix="devstack-"))
    try:
        with stack.running(_wanted(), home) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wanted_flavors() -> tuple[str, ...]:
    """Return MySQL and MariaDB, or the one that MYSQL_FLAVOR selects."""
    chosen = os.environ.get("MYSQL_FLAVOR", "")
    return (chosen,) if chosen else FLAVORS


def _wanted() -> tuple[str, ...]:
    """Return every service, without MySQL if it is not available: then only the tests that need it fail."""
    available = {*wanted_flavors()} & {"mariadb", mysql.preferred()[0]}
    return tuple(name for name in stack.SERVICES if name not in FLAVORS or name in available)
