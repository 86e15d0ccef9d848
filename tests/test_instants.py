"""Instants: exact integers from RFC 3339, nothing from anything else, and back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.instants import SECOND, Clock, instant, now, rfc3339

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


TWO = "2026-06-10T14:38:11.000Z14:38:12.000Z"

NEAR = st.builds(
    "2026-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format,
    st.sampled_from([6, 6, 6, 7, 13]),
    st.sampled_from([10, 10, 10, 11, 31]),
    st.sampled_from([0, 14, 14, 15, 23, 24]),
    st.integers(0, 60),
    st.integers(0, 61),
    st.sampled_from(["", ".000", ".250", ".250000", ".25", ".2500001", ".\u0661\u0661\u0661", "."]),
    st.sampled_from(["Z", "Z", "Z", "+00:00", "+00:00", "-05:30", "+14:75", "+24:00", "z", "", "Z\n"]),
)


@given(st.lists(NEAR | st.none() | st.just("x"), max_size=12))
def test_a_clock_reads_times_as_each_of_them_alone(texts: list[str | None]) -> None:
    clock = Clock()
    assert [clock.instant(text) for text in texts] == [instant(text) for text in texts]


@pytest.mark.parametrize(
    "pair",
    [
        ("0001-01-01T00:05:00+00:01", "0001-01-01T00:00:30+00:01"),
        ("9999-12-31T23:58:00-00:01", "9999-12-31T23:59:00-00:01"),
    ],
)
def test_a_day_of_which_a_part_cannot_be_shown_is_not_gone_by(pair: tuple[str, str]) -> None:
    clock = Clock()
    assert clock.instant(pair[0]) == instant(pair[0]) is not None
    assert clock.instant(pair[1]) is None
    assert not clock.are_in_order(sorted(pair))


@given(st.lists(NEAR, min_size=1, max_size=3), NEAR)
def test_times_that_are_seen_to_be_in_order_are(texts: list[str], before: str) -> None:
    clock = Clock()
    clock.instant(before)
    if clock.are_in_order([*texts]):
        times = [instant(text) for text in texts]
        assert None not in times
        assert times == sorted(times, key=lambda time: time or 0)


@pytest.mark.parametrize("fraction", ["", ".000", ".000000"])
@pytest.mark.parametrize("zone", ["Z", "+00:00", "-05:30"])
def test_the_usual_times_of_a_log_are_seen_to_be_in_order(fraction: str, zone: str) -> None:
    clock = Clock()
    usual = [f"2026-06-10T{time}{fraction}{zone}" for time in ("14:38:01", "14:38:01", "14:38:30", "23:59:59")]
    assert clock.instant(usual[0]) is not None
    assert clock.are_in_order(usual)
    assert not clock.are_in_order(usual[::-1])
    assert not clock.are_in_order([time.replace("-10T", "-11T") for time in usual]), "another day"
    assert not clock.are_in_order([time.removesuffix(zone) + "+01:00" for time in usual]), "another zone"


def test_what_is_no_row_of_times_is_not_seen_to_be_in_order() -> None:
    clock = Clock()
    assert clock.instant("2026-06-10T14:38:01.000Z") is not None
    for odd in (["2026-06-10T", TWO], [TWO, TWO], ["2026-06-10T14:38:11.000Z", TWO], [TWO[:-1], "2026-06-10TZ"]):
        assert not clock.are_in_order(odd), "times only where they are put together"
    assert not clock.are_in_order([])
    assert not clock.are_in_order([None])
