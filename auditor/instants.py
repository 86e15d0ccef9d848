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
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}(?:\d{3})?Z", re.ASCII)
_HOUR = len("2026-06-10T14:")
_IN_HOUR = re.compile(r"([0-5]\d):([0-5]\d)\.(\d{3}(?:\d{3})?)Z", re.ASCII)
_ALL_IN_HOUR = {
    len("2026-06-10T14:38:11.000Z"): re.compile(r"(?:[0-5]\d:[0-5]\d\.\d{3}Z)+", re.ASCII),
    len("2026-06-10T14:38:11.000000Z"): re.compile(r"(?:[0-5]\d:[0-5]\d\.\d{6}Z)+", re.ASCII),
}
"""For times of one length: what their ends look like, all in a row."""
_LONGEST = len("2026-06-10T14:38:11.000000000000+00:00")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
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
            return _since_epoch(datetime.fromisoformat(text))
        except ValueError:
            return None
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
    """Reads the times of one log, as `instant` does: mostly they are in the same hour as the one before."""

    def __init__(self) -> None:
        self._hour: str | None = None
        self._began = 0

    def instant(self, text: object) -> int | None:
        """Return the RFC 3339 date-time `text` in microseconds since the epoch, or None if it is not one."""
        if type(text) is not str:
            return None
        if text[:_HOUR] == self._hour and (match := _IN_HOUR.fullmatch(text, _HOUR)):
            minute, second, fraction = match.groups()
            micros = int(fraction) if len(fraction) > len("000") else 1000 * int(fraction)
            return self._began + (60 * int(minute) + int(second)) * SECOND + micros
        found = instant(text)
        if found is not None and _USUAL.fullmatch(text):
            self._hour, self._began = text[:_HOUR], found - found % (3600 * SECOND)
        return found

    def are_in_order(self, texts: list[Any]) -> bool:
        """Tell whether these are times that never go back, where that is seen at once: all in the usual form, in one hour.

        Times of equal form are in order if their texts are.
        """
        try:
            if not texts[0][:_HOUR] == texts[-1][:_HOUR] == self._hour or texts != sorted(texts):
                return False
            (length,) = {*map(len, texts)}
            return _ALL_IN_HOUR[length].fullmatch("".join([text[_HOUR:] for text in texts])) is not None
        except (TypeError, ValueError, LookupError):
            return False


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
