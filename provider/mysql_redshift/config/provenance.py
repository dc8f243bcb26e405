"""The resolved settings of a table, each with the file and line that defines it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mysql_redshift.config.problems import Location
from mysql_redshift.config.reading import Reading

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting: its dotted path, its value, and its origin, which is ``file:line`` or ``default``."""

    key: str
    value: Any
    place: str


def settings(path: Path, table: str, *, environment: str) -> list[Setting]:
    """Return every setting of one table that has a value; raise ConfigurationError as ``read_table`` does."""
    reading = Reading.of(path, environment)
    file = reading.file.model_dump(mode="json", by_alias=True, exclude_none=True)
    entry = reading.entries.entry(table).model_dump(mode="json", by_alias=True, exclude_none=True)
    above = {key: file[key] for key in ("strategy", "source", "lake", "target")}
    places = {**_places_in_file(reading), **_places_in_table(reading, table)}
    return [
        Setting(key=".".join(map(str, location)), value=value, place=places.get(location, DEFAULT))
        for location, value in _leaves({**above, **entry})
    ]


def _places_in_file(reading: Reading) -> dict[Location, str]:
    stated = {key: value for key, value in reading.document.values.items() if key not in ("defaults", "tables")}
    return {location: reading.document.place(location) for location, _ in _leaves(stated)}


def _places_in_table(reading: Reading, table: str) -> dict[Location, str]:
    places = {}
    for location, _ in _leaves(reading.entries.settings(table)):
        place = reading.document.place(reading.entries.location(table, location))
        places[("cursor", "column") if location == ("cursor",) else location] = place
    return places


def _leaves(values: Mapping[str, Any], above: Location = ()) -> Iterator[tuple[Location, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value
