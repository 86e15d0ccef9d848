"""The option that names the authority's admission record, or the folder of its records, and how a folder is read.

A folder's records are found as a sweep finds them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from auditor.workitems.admissions import Given

VARIABLE = "CTO_HARNESS_CASE_MODEL_ADMISSION_FILE"


def admission_option(metavar: str, text: str) -> Any:
    """Return the option ``--admission``, which the environment may set, as a command explains it by `metavar` and `text`."""
    return typer.Option("--admission", metavar=metavar, envvar=VARIABLE, help=text)


def records(path: Path | None) -> tuple[Given, ...] | None:
    """Return the records in a file, or in every ``*.json`` file in a folder and below it; None where none is named.

    A run directory's own copy of a record is no authority and is passed over. Raise `OperatorError` where something
    cannot be read, or a folder holds no record.
    """
    if path is None:
        return None
    from auditor import layout  # noqa: PLC0415 - a wrong option need not wait for what only this needs
    from auditor.places import rules_folder  # noqa: PLC0415
    from auditor.sweep.admissions import load  # noqa: PLC0415
    from auditor.workitems.admissions import given  # noqa: PLC0415

    found = load(path, layout.load(rules_folder() / "layouts"))
    return given(Path(each.path) for each in found.records)
