"""YAML to DAGs: one DAG a table, one DAG a pipeline. Parsing touches files only."""

from mysql_redshift.dag_factory.build import build_dags

__all__ = ["build_dags"]
