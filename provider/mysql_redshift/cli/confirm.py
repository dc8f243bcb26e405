"""A question on the terminal before a command changes something that a sync does not bring back."""

from __future__ import annotations

import sys

from mysql_redshift.errors import ConfigurationError


def confirm(question: str, *, yes: bool) -> None:
    """Return if the user answers y or yes; with ``yes`` do not ask. Prompts go to standard error.

    Raises:
        ConfigurationError: another answer, or there is no terminal to ask on.

    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "This command asks before it changes anything, but standard input is no terminal",
            remedy="Check the preview above, then add --yes.",
        )
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ConfigurationError("Not confirmed: nothing was changed")
