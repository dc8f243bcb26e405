"""The JSON Schema is generated from the model that validates YAML at run time."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from mysql_redshift import config
from mysql_redshift.config import json_schema
from tests.unit.config.yaml_texts import GOOD, HEAD


def test_the_schema_accepts_what_the_model_accepts() -> None:
    """This includes short forms, durations and an entry without settings."""
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(validator.schema)
    validator.validate(yaml.safe_load(GOOD))
    validator.validate(yaml.safe_load(HEAD + "  orders: {key: id, cursor: {column: a}, part_size: 64MB, lag: 5}\n"))


@pytest.mark.parametrize("entry", ["{chunk_rowz: 1}", "{load: upsert}", "{lookback: soon}", "{policies: {json: text}}"])
def test_the_schema_refuses_what_the_model_refuses(entry: str) -> None:
    """An editor reports the same errors as lint."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(f"{HEAD}  orders: {entry}\n"), json_schema())


def test_the_schema_is_plain_json() -> None:
    """The CLI prints it as JSON."""
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_reading_yaml_imports_no_airflow_and_no_driver() -> None:
    """Airflow parses DAG files often, so the imports must be cheap."""
    heavy = {"airflow", "boto3", "botocore", "pymysql", "pyarrow", "paramiko", "redshift_connector", "rich"}
    for path in Path(config.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        names |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not names & heavy, path.name
