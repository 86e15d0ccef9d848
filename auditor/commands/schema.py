"""``cto-audit schema NAME``: the JSON Schema of a document, from the structs that the auditor itself uses."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from auditor.cli_output import say
from auditor.errors import OperatorError

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as verdict; a wrong one tells them all.")],
    json: Annotated[bool, typer.Option("--json", help="Changes nothing: a schema is one JSON object.")] = False,
) -> None:
    """Print the JSON Schema of a document that cto-audit reads or writes.

    It reads admission, report and trace; the others are what commands print with --json, and verdict and attestation what
    an audit does.
    """
    known = documents()
    if name not in known:
        raise OperatorError(f"there is no schema {name!r}", f"schemas: {', '.join(known)}")
    schema = {"$schema": _DIALECT, "title": f"cto-audit {name}", **msgspec.json.schema(known[name])}
    say(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n")


def documents() -> dict[str, Any]:
    """Return the struct of every document that has a published schema, by its name."""
    # Each loads a part of the house that only this command needs whole.
    from auditor.attest.answer import Answer as Verification  # noqa: PLC0415
    from auditor.attest.statement import Statement  # noqa: PLC0415
    from auditor.commands.attach import AttachAnswer  # noqa: PLC0415
    from auditor.commands.explain import Explained  # noqa: PLC0415
    from auditor.commands.gate import GateAnswer  # noqa: PLC0415
    from auditor.commands.history import History  # noqa: PLC0415
    from auditor.contract import AdmissionRecord, Report, TraceEvent  # noqa: PLC0415
    from auditor.emit.published import Published  # noqa: PLC0415
    from auditor.evidence_view import View  # noqa: PLC0415
    from auditor.scan_answer import Answer as Scanned  # noqa: PLC0415
    from auditor.sweep.summary import SweepSummary  # noqa: PLC0415
    from auditor.tlog.answer import LogAnswer  # noqa: PLC0415
    from auditor.workitems.claims_answer import ClaimsAnswer  # noqa: PLC0415

    return {
        "admission": AdmissionRecord,
        "attach": AttachAnswer,
        "attestation": Statement,
        "claims": ClaimsAnswer,
        "evidence": View,
        "explain": Explained,
        "gate": GateAnswer,
        "history": History,
        "log": LogAnswer,
        "report": Report,
        "scan": Scanned,
        "sweep": SweepSummary,
        "trace": TraceEvent,
        "verdict": Published,
        "verification": Verification,
    }
