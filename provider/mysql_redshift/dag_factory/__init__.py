"""Builds DAGs from YAML: one DAG per table and one per pipeline. Parsing reads files only."""

from mysql_redshift.dag_factory.build import build_dags

__all__ = ["build_dags"]
