"""When a cron runs: names of timezones, and the end of its schedule."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import available_timezones

from graphwire_core.errors import InvalidArgumentError

__all__ = ["end_time", "timezone_name"]


def timezone_name(tz: str | tzinfo, argument: str = "timezone") -> str:
    """Return the IANA name of a timezone, such as `"Europe/Paris"`.

    Args:
        tz: A name, which the server checks, a `ZoneInfo`, or another `tzinfo` that knows its name.
        argument: Name of the argument in errors.

    Raises:
        InvalidArgumentError: `tz` has no IANA name, as fixed offsets other than UTC have none.
    """
    if isinstance(tz, str) and tz.strip():
        return tz
    if isinstance(tz, tzinfo):
        # ZoneInfo keeps the name in `key`, pytz in `zone`.
        for name in (getattr(tz, "key", None), getattr(tz, "zone", None)):
            if isinstance(name, str) and name:
                return name
        if tz.utcoffset(None) == timedelta(0):
            return "UTC"
    expected = "an IANA timezone such as 'Europe/Paris' or ZoneInfo('Europe/Paris')"
    raise InvalidArgumentError(argument, expected, f"{type(tz).__name__} {tz!r:.60}{_hint(tz)}")


def _hint(tz: object) -> str:
    """Name the zone of a fixed offset in whole hours; its sign is the other way round."""
    offset = tz.utcoffset(None) if isinstance(tz, timezone) else None
    if offset is None or offset % timedelta(hours=1):
        return ""
    zone = f"Etc/GMT{-offset // timedelta(hours=1):+d}"
    return f" (for this fixed offset: ZoneInfo({zone!r}))" if zone in available_timezones() else ""


def end_time(value: datetime | None, argument: str = "end_time") -> str | None:
    """Return the end of a schedule in ISO 8601; `None` stays `None`, which clears it.

    A naive datetime is UTC, as everywhere in this API, and is sent with its offset.

    Raises:
        InvalidArgumentError: `value` is not a datetime.
    """
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise InvalidArgumentError(argument, "a datetime", f"{type(value).__name__} {value!r:.60}")
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware.isoformat()
