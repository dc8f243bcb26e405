"""The one place where names and values become SQL text."""

from __future__ import annotations

from mysql_redshift.errors import ConfigurationError


def mysql_name(*parts: str) -> str:
    """Quote a MySQL name, or a qualified one given in parts."""
    return ".".join("`" + _whole(part).replace("`", "``") + "`" for part in parts)


def mysql_string(text: str) -> str:
    r"""Quote text for MySQL in a session without NO_BACKSLASH_ESCAPES, which every session of ours clears."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0")
    return f"'{escaped}'"


def redshift_name(*parts: str) -> str:
    """Quote a Redshift name, or a qualified one given in parts. Redshift folds it to lower case all the same."""
    return ".".join('"' + _whole(part).replace('"', '""') + '"' for part in parts)


def redshift_string(text: str) -> str:
    r"""Quote text for Redshift, where a backslash escapes inside every string literal (PostgreSQL 8 behaviour).

    Only values without backslashes reach it unchanged on both Redshift and PostgreSQL, so a backslash is refused.
    """
    if "\\" in text or "\0" in text:
        raise ConfigurationError(
            "A backslash or NUL cannot stand in a text for Redshift",
            found=repr(text),
            remedy="Leave it out. For a table of that name choose another one under target_table or target_schema.",
        )
    return "'" + text.replace("'", "''") + "'"


def integer(value: int) -> str:
    """Return an integer literal; a bool or a float is a mistake of the caller."""
    if type(value) is not int:
        raise ConfigurationError("An integer is needed here", found=repr(value))
    return str(value)


def _whole(name: str) -> str:
    if not name or "\0" in name:
        raise ConfigurationError("A name must not be empty nor hold a NUL", found=repr(name))
    return name
