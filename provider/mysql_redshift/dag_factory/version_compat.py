"""What the Airflow that runs here offers; an older one does without, and says so where it matters."""

from __future__ import annotations

from airflow import __version__

VERSION = tuple(int(part) for part in __version__.split(".")[:2])

# Before 3.2 a task cannot ask whether a DAG is paused: a pipeline then waits for a paused table's run.
FAILS_WHEN_PAUSED = VERSION >= (3, 2)
# Before 3.3 deferred tasks do not count towards max_active_tis_per_dagrun: one at a time must then hold a worker.
COUNTS_DEFERRED = VERSION >= (3, 3)
