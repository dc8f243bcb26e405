"""What a run is asked to do, from an operator's ``run`` or the DAG run's params, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from mysql_redshift.core import codec
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError, StateError

OURS = ("actor", "run_id")  # told by Airflow, not by people
FIELDS = tuple(field.name for field in fields(RunRequest) if field.name not in OURS)
FOREIGN = frozenset({"openlineage"})  # what TriggerDagRunOperator adds to a conf by itself


def run_request(given: Mapping[str, Any], dag_run: Any, *, where: str) -> RunRequest:
    """Return the request; fields that are missing, None or empty stay as they are for an ordinary run.

    Raises:
        ConfigurationError: a value has the wrong kind, or two contradict each other.

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
            "The run configuration cannot be used",
            where=where,
            expected=", ".join(FIELDS),
            found=exc.found,
            remedy="Correct it and trigger again.",
        ) from exc


def refuse_unknown(names: Iterable[str], *, where: str) -> None:
    """Refuse names that are no field: a mistyped ``move_watermark`` would move the watermark."""
    unknown = sorted(set(names) - set(FIELDS) - FOREIGN)
    if unknown:
        raise ConfigurationError(
            f"Unknown in the run configuration: {', '.join(unknown)}",
            where=where,
            expected=", ".join(FIELDS),
            remedy=did_you_mean(unknown[0], FIELDS) or "Leave it out.",
        )


def refuse_backfill(dag_run: Any) -> None:
    """Refuse runs of a backfill: windows come from the log, so data intervals would mean nothing."""
    if run_type(dag_run).startswith("backfill"):
        raise ConfigurationError(
            "Backfill runs are refused: windows come from the log, not from data intervals",
            where=f"run {dag_run.run_id}",
            remedy='Trigger a run with {"since": ..., "until": ..., "move_watermark": false} to repair a window of the '
            "past.",
        )


def run_type(dag_run: Any) -> str:
    """Return how the run came about, as "scheduled" or "manual"."""
    return str(getattr(dag_run.run_type, "value", dag_run.run_type))
