"""``cto-audit admission FILE``: the gate. May this provider/model pair run now?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_output import say
from auditor.errors import OperatorError

EXIT_ADMITTED = 0
EXIT_REFUSED = 3


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The admission record.", show_default=False)],
    provider: Annotated[str, typer.Option(metavar="P", help="The requested provider, exactly.", show_default=False)],
    model: Annotated[str, typer.Option(metavar="M", help="The requested model, exactly.", show_default=False)],
    at: Annotated[str, typer.Option(metavar="TIME", help="RFC 3339, with zone. Default: now.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Judge an admission record: may this pair run now?

    Exits 0 only if the pair is admitted, else 3. A harness can use it as its gate before it starts Case; the audit
    comes to the same answer for the same instant.
    """
    from auditor.admission import judge_file  # noqa: PLC0415
    from auditor.audit import holds_credential  # noqa: PLC0415
    from auditor.emit.safe import safe  # noqa: PLC0415
    from auditor.engines import rules_engine  # noqa: PLC0415
    from auditor.instants import instant, now  # noqa: PLC0415

    moment = instant(at) if at else now()
    if moment is None:
        raise OperatorError(f"--at {at} is no time", "write it like 2026-06-01T09:00:00Z, with the zone")
    if file.exists() and not file.is_file():
        raise OperatorError(f"{file} is no regular file", "name the file that holds the admission record")
    judgement = judge_file(file, provider, model, moment, holds_credential=partial(holds_credential, rules_engine()))
    if json:
        say(_as_json(judgement.status, judgement.because, provider, model, moment))
    else:
        say(f"{judgement.status}: {safe(judgement.because)}\n")
    return EXIT_ADMITTED if judgement.status == "admitted" else EXIT_REFUSED


def _as_json(status: str, because: str, provider: str, model: str, moment: int) -> str:
    import msgspec  # noqa: PLC0415

    from auditor.emit.safe import terminal_safe_json, utf8  # noqa: PLC0415
    from auditor.instants import rfc3339  # noqa: PLC0415

    answer = {
        "schema": "cto-audit-admission/v1",
        "status": status,
        "because": utf8(because),
        "requested": {"provider": utf8(provider), "model": utf8(model)},
        "at": rfc3339(moment),
    }
    return terminal_safe_json(msgspec.json.encode(answer).decode()) + "\n"
