"""For random changes and random runs of a table, every target equals the source in the end."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import LoadMode
from tests.property.history import History, spec_of
from tests.table_pipeline import TablePipeline

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SEED = int(os.environ.get("PROPERTY_SEED", "1"))
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "12"))  # per server
STEPS = 14
SHAPES = (LoadMode.MERGE, LoadMode.MERGE, LoadMode.APPEND, LoadMode.REPLACE)
REQUIRED_EVENTS = ("ties", "repair", "replay", "out of order")


def test_every_target_equals_the_source_after_a_random_history(
    pipeline: TablePipeline, mysql_server: MySQLStatus
) -> None:
    """The targets are the current, a restored older and a new one; a tenth of the histories has each required event."""
    covered: Counter[str] = Counter()
    first = pipeline.spec
    for number in range(EXAMPLES):
        rng = random.Random(f"{SEED}/{mysql_server.flavor}/{number}")
        shape = SHAPES[number % len(SHAPES)]
        pipeline.sql("TRUNCATE TABLE orders")
        pipeline.change(**vars_of(spec_of(first, shape, number)))
        history = History(pipeline=pipeline, server=mysql_server, rng=rng, shape=shape)
        try:
            history.run_steps(STEPS)
        except Exception as exc:
            exc.add_note(f"PROPERTY_SEED={SEED}, history {number} on {mysql_server.flavor}, {shape}")
            raise
        covered.update(name for name, times in history.covered.items() if times)
    assert {name: covered[name] for name in REQUIRED_EVENTS if covered[name] * 10 < EXAMPLES} == {}
    print(f"seed {SEED}, {mysql_server.flavor}: {EXAMPLES} histories; {dict(covered)}")


def vars_of(spec: object) -> dict[str, object]:
    """Return a spec's fields."""
    return dict(vars(spec))
