"""Build the DAGs of a folder of pipelines; when a task starts, only the DAG of that task."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from airflow.sdk import DAG, get_parsing_context

from mysql_redshift.config import Pipeline, find_pipelines, load_pipeline
from mysql_redshift.config.salvage import stated_schedule
from mysql_redshift.dag_factory import ids
from mysql_redshift.dag_factory.pipeline_dag import pipeline_dag
from mysql_redshift.dag_factory.placeholder import placeholder_dag
from mysql_redshift.dag_factory.table_dag import table_dag
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.hooks.environment import environment as configured_environment

log = logging.getLogger(__name__)


def build_dags(folder: Path | str, *, environment: str | None = None) -> dict[str, DAG]:
    """Build the DAGs of every pipeline in ``folder`` and return them by id.

    Use it in a DAG file as ``globals().update(build_dags(folder))``: Airflow collects the DAGs of a module's globals.

    ``environment`` defaults to the option ``[mysql_redshift] environment``. An invalid entry becomes a placeholder DAG
    that shows the error and fails with it; other DAGs are not affected. When a task starts, only its own DAG is built
    and only its pipeline's file is read.
    """
    wanted = get_parsing_context().dag_id
    chosen = environment if environment is not None else configured_environment()
    return {dag.dag_id: dag for path in find_pipelines(Path(folder)) for dag in _dags_of(path, chosen, wanted)}


def _dags_of(path: Path, environment: str, wanted: str | None) -> Iterator[DAG]:
    """Yield the DAGs of one file. A pipeline has the name of its file, so a task start opens no other file."""
    name, _, suffix = (wanted or "").partition(".")
    if wanted is not None and name != ids.safe(path.stem):
        return
    try:
        pipeline = load_pipeline(path, environment=environment, only=ids.table_of(suffix) if suffix else None)
    except ConfigurationError as exc:
        log.error("%s: %s", path, exc)  # noqa: TRY400 - the message is complete, a traceback would hide it
        yield placeholder_dag(wanted or ids.safe(path.stem), exc, schedule=stated_schedule(path, environment))
        return
    if wanted is None or not suffix:
        yield pipeline_dag(pipeline)
    for table in [*pipeline.tables, *pipeline.broken]:
        if wanted in (None, ids.dag_id(pipeline.name, table)):
            yield _table(pipeline, table)


def _table(pipeline: Pipeline, table: str) -> DAG:
    if table in pipeline.tables:
        return table_dag(pipeline, table)
    schedule = pipeline.table_schedules.get(table)
    return placeholder_dag(ids.dag_id(pipeline.name, table), pipeline.broken[table], schedule=schedule)
