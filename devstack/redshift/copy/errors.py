"""Errors of COPY: the truncated text that Redshift sends, and the full text for the system views."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.redshift.wire.messages import ServerError

CONTEXT_BYTES = 256  # reported: rudder-server pull request 3178 shows a context that is truncated to exactly 256 bytes
RULE = "-----------------------------------------------"


@dataclass(kw_only=True, eq=False)
class LoadError(Exception):
    """A COPY failed. ``context`` is the full text; the client receives its first 256 bytes."""

    context: str
    message: str = "Spectrum Scan Error"
    code: int = 15007
    sqlstate: str = "XX000"
    location: str = "dory_util.cpp:1777"
    process: str = "worker_thread"
    file_name: str = ""
    column_name: str = ""
    column_type: str = ""
    column_length: str = ""
    position: int = 0

    def __str__(self) -> str:
        return f"{self.message}: {self.context}"

    @property
    def logged(self) -> str:
        """The text in sys_load_error_detail."""
        return self.context or self.message

    def as_server_error(self, query_id: int, process: int) -> ServerError:
        cut = self.context.encode()[:CONTEXT_BYTES].decode("utf-8", "ignore")
        detail = (
            f"\n  {RULE}\n  error:  {self.message}\n  code:      {self.code}\n  context:   {cut}\n"
            f"  query:     {query_id}\n  location:  {self.location}\n"
            f"  process:   {self.process} [pid={process}]\n  {RULE}\n"
        )
        return ServerError(code=self.sqlstate, message=self.message, detail=detail)
