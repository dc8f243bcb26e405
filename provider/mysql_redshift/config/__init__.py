"""Read pipelines from YAML. One model serves run time, lint and JSON Schema; only files are read, never the network."""

from mysql_redshift.config.layers import find_pipelines
from mysql_redshift.config.model import json_schema
from mysql_redshift.config.pipeline import Pipeline, load_pipeline, read_table

__all__ = ["Pipeline", "find_pipelines", "json_schema", "load_pipeline", "read_table"]
