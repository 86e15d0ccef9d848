"""What every log of one run must keep: a sequence without gap or repeat, times in order, one run's identity.

Checked while streaming; only what is wrong, and a summary, is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from auditor.instants import Clock
from auditor.records.collector import Notes

FACTS = frozenset({"stream", "stream.sequence-fault", "stream.time-fault", "stream.malformed", "stream.run-id"})

MAX_FAULTS = 20
"""Faults of one sort noted per artifact: the first ones tell the story."""

MAX_DISORDER = 10_000
"""Records held back while an earlier sequence number is awaited."""


class Stream(msgspec.Struct, frozen=True):
    """Summary of a log: how many records, the first and last sequence number and the first and last time in it."""

    kind: str
    records: int
    first_sequence: int | None = None
    last_sequence: int | None = None
    first_time: int | None = None
    last_time: int | None = None


class StreamCheck:
    """Follows one log line by line: sequence field, time field and identity field.

    `ordered` says that times must not go back from one record to the next.
    """

    def __init__(
        self, notes: Notes, *, sequence: str | None, identity: str | None, ordered: bool = True, strict: bool = True
    ) -> None:
        self._notes = notes
        self._sequence = sequence
        self._identity = identity
        self._ordered = ordered
        self._strict = strict
        self._expected = 1
        self._first: int | None = None
        self._records = 0
        self._clock = Clock()
        self._first_time: int | None = None
        self._last_time: int | None = None
        self._last_text: Any = None
        self._last_identity: Any = None
        self._faults: dict[str, int] = {}

    def see_all(self, numbers: list[Any], identities: list[Any], times: list[Any]) -> bool:
        """Check consecutive records at once, by what they have in their three fields, if all is well with them.

        If anything might not be, or they are the first, none of them is checked and the answer is False.
        """
        count = len(times)
        if self._last_time is None or identities.count(self._last_identity) != count:
            return False
        if numbers != list(range(self._expected, self._expected + count)) or {*map(type, numbers)} != {int}:
            return False
        return self._go_on(times)

    def see_run(self, first: int, identity: str, times: list[Any]) -> bool:
        """As `see_all`, for records that are known to count on from the number `first`, with one identity."""
        return identity == self._last_identity and first == self._expected and self._go_on(times)

    def _go_on(self, times: list[Any]) -> bool:
        """Take records of which only the times are still to be checked, if these go on from what came before."""
        if self._last_time is None or not self._clock.are_in_order(times):
            return False
        first, last = self._clock.instant(times[0]), self._clock.instant(times[-1])
        if first is None or first < self._last_time:
            return False
        self._records += len(times)
        self._expected += len(times)
        self._last_time, self._last_text = last, times[-1]
        return True

    def time(self, text: object) -> int | None:
        """Return the time that a record's `ts` names."""
        return self._clock.instant(text)

    def see(self, line: int, record: dict[str, Any]) -> int | None:
        """Check one record and return its time."""
        self._records += 1
        if self._sequence is not None:
            number = record.get(self._sequence)
            if number != self._expected or type(number) is not int:
                self._out_of_sequence(line, number)
            else:
                self._expected = number + 1
                if self._first is None:
                    self._first = number
        if self._identity is not None:
            identity = record.get(self._identity)
            if identity != self._last_identity or self._records == 1:
                self._last_identity = identity
                self._identify(line, identity)
        return self._time(line, record.get("ts"))

    def fault(self, kind: str, note: str, line: int, pointer: str | None = None) -> None:
        """Note a fault, up to `MAX_FAULTS` of each kind."""
        seen = self._faults.get(kind, 0)
        self._faults[kind] = seen + 1
        if seen < MAX_FAULTS:
            self._notes.fact(kind, note, line, pointer)

    def close(self) -> None:
        """Note the summary."""
        last = self._expected - 1 if self._first is not None else None
        self._notes.fact(
            "stream", Stream(self._notes.kind, self._records, self._first, last, self._first_time, self._last_time)
        )

    def _out_of_sequence(self, line: int, number: object) -> None:
        pointer = f"/{self._sequence}"
        if type(number) is not int:
            self.fault("stream.sequence-fault", "the sequence number is missing or no integer", line, pointer)
            return
        if self._first is None and not self._strict:
            self._first = number
        elif number < self._expected:
            self.fault("stream.sequence-fault", f"{number} comes again or too late", line, pointer)
            return
        else:
            self.fault("stream.sequence-fault", f"{number} follows {self._expected - 1}", line, pointer)
            self._first = number if self._first is None else self._first
        self._expected = number + 1

    def _identify(self, line: int, identity: object) -> None:
        if isinstance(identity, str) and identity:
            self._notes.once("stream.run-id", identity, line, f"/{self._identity}")
        else:
            self.fault("stream.malformed", f"{self._identity} is missing or no string", line, f"/{self._identity}")

    def _time(self, line: int, text: object) -> int | None:
        if text == self._last_text and self._last_time is not None:
            return self._last_time
        time = self._clock.instant(text)
        if time is None:
            self.fault("stream.malformed", "ts is missing or no RFC 3339 time", line, "/ts")
        elif self._first_time is None or self._last_time is None:
            self._first_time = self._last_time = time
            self._last_text = text
        elif time > self._last_time:
            self._last_time, self._last_text = time, text
        elif time < self._last_time:
            if self._ordered:
                self.fault("stream.time-fault", "the time goes back", line, "/ts")
            self._first_time = min(time, self._first_time)
        return time


class Reorder:
    """Puts records that were written slightly out of order back into the order of their sequence numbers.

    `give` is called in order. A log may start at any number; a number that never comes is skipped at the end, and
    shows as a gap in the sequence.
    """

    def __init__(self, give: Callable[[int, dict[str, Any]], None]) -> None:
        self._give = give
        self._held: dict[int, tuple[int, dict[str, Any]]] = {}
        self._next = 1

    def push(self, number: object, line: int, record: dict[str, Any]) -> None:
        """Take the record at `line` with its sequence number; one without a number is given on at once."""
        if type(number) is not int or number < self._next or number in self._held:
            self._give(line, record)
            return
        if number == self._next and not self._held:
            self._next += 1
            self._give(line, record)
            return
        self._held[number] = (line, record)
        for held_line, held in self._ready():
            self._give(held_line, held)
        if len(self._held) > MAX_DISORDER:
            self.flush()

    def flush(self) -> None:
        """Give what is held, in order."""
        for number in sorted(self._held):
            self._give(*self._held[number])
            self._next = number + 1
        self._held.clear()

    def _ready(self) -> Iterator[tuple[int, dict[str, Any]]]:
        while self._next in self._held:
            yield self._held.pop(self._next)
            self._next += 1


class Fields:
    """Which fields a record of a known kind must have, with their types; a wrong one is a fault with its pointer."""

    def __init__(self, **required: tuple[type, ...]) -> None:
        self._required = required
        self._pairs = tuple(required.items())

    def fit(self, record: dict[str, Any]) -> bool:
        """Tell whether there is no fault; nearly every record of nearly every log is asked only this."""
        for name, types in self._pairs:  # noqa: SIM110 - a generator would cost as much again
            if type(record.get(name, self)) not in types:
                return False
        return True

    def faults(self, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the name and the fault of each required field that is missing or of another type."""
        for name, types in self._required.items():
            if name not in record:
                yield name, "is missing"
            elif type(record[name]) not in types:
                yield name, "has the wrong type"
