"""A table configured in Python instead of YAML, validated by the same model with the same messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from mysql_redshift.config import contradictions
from mysql_redshift.config.model import PipelineFile, TableEntry
from mysql_redshift.config.problems import Location
from mysql_redshift.config.specs import table_spec
from mysql_redshift.config.wording import sentences
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConfigurationError

PARAMETERS: dict[Location, str] = {
    ("source", "conn_id"): "mysql_conn_id",
    ("lake", "conn_id"): "aws_conn_id",
    ("target", "conn_id"): "redshift_conn_id",
}


def spec_from_arguments(
    table: str,
    *,
    pipeline: Mapping[str, Any],
    settings: Mapping[str, Any],
    environment: str,
    where: str,
) -> TableSpec:
    """Return the spec of ``table``.

    ``pipeline`` holds the keys of a pipeline file other than ``tables``, ``settings`` those of a table's entry.

    Raises:
        ConfigurationError: a parameter is invalid; the message names every such parameter as spelled in Python.

    """
    try:
        file = PipelineFile.model_validate({**pipeline, "tables": {table: {}}})
    except ValidationError as exc:
        raise _refusal(sentences(exc, PipelineFile), where) from exc
    if not table:
        raise _refusal([(("table",), "is missing")], where)
    return table_spec(file, entry_from_arguments(settings, where=where), table, environment)


def entry_from_arguments(settings: Mapping[str, Any], *, where: str) -> TableEntry:
    """Validate a table's settings; raise ConfigurationError as ``spec_from_arguments`` does."""
    try:
        entry = TableEntry.model_validate(dict(settings))
    except ValidationError as exc:
        raise _refusal(sentences(exc, TableEntry), where) from exc
    wrong = list(contradictions.in_table(entry))
    if wrong:
        raise _refusal(wrong, where)
    return entry


def _refusal(wrong: Iterable[tuple[Location, str]], where: str) -> ConfigurationError:
    lines = "; ".join(f"{PARAMETERS.get(location, str(location[-1]))}: {text}" for location, text in wrong)
    return ConfigurationError(lines, where=where, remedy="Correct the parameters in the DAG file.")
