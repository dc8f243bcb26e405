"""How many values of each type travel on which server: ``python -m tests.types.matrix``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.types.cases import CASES
from tests.types.cases.case import BOTH


def lines() -> Iterator[str]:
    """Yield a table in Markdown; each case also has a NULL."""
    yield "| case | type | MySQL | MariaDB |"
    yield "| --- | --- | --- | --- |"
    totals = dict.fromkeys(BOTH, 0)
    for case in CASES:
        tried = {server: len(set(case.values)) + 1 if server in case.servers else 0 for server in BOTH}
        totals = {server: totals[server] + tried[server] for server in BOTH}
        shown = case.type if len(case.type) < 60 else f"{case.type[:56]}..."
        yield f"| {case.name} | {shown} | {tried['mysql'] or '-'} | {tried['mariadb'] or '-'} |"
    yield f"| {len(CASES)} cases | | {totals['mysql']} | {totals['mariadb']} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
