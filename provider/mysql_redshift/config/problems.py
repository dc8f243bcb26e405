"""Problems of a YAML document: all are reported at once, with file and line and without secrets."""

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
    "a secret is not allowed in YAML; store it in an Airflow connection and set conn_id. "
    "Rotate it, because it was stored in a file"
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem: the key's location, its ``file:line``, and a message."""

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
    """The YAML of a pipeline or of one entry is invalid; ``problems`` holds every problem."""

    def __init__(self, problems: Iterable[Problem], *, where: str) -> None:
        self.problems = tuple(problems)
        lines = list(dict.fromkeys(map(str, self.problems)))
        what = lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} problems", *(f"  {x}" for x in lines)])
        super().__init__(what, where=where, remedy="Correct the YAML and check it with `airflow mysql-redshift lint`.")


def refuse(problems: Iterable[Problem], *, where: str) -> None:
    """Raise one error that lists all problems; do nothing if there are none."""
    found = list(problems)
    if found:
        raise InvalidYaml(found, where=where)


def independent_of(known: Iterable[Problem], more: Iterable[Problem]) -> list[Problem]:
    """Return the problems of ``more`` that are not at or below a known one, which would be their cause."""
    places = [problem.location for problem in known]
    return [p for p in more if not any(p.location[: len(place)] == place for place in places)]


def looks_secret(value: object) -> bool:
    """Whether a value looks like a secret and must not be shown."""
    return isinstance(value, str) and SECRET_VALUE.search(value) is not None


def secrets_in(values: Any, location: Location = ()) -> Iterator[Location]:
    """Yield the locations of values that look like secrets."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in items:
        yield from secrets_in(value, (*location, key))
    if looks_secret(values):
        yield location
