"""Read the time zone of sessions that set none: there NOW() and CURRENT_TIMESTAMP are in it."""

from __future__ import annotations

from datetime import datetime

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.core.clock import ServerZone

# CONVERT_TZ knows SYSTEM and any zone that the server could be set to. @@system_time_zone alone is an abbreviation of
# the day when the server started, such as GMT for London in winter.
ZONE = """
SELECT @@global.time_zone, @@system_time_zone,
       TIMESTAMPDIFF(SECOND, '{now}', CONVERT_TZ('{now}', '+00:00', @@global.time_zone)),
       TIMESTAMPDIFF(SECOND, '{january}', CONVERT_TZ('{january}', '+00:00', @@global.time_zone)),
       TIMESTAMPDIFF(SECOND, '{july}', CONVERT_TZ('{july}', '+00:00', @@global.time_zone))"""


def server_zone(session: Session, now: datetime) -> ServerZone:
    """Return the zone with its offsets ``now`` (in UTC) and in January and July of the same year."""
    moments = {"now": now, "january": datetime(now.year, 1, 15), "july": datetime(now.year, 7, 15)}  # noqa: DTZ001
    texts = {name: moment.strftime("%Y-%m-%d %H:%M:%S") for name, moment in moments.items()}
    ((name, system, *offsets),) = session.query(ZONE.format(**texts))
    current, january, july = (int(offset or 0) for offset in offsets)
    return ServerZone(name=str(name), system=str(system), offset=current, january=january, july=july)
