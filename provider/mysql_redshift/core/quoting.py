"""Quote names and values as SQL text. No other module does."""

from __future__ import annotations

from mysql_redshift.errors import ConfigurationError


def mysql_name(*parts: str) -> str:
    """Quote a MySQL name, or a qualified name given in parts."""
    return ".".join("`" + _checked(part).replace("`", "``") + "`" for part in parts)


def mysql_string(text: str) -> str:
    r"""Quote text for MySQL in a session without NO_BACKSLASH_ESCAPES; every session of this package clears it."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0")
    return f"'{escaped}'"


def redshift_name(*parts: str) -> str:
    """Quote a Redshift name, or a qualified name given in parts, in lower case.

    Redshift folds even quoted names, unless enable_case_sensitive_identifier is on; folded here, they are the same.
    """
    return ".".join('"' + _checked(part).lower().replace('"', '""') + '"' for part in parts)


def redshift_user(name: str) -> str:
    """Quote the name of a Redshift user, role or group, whose case Redshift keeps."""
    return '"' + _checked(name).replace('"', '""') + '"'


def redshift_string(text: str) -> str:
    r"""Quote text for Redshift, where a backslash is an escape character in every string literal, as in PostgreSQL 8.

    Redshift and PostgreSQL read only values without backslashes identically, so a backslash is refused.
    """
    if "\\" in text or "\0" in text:
        raise ConfigurationError(
            "Text for Redshift must not contain a backslash or NUL",
            found=repr(text),
            remedy="Remove the character. If a table's name contains it, set target_table or target_schema.",
        )
    return "'" + text.replace("'", "''") + "'"


def integer(value: int) -> str:
    """Return an integer literal; raise ConfigurationError for any other type, bool and float included."""
    if type(value) is not int:
        raise ConfigurationError("Not an integer", found=repr(value))
    return str(value)


def _checked(name: str) -> str:
    if not name or "\0" in name:
        raise ConfigurationError("A name must not be empty or contain NUL", found=repr(name))
    return name
