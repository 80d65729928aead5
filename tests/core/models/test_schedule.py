import struct
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import end_time, timezone_name

# A zone file with one offset and no name of its own.
UTC_PLUS_ONE = (
    b"TZif"
    + bytes(16)
    + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    + struct.pack(">lbb", 3600, 0, 0)
    + b"XYZ\0"
)


class Named(tzinfo):
    """A zone as pytz makes them."""

    zone: str | None = "Asia/Tokyo"

    def __init__(self, offset: timedelta = timedelta(hours=9)) -> None:
        self.offset = offset

    def utcoffset(self, _at: datetime | None, /) -> timedelta:
        return self.offset

    def dst(self, _at: datetime | None, /) -> timedelta | None:
        return None

    def tzname(self, _at: datetime | None, /) -> str:
        return "JST"


class Zulu(Named):
    """UTC under a name that says nothing."""

    zone = None


@pytest.mark.parametrize(
    ("tz", "name"),
    [
        ("Europe/Paris", "Europe/Paris"),
        (ZoneInfo("America/New_York"), "America/New_York"),
        (Named(), "Asia/Tokyo"),
        (UTC, "UTC"),
        (timezone(timedelta(0), "GMT"), "UTC"),
        (Zulu(timedelta(0)), "UTC"),
    ],
)
def test_a_timezone_becomes_its_iana_name(tz: Any, name: str) -> None:
    assert timezone_name(tz) == name


@pytest.mark.parametrize(
    "tz",
    [timezone(timedelta(hours=5)), timezone(timedelta(hours=1), "CET"), "", "  ", 5, None, b"UTC"],
)
def test_a_timezone_without_iana_name_is_an_error(tz: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^tz: expected an IANA timezone") as caught:
        timezone_name(tz, "tz")

    assert type(tz).__name__ in caught.value.got


def test_the_error_names_the_zone_of_a_fixed_offset() -> None:
    with pytest.raises(InvalidArgumentError, match=r"ZoneInfo\('Etc/GMT-5'\)"):
        timezone_name(timezone(timedelta(hours=5)))
    with pytest.raises(InvalidArgumentError, match=r"ZoneInfo\('Etc/GMT\+3'\)"):
        timezone_name(timezone(timedelta(hours=-3)))


def test_an_offset_that_no_zone_has_gets_no_hint() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        timezone_name(timezone(timedelta(hours=5, minutes=30)))

    assert "Etc" not in str(caught.value)


def test_a_zone_without_key_is_an_error() -> None:
    keyless = ZoneInfo.from_file(BytesIO(UTC_PLUS_ONE))

    with pytest.raises(InvalidArgumentError, match="timezone: expected an IANA timezone"):
        timezone_name(keyless)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00"),
        (datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T00:00:00+02:00"),
        (datetime(2026, 7, 2, tzinfo=ZoneInfo("Europe/Paris")), "2026-07-02T00:00:00+02:00"),
        (datetime.fromisoformat("2026-01-02T03:04:05"), "2026-01-02T03:04:05+00:00"),
    ],
)
def test_an_end_time_is_sent_with_its_offset(value: datetime | None, text: str | None) -> None:
    assert end_time(value) == text


@pytest.mark.parametrize("value", ["2026-01-01", date(2026, 1, 1), 0, False])
def test_an_end_time_that_is_no_datetime_is_an_error(value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^until: expected a datetime, got "):
        end_time(value, "until")
