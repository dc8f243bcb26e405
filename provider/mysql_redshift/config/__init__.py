"""YAML to specs: one model for run time, lint and JSON Schema. Reads files, never a connection or the network."""

from mysql_redshift.config.pipeline import Pipeline, find_pipelines, load_pipeline

__all__ = ["Pipeline", "find_pipelines", "load_pipeline"]
