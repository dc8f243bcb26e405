"""The options of COPY: which have a value, and which COPY from Parquet supports."""

from __future__ import annotations

from enum import Enum


class Value(Enum):
    """Whether an option has a value."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


SUPPORTED = {
    "IAM_ROLE": Value.REQUIRED,
    "CREDENTIALS": Value.REQUIRED,
    "ACCESS_KEY_ID": Value.REQUIRED,
    "SECRET_ACCESS_KEY": Value.REQUIRED,
    "SESSION_TOKEN": Value.REQUIRED,
    "MANIFEST": Value.NONE,
    "STATUPDATE": Value.OPTIONAL,
    "ACCEPTINVCHARS": Value.OPTIONAL,
    "FILLRECORD": Value.NONE,
    "EXPLICIT_IDS": Value.NONE,
    "SERIALIZETOJSON": Value.NONE,
    "FORMAT": Value.NONE,
    "PARQUET": Value.NONE,
}
# Options of other formats, which are refused by name.
REFUSED = {
    "REGION": Value.REQUIRED,
    "TRUNCATECOLUMNS": Value.NONE,
    "MAXERROR": Value.OPTIONAL,
    "ACCEPTANYDATE": Value.NONE,
    "DELIMITER": Value.REQUIRED,
    "CSV": Value.NONE,
    "JSON": Value.NONE,
    "AVRO": Value.NONE,
    "ORC": Value.NONE,
    "FIXEDWIDTH": Value.NONE,
    "SHAPEFILE": Value.NONE,
    "ESCAPE": Value.NONE,
    "QUOTE": Value.REQUIRED,
    "NULL": Value.REQUIRED,
    "BLANKSASNULL": Value.NONE,
    "EMPTYASNULL": Value.NONE,
    "IGNOREHEADER": Value.OPTIONAL,
    "IGNOREBLANKLINES": Value.NONE,
    "DATEFORMAT": Value.REQUIRED,
    "TIMEFORMAT": Value.REQUIRED,
    "ENCODING": Value.REQUIRED,
    "ENCRYPTED": Value.NONE,
    "MASTER_SYMMETRIC_KEY": Value.REQUIRED,
    "COMPROWS": Value.OPTIONAL,
    "COMPUPDATE": Value.OPTIONAL,
    "NOLOAD": Value.NONE,
    "REMOVEQUOTES": Value.NONE,
    "ROUNDEC": Value.NONE,
    "TRIMBLANKS": Value.NONE,
    "GZIP": Value.NONE,
    "BZIP2": Value.NONE,
    "LZOP": Value.NONE,
    "ZSTD": Value.NONE,
    "READRATIO": Value.OPTIONAL,
    "SSH": Value.NONE,
}
KNOWN = SUPPORTED | REFUSED
