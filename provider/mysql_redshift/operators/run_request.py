"""The run configuration, read from an operator's ``run`` or the DAG run's params and validated as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from mysql_redshift.core import codec
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError, StateError

OURS = ("actor", "run_id")  # set from the DAG run, not by users
FIELDS = tuple(field.name for field in fields(RunRequest) if field.name not in OURS)
FOREIGN = frozenset({"openlineage"})  # TriggerDagRunOperator adds it to every conf


def run_request(given: Mapping[str, Any], dag_run: Any, *, where: str) -> RunRequest:
    """Return the run request; fields that are missing, None or empty keep their defaults.

    Raises:
        ConfigurationError: a value has the wrong type, or two values contradict each other.

    """
    values = {name: given[name] for name in FIELDS if given.get(name) not in (None, "")}
    for name in ("since", "until"):
        if name in values:
            values[name] = str(values[name])
    actor = getattr(dag_run, "triggering_user_name", None) or run_type(dag_run)
    try:
        return codec.from_plain(RunRequest, {**values, "actor": actor, "run_id": dag_run.run_id}, where=where)
    except StateError as exc:
        raise ConfigurationError(
            "Invalid run configuration",
            where=where,
            expected=", ".join(FIELDS),
            found=exc.found,
            remedy="Correct the run configuration and trigger the run again.",
        ) from exc


def refuse_unknown(names: Iterable[str], *, where: str) -> None:
    """Raise ConfigurationError for unknown field names: a mistyped ``move_watermark: false`` would move it."""
    unknown = sorted(set(names) - set(FIELDS) - FOREIGN)
    if unknown:
        raise ConfigurationError(
            f"Unknown fields in the run configuration: {', '.join(unknown)}",
            where=where,
            expected=", ".join(FIELDS),
            remedy=did_you_mean(unknown[0], FIELDS) or "Remove them.",
        )


def refuse_backfill(dag_run: Any) -> None:
    """Raise ConfigurationError for runs of a backfill: windows come from the log, never from data intervals."""
    if run_type(dag_run).startswith("backfill"):
        raise ConfigurationError(
            "Backfill runs are not supported: windows come from the log, not from data intervals",
            where=f"run {dag_run.run_id}",
            remedy='To repair a past window, trigger a run with {"since": ..., "until": ..., "move_watermark": false}.',
        )


def run_type(dag_run: Any) -> str:
    """Return the type of the DAG run, such as "scheduled" or "manual"."""
    return str(getattr(dag_run.run_type, "value", dag_run.run_type))
