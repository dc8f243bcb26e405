"""What both ends and the state say after a run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.position import Position, PositionKind, format_time
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state.journal import Journal
from tests.faults.worker import Worker

COLUMNS = "id, updated_at, amount, note"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Rows at both ends, and the keys on S3 that no cleanup would find.

    ``behind``: the position is not above every row yet, since another schedule's statement held the safe point back.
    """

    source: list[tuple[Any, ...]]
    target: list[tuple[Any, ...]]
    behind: bool
    strangers: list[str]
    cache_agrees: bool


def look(spec: TableSpec, environment: Mapping[str, str]) -> Facts:
    """Collect a table's facts in a process that sees this environment."""
    facts: list[Facts] = []
    with Worker(_look, spec, environment=environment) as worker:
        facts.extend(value for _, value in worker.messages())
    return facts[0]


def _look(pipe: Connection, spec: TableSpec) -> None:
    layout = TableLayout.of(spec)
    with Clients(spec) as clients:
        at_source = clients.source.query(
            f"SELECT {COLUMNS} FROM {spec.source.database}.{spec.source.table} ORDER BY id"
        )
        with clients.warehouse.session("look " + secrets.token_hex(8)) as session:
            target = f'"{spec.target.schema}"."{spec.target.table}"'
            in_target = session.query(f"SELECT {COLUMNS} FROM {target} ORDER BY id")
        state = watermark.read(spec, clients.store)
        head = Journal(clients.store, layout).head()
        keys = [info.key for info in clients.store.list(f"{layout.root}/")]
    facts = Facts(
        source=list(map(_plain, at_source)),
        target=list(map(_plain, in_target)),
        behind=head is not None and head.position_to is not None and not _above(head.position_to, at_source),
        strangers=[key for key in keys if not _known(layout, key)],
        cache_agrees=head is not None and (state.log_extracted, state.position) == (head.sequence, head.position_to),
    )
    pipe.send(("facts", facts))


def _above(position: Position, rows: list[tuple[Any, ...]]) -> bool:
    if position.kind is PositionKind.ID:
        return position.value > max(int(row[0]) for row in rows)
    return bool(format_time(position.value) > max(row[1].strftime("%Y-%m-%dT%H:%M:%S.%fZ") for row in rows))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """An unsigned id is a DECIMAL in Redshift."""
    return (int(row[0]), *row[1:])


def _known(layout: TableLayout, key: str) -> bool:
    return key == layout.watermark or key.startswith(
        (layout.data, layout.log, f"{layout.root}/copy/", f"{layout.root}/probe-")
    )
