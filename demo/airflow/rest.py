"""A client for the part of Airflow's public REST API that the demo uses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

PAGE = 100  # Airflow's maximum page size
FINAL_STATES = ("success", "failed")


@dataclass(frozen=True, kw_only=True)
class DagRun:
    """One run of one DAG."""

    dag_id: str
    run_id: str
    state: str
    started: datetime | None
    ended: datetime | None

    @property
    def done(self) -> bool:
        """Whether the run has finished."""
        return self.state in FINAL_STATES

    @property
    def seconds(self) -> float:
        """Duration; 0 until the run has finished."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else 0.0


@dataclass(frozen=True, kw_only=True)
class TaskInstance:
    """One task of one run; ``map_index`` is -1 if the task is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str
    started: datetime | None
    ended: datetime | None


class AirflowClient:
    """A session with one Airflow. Close it after use."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30.0, transport=httpx.HTTPTransport(retries=3))
        self._login = {"username": user, "password": password}

    def close(self) -> None:
        """Close the session."""
        self._http.close()

    def log_in(self) -> None:
        """Request a token, which is valid for a day."""
        token = self._call("POST", "/auth/token", json=self._login)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def unhealthy(self) -> list[str]:
        """Return the components of Airflow that do not report themselves healthy."""
        try:
            health = self._call("GET", "/api/v2/monitor/health")
        except httpx.HTTPError:
            return ["api_server"]
        return [part for part, state in health.items() if state["status"] not in ("healthy", None)] + [
            part for part in ("scheduler", "dag_processor", "triggerer") if not (health.get(part) or {}).get("status")
        ]

    def dag_ids(self) -> set[str]:
        """Return the ids of the DAGs that Airflow has parsed."""
        return {dag["dag_id"] for dag in self._call("GET", "/api/v2/dags", params={"limit": PAGE})["dags"]}

    def import_errors(self) -> list[str]:
        """Return the errors of DAG files that could not be parsed."""
        errors = self._call("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors]

    def unpause(self, dag_id: str) -> None:
        """Unpause a DAG."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> DagRun:
        """Trigger a run."""
        body = {"conf": conf or {}, "logical_date": None}
        return _dag_run(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body))

    def dag_run(self, run: DagRun) -> DagRun:
        """Return the current state of a run."""
        return _dag_run(self._call("GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}"))

    def runs_since(self, moment: datetime) -> list[DagRun]:
        """Return the runs of all DAGs that were triggered at ``moment`` or later."""
        return [_dag_run(run) for run in self._pages("/api/v2/dags/~/dagRuns", "dag_runs", moment)]

    def tasks_since(self, moment: datetime) -> list[TaskInstance]:
        """Return the tasks of these runs; a mapped task has one item per map index."""
        return [_task(task) for task in self._pages("/api/v2/dags/~/dagRuns/~/taskInstances", "task_instances", moment)]

    def tasks(self, run: DagRun) -> list[TaskInstance]:
        """Return the tasks of one run."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        return [_task(task) for task in self._call("GET", path, params={"limit": PAGE})["task_instances"]]

    def wait(self, run: DagRun, *, patience: float) -> DagRun:
        """Wait until the run has finished and return it; raise TimeoutError after ``patience`` seconds."""
        end = time.monotonic() + patience
        while not (run := self.dag_run(run)).done:
            if time.monotonic() > end:
                raise TimeoutError(f"{run.dag_id} {run.run_id} is still {run.state} after {patience:g} s.")
            time.sleep(0.5)
        return run

    def log_of(self, task: TaskInstance) -> str:
        """Return the log of a task's first try."""
        path = f"/api/v2/dags/{task.dag_id}/dagRuns/{task.run_id}/taskInstances/{task.task_id}/logs/1"
        events = self._call("GET", path, params={"map_index": task.map_index, "full_content": True})["content"]
        return "\n".join(line for event in events for line in _lines(event))

    def _pages(self, path: str, name: str, moment: datetime) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            params: dict[str, Any] = {"run_after_gte": moment.isoformat(), "limit": PAGE, "offset": offset}
            response = self._call("GET", path, params=params)
            yield from response[name]
            offset += PAGE
            if offset >= response["total_entries"]:
                return

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._http.request(method, path, **options)
        if response.is_error:
            raise httpx.HTTPStatusError(
                f"{method} {path}: {response.status_code} {response.text[:2000]}",
                request=response.request,
                response=response,
            )
        return response.json()


def _dag_run(plain: dict[str, Any]) -> DagRun:
    return DagRun(
        dag_id=plain["dag_id"],
        run_id=plain["dag_run_id"],
        state=plain["state"],
        started=_moment(plain["start_date"]),
        ended=_moment(plain["end_date"]),
    )


def _task(plain: dict[str, Any]) -> TaskInstance:
    return TaskInstance(
        dag_id=plain["dag_id"],
        run_id=plain["dag_run_id"],
        task_id=plain["task_id"],
        map_index=plain["map_index"],
        state=plain["state"] or "",
        started=_moment(plain["start_date"]),
        ended=_moment(plain["end_date"]),
    )


def _lines(event: dict[str, Any]) -> list[str]:
    """Return a line of the log and the exception logged with it."""
    errors = event.get("error_detail") or []
    return [str(event.get("event", "")), *(f"{error['exc_type']}: {error['exc_value']}" for error in errors[:1])]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
