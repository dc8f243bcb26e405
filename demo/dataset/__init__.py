"""The demo's database ``settlement``: tables of a payment company, deterministic and identical on every server."""

from demo.dataset.fill import fill, install_md5
from demo.dataset.schema import DATABASE, Column, Kind, Sizes, Table
from demo.dataset.tables import tables

__all__ = ["DATABASE", "Column", "Kind", "Sizes", "Table", "fill", "install_md5", "tables"]
