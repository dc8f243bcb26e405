"""Convert frozen dataclasses to JSON and back: log entries, plans and XCom values."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mysql_redshift.errors import StateError

T = TypeVar("T")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Return the cached adapter: building one takes milliseconds, using it microseconds."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_plain(value: object) -> Any:
    """Return plain dicts, lists, strings and numbers, which JSON and XCom carry without loss."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_plain(kind: type[T], plain: object, *, where: str) -> T:
    """Rebuild a value of ``kind``.

    Raises:
        StateError: a field is missing or invalid; the message names ``where`` and every such field.

    """
    try:
        return _adapter(kind).validate_python(plain, strict=False)  # type: ignore[no-any-return]
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise StateError(
            f"This {kind.__name__} cannot be read",
            where=where,
            found=problems,
            remedy="The object was changed or truncated. Restore it from its S3 versions.",
        ) from exc


def to_json(value: object) -> bytes:
    """Return readable UTF-8 JSON."""
    return json.dumps(to_plain(value), ensure_ascii=False, indent=1).encode()


def from_json(kind: type[T], body: bytes, *, where: str, version: int | None = None) -> T:
    """Rebuild a value of ``kind`` from JSON bytes; raise StateError as ``from_plain`` does.

    With ``version``, a body of another version is rejected before its fields are validated.
    """
    try:
        plain = json.loads(body)
    except ValueError as exc:
        raise StateError(
            f"This {kind.__name__} is not JSON",
            where=where,
            found=str(exc),
            remedy="The object was changed or truncated. Restore it from its S3 versions.",
        ) from exc
    if version is not None:
        _check_version(kind, plain, where, version)
    return from_plain(kind, plain, where=where)


def _check_version(kind: type[Any], plain: Any, where: str, version: int) -> None:
    if not isinstance(plain, dict):
        return  # no object of this kind: from_plain names what it is
    found = plain.get("version")
    if not isinstance(found, int):
        raise StateError(
            f"This {kind.__name__} has no format version",
            where=where,
            expected=f"format version {version} or lower",
            remedy="The object was changed or truncated. Restore it from its S3 versions.",
        )
    if not 1 <= found <= version:
        raise StateError(
            f"This {kind.__name__} was written by another version of the provider",
            where=where,
            expected=f"format version {version} or lower",
            found=f"format version {found}",
            remedy="Upgrade the provider.",
        )
