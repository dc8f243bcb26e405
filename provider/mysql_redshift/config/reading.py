"""The merged layers of one pipeline, validated outside its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mysql_redshift.config import contradictions
from mysql_redshift.config.document import Document
from mysql_redshift.config.entries import Entries, table_of
from mysql_redshift.config.layers import layers, without_nulls
from mysql_redshift.config.model import PipelineFile
from mysql_redshift.config.problems import NO_SECRETS, InvalidYaml, Location, Problem, independent_of, secrets_in
from mysql_redshift.config.wording import sentences


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A pipeline whose settings outside the tables are valid, and the tables' entries, not yet validated."""

    path: Path
    environment: str
    document: Document
    file: PipelineFile
    entries: Entries

    @classmethod
    def of(cls, path: Path, environment: str) -> Reading:
        """Read and merge the layers, and validate everything outside the tables.

        Raises:
            ConfigurationError: a setting outside the tables is invalid; problems of the tables are listed as well.

        """
        document = layers(path, environment)
        problems = list(dict.fromkeys([*document.problems, *_secrets(document)]))
        entries = Entries.of(path, document, problems)
        outside = [problem for problem in problems if table_of(problem.location) is None]
        file, wrong = _file(document, path)
        outside += independent_of(outside, wrong)
        if outside or file is None:
            raise InvalidYaml([*outside, *entries.all_problems()], where=str(path))
        return cls(path=path, environment=environment, document=document, file=file, entries=entries)


def _file(document: Document, path: Path) -> tuple[PipelineFile | None, list[Problem]]:
    """Validate everything outside the tables."""
    values = document.values
    kept = {key: values[key] for key in ("defaults", "tables") if isinstance(values.get(key), dict)}
    try:
        file = PipelineFile.model_validate({**without_nulls(values), **kept})
    except ValidationError as exc:
        return None, list(_placed(document, sentences(exc, PipelineFile)))
    return file, list(_placed(document, contradictions.in_file(file, path.stem)))


def _placed(document: Document, wrong: Iterable[tuple[Location, str]]) -> Iterator[Problem]:
    for location, text in wrong:
        yield Problem(location=location, place=document.place(location), text=text)


def _secrets(document: Document) -> Iterator[Problem]:
    return _placed(document, ((location, NO_SECRETS) for location in secrets_in(document.values)))
