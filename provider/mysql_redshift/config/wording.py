"""Translate pydantic's errors into messages: what was expected, what was found, and a suggestion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from mysql_redshift.config.problems import NO_SECRETS, SECRET_KEY, Location, looks_secret
from mysql_redshift.core.spelling import near_misses

EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "some text",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}


def sentences(exc: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Location, str]]:
    """Yield the location and a message for each error."""
    for error in exc.errors(include_url=False):
        location = tuple(part for part in error["loc"] if part != "[key]")
        yield location, _sentence(error, model, location)


def _sentence(error: Any, model: type[BaseModel], location: Location) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if looks_secret(error["input"]):
        return NO_SECRETS
    if kind == "extra_forbidden":
        return _unknown(str(location[-1]), _keys(model, location[:-1]))
    if kind in ("enum", "literal_error"):
        choices = re.findall(r"'([^']*)'", context["expected"])
        return _expected(_alternatives(choices), error) + _meant(str(error["input"]), choices)
    if kind in EXPECTED:
        return _expected(EXPECTED[kind].format(**context), error)
    return "is missing" if kind == "missing" else str(error["msg"]).removeprefix("Value error, ")


def _unknown(key: str, known: Iterable[str]) -> str:
    """Return the message for an unknown key; a key named like a secret is always unknown."""
    return NO_SECRETS if SECRET_KEY.search(key) else f"unknown key{_meant(key, known)}"


def found(value: object) -> str:
    """Return a short description of a value; a secret is not shown."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if looks_secret(value):
        return "a value that looks like a secret"
    text = repr(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def expecting(expected: str) -> Callable[[object], ValueError]:
    """Return a function that makes the error for a value that does not match ``expected``."""
    return lambda value: ValueError(f"expected {expected}, found {found(value)}")


def _expected(expected: str, error: Any) -> str:
    value = error["input"]
    quotes = "; put it in quotes" if expected == "text" and isinstance(value, int | float) else ""
    return f"expected {expected}, found {found(value)}{quotes}"


def _alternatives(choices: Iterable[str]) -> str:
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last


def _meant(word: str, known: Iterable[str]) -> str:
    close = near_misses(word, known, limit=1)
    return f"; did you mean {close}?" if close else ""


def _keys(model: type[BaseModel], path: Location) -> list[str]:
    """Return the keys that the model defines at ``path``."""
    for part in path:
        field = next((f for name, f in model.model_fields.items() if (f.alias or name) == part), None)
        inner = _model_in(field.annotation) if field else model
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found_model = _model_in(part)
        if found_model is not None:
            return found_model
    return None
