"""One step of the scenario: run the pipeline, change the source meanwhile, and verify the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from demo.airflow import AirflowClient
from demo.pipeline.definition import TARGET_SCHEMA
from demo.pipeline.runs import follow
from demo.proof import report
from demo.proof.prover import Prover
from demo.proof.report import Report, RunReport
from demo.screen import Screen
from demo.servers.endpoints import Endpoints
from demo.verifier import source_reader, target_reader

TARGET_SESSIONS = 2  # checksums take three times as long in the target as at the source


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Run the pipeline and verify each run; collects the results in ``result``."""

    client: AirflowClient
    endpoints: Endpoints
    prover: Prover
    screen: Screen
    result: Report

    def run(
        self,
        name: str,
        expected: Mapping[str, int],
        *,
        when_planned: Callable[[], None] | None = None,
        meanwhile: Callable[[], None] | None = None,
        chunked: str | None = None,
    ) -> RunReport:
        """Run the pipeline once and verify it; ``expected`` is the number of rows per table that must be loaded.

        ``when_planned`` is called while rows are being read. ``meanwhile`` is called once the verifier has opened its
        snapshot of the source: its changes belong to the next run. ``chunked`` names the table that must have been
        read in several chunks at the same time.
        """
        self.screen.heading(name)
        run, table_runs = follow(self.client, self.screen, list(expected), when_planned=when_planned)
        self.screen.say(f"finished in {run.seconds:.1f} s; comparing source and target, table by table")
        with source_reader(self.endpoints.source) as source, ExitStack() as stack:
            reader = partial(target_reader, self.endpoints.bastion, self.endpoints.redshift, TARGET_SCHEMA)
            targets = [stack.enter_context(reader()) for _ in range(TARGET_SESSIONS)]
            if meanwhile is not None:
                meanwhile()
            proved = self.prover.prove(name, run, table_runs, expected, source, targets, chunked=chunked)
        self.result.runs.append(proved)
        report.show(self.screen, proved)
        for problem in proved.problems:
            self.screen.say(f"DIFFERS: {problem}", "bold red")
        return proved
