"""A random history of one table and of its runs, after which every target must equal the source."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.position import PositionKind, format_time
from mysql_redshift.core.spec import CursorRef, Deletes, LoadMode, TableSpec
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.steps import watermark
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline

MAX_CATCH_UP_RUNS = 20  # until the position is above every row


@dataclass(kw_only=True)
class History:
    """One random history. ``covered`` counts its events: ties, repair, replay, out of order, reset, limit, deletes."""

    pipeline: TablePipeline
    server: Any
    rng: random.Random
    shape: LoadMode
    covered: Counter[str] = field(default_factory=Counter)
    _saved: tuple[str, int] | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def run_steps(self, steps: int) -> None:
        """Run ``steps`` random actions, then finish and compare."""
        actions = self._actions()
        with self._stack:
            for action in self.rng.choices([*actions], weights=[*actions.values()], k=steps):
                action(self)
        self.finish()

    def finish(self) -> None:
        """Sync every row; then compare the target, a restored older target and a new target with the source."""
        self._catch_up()
        self.pipeline.load()
        if self.covered["deletes"] and self.shape is LoadMode.MERGE:
            self.pipeline.verify("keys")
        self.pipeline.verify("custody", "bounds")
        expected = self.pipeline.source_rows()
        assert self.pipeline.rows() == expected
        if self._saved is not None:
            self._restore()
            assert self.pipeline.rows() == expected
        with self._another_target():
            self.pipeline.load()
            assert self.pipeline.rows() == expected

    def insert(self) -> None:
        """Insert some rows with one timestamp."""
        rows = self.rng.randint(1, 6)
        self.covered["ties"] += rows > 1
        values = ", ".join(["(UTC_TIMESTAMP(6), 1, NULL)"] * rows)
        self.pipeline.sql(f"INSERT INTO orders (updated_at, amount, note) VALUES {values}")

    def update(self) -> None:
        """Update some rows and their cursor."""
        self.pipeline.sql(
            f"UPDATE orders SET updated_at = UTC_TIMESTAMP(6), amount = amount + 1, note = '{self.rng.random()}' "
            f"WHERE id % {self.rng.randint(2, 4)} = 0"
        )

    def delete(self) -> None:
        """Delete some rows and change the key of others."""
        self.covered["deletes"] += 1
        self.pipeline.sql(f"DELETE FROM orders WHERE id % {self.rng.randint(3, 6)} = 0")
        self.pipeline.sql("UPDATE orders SET id = id + 100000, updated_at = UTC_TIMESTAMP(6) WHERE id % 11 = 1")

    def write_late(self) -> None:
        """Insert a row, let a run extract, and only then commit the row: without a safe point it would be missed."""
        self.covered["out of order"] += 1
        database = self.pipeline.spec.source.database
        with connect_mysql(self.server, database=database, autocommit=False) as connection:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
            self.pipeline.sql("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 8)")
            self.run()
            connection.commit()

    def run(self) -> None:
        """Extract and publish; the window may be empty."""
        self.pipeline.sql("DO SLEEP(0.002)")
        self.pipeline.extract_and_publish()

    def run_limited(self) -> None:
        """Extract and publish at most three rows."""
        self.covered["limit"] += 1
        self.pipeline.extract_and_publish(limit=self.rng.randint(1, 3))

    def run_full(self) -> None:
        """Read every row, those above the safe point too."""
        self.covered["full"] += 1
        self.pipeline.extract_and_publish(full_refresh=True)

    def load(self) -> None:
        """Load pending entries; sometimes save the target."""
        report = self.pipeline.load()
        if report.ledger_head and self.rng.random() < 0.5 and self._target_exists():
            self._save(report.ledger_head)

    def repair(self) -> None:
        """Read an old window again and keep the position."""
        since = self._old_moment()
        if since is not None:
            self.covered["repair"] += 1
            assert self.pipeline.extract_and_publish(since=since, move_watermark=False).kind is EntryKind.REPAIR

    def set_back(self) -> None:
        """Set the position to an old cursor value, or reset it."""
        self.covered["reset"] += 1
        since, pipeline = self._old_moment(), self.pipeline
        if since is None or self.rng.random() < 0.4:
            watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
            return
        name = "id" if self.shape is LoadMode.APPEND else "timestamp"
        watermark.set_position(
            pipeline.spec,
            store=pipeline.clients.store,
            source=pipeline.clients.source,
            text=since,
            field=name,
            actor="test",
        )

    def _actions(self) -> dict[Any, int]:
        actions = {History.insert: 5, History.run: 4, History.load: 3, History.set_back: 1, History.write_late: 1}
        if self.shape is not LoadMode.REPLACE:
            actions |= {History.repair: 3}
            actions |= {History.run_limited: 1, History.run_full: 1}
        if self.shape is LoadMode.MERGE:
            actions |= {History.update: 3, History.delete: 1}
        if self.shape is LoadMode.REPLACE:
            actions = {History.insert: 5, History.update: 3, History.delete: 2, History.run: 4, History.load: 3}
        return actions

    def _old_moment(self) -> str | None:
        """Return a cursor value below the position, or None."""
        head = watermark.read(self.pipeline.spec, self.pipeline.clients.store).position
        rows = self.pipeline.sql("SELECT id, updated_at FROM orders ORDER BY id LIMIT 20")
        if head is None or not rows:
            return None
        row = self.rng.choice(rows)
        if head.kind is PositionKind.ID:
            return str(row[0]) if int(row[0]) < head.value else None
        text = _text(row[1])
        return text if text < format_time(head.value) else None

    def _catch_up(self) -> None:
        """Run until the position is above every row; a statement of another session may hold it back for a while."""
        for _ in range(MAX_CATCH_UP_RUNS):
            self.run()
            if self._above_every_row():
                return
        raise AssertionError("the position did not pass every row")

    def _above_every_row(self) -> bool:
        position = watermark.read(self.pipeline.spec, self.pipeline.clients.store).position
        ((top_id, top_time),) = self.pipeline.sql("SELECT MAX(id), MAX(updated_at) FROM orders")
        if self.shape is LoadMode.REPLACE or top_id is None:
            return True
        if position is None:
            return False
        if position.kind is PositionKind.ID:
            return position.value > int(top_id)
        return format_time(position.value) > _text(top_time)

    def _target_exists(self) -> bool:
        ref = self.pipeline.spec.target
        with self.pipeline.clients.warehouse.session("describe the target") as session:
            return session.describe(ref.schema, ref.table) is not None

    def _save(self, head: int) -> None:
        """Save the target and the ledger head, as a cluster snapshot would."""
        name = f'"{self.pipeline.spec.target.schema}"."saved_{self.pipeline.spec.target.table}_{head}"'
        self.pipeline.target(f"DROP TABLE IF EXISTS {name}")
        self.pipeline.target(f"CREATE TABLE {name} AS SELECT * FROM {{t}}")
        self._saved = (name, head)

    def _restore(self) -> None:
        """Restore the saved target and load the later log entries again."""
        assert self._saved is not None
        self.covered["replay"] += 1
        name, head = self._saved
        pipeline = self.pipeline
        pipeline.target("DELETE FROM {t}")
        pipeline.target(f"INSERT INTO {{t}} SELECT * FROM {name}")
        pipeline.target(f"DELETE FROM {ledger_sql.table(pipeline.spec.target)} WHERE sequence > {head}")
        _delete_cache(pipeline)
        pipeline.load()

    @contextmanager
    def _another_target(self) -> Iterator[None]:
        """Switch to a new target table, so that the whole log is loaded into it."""
        first = self.pipeline.spec
        self.pipeline.change(target=replace(first.target, table=f"{first.target.table}_again"))
        _delete_cache(self.pipeline)
        yield
        self.pipeline.change(target=first.target)


def spec_of(spec: TableSpec, shape: LoadMode, number: int) -> TableSpec:
    """Return the spec of one history, with a separate log and target."""
    cursors = {LoadMode.MERGE: "updated_at", LoadMode.APPEND: "id"}
    return replace(
        spec,
        pipeline=f"history_{number}",
        target=replace(spec.target, table=f"orders_{number}"),
        cursor=CursorRef(column=cursors[shape], zone="UTC") if shape in cursors else None,
        load=shape,
        deletes=Deletes.RECONCILE if shape is LoadMode.MERGE else Deletes.KEEP,
        allow_empty_replace=True,
    )


def _delete_cache(pipeline: TablePipeline) -> None:
    """Delete the watermark cache, on which no result may depend."""
    pipeline.clients.store.delete([TableLayout.of(pipeline.spec).watermark])


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
