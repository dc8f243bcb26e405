"""A process of its own that takes one table's steps when it is told to: one step a line in, one answer a line out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mysql_redshift.core import codec
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import MysqlRedshiftError

LABEL = "{table}: one task, every attempt"


class Racer:
    """The near end. ``start`` does not wait, so that two racers can be under way at once."""

    def __init__(self, spec: TableSpec, actor: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.steps.racer", actor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(json.dumps(codec.to_plain(spec)))

    def start(self, step: str) -> None:
        """Tell it to take a step: plan, extract, publish or load."""
        self._say(step)

    def answer(self) -> dict[str, Any]:
        """Wait for the end of the step that was started."""
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def do(self, *steps: str) -> dict[str, Any]:
        """Take steps one after another; return the last one's answer."""
        found: dict[str, Any] = {}
        for step in steps:
            self.start(step)
            found = self.answer()
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def racing(*specs: TableSpec) -> Iterator[list[Racer]]:
    """Start a process for each spec; end them all."""
    racers = [Racer(spec, actor=f"racer {number}") for number, spec in enumerate(specs)]
    try:
        yield racers
    finally:
        for racer in racers:
            racer.close()


def main(actor: str) -> None:
    """The far end: obey until the near end goes away."""
    from mysql_redshift.hooks.clients import Clients

    answers = sys.stdout
    sys.stdout = sys.stderr  # Airflow's logging
    spec = codec.from_json(TableSpec, sys.stdin.readline().encode(), where="stdin")
    with Clients(spec) as clients:
        run = _Run(spec, clients, actor)
        for line in sys.stdin:
            try:
                found = getattr(run, line.strip())()
            except MysqlRedshiftError as exc:
                found = {"error": type(exc).__name__, "text": str(exc)}
            answers.write(json.dumps(found) + "\n")
            answers.flush()


class _Run:
    """One run's steps, each by its name."""

    def __init__(self, spec: TableSpec, clients: Any, actor: str) -> None:
        self.spec, self.clients, self.actor = spec, clients, actor
        self.planned: Any = None
        self.receipts: list[Any] = []

    def plan(self) -> dict[str, Any]:
        from mysql_redshift.steps.plan import plan

        request = RunRequest(actor=self.actor)
        self.planned = plan(self.spec, request, source=self.clients.source, store=self.clients.store)
        return {"run_key": self.planned.run_key}

    def extract(self) -> dict[str, Any]:
        from mysql_redshift.steps.extract import extract

        self.receipts = [
            extract(
                self.planned,
                chunk,
                source=self.clients.source,
                store=self.clients.store,
                encoder=self.clients.encoder,
            )
            for chunk in self.planned.work
        ]
        return {"rows": sum(receipt.rows for receipt in self.receipts)}

    def publish(self) -> dict[str, Any]:
        from mysql_redshift.steps.publish import publish

        entry = publish(self.planned, self.receipts, store=self.clients.store)
        return {"run_key": entry.run_key if entry else ""}

    def load(self) -> dict[str, Any]:
        from mysql_redshift.steps.load import load

        store, warehouse = self.clients.store, self.clients.warehouse
        report = load(self.spec, store=store, warehouse=warehouse, label=LABEL.format(table=self.spec.source.table))
        return {"applied": [done.sequence for done in report.applied]}


if __name__ == "__main__":
    main(sys.argv[1])
