"""What is wrong with a document: each problem with file and line, all at once, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mysql_redshift.errors import ConfigurationError

Location = tuple[str | int, ...]

SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?$|secret|private_?key|(access|api|account)_?key|token|credential", re.IGNORECASE
)
SECRET_VALUE = re.compile(
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]*:[^/\s@]+@|"
    r"\b(password|secret_access_key)\s*=\s*\S",
    re.IGNORECASE,
)
NO_SECRETS = (
    "a secret does not belong in YAML; put it into an Airflow connection and name that as conn_id. "
    "It has been in a file: change it"
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: the key, where it stands (``file:line``), and a sentence."""

    location: Location
    place: str
    text: str

    @property
    def key(self) -> str:
        """The key as a dotted path."""
        return ".".join(map(str, self.location))

    def __str__(self) -> str:
        return ": ".join(filter(None, [self.place, self.key, self.text]))


class InvalidYaml(ConfigurationError):
    """A pipeline, or one entry of it, whose YAML cannot be used; ``problems`` are all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem], *, where: str) -> None:
        self.problems = tuple(problems)
        lines = list(dict.fromkeys(map(str, self.problems)))
        what = (
            lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} things are wrong", *(f"  {x}" for x in lines)])
        )
        super().__init__(what, where=where, remedy="Correct the YAML; `airflow mysql-redshift lint` checks it.")


def refuse(problems: Iterable[Problem], *, where: str) -> None:
    """Raise one error that lists all problems; do nothing where there are none."""
    found = list(problems)
    if found:
        raise InvalidYaml(found, where=where)


def beside(known: Iterable[Problem], more: Iterable[Problem]) -> list[Problem]:
    """Return those of ``more`` that do not lie at or below a known one: they would only follow from it."""
    places = [problem.location for problem in known]
    return [p for p in more if not any(p.location[: len(place)] == place for place in places)]


def looks_secret(value: object) -> bool:
    """Whether a value is better not shown."""
    return isinstance(value, str) and SECRET_VALUE.search(value) is not None


def secrets_in(values: Any, location: Location = ()) -> Iterator[Location]:
    """Yield the locations of values that look like secrets."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in items:
        yield from secrets_in(value, (*location, key))
    if looks_secret(values):
        yield location
