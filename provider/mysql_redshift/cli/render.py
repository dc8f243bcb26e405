"""``render`` and ``schema``: show what the YAML resolves to, and its JSON Schema. Neither opens a connection."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from mysql_redshift.cli.runner import Answer, command
from mysql_redshift.cli.selection import environment_of, pipeline_files, select_tables
from mysql_redshift.config import json_schema
from mysql_redshift.config.provenance import settings


@command
def render(args: Namespace) -> Answer:
    """Show each table's resolved settings, and the file and line that each comes from."""
    (path,) = pipeline_files(args)
    environment = environment_of(args)
    rows = []
    for table in select_tables(args):
        name = table.name.partition(".")[2]
        rows += [
            {"table": name, "setting": setting.key, "value": _shown(setting.value, args.output), "from": setting.place}
            for setting in settings(path, name, environment=environment)
        ]
    return Answer(rows=rows)


@command
def schema(args: Namespace) -> Answer:  # noqa: ARG001 - every command has the same signature
    """Print the JSON Schema of a pipeline's YAML."""
    return Answer(text=json.dumps(json_schema(), indent=1))


def _shown(value: Any, output: str) -> Any:
    return ", ".join(map(str, value)) if output == "table" and isinstance(value, list) else value
