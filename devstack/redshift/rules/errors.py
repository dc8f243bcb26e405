"""Translate PostgreSQL's errors to Redshift's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from devstack.redshift.rules.plan import Mark
from devstack.redshift.sql.identifier import LONG_NAMES
from devstack.redshift.wire.messages import ServerError


@dataclass(frozen=True, kw_only=True)
class Wording:
    """``code`` and ``pattern`` identify PostgreSQL's error; ``message`` and ``detail`` are Redshift's templates."""

    code: str
    pattern: str
    message: str
    becomes: str = ""
    detail: str = ""
    mark: Mark


WORDINGS = (
    Wording(
        code="40001",
        pattern="",
        message="1023",
        becomes="XX000",
        detail="Serializable isolation violation on table - {relation}, "
        "transactions forming the cycle are: 0, 0 (pid:0)",
        mark="R",
    ),
    Wording(
        code="23502",
        pattern=r'null value in column "(?P<column>.*)" of relation',
        message="Cannot insert a NULL value into column {column}",
        becomes="XX000",
        mark="R",
    ),
    Wording(
        code="21000",
        pattern="MERGE command cannot affect row a second time",
        message="Found multiple matches to update the same tuple.",
        becomes="XX000",
        mark="D",
    ),
    Wording(
        code="57014",
        pattern="canceling statement due to user request",
        message="Query ({pid}) cancelled on user's request",
        mark="R",
    ),
    Wording(
        code="57014",
        pattern="canceling statement due to statement timeout",
        message="Query ({pid}) cancelled due to statement timeout",
        mark="?",
    ),
    Wording(
        code="40P01",
        pattern="",
        message="deadlock detected",
        mark="D",
    ),
)


def translate(error: ServerError, relation: str = "") -> ServerError:
    """Return Redshift's form of an error; other errors are returned with full names."""
    for wording in WORDINGS:
        if wording.code != error.code:
            continue
        found = re.search(wording.pattern, error.message)
        if found is None:
            continue
        values = {"relation": relation or "0", "pid": "0", "column": "", **found.groupdict()}
        return ServerError(
            code=wording.becomes or error.code,
            message=wording.message.format(**values),
            detail=wording.detail.format(**values),
            severity=error.severity,
        )
    return ServerError(
        code=error.code,
        message=LONG_NAMES.restore(error.message),
        detail=LONG_NAMES.restore(error.detail),
        hint=error.hint,
        severity=error.severity,
    )
