"""Run the steps of one table in a separate process: step names on stdin, JSON results on stdout, one per line."""

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


class RunProcess:
    """The parent's side. ``start`` does not wait for the result, so several processes can run at the same time."""

    def __init__(self, spec: TableSpec, actor: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.steps.run_process", actor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._send(json.dumps(codec.to_plain(spec)))

    def start(self, step: str) -> None:
        """Start a step: plan, extract, publish or load."""
        self._send(step)

    def result(self) -> dict[str, Any]:
        """Wait for the started step and return its result."""
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def run(self, *steps: str) -> dict[str, Any]:
        """Run steps one after another; return the last result."""
        found: dict[str, Any] = {}
        for step in steps:
            self.start(step)
            found = self.result()
        return found

    def close(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.communicate()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def run_processes(*specs: TableSpec) -> Iterator[list[RunProcess]]:
    """Start a process per spec; kill them all when the block exits."""
    processes = [RunProcess(spec, actor=f"process {number}") for number, spec in enumerate(specs)]
    try:
        yield processes
    finally:
        for process in processes:
            process.close()


def main(actor: str) -> None:
    """The child's side: run steps until stdin is closed."""
    from mysql_redshift.hooks.clients import Clients

    results = sys.stdout
    sys.stdout = sys.stderr  # Airflow logs to stdout
    spec = codec.from_json(TableSpec, sys.stdin.readline().encode(), where="stdin")
    with Clients(spec) as clients:
        steps = _Steps(spec, clients, actor)
        for line in sys.stdin:
            try:
                found = getattr(steps, line.strip())()
            except MysqlRedshiftError as exc:
                found = {"error": type(exc).__name__, "text": str(exc)}
            results.write(json.dumps(found) + "\n")
            results.flush()


class _Steps:
    """The steps of one run, by name."""

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
