"""The gateway's log: an independent witness's row for each request that went through it. Grade `corroborated`."""

from __future__ import annotations

from typing import Any

from auditor.facts import Response
from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources import _stream
from auditor.sources._answers import note_response, same
from auditor.sources._foreign import note_foreign
from auditor.sources._stream import Fields, Reorder, StreamCheck

KINDS = ("gateway_log",)
FACTS = frozenset({"model.response", "model.named", "host.contacted"}) | _stream.FACTS

_FIELDS = Fields(
    provider=(str,),
    host=(str,),
    requested_model=(str, type(None)),
    served_model=(str, type(None)),
    response_id=(str, type(None)),
    status=(int, type(None)),
)

_NO_ANSWER = {"served_model": None, "response_id": None}
_OK = range(200, 300)


class Source:
    """Reads one gateway log, in the order of its sequence numbers."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._check = StreamCheck(notes, sequence="seq", identity=None, ordered=False)
        self._order = Reorder(self._in_order)

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one row."""
        self._order.push(record.get("seq"), line, record)

    def close(self) -> None:
        """Read what was held back, and note the summary."""
        self._order.flush()
        self._check.close()

    def _in_order(self, line: int, record: dict[str, Any]) -> None:
        time = self._check.see(line, record)
        if "requested_model" not in record and "served_model" not in record:
            note_foreign(self._notes, line, record, time)
        for field, fault in () if _FIELDS.fit(record) else _FIELDS.faults(_completed(record)):
            self._check.fault("stream.malformed", f"{field} {fault}", line, f"/{field}")
        item = Record(self._notes.path, line, record)
        response = Response(
            provider=same(item.text("provider")),
            requested=same(item.text("requested_model")),
            served=same(item.text("served_model")),
            response_id=item.text("response_id"),
            shape="gateway",
            host=same(item.text("host")),
            status=item.integer("status"),
            sequence=item.integer("seq"),
        )
        self._notes.fact("model.response", response, line, "/served_model", grade="corroborated", time=time)
        note_response(self._notes, response, line, "/requested_model", "/served_model", time)


def _completed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which what a request that was not answered cannot name is null, as it may be, where it is absent."""
    return record if record.get("status") in _OK else _NO_ANSWER | record
