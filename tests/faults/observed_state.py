"""The state of source, target, log and S3 after a run."""

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
class ObservedState:
    """Rows of source and target, and the keys on S3 that no cleanup would find.

    ``behind``: the position is not above every row, because another schedule's statement held the safe point back.
    """

    source: list[tuple[Any, ...]]
    target: list[tuple[Any, ...]]
    behind: bool
    unknown_keys: list[str]
    cache_agrees: bool


def observe_state(spec: TableSpec, environment: Mapping[str, str]) -> ObservedState:
    """Observe a table's state in a process with the given environment."""
    states: list[ObservedState] = []
    with Worker(_observe, spec, environment=environment) as worker:
        states.extend(value for _, value in worker.messages())
    return states[0]


def _observe(pipe: Connection, spec: TableSpec) -> None:
    layout = TableLayout.of(spec)
    with Clients(spec) as clients:
        source_rows = clients.source.query(
            f"SELECT {COLUMNS} FROM {spec.source.database}.{spec.source.table} ORDER BY id"
        )
        with clients.warehouse.session("observe " + secrets.token_hex(8)) as session:
            target = f'"{spec.target.schema}"."{spec.target.table}"'
            target_rows = session.query(f"SELECT {COLUMNS} FROM {target} ORDER BY id")
        cache = watermark.read(spec, clients.store)
        head = Journal(clients.store, layout).head()
        keys = [info.key for info in clients.store.list(f"{layout.root}/")]
    state = ObservedState(
        source=list(map(_plain, source_rows)),
        target=list(map(_plain, target_rows)),
        behind=head is not None and head.position_to is not None and not _is_above(head.position_to, source_rows),
        unknown_keys=[key for key in keys if not _is_known(layout, key)],
        cache_agrees=head is not None and (cache.log_extracted, cache.position) == (head.sequence, head.position_to),
    )
    pipe.send(("state", state))


def _is_above(position: Position, rows: list[tuple[Any, ...]]) -> bool:
    if position.kind is PositionKind.ID:
        return position.value > max(int(row[0]) for row in rows)
    return bool(format_time(position.value) > max(row[1].strftime("%Y-%m-%dT%H:%M:%S.%fZ") for row in rows))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with an int id: BIGINT UNSIGNED is a DECIMAL in Redshift."""
    return (int(row[0]), *row[1:])


def _is_known(layout: TableLayout, key: str) -> bool:
    return key == layout.watermark or key.startswith(
        (layout.data, layout.log, f"{layout.root}/copy/", f"{layout.root}/probe-")
    )
