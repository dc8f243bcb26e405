"""Places to play in, and what a run passes where nothing fails."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from devstack.status import Status
from tests.conftest import wanted_flavors
from tests.faults.place import Place, place
from tests.faults.play import trace
from tests.faults.schedule import Shape, Traces

PLAYERS = 2  # schedules at a time


@pytest.fixture(scope="session")
def seed() -> int:
    """FAULT_SEED, else the seed of the normal suite."""
    return int(os.environ.get("FAULT_SEED", "1"))


@pytest.fixture(scope="session")
def places(stack_status: Status) -> Iterator[Sequence[Sequence[Place]]]:
    """A place on each MySQL for each player."""
    servers = [server for name in wanted_flavors() if (server := getattr(stack_status, name)) is not None]
    with ExitStack() as stack:
        yield [[stack.enter_context(place(stack_status, server)) for server in servers] for _ in range(PLAYERS)]


@pytest.fixture(scope="session")
def traces(places: Sequence[Sequence[Place]]) -> Traces:
    """The points that each run of each shape passes where nothing fails."""
    found = {}
    for shape in Shape:
        for run, points in trace(places[0][0], shape).items():
            found[shape, run] = points
    return found
