"""Print how many values of each type are tested on each server: ``python -m tests.types.matrix``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.types.cases import CASES
from tests.types.cases.case import BOTH


def lines() -> Iterator[str]:
    """Yield the lines of a Markdown table; the counts include the NULL of each case."""
    yield "| case | type | MySQL | MariaDB |"
    yield "| --- | --- | --- | --- |"
    totals = dict.fromkeys(BOTH, 0)
    for case in CASES:
        counts = {server: len(set(case.values)) + 1 if server in case.servers else 0 for server in BOTH}
        totals = {server: totals[server] + counts[server] for server in BOTH}
        shown = case.type if len(case.type) < 60 else f"{case.type[:56]}..."
        yield f"| {case.name} | {shown} | {counts['mysql'] or '-'} | {counts['mariadb'] or '-'} |"
    yield f"| {len(CASES)} cases | | {totals['mysql']} | {totals['mariadb']} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
