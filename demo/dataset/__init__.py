"""The demo's database ``settlement``: a payment company's tables, the same on every server at every time."""

from demo.dataset.fill import fill, offer_md5
from demo.dataset.schema import DATABASE, Column, Kind, Sizes, Table
from demo.dataset.tables import tables

__all__ = ["DATABASE", "Column", "Kind", "Sizes", "Table", "fill", "offer_md5", "tables"]
