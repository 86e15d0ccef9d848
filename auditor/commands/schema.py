"""``cto-audit schema NAME``: the JSON Schema of a document, from the structs that the auditor itself uses."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from auditor.cli_output import say
from auditor.errors import OperatorError

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="verdict, report, trace or admission.")],
) -> None:
    """Print a JSON Schema: verdict, report, trace or admission."""
    known = documents()
    if name not in known:
        raise OperatorError(f"there is no schema {name!r}", f"schemas: {', '.join(known)}")
    schema = {"$schema": _DIALECT, "title": f"cto-audit {name}", **msgspec.json.schema(known[name])}
    say(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n")


def documents() -> dict[str, Any]:
    """Return the struct of every document that has a published schema, by its name."""
    from auditor.contract import AdmissionRecord, Report, TraceEvent  # noqa: PLC0415
    from auditor.emit.published import Published  # noqa: PLC0415

    return {"admission": AdmissionRecord, "report": Report, "trace": TraceEvent, "verdict": Published}
