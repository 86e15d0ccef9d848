"""Instants: RFC 3339 date-times to and from microseconds since the Unix epoch, UTC.

Integers compare exactly; floats of today's epoch seconds would round below the microsecond.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

SECOND = 1_000_000

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:)(\d\d)(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_USUAL = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}(?:\d{3})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = len("2026-06-10T")
_IN_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{3}(?:\d{3})?))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_SECONDS = len("14:38:11")
_LONGEST = len("2026-06-10T14:38:11.000000000000+00:00")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_WHOLE_DAY = 86_400 * SECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def instant(text: object) -> int | None:
    """Return the RFC 3339 date-time `text` in microseconds since the epoch, or None if it is not one.

    A time without a zone offset is None: it names no instant; so is one that its offset moves out of the years 1 to
    9999 in UTC, which could not be shown again. A leap second counts as the second after it.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    if _USUAL.fullmatch(text):
        # Each record of a log has another time, mostly in this form: worth its own short way.
        try:
            found = _since_epoch(datetime.fromisoformat(text))
        except ValueError:
            return None
        return found if _FIRST <= found <= _LAST else None
    return _instant(text)


@lru_cache(maxsize=1024)
def _instant(text: str) -> int | None:
    """Remember the last ones: each rule asks for the same few times of a run again."""
    if not (match := _RFC3339.fullmatch(text)):
        return None
    date, clock, seconds, fraction, zone = match.groups()
    leap = seconds == "60"
    whole = f"{date}T{clock}{'59' if leap else seconds}{'+00:00' if zone in 'Zz' else zone}"
    try:
        moment = datetime.fromisoformat(whole)
    except ValueError:
        return None
    micros = int((fraction or ".0")[1:7].ljust(6, "0"))
    found = _since_epoch(moment) + micros + (SECOND if leap else 0)
    return found if _FIRST <= found <= _LAST else None


class Clock:
    """Reads the times of one log, as `instant` does: mostly they are of the same day and zone as the one before."""

    def __init__(self) -> None:
        self._day: str | None = None
        self._zone = ""
        self._began = 0

    def instant(self, text: object) -> int | None:
        """Return the RFC 3339 date-time `text` in microseconds since the epoch, or None if it is not one."""
        if type(text) is not str:
            return None
        match = _IN_DAY.fullmatch(text, _DAY)
        if match is None:
            return instant(text)
        hour, minute, second, fraction, zone = match.groups()
        micros = (3600 * int(hour) + 60 * int(minute) + int(second)) * SECOND
        if fraction is not None:
            micros += int(fraction) if len(fraction) > len("000") else 1000 * int(fraction)
        if zone == self._zone and text[:_DAY] == self._day:
            return self._began + micros
        found = instant(text)
        if found is not None and _FIRST <= found - micros <= _LAST - _WHOLE_DAY:
            self._day, self._zone, self._began = text[:_DAY], zone, found - micros
        return found

    def are_in_order(self, texts: list[Any]) -> bool:
        """Tell whether these are times that never go back, where that is seen at once: all in the usual form, on one day.

        Times of equal form are in order if their texts are.
        """
        try:
            if not texts[0][:_DAY] == texts[-1][:_DAY] == self._day or texts != sorted(texts):
                return False
            (length,) = {*map(len, texts)}
            usual = _all_in_day(length - _DAY - _SECONDS - len(self._zone), self._zone)
            return usual.fullmatch("".join([text[_DAY:] for text in texts])) is not None
        except (TypeError, ValueError, LookupError):
            return False


@lru_cache(maxsize=32)
def _all_in_day(fraction: int, zone: str) -> re.Pattern[str]:
    """Return what the ends of times look like, all in a row, with a fraction and a zone of one length."""
    digits = {0: "", len(".000"): r"\.\d{3}", len(".000000"): r"\.\d{6}"}[fraction]
    return re.compile(rf"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d{digits}{re.escape(zone)})+", re.ASCII)


def _since_epoch(moment: datetime) -> int:
    """Return the microseconds from the epoch to a moment, exactly."""
    gone = moment - _EPOCH
    return (gone.days * 86_400 + gone.seconds) * SECOND + gone.microseconds


def rfc3339(micros: int) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds, such as ``2026-06-10T14:38:11.000Z``."""
    moment = _EPOCH + timedelta(microseconds=micros)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> int:
    """Return the present instant in microseconds since the epoch."""
    return _since_epoch(datetime.now(UTC))
