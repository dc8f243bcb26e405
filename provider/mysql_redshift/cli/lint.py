"""``lint``: report every error in the YAML. Only ``--ask-source`` opens a connection."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mysql_redshift.cli.output import print_message
from mysql_redshift.cli.runner import Answer, command
from mysql_redshift.cli.selection import environment_of, folder_of, pipeline_files, select_tables
from mysql_redshift.config import load_pipeline
from mysql_redshift.config.layers import OVERLAYS
from mysql_redshift.config.problems import InvalidYaml
from mysql_redshift.errors import ConfigurationError, SourceError

EXIT_ERRORS = 1
WARNING = "warning: "


@command
def lint(args: Namespace) -> Answer:
    """Check every pipeline in every environment with an overlay, or in the one that ``--environment`` names."""
    files = pipeline_files(args)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for environment in _environments(args):
        for path in files:
            for row in _errors(path, environment):
                found.setdefault(tuple(row.values()), row)
    for row in _ignored_files(folder_of(args)):
        found.setdefault(tuple(row.values()), row)
    for row in _asked(args) if args.ask_source else ():
        found.setdefault(tuple(row.values()), row)
    rows = list(found.values())
    errors = sum(not row["message"].startswith(WARNING) for row in rows)
    print_message(f"{len(files)} pipelines checked, {errors} errors")
    lines = [": ".join(filter(None, row.values())) for row in rows]
    text = "\n".join(lines) if args.output == "table" else None
    return Answer(rows=rows, text=text, code=EXIT_ERRORS if errors else 0)


def _environments(args: Namespace) -> list[str]:
    """Return the environments to check; an overlay is named <environment>.yaml or <pipeline>.<environment>.yaml."""
    overlays = (folder_of(args) / OVERLAYS).glob("*.yaml")
    found = {path.stem.rpartition(".")[2] for path in overlays}
    return [environment_of(args)] if args.environment else [environment_of(args), *sorted(found)]


def _errors(path: Path, environment: str) -> Iterator[dict[str, Any]]:
    try:
        errors = list(load_pipeline(path, environment=environment).broken.values())
    except ConfigurationError as exc:
        errors = [exc]
    for error in errors:
        if isinstance(error, InvalidYaml):
            for problem in error.problems:
                yield {"location": problem.place, "key": problem.key, "message": problem.text}
        else:
            yield {"location": error.where or str(path), "key": "", "message": _in_one_line(error)}


def _asked(args: Namespace) -> Iterator[dict[str, Any]]:
    """Ask each table's source: what its cursor's values and zone are, and which foreign keys bypass the cursor."""
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.planning.source_check import check_source

    try:
        tables = select_tables(args)
    except ConfigurationError:
        return  # its errors are listed already; no source can be queried
    for table in tables:
        if table.spec is None or table.spec.cursor is None:
            continue
        with Clients(table.spec) as clients:
            try:
                for note in check_source(table.spec, clients.source):
                    yield {"location": table.name, "key": "cursor", "message": f"{WARNING}{note}"}
            except (ConfigurationError, SourceError) as exc:
                yield {"location": table.name, "key": "cursor", "message": _with_remedy(exc)}


def _with_remedy(error: ConfigurationError | SourceError) -> str:
    return f"{_in_one_line(error)}. {error.remedy}" if error.remedy else _in_one_line(error)


def _in_one_line(error: ConfigurationError | SourceError) -> str:
    facts = {"expected": error.expected, "found": error.found}
    return "; ".join([error.what, ", ".join(f"{name} {fact}" for name, fact in facts.items() if fact)]).removesuffix(
        "; "
    )


def _ignored_files(folder: Path) -> Iterator[dict[str, Any]]:
    """Report files named *.yml: they look like pipelines, but are not read."""
    for path in sorted(folder.glob("*.yml")):
        yield {"location": str(path), "key": "", "message": f"is not read; rename it to {path.stem}.yaml"}
