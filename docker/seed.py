"""Fill the database ``settlement``."""

from __future__ import annotations

import os

import pymysql

from demo.dataset import Sizes, fill, tables


def main() -> None:
    """Fill the database at DEMO_SCALE; existing tables are dropped first."""
    connection = pymysql.connect(host=os.environ["MYSQL_HOST"], user="root", password=os.environ["MYSQL_PASSWORD"])
    for table, rows in fill(connection, tables(Sizes.at(float(os.environ.get("DEMO_SCALE", "1"))))):
        print(f"{table.name}: {rows} rows", flush=True)


if __name__ == "__main__":
    main()
