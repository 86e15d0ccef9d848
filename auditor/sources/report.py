"""The harness's report: the claim, and the model it claims. Grade `claimed`."""

from __future__ import annotations

from typing import Any

from auditor.facts import Naming
from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources._listing import Listing

KINDS = ("report",)
FACTS = frozenset({"document.report", "model.named", "digest.listed"})


class Source:
    """Notes the report, the model it names and the manifest it carries."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read one report."""
        record = Record(self._notes.path, None, data)
        self._notes.fact("document.report", record)
        provider, model = record.text("case_model_provider"), record.text("case_model")
        if provider is not None or model is not None:
            naming = Naming(provider, model, "report")
            self._notes.once("model.named", naming, None, "/case_model", grade="claimed")
        artifacts = data.get("artifacts")
        for index, entry in enumerate(artifacts if isinstance(artifacts, list) else ()):
            item = Record(self._notes.path, None, entry if isinstance(entry, dict) else {})
            listed = Listing(item.text("path"), item.text("sha256"), "sha256", item.integer("bytes"), sized=True)
            self._notes.fact("digest.listed", listed, None, f"/artifacts/{index}")
