"""``cto-audit evidence RUN_DIR``: what the artifacts say of the model, for an examiner, without a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_admissions import admission_option
from auditor.cli_output import say
from auditor.errors import OperatorError


def command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run directory to read.", show_default=False)],
    admission: Annotated[
        Path | None,
        admission_option("FILE", "The authority's admission record, from outside the run directory."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="A policy of your own.")] = None,
) -> int:
    """Show what a run's artifacts say of the model: the matrix, the joined logs, every observation. No verdict.

    Exits 0 when the directory could be read, whatever is in it.
    """
    if not run_dir.is_dir():
        raise OperatorError(f"there is no directory {run_dir}", "name the run directory that holds report.json")
    from auditor.audit import examine  # noqa: PLC0415 - the whole machinery, which a wrong option need not wait for
    from auditor.evidence_view import view  # noqa: PLC0415
    from auditor.policy import load  # noqa: PLC0415
    from auditor.withhold import withhold  # noqa: PLC0415

    in_force = load(policy)
    examined = examine(run_dir, in_force, admission=admission)
    found = view(examined.evidence, in_force, examined.root_sha256)
    shown = withhold(found, examined.engine, examined.hits)
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(shown))
    else:
        from auditor.evidence_text import as_text  # noqa: PLC0415

        say(as_text(shown))
    return 0
