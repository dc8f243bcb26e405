"""Builds one DAG per pipeline in the folder ``pipelines``, and one per table."""

# Airflow parses only files that contain the words "airflow" and "dag" (option dag_discovery_safe_mode).
from pathlib import Path

from mysql_redshift.dag_factory import build_dags

globals().update(build_dags(Path(__file__).parent / "pipelines"))  # Airflow collects the DAGs of a module's globals
