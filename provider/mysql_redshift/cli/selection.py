"""Which pipelines and tables a command means, read from the folder's YAML."""

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
    """One table of a pipeline: its spec, or what is wrong with its entry."""

    name: str
    spec: TableSpec | None
    error: ConfigurationError | None = None

    def require(self) -> TableSpec:
        """Return the spec; raises the entry's error."""
        if self.spec is None:
            raise self.error or ConfigurationError("This table's entry cannot be used", where=self.name)
        return self.spec


def select_tables(args: Namespace) -> list[Selected]:
    """Return the tables the options name, in the order of the YAML; all where they name none.

    Raises:
        ConfigurationError: a pipeline or table does not exist, or a pipeline's file cannot be used.

    """
    return [table for pipeline in select_pipelines(args) for table in _tables(pipeline, getattr(args, "tables", None))]


def select_table(args: Namespace) -> TableSpec:
    """Return the one table that ``--table`` names."""
    (pipeline,) = select_pipelines(args)
    return _tables(pipeline, [args.table])[0].require()


def select_pipelines(args: Namespace) -> list[Pipeline]:
    """Return the pipeline that ``--pipeline`` names, every one of the folder without it."""
    environment = environment_of(args)
    return [load_pipeline(path, environment=environment) for path in pipeline_files(args)]


def pipeline_files(args: Namespace) -> list[Path]:
    """Return the file that ``--pipeline`` names, every one of the folder without it; the name is the file's name."""
    folder = folder_of(args)
    found = find_pipelines(folder) if folder.is_dir() else []
    wanted = [path for path in found if args.pipeline in (None, path.stem)]
    if wanted:
        return wanted
    names = [path.stem for path in found]
    raise ConfigurationError(
        "There is no pipeline here" if args.pipeline is None else f"There is no pipeline {args.pipeline}",
        where=f"folder {folder}",
        expected="one YAML file a pipeline" if not names else f"one of {', '.join(names)}",
        found=_looked_at(folder, names),
        remedy=f"{did_you_mean(args.pipeline or '', names)} Give --pipeline, or --folder with the pipelines.".strip(),
    )


def environment_of(args: Namespace) -> str:
    """Return ``--environment``, else what Airflow's configuration says."""
    return args.environment or _setting("environment") or "default"


def folder_of(args: Namespace) -> Path:
    """Return ``--folder``, else what Airflow's configuration says, else ``<dags_folder>/pipelines``."""
    if args.folder:
        return Path(args.folder)
    configured = _setting("pipelines_folder")
    return Path(configured) if configured else Path(_setting("dags_folder", "core")) / "pipelines"


def _setting(option: str, section: str = SECTION) -> str:
    """Read Airflow's configuration; importing Airflow takes seconds, so the variable alone is asked first."""
    variable = os.environ.get(f"AIRFLOW__{section}__{option}".upper())
    if variable is not None:
        return variable
    from airflow.configuration import conf

    return str(conf.get(section, option, fallback=""))


def _looked_at(folder: Path, names: Iterable[str]) -> str:
    if not folder.is_dir():
        return "no such folder"
    return "" if list(names) else "no file there is one"


def _tables(pipeline: Pipeline, names: list[str] | None) -> list[Selected]:
    known = {name: Selected(name=f"{pipeline.name}.{name}", spec=spec) for name, spec in pipeline.tables.items()}
    for name, error in pipeline.broken.items():
        known[name] = Selected(name=f"{pipeline.name}.{name}", spec=None, error=error)
    if names is None:
        return list(known.values())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigurationError(
            f"The pipeline {pipeline.name} has no table {', '.join(unknown)}",
            where=str(pipeline.path),
            expected=f"some of {', '.join(known)}",
            found=", ".join(unknown),
            remedy=" ".join(filter(None, [*(did_you_mean(n, known) for n in unknown), "Correct --table."])),
        )
    return [known[name] for name in dict.fromkeys(names)]
