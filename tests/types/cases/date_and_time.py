"""Cases of dates, timestamps and times of day."""

from __future__ import annotations

from tests.types.cases.case import IN_MICROSECONDS, Case, date_text, datetime_text, fractions

DATES = (
    "'1000-01-01'", "'9999-12-31'", "'1970-01-01'", "'1969-12-31'", "'2000-02-29'", "'1900-03-01'", "'1582-10-04'",
    "'1582-10-15'", "'2026-11-23'", "'0001-01-01'", "'0999-12-31'", "'2038-01-20'",
)  # fmt: skip
DATETIMES = (
    "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59{f}'", "'1970-01-01 00:00:00'", "'1969-12-31 23:59:59{f}'",
    "'2000-02-29 12:00:00'", "'2026-03-29 02:30:00'", "'2026-10-25 02:30:00'", "'0001-01-01 00:00:00'",
    "'1900-01-01 00:00:01'", "'2038-01-19 03:14:08'", "'2262-04-12 00:00:00{f}'", "'1677-09-21 00:12:43'",
)  # fmt: skip
TIMESTAMPS = (
    "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07{f}'", "'2000-01-01 00:00:00'", "'2026-03-29 00:59:59'",
    "'2026-03-29 01:00:00'", "'2026-03-29 01:30:00'", "'2026-10-25 00:30:00'", "'2026-10-25 01:30:00'",
    "'2026-10-25 00:59:59{f}'", "'1999-12-31 23:59:59'", "'2001-09-09 01:46:40'", "'2026-11-23 04:05:06'",
)  # fmt: skip
TIMES = (
    "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'", "'23:59:59'", "'24:00:00'", "'12:34:56'", "'-01:00:00'",
    "'100:00:00'", "'00:00:01'", "'99:59:59'", "'-99:59:59'",
)  # fmt: skip
FRACTIONS = ("'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'", "'838:59:58.999999'")
IN_A_DAY = (
    "'00:00:00'", "'23:59:59.999999'", "'00:00:00.000001'", "'00:00:01'", "'00:59:59.5'", "'01:02:03.04'", "'09:09:09'",
    "'11:59:59.999999'", "'12:00:00'", "'12:34:56.789'", "'20:20:20.202020'", "'23:00:00'",
)  # fmt: skip
TIME = (
    Case(name="date", type="DATE", values=DATES, to_text=date_text),
    *(
        Case(name=f"datetime({n})", type=f"DATETIME({n})", values=fractions(DATETIMES, n), to_text=datetime_text(n))
        for n in (0, 1, 3, 6)
    ),
    *(
        Case(
            name=f"timestamp({n})",
            type=f"TIMESTAMP({n}) NULL",
            values=fractions(TIMESTAMPS, n),
            to_text=datetime_text(n),
        )
        for n in (0, 3, 6)
    ),
    Case(
        name="timestamp as timestamptz",
        type="TIMESTAMP(6) NULL",
        values=fractions(TIMESTAMPS, 6),
        to_text=datetime_text(6),
        policies=(("timestamp", "timestamptz"),),
    ),
    Case(name="time", type="TIME", values=TIMES, to_text=str),
    Case(name="time(6)", type="TIME(6)", values=(*TIMES, *FRACTIONS), to_text=str),
    Case(
        name="time as time",
        type="TIME(6)",
        values=IN_A_DAY,
        to_text=str,
        policies=(("time", "time"),),
    ),
    Case(
        name="time as microseconds",
        type="TIME(6)",
        values=(*TIMES, *FRACTIONS),
        to_text=str,
        # Not the reader's method: hours, minutes, seconds and fraction are added up one by one.
        sql=IN_MICROSECONDS,
        policies=(("time", "microseconds"),),
    ),
)
