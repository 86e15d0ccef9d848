"""Answered requests of a log: what they name, each thing noted once, however many name it."""

from __future__ import annotations

from sys import intern

from auditor.facts import Host, Naming, Response
from auditor.records.collector import Notes

_MAX_ANSWERS = 1000


class Answers:
    """Notes what answered requests name; nearly all of one run name the same, and only their number is kept of those."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._again: dict[tuple[str | None, ...], tuple[Response, int]] = {}

    def see(self, response: Response, line: int, time: int | None, *, times: int = 1) -> None:
        """Take one answered request, or so many that name the same."""
        names = (response.provider, response.requested, response.served, response.agent, response.host)
        known = self._again.get(names)
        if known is not None:
            self._again[names] = known[0], known[1] + times
            return
        if len(self._again) < _MAX_ANSWERS:
            self._again[names] = response, 0
        note_response(self._notes, response, line, "/requested_model", "/model", time, times=times)

    def close(self) -> None:
        """Note how often each came again."""
        for response, times in self._again.values():
            if times:
                note_response(self._notes, response, None, "/requested_model", "/model", None, times=times)


def same(text: str | None) -> str | None:
    """Return the one copy of a text that many records repeat, so that a fact costs little more than its own id."""
    return intern(text) if text is not None else None


def note_response(
    notes: Notes,
    response: Response,
    line: int | None,
    requested_at: str,
    served_at: str,
    time: int | None,
    *,
    times: int = 1,
) -> None:
    """Note what an answered request names, or so many alike: the model asked for, the one that answered, and the host."""
    shape, agent = response.shape, response.agent
    if response.requested is not None:
        asked = Naming(response.provider, response.requested, shape, agent=agent)
        notes.once("model.named", asked, line, requested_at, grade="dispatched", time=time, times=times)
    if response.served is not None:
        answered = Naming(response.provider, response.served, shape, agent=agent)
        grade = "corroborated" if notes.witness == "gateway" else "served"
        notes.once("model.named", answered, line, served_at, grade=grade, time=time, times=times)  # type: ignore[arg-type]
    if response.host is not None:
        seen = Host(response.host, shape, provider=response.provider)
        notes.once("host.contacted", seen, line, "/host", time=time, times=times)
