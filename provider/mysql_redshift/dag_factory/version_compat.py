"""Features of the installed Airflow version. Older versions run without them."""

from __future__ import annotations

from airflow import __version__

VERSION = tuple(int(part) for part in __version__.split(".")[:2])

# TriggerDagRunOperator cannot fail on a paused DAG before 3.2: the pipeline then waits for the table's run.
FAILS_WHEN_PAUSED = VERSION >= (3, 2)
# Deferred tasks do not count towards max_active_tis_per_dagrun before 3.3: a sequential pipeline then does not defer.
COUNTS_DEFERRED = VERSION >= (3, 3)
