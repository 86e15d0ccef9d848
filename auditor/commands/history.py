"""``cto-audit history [RUN]``: what was judged when, and what had changed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from auditor.cli_output import say
from auditor.cli_store import StoreUrl
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.store import Row, Store

_NAME_WIDTH = 44
_REASON_WIDTH = 50
_REASON_LENGTH = 300


class HistoryEntry(msgspec.Struct, frozen=True):
    """One recorded verdict. `changed` says what differed from the one before it on the same run; `judged_at` is RFC 3339.

    `decision_before` is what the one before it decided, null where there was none.
    `whole` is false where the run could not be judged at all, so that `show` has only the reason.
    """

    id: int
    run_id: str
    place: str
    judged_at: str
    decision: str
    decision_before: str | None
    reason: str
    changed: tuple[str, ...]
    supports_stage2_pass: bool
    model_grade: str | None
    root_sha256: str | None
    ruleset_sha256: str
    policy_sha256: str
    admission_sha256: str | None
    version: str
    trust: str
    seconds: float
    whole: bool


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Recorded verdicts, newest first; `run` is the directory that was asked for, null for those of all runs.

    `more` tells that there are older ones than `verdicts` holds.
    """

    schema: Literal["cto-audit-history/v1"] = "cto-audit-history/v1"
    store: str
    run: str | None
    verdicts: tuple[HistoryEntry, ...]
    more: bool


def command(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="A run's directory, its id, or the end of either.")
    ] = None,
    store: StoreUrl = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Show at most N verdicts.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """List recorded verdicts, newest first: of one run, or of all.

    Each says what had changed since the one before it on the same run: content, admission, expiry, rules, policy,
    options, version; `first` where there was none before, `retried` where the one before could not judge the run.
    """
    if limit < 1:
        raise OperatorError(f"--limit {limit} shows nothing", "give 1 or more")
    from auditor.store import Store  # noqa: PLC0415 - it loads SQLAlchemy

    with Store.open(store, create=False) as opened:
        found = _history(opened, run, min(limit, 1 << 31))
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(found))
    else:
        say(_as_text(found))
    return 0


def _history(store: Store, run: str | None, limit: int) -> History:
    from auditor.store.lookup import find_run  # noqa: PLC0415

    if run is None:
        rows = list(store.recorded(limit=limit + 1))
        before = store.before(rows[:limit])
    else:
        rows = list(store.history_of(find_run(store, run).place_id, limit + 1))
        before = {row.id: older for row, older in pairwise(rows)}
    entries = tuple(_entry(row, before.get(row.id)) for row in rows[:limit])
    place = rows[0].place if run is not None else None
    return History(store=store.name, run=place, verdicts=entries, more=len(rows) > limit)


def _entry(row: Row, before: Row | None) -> HistoryEntry:
    from auditor.instants import rfc3339  # noqa: PLC0415
    from auditor.store.changes import changes  # noqa: PLC0415

    return HistoryEntry(
        row.id,
        row.run_id,
        row.place,
        rfc3339(row.judged_at),
        row.decision,
        before.decision if before else None,
        row.reason,
        changes(before, row),
        row.supports_stage2_pass,
        row.grade,
        row.root_sha256,
        row.basis.ruleset_sha256,
        row.basis.policy_sha256,
        row.basis.admission_sha256,
        row.basis.version,
        row.trust,
        row.seconds,
        row.whole,
    )


def _as_text(history: History) -> str:
    from auditor.emit.safe import safe, short  # noqa: PLC0415
    from auditor.emit.tables import table  # noqa: PLC0415

    if not history.verdicts:
        return f"The store {safe(history.store)} holds no verdict yet.\n"
    one = history.run is not None
    head = ["id", "judged", "decision", "changed", *([] if one else ["run"]), "reason"]
    rows: list[Sequence[str]] = [
        [
            str(entry.id),
            f"{entry.judged_at[:19]}Z",
            _decided(entry),
            ", ".join(entry.changed) or "nothing",
            *([] if one else [short(entry.run_id, _NAME_WIDTH)]),
            short(entry.reason, _REASON_LENGTH),
        ]
        for entry in history.verdicts
    ]
    widths = [*[None] * (len(head) - 1), _REASON_WIDTH]
    title = [f"{short(history.verdicts[0].run_id)}: {safe(history.run)}", ""] if history.run is not None else []
    more = ["", "There are older ones: see --limit."] if history.more else []
    return "\n".join([*title, *table(rows, head, indent="", widths=widths), *more]) + "\n"


def _decided(entry: HistoryEntry) -> str:
    was = entry.decision_before
    return entry.decision if was in {None, entry.decision} else f"{entry.decision} (was {was})"
