"""Convert values to text that is identical at source and target, for checksums.

Each server computes texts and checksums itself; no rows are transferred.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.dataset import Column, Kind, Table

# {c} is the quoted column. JSON: both servers print the same document, but with different blanks.
MYSQL_TEXT = {
    Kind.INTEGER: "CAST({c} AS CHAR)",
    Kind.DECIMAL: "CAST({c} AS CHAR)",
    Kind.FLOATING: "CAST(CAST({c} AS DECIMAL(30,10)) AS CHAR)",
    Kind.TEXT: "CONVERT({c} USING utf8mb4)",
    Kind.DATE: "DATE_FORMAT({c}, '%Y-%m-%d')",
    Kind.MOMENT: "DATE_FORMAT({c}, '%Y-%m-%d %H:%i:%s.%f')",
    Kind.TIME: "CAST({c} AS CHAR)",
    Kind.BIT: "CAST({c} + 0 AS CHAR)",
    Kind.BITS: "CAST({c} + 0 AS CHAR)",
    Kind.BYTES: "LOWER(HEX({c}))",
    Kind.JSON: "REPLACE(REPLACE(CAST({c} AS CHAR), ': ', ':'), ', ', ',')",
}
REDSHIFT_TEXT = {
    Kind.INTEGER: "CAST({c} AS VARCHAR)",
    Kind.DECIMAL: "CAST({c} AS VARCHAR)",
    Kind.FLOATING: "CAST(CAST(CAST({c} AS DOUBLE PRECISION) AS DECIMAL(30,10)) AS VARCHAR)",
    Kind.TEXT: "{c}",
    Kind.DATE: "TO_CHAR({c}, 'YYYY-MM-DD')",
    Kind.MOMENT: "TO_CHAR({c}, 'YYYY-MM-DD HH24:MI:SS.US')",
    Kind.TIME: "{c}",
    Kind.BIT: "CASE WHEN {c} THEN '1' WHEN NOT {c} THEN '0' END",
    Kind.BITS: "CAST({c} AS VARCHAR)",
    Kind.BYTES: "LOWER(FROM_VARBYTE({c}, 'hex'))",
    Kind.JSON: "REPLACE(REPLACE(JSON_SERIALIZE({c}), ': ', ':'), ', ', ',')",
}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one server converts values to text, quotes names, joins texts and hashes a text to an integer."""

    texts: dict[Kind, str]
    quote: str
    number: str  # of the text {t}: the first 60 bits of a digest
    joined: bool  # whether || joins texts; otherwise CONCAT does

    def text(self, column: Column) -> str:
        """Return the expression of a column's text; NULL stays NULL."""
        return self.texts[column.kind].format(c=self.name(column.name))

    def name(self, name: str) -> str:
        """Quote a name."""
        return f"{self.quote}{name}{self.quote}"

    def join(self, *texts: str) -> str:
        """Return one text of several; NULL if one of them is."""
        return " || ".join(texts) if self.joined else f"CONCAT({', '.join(texts)})"


def mysql_dialect(*, md5: bool) -> Dialect:
    """Return MySQL's dialect. From 9.6 on MD5() is an optional component; SHA2() is slower and always available."""
    digest = "MD5({t})" if md5 else "SHA2({t}, 256)"
    number = f"CAST(CONV(LEFT({digest}, 15), 16, 10) AS UNSIGNED)"
    return Dialect(texts=MYSQL_TEXT, quote="`", number=number, joined=False)


def redshift_dialect(*, md5: bool) -> Dialect:
    """Return Redshift's dialect."""
    digest = "MD5({t})" if md5 else "SHA2({t}, 256)"
    number = f"CAST(STRTOL(SUBSTRING({digest}, 1, 15), 16) AS DECIMAL(38,0))"
    return Dialect(texts=REDSHIFT_TEXT, quote='"', number=number, joined=True)


def facts_query(dialect: Dialect, schema: str, table: Table) -> str:
    """Return a SELECT of one row: row count, distinct keys, then the count of values and the checksum per column.

    A value is hashed together with its row's key, so that values swapped between two rows are detected. NULL differs
    from the empty text and from the text 'NULL'.
    """
    key = dialect.join(*_apart([dialect.text(column) for column in table.key_columns]))
    parts = ["COUNT(*)", f"COUNT(DISTINCT {key})"]
    for column in table.columns:
        value = f"COALESCE({dialect.join(chr(39) + 'V' + chr(39), dialect.text(column))}, 'N')"
        number = dialect.number.format(t=dialect.join(key, "'|'", value))
        parts += [f"COUNT({dialect.name(column.name)})", f"SUM({number})"]
    return f"SELECT {', '.join(parts)} FROM {dialect.name(schema)}.{dialect.name(table.name)}"


def _apart(texts: list[str]) -> list[str]:
    """Put a slash between the parts of a key, so that (1, 23) differs from (12, 3)."""
    return [part for text in texts for part in (text, "'/'")][:-1]
