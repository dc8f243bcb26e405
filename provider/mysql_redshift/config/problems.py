"""What is wrong with a document: each problem with file and line, all at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from mysql_redshift.config.document import Document, Location
from mysql_redshift.errors import ConfigurationError

SECRET_KEYS = re.compile(r"pass(word|wd|phrase)?$|secret|private_key|access_key|token|credential", re.IGNORECASE)
SECRET_VALUES = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]+:[^/\s@]+@")


def refuse(problems: Iterable[str], *, where: str) -> None:
    """Raise one ConfigurationError that lists all problems; do nothing where there are none."""
    found = list(dict.fromkeys(problems))
    if not found:
        return
    what = found[0] if len(found) == 1 else f"{len(found)} things are wrong:\n" + "\n".join(f"  - {p}" for p in found)
    raise ConfigurationError(what, where=where, remedy="Correct the YAML; `airflow mysql-redshift lint` checks it.")


def of_validation(exc: ValidationError, model: type[BaseModel], document: Document, base: Location) -> Iterator[str]:
    """Say each validation error in a sentence: place, key, what was expected, what was found."""
    for error in exc.errors():
        location = (*base, *(part for part in error["loc"] if part not in ("function-before", "function-after")))
        name = ".".join(map(str, location))
        text = _sentence(error, model, location)
        yield f"{document.place(location)}: {name}: {text}"


def of_secrets(values: Any, document: Document, location: Location = ()) -> Iterator[str]:
    """Find what looks like a secret; the message shows its place and never its value."""
    if isinstance(values, dict):
        for key, value in values.items():
            place = (*location, key)
            if isinstance(value, str) and SECRET_KEYS.search(str(key)):
                yield _secret(document, place)
            else:
                yield from of_secrets(value, document, place)
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from of_secrets(value, document, (*location, index))
    elif isinstance(values, str) and SECRET_VALUES.search(values):
        yield _secret(document, location)


def _secret(document: Document, location: Location) -> str:
    name = ".".join(map(str, location))
    return f"{document.place(location)}: {name}: a secret in YAML; put it into an Airflow connection"


def _sentence(error: Any, model: type[BaseModel], location: Location) -> str:
    if error["type"] == "extra_forbidden":
        return f"unknown key{_did_you_mean(str(location[-1]), _keys(model, error['loc'][:-1]))}"
    if error["type"] == "missing":
        return "is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    shown = repr(error["input"])
    if error["type"] == "enum":
        expected = re.findall(r"'([^']*)'", error["msg"])
        return f"expected {' or '.join(expected)}, found {shown}{_did_you_mean(str(error['input']), expected)}"
    return text if shown in text or len(shown) > 60 else f"{text}, found {shown}"


def _keys(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the keys the model knows at ``path``."""
    for part in path:
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
