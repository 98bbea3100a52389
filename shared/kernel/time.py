"""Local dates and instants: stored in UTC, due and shown in Asia/Shanghai."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_date(instant: datetime) -> date:
    """The Shanghai date of an aware instant."""
    return instant.astimezone(SHANGHAI).date()


def local_midnight(day: date) -> datetime:
    """The instant (UTC) at which a Shanghai date begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def iso_utc(instant: datetime) -> str:
    """RFC 3339 in UTC with six digits of microseconds, the form the hash chain covers."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
