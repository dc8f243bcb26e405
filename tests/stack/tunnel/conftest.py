"""Redshift connections through the stack's bastion, or through the test's own bastion, which may be stopped."""

from __future__ import annotations

import copy
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from devstack import bastion
from devstack.process import Server
from devstack.status import BastionStatus, MySQLStatus, RedshiftStatus, Status
from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook
from tests.stack.connections import airflow_connections, set_connections

NO_MYSQL = MySQLStatus(flavor="", version="", host="", port=0, user="", password="", system_zone="")
Hook = Callable[..., RedshiftSSHTunnelHook]


@pytest.fixture
def redshift(stack_status: Status) -> RedshiftStatus:
    """The stand-in."""
    assert stack_status.redshift is not None
    return stack_status.redshift


@pytest.fixture
def make_hook(stack_status: Status, monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Define Airflow's connections with changes, and return the hook that uses them.

    ``ssh`` and ``redshift`` change fields of the two connections; their ``extra`` is merged, and None removes a key.
    """
    defined = airflow_connections(stack_status, NO_MYSQL)
    numbers = count()

    def make(*, ssh: dict[str, Any] | None = None, redshift: dict[str, Any] | None = None) -> RedshiftSSHTunnelHook:
        connections = copy.deepcopy(defined)
        for name, changes in (("bastion", ssh or {}), ("redshift", redshift or {})):
            extra = {**connections[name]["extra"], **changes.get("extra", {})}
            connections[name] |= {**changes, "extra": {key: value for key, value in extra.items() if value is not None}}
        number = next(numbers)  # hooks read their connections late, so each hook needs its own
        if connections["redshift"]["extra"].get("ssh_conn_id") == "bastion":
            connections["redshift"]["extra"]["ssh_conn_id"] = f"bastion_{number}"
        set_connections(monkeypatch, {f"{name}_{number}": connections[name] for name in ("bastion", "redshift")})
        return RedshiftSSHTunnelHook(f"redshift_{number}")

    return make


@dataclass(frozen=True)
class OwnBastion:
    """The test's own sshd. It forwards to every port of the loopback address."""

    server: Server
    status: BastionStatus

    @property
    def ssh(self) -> dict[str, Any]:
        """The changes to the SSH connection."""
        key = Path(self.status.private_key_file).read_text()
        return {"port": self.status.port, "extra": {"host_key": self.status.host_key, "private_key": key}}

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its child processes, which are in sessions of their own."""
        for pid in _tree(self.server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@pytest.fixture
def own_bastion() -> Iterator[OwnBastion]:
    """An sshd that the test may stop, freeze or kill."""
    home = Path(tempfile.mkdtemp(prefix="bastion-"))
    home.chmod(0o755)
    server, status = bastion.start(home, ["127.0.0.1:*"], lambda line: None)
    own = OwnBastion(server, status)
    try:
        yield own
    finally:
        own.signal(signal.SIGCONT)
        children = _tree(server.pid)[1:]
        server.stop()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(home)


def _tree(root: int) -> list[int]:
    """Return ``root`` and its descendants from /proc."""
    found, pending = [], [root]
    while pending:
        pid = pending.pop()
        found.append(pid)
        with suppress(OSError):
            pending += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found
