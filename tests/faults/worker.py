"""Processes that may be killed, forked from one that has loaded all a worker loads."""

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

WARM = "tests.faults.warm"
MOST_SECONDS = 120.0  # a worker that says nothing for so long is stuck
# Starting a process also asks how all others ended, and an exit code can be read only once.
ONE_AT_A_TIME = threading.Lock()


class Worker:
    """Calls ``function(pipe, *arguments)`` in a process with the given environment. Use as a context manager."""

    def __init__(self, function: Callable[..., None], *arguments: object, environment: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([WARM])
        self._mine, its = context.Pipe()
        # Made here and not in the worker: one that is killed clears nothing away.
        self._folder = tempfile.TemporaryDirectory(prefix="fault-")
        call = (its, dict(environment), self._folder.name, function, arguments)
        self._process: Any = context.Process(target=_call, args=call, daemon=True)
        with ONE_AT_A_TIME:
            self._process.start()
        its.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mine.close()
        if kind is not None:
            self._process.kill()
        wait([self._process.sentinel], MOST_SECONDS)
        with ONE_AT_A_TIME:
            self._process.join(MOST_SECONDS)
        self._folder.cleanup()
        if kind is None and self._process.exitcode not in (0, -signal.SIGKILL):
            raise AssertionError(f"A worker ended with exit code {self._process.exitcode}; its traceback is above")

    @property
    def killed(self) -> bool:
        """Whether it ended by SIGKILL; known once the block has ended."""
        return bool(self._process.exitcode == -signal.SIGKILL)

    def messages(self) -> Iterator[tuple[str, Any]]:
        """Yield what it says until it ends."""
        while True:
            if not self._mine.poll(MOST_SECONDS):
                raise AssertionError(f"A worker said nothing for {MOST_SECONDS:.0f} s: it is stuck")
            try:
                yield self._mine.recv()
            except EOFError:
                return

    def answer(self, value: object) -> None:
        """Say something to it."""
        self._mine.send(value)


def _call(
    pipe: Connection, environment: dict[str, str], folder: str, function: Callable[..., None], arguments: Any
) -> None:
    os.environ.update(environment)
    tempfile.tempdir = folder
    function(pipe, *arguments)
    pipe.close()
    sys.exit(0)
