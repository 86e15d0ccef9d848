"""``cto-audit show RUN``: a recorded verdict in full, as the audit gave it."""

from __future__ import annotations

from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli_output import complain, say, wants_colour
from auditor.cli_store import StoreUrl
from auditor.emit import Style, choose
from auditor.emit.style import DEFAULT_WIDTH
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from auditor.facts import Verdict
    from auditor.store import Row, Store

EXIT_SHOWN = 0
EXIT_NO_VERDICT = 3


def command(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's directory, its id, or the end of either.", show_default=False)
    ],
    store: StoreUrl = None,
    at: Annotated[
        int | None, typer.Option(metavar="ID", help="An earlier verdict on the run, by its id in `cto-audit history`.")
    ] = None,
    format_: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="Output format, such as text or markdown.", show_default=False),
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="The published verdict exactly as it was recorded.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what holds as well, with its evidence.")
    ] = False,
) -> int:
    """Show a recorded verdict on a run, the newest or an earlier one, in any output format.

    Exits 0 when there is one, whatever it decided, and 3 when the run could not be judged and only the reason is known.
    """
    chosen = choose(format_, json=json)
    from auditor.store import Store  # noqa: PLC0415 - it loads SQLAlchemy

    with Store.open(store, create=False) as opened:
        newest = _find(opened, run)
        row = newest if at is None else _at(opened, newest, at)
        document = opened.verdict(row.id)
        display = opened.display(row.id)
        name = opened.name
    if document is None:
        complain(
            f"verdict {row.id} on {row.run_id} is {row.decision}, and the run could not be judged: {row.reason}",
            "look into the reason, and sweep again",
        )
        return EXIT_NO_VERDICT
    verdict = _restored(row, document, display, name)
    if chosen.NAME == "json":
        from auditor.emit.safe import terminal_safe_json  # noqa: PLC0415

        say(terminal_safe_json(document.decode()) + "\n")
        return EXIT_SHOWN
    head = _standing(row, newest) if chosen.NAME == "text" else ""
    width = max(80, min(120, get_terminal_size((DEFAULT_WIDTH, 24)).columns))
    say(head + chosen.emit(verdict, Style(verbose, False, wants_colour(), width)))
    return EXIT_SHOWN


def _find(store: Store, run: str) -> Row:
    from auditor.store.lookup import find_run  # noqa: PLC0415

    return find_run(store, run)


def _at(store: Store, newest: Row, number: int) -> Row:
    """Return the row with this id. Raise `OperatorError` if it is none of this run's."""
    row = store.row(number)
    if row is None or row.place_id != newest.place_id:
        known = ", ".join(str(each.id) for each in store.history_of(newest.place_id, 5))
        raise OperatorError(
            f"verdict {number} is none on this run", f"its newest are {known}; see `cto-audit history RUN`"
        )
    return row


def _restored(row: Row, document: bytes, display: bytes | None, name: str) -> Verdict:
    """Return the verdict of a row. Raise `OperatorError` where the document is not the one that the row tells of."""
    from auditor.store.display import restore  # noqa: PLC0415
    from auditor.store.failures import told  # noqa: PLC0415
    from auditor.store.packing import DamagedDocumentError  # noqa: PLC0415

    with told(name):
        verdict = restore(document, display)
        if (verdict.decision, verdict.root_sha256) != (row.decision, row.root_sha256):
            raise DamagedDocumentError(f"the document of verdict {row.id} is not the one that was recorded with it")
    return verdict


def _standing(row: Row, newest: Row) -> str:
    """Return where the verdict comes from, and whether a newer one stands."""
    from auditor.emit.safe import safe  # noqa: PLC0415
    from auditor.instants import rfc3339  # noqa: PLC0415

    trust = "" if row.trust == "content" else ", trusted by metadata alone"
    lines = [f"Verdict {row.id} of {rfc3339(row.judged_at)[:19]}Z on {safe(row.place)}{trust}"]
    if newest.id != row.id:
        lines.append(f"A newer one stands: {newest.id} of {rfc3339(newest.judged_at)[:19]}Z, {newest.decision}")
    return "\n".join(lines) + "\n\n"
