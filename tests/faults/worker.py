"""Processes that may be killed, forked from a process that has imported everything they need."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

PRELOAD = "tests.faults.preload"
MAX_SILENT_SECONDS = 120.0  # a worker without a message for longer is stuck
# Starting a process also reaps finished ones, and an exit code can be read only once.
PROCESS_LOCK = threading.Lock()


class Worker:
    """Call ``function(pipe, *arguments)`` in a process with the given environment. Use as a context manager."""

    def __init__(self, function: Callable[..., None], *arguments: object, environment: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOAD])
        self._pipe, child_pipe = context.Pipe()
        # Created by the parent: a killed worker cannot delete it.
        self._folder = tempfile.TemporaryDirectory(prefix="fault-")
        call = (child_pipe, dict(environment), self._folder.name, function, arguments)
        self._process: Any = context.Process(target=_call, args=call, daemon=True)
        with PROCESS_LOCK:
            self._process.start()
        child_pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        if kind is not None:
            self._process.kill()
        wait([self._process.sentinel], MAX_SILENT_SECONDS)
        with PROCESS_LOCK:
            self._process.join(MAX_SILENT_SECONDS)
        self._folder.cleanup()
        if kind is None and self._process.exitcode not in (0, -signal.SIGKILL):
            raise AssertionError(f"A worker exited with code {self._process.exitcode}; its traceback is above")

    @property
    def killed(self) -> bool:
        """Whether SIGKILL terminated it; known after the block."""
        return bool(self._process.exitcode == -signal.SIGKILL)

    def messages(self) -> Iterator[tuple[str, Any]]:
        """Yield its messages until it exits."""
        while True:
            if not self._pipe.poll(MAX_SILENT_SECONDS):
                raise AssertionError(f"A worker sent nothing for {MAX_SILENT_SECONDS:.0f} s: it is stuck")
            try:
                yield self._pipe.recv()
            except EOFError:
                return

    def send(self, value: object) -> None:
        """Send it a value."""
        self._pipe.send(value)


def _call(
    pipe: Connection, environment: dict[str, str], folder: str, function: Callable[..., None], arguments: Any
) -> None:
    os.environ.update(environment)
    tempfile.tempdir = folder
    function(pipe, *arguments)
    pipe.close()
    sys.exit(0)
