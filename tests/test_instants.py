"""Instants: exact integers from RFC 3339, nothing from anything else, and back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.instants import SECOND, instant, now, rfc3339

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moment=st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))
def test_every_moment_is_read_to_the_microsecond(moment: datetime) -> None:
    exact = (moment - EPOCH) // timedelta(microseconds=1)
    assert instant(moment.isoformat(timespec="microseconds")) == exact
    assert instant(rfc3339(exact)) == exact // 1000 * 1000


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", SECOND),
        ("1970-01-01 00:00:01+00:00", SECOND),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:00-00:01", 60 * SECOND),
        ("1970-01-01T00:00:00.1Z", 100_000),
        ("1970-01-01T00:00:00.123456999999Z", 123_456),
        ("1969-12-31T23:59:59.9Z", -100_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),
    ],
)
def test_forms_that_name_an_instant(text: str, micros: int) -> None:
    assert instant(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        None,
        0,
        1.5,
        True,
        ["2026-01-01T00:00:00Z"],
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",  # no zone: no instant
        "2026-01-01T00:00:00Z ",
        "\n2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        "2026-02-30T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00Z",
        "20260101T000000Z",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "２０２６-01-01T00:00:00Z",
        "2026-01-01T00:00:00.1234567890123Z",
    ],
)
def test_what_names_no_instant(text: object) -> None:
    assert instant(text) is None


@pytest.mark.parametrize(
    "text",
    ["9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-23:59"],
)
def test_what_cannot_be_shown_again_names_no_instant(text: str) -> None:
    assert instant(text) is None


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "0001-01-01T23:59:00+23:59"])
def test_the_first_and_last_instants_can_be_shown(text: str) -> None:
    micros = instant(text)
    assert micros is not None
    assert instant(rfc3339(micros)) == micros // 1000 * 1000


def test_now_is_now() -> None:
    before, present, after = datetime.now(UTC), EPOCH + timedelta(microseconds=now()), datetime.now(UTC)
    assert before <= present <= after


def test_shown_in_milliseconds() -> None:
    assert rfc3339(1_781_102_291_123_999) == "2026-06-10T14:38:11.123Z"
