"""Selects pipelines and tables by a command's options, from the YAML of the folder."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mysql_redshift.config import Pipeline, find_pipelines, load_pipeline
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.spelling import did_you_mean
from mysql_redshift.errors import ConfigurationError

SECTION = "mysql_redshift"


@dataclass(frozen=True, kw_only=True)
class Selected:
    """One table of a pipeline: its spec, or the error of its entry."""

    name: str
    spec: TableSpec | None
    error: ConfigurationError | None = None

    def require(self) -> TableSpec:
        """Return the spec, or raise the error of the entry."""
        if self.spec is None:
            raise self.error or ConfigurationError("The table's entry is invalid", where=self.name)
        return self.spec


def select_tables(args: Namespace) -> list[Selected]:
    """Return the tables that ``--table`` names, in the order given; without it all tables in the order of the YAML.

    Raises:
        ConfigurationError: a pipeline or table does not exist, or a pipeline's file is invalid.

    """
    return [table for pipeline in select_pipelines(args) for table in _tables(pipeline, getattr(args, "tables", None))]


def select_table(args: Namespace) -> TableSpec:
    """Return the spec of the table that ``--table`` names."""
    (pipeline,) = select_pipelines(args)
    return _tables(pipeline, [args.table])[0].require()


def select_pipelines(args: Namespace) -> list[Pipeline]:
    """Return the pipeline that ``--pipeline`` names; without it all pipelines of the folder."""
    environment = environment_of(args)
    return [load_pipeline(path, environment=environment) for path in pipeline_files(args)]


def pipeline_files(args: Namespace) -> list[Path]:
    """Return the file named like the pipeline in ``--pipeline``; without the option, all files.

    Raises:
        ConfigurationError: there is no such pipeline, or the folder is missing or contains none.

    """
    folder = folder_of(args)
    found = find_pipelines(folder) if folder.is_dir() else []
    wanted = [path for path in found if args.pipeline in (None, path.stem)]
    if wanted:
        return wanted
    names = [path.stem for path in found]
    raise ConfigurationError(
        "No pipelines found" if args.pipeline is None else f"Unknown pipeline {args.pipeline}",
        where=f"folder {folder}",
        expected="one YAML file per pipeline" if not names else f"one of {', '.join(names)}",
        found=_missing(folder, names),
        remedy=f"{did_you_mean(args.pipeline or '', names)} Correct --pipeline or --folder.".strip(),
    )


def environment_of(args: Namespace) -> str:
    """Return ``--environment``, else the option ``[mysql_redshift] environment``, else ``default``."""
    return args.environment or _setting("environment") or "default"


def folder_of(args: Namespace) -> Path:
    """Return ``--folder``, else the option ``[mysql_redshift] pipelines_folder``, else ``<dags_folder>/pipelines``."""
    if args.folder:
        return Path(args.folder)
    configured = _setting("pipelines_folder")
    return Path(configured) if configured else Path(_setting("dags_folder", "core")) / "pipelines"


def _setting(option: str, section: str = SECTION) -> str:
    """Read an option of Airflow's configuration; its environment variable first, as importing Airflow takes seconds."""
    variable = os.environ.get(f"AIRFLOW__{section}__{option}".upper())
    if variable is not None:
        return variable
    from airflow.configuration import conf

    return str(conf.get(section, option, fallback=""))


def _missing(folder: Path, names: Iterable[str]) -> str:
    if not folder.is_dir():
        return "no such folder"
    return "" if list(names) else "no YAML file of a pipeline"


def _tables(pipeline: Pipeline, names: list[str] | None) -> list[Selected]:
    known = {name: Selected(name=f"{pipeline.name}.{name}", spec=spec) for name, spec in pipeline.tables.items()}
    for name, error in pipeline.broken.items():
        known[name] = Selected(name=f"{pipeline.name}.{name}", spec=None, error=error)
    if names is None:
        return list(known.values())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigurationError(
            f"Unknown table {', '.join(unknown)} in pipeline {pipeline.name}",
            where=str(pipeline.path),
            expected=f"one of {', '.join(known)}",
            found=", ".join(unknown),
            remedy=" ".join(filter(None, [*(did_you_mean(n, known) for n in unknown), "Correct --table."])),
        )
    return [known[name] for name in dict.fromkeys(names)]
