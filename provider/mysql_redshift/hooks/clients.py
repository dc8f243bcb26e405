"""Make a table's clients from its connection ids on first use, and close them together."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from mysql_redshift.core.spec import TableSpec
    from mysql_redshift.hooks.spool import Spool
    from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse


class Clients:
    """The source, store, warehouse and encoder of ``spec``. Use it as a context manager."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "source" in self.__dict__:
            self.source.close()
        if "_spool" in self.__dict__:
            self._spool.close()

    @cached_property
    def source(self) -> Source:
        """The MySQL server, with its writer if the table is read from a replica."""
        from mysql_redshift.adapters.mysql.source import MySQLSource
        from mysql_redshift.hooks.mysql_source import mysql_address

        ref = self._spec.source
        writer = mysql_address(ref.writer_conn_id, setting="source.writer_conn_id") if ref.writer_conn_id else None
        return MySQLSource(mysql_address(ref.conn_id), writer=writer)

    @cached_property
    def store(self) -> ObjectStore:
        """The lake's bucket."""
        from mysql_redshift.hooks.lake import lake_store

        return lake_store(self._spec.lake)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The Redshift cluster behind its tunnel."""
        from mysql_redshift.hooks.connections import find_connection
        from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook

        find_connection(self._spec.target.conn_id, setting="target.conn_id")
        return RedshiftSSHTunnelHook(self._spec.target.conn_id).warehouse()

    @cached_property
    def encoder(self) -> Encoder:
        """The Parquet writer; its files are in a folder that is deleted with these clients."""
        from mysql_redshift.adapters.parquet import ParquetEncoder

        return ParquetEncoder(self._spool.folder, self._spec.compression)

    @cached_property
    def _spool(self) -> Spool:
        from mysql_redshift.hooks.spool import Spool

        return Spool()
