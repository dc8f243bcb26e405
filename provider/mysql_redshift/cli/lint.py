"""``lint``: report every mistake in the YAML. Only ``--ask-source`` opens a connection."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mysql_redshift.cli.output import say
from mysql_redshift.cli.runner import Answer, command
from mysql_redshift.cli.selection import environment_of, folder_of, pipeline_files, select_tables
from mysql_redshift.config import load_pipeline
from mysql_redshift.config.layers import OVERLAYS
from mysql_redshift.config.problems import InvalidYaml
from mysql_redshift.errors import ConfigurationError

MISTAKES = 1


@command
def lint(args: Namespace) -> Answer:
    """Check every pipeline, in every environment that has an overlay unless ``--environment`` names one."""
    files = pipeline_files(args)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for environment in _environments(args):
        for path in files:
            for row in _mistakes(path, environment):
                found.setdefault(tuple(row.values()), row)
    for row in _overlooked(folder_of(args)):
        found.setdefault(tuple(row.values()), row)
    say(f"{len(files)} pipelines checked, {len(found)} mistakes")
    rows = [*found.values(), *(_cascades(args) if args.ask_source else ())]
    lines = [": ".join(filter(None, row.values())) for row in rows]
    text = "\n".join(lines) if args.output == "table" else None
    return Answer(rows=rows, text=text, code=MISTAKES if found else 0)


def _environments(args: Namespace) -> list[str]:
    """An overlay is called <environment>.yaml or <pipeline>.<environment>.yaml."""
    overlays = (folder_of(args) / OVERLAYS).glob("*.yaml")
    found = {path.stem.rpartition(".")[2] for path in overlays}
    return [environment_of(args)] if args.environment else [environment_of(args), *sorted(found)]


def _mistakes(path: Path, environment: str) -> Iterator[dict[str, Any]]:
    try:
        errors = list(load_pipeline(path, environment=environment).broken.values())
    except ConfigurationError as exc:
        errors = [exc]
    for error in errors:
        if isinstance(error, InvalidYaml):
            for problem in error.problems:
                yield {"place": problem.place, "key": problem.key, "mistake": problem.text}
        else:
            yield {"place": error.where or str(path), "key": "", "mistake": _in_one_line(error)}


def _cascades(args: Namespace) -> Iterator[dict[str, Any]]:
    """Warn, table by table, of what MySQL changes behind a cursor's back; a warning is no mistake."""
    from mysql_redshift.hooks.clients import Clients
    from mysql_redshift.steps.planning.preflight import cascade_notes

    for table in select_tables(args):
        if table.spec is None or table.spec.cursor is None:
            continue
        with Clients(table.spec) as clients:
            for note in cascade_notes(table.spec, clients.source):
                yield {"place": table.name, "key": "cursor", "mistake": f"warning: {note}"}


def _in_one_line(error: ConfigurationError) -> str:
    facts = {"expected": error.expected, "found": error.found}
    return "; ".join([error.what, ", ".join(f"{name} {fact}" for name, fact in facts.items() if fact)]).removesuffix(
        "; "
    )


def _overlooked(folder: Path) -> Iterator[dict[str, Any]]:
    """A file that nobody reads looks like a pipeline that runs."""
    for path in sorted(folder.glob("*.yml")):
        yield {"place": str(path), "key": "", "mistake": f"is not read; call it {path.stem}.yaml"}
