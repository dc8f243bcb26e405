"""Whatever happens to a table, and however its history is cut into runs: the targets equal the source in the end."""

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
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "12"))  # of each server
STEPS = 14
SHAPES = (LoadMode.MERGE, LoadMode.MERGE, LoadMode.APPEND, LoadMode.REPLACE)
DEMANDED = ("ties", "repair", "replay", "out of order")


def test_random_histories(pipeline: TablePipeline, mysql_server: MySQLStatus) -> None:
    """Target, a second target and a target restored from an older snapshot; each demanded thing in a tenth of them."""
    covered: Counter[str] = Counter()
    first = pipeline.spec
    for number in range(EXAMPLES):
        rng = random.Random(f"{SEED}/{mysql_server.flavor}/{number}")
        shape = SHAPES[number % len(SHAPES)]
        pipeline.sql("TRUNCATE TABLE orders")
        pipeline.change(**vars_of(spec_of(first, shape, number)))
        history = History(pipeline=pipeline, server=mysql_server, rng=rng, shape=shape)
        try:
            history.play(STEPS)
        except Exception as exc:
            exc.add_note(f"PROPERTY_SEED={SEED}, example {number} on {mysql_server.flavor}, {shape}")
            raise
        covered.update(name for name, times in history.covered.items() if times)
    assert {name: covered[name] for name in DEMANDED if covered[name] * 10 < EXAMPLES} == {}
    print(f"seed {SEED}, {mysql_server.flavor}: {EXAMPLES} histories; {dict(covered)}")


def vars_of(spec: object) -> dict[str, object]:
    """Return a spec's fields."""
    return dict(vars(spec))
