"""Fixtures of the fault schedules: proxied servers, and the port calls of runs without faults."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from devstack.status import Status
from tests.conftest import wanted_flavors
from tests.faults.proxied_servers import ProxiedServers, start_servers
from tests.faults.schedule import Shape, Traces
from tests.faults.schedule_runner import trace_runs

PARALLEL_SCHEDULES = 2  # each needs its own servers


@pytest.fixture(scope="session")
def seed() -> int:
    """Return FAULT_SEED, or the seed of the normal suite."""
    return int(os.environ.get("FAULT_SEED", "1"))


@pytest.fixture(scope="session")
def server_sets(stack_status: Status) -> Iterator[Sequence[Sequence[ProxiedServers]]]:
    """Yield, for each schedule that runs in parallel, proxied servers with MySQL and with MariaDB."""
    servers = [server for name in wanted_flavors() if (server := getattr(stack_status, name)) is not None]
    with ExitStack() as stack:
        yield [
            [stack.enter_context(start_servers(stack_status, server)) for server in servers]
            for _ in range(PARALLEL_SCHEDULES)
        ]


@pytest.fixture(scope="session")
def traces(server_sets: Sequence[Sequence[ProxiedServers]]) -> Traces:
    """Return the port calls of each run of each shape without faults."""
    found = {}
    for shape in Shape:
        for run, points in trace_runs(server_sets[0][0], shape).items():
            found[shape, run] = points
    return found
