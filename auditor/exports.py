"""The verdicts of a sweep in the formats of other people's tools: JUnit XML, SARIF, GitHub's workflow commands.

They are taken from the store one at a time, so that a night of ten thousand runs needs no more memory than one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from auditor import __version__
from auditor.drafts import replacing
from auditor.errors import OperatorError
from auditor.facts import Gap, Tool, Verdict
from auditor.store.display import restore
from auditor.store.failures import told
from auditor.store.packing import DamagedDocumentError

if TYPE_CHECKING:
    from auditor.store import Row, Store


def verdicts(store: Store, *, sweep: int | None = None) -> Iterator[tuple[str, Verdict]]:
    """Yield the newest verdict of each run with the run's place; with `sweep` only those that this sweep reached.

    A run of which no verdict could be reached is blocked for that reason, without rulings. Raise `OperatorError` for a
    verdict that is damaged.
    """
    for row in store.latest(order="place"):
        if sweep is None or row.sweep == sweep:
            yield row.place, verdict_of(store, row)


def verdict_of(store: Store, row: Row) -> Verdict:
    """Return the verdict of a row as it was reached."""
    document = store.verdict(row.id) if row.whole else None
    if document is None:
        return _unjudged(row)
    with told(store.name):
        verdict = restore(document, store.display(row.id))
        if (verdict.decision, verdict.root_sha256) != (row.decision, row.root_sha256):
            raise DamagedDocumentError(f"the document of verdict {row.id} is not the one that was recorded with it")
    return verdict


class Exports(msgspec.Struct, frozen=True):
    """What a sweep is asked to leave for other tools.

    `junit` and `sarif` are files, None for none; `github` asks for workflow commands on standard output and the step's
    summary. `everything` takes the newest verdicts of all runs rather than those that the sweep reached.
    """

    junit: Path | None = None
    sarif: Path | None = None
    github: bool = False
    everything: bool = False

    def check(self) -> None:
        """Raise `OperatorError` for a file that cannot come to be: better before a night's work than after it."""
        for file in (self.junit, self.sarif):
            if file is None:
                continue
            with _refused(file):
                if file.is_dir():
                    raise OperatorError(f"{file} is a directory", "name a file in it")
                if not file.parent.is_dir():
                    raise OperatorError(f"there is no directory {file.parent}", "make it, or name another file")

    def write(self, url: str | None, sweep: int) -> None:
        """Leave what was asked for of the sweep with this number; `url` names the store.

        Raise `OperatorError` where a file cannot be written, or the store not be read.
        """
        if self.junit is None and self.sarif is None and not self.github:
            return
        from auditor.cli_github import append_step_summary  # noqa: PLC0415 - few sweeps need these
        from auditor.cli_output import say  # noqa: PLC0415
        from auditor.emit.github import sweep_report  # noqa: PLC0415
        from auditor.emit.junit import suites  # noqa: PLC0415
        from auditor.emit.sarif import log  # noqa: PLC0415
        from auditor.store import Store  # noqa: PLC0415

        chosen = None if self.everything else sweep
        with Store.open(url, create=False) as store:
            for file in (self.junit, self.sarif):
                if file is not None:
                    refuse_inside(store, file)
            if self.junit is not None:
                write_whole(self.junit, suites(verdicts(store, sweep=chosen)))
            if self.sarif is not None:
                write_whole(self.sarif, log(verdicts(store, sweep=chosen), __version__))
            if self.github:
                report = sweep_report(verdicts(store, sweep=chosen))
                say(report.lines())
                append_step_summary(report.markdown())


def refuse_inside(store: Store, out: Path) -> None:
    """Raise `OperatorError` where `out` lies in a run directory that the store knows: the auditor writes nothing there."""
    try:
        target = out.resolve()
    except (OSError, RuntimeError) as error:
        raise OperatorError(f"{out} is a loop of links", "name another place") from error
    if store.latest_of_all([str(folder) for folder in (target, *target.parents)]):
        raise OperatorError(
            f"{out} lies inside a run directory, and the auditor writes nothing there",
            "name a place outside of every run",
        )


def write_whole(file: Path, pieces: Iterable[str]) -> None:
    """Write the pieces to the file, whole or not at all; a device or a pipe is written to, and never replaced.

    Raise `OperatorError` where it cannot be written.
    """
    with _refused(file):
        if file.exists() and not file.is_file():
            with file.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            return
        with replacing(file) as draft:
            draft.writelines(piece.encode() for piece in pieces)


@contextlib.contextmanager
def _refused(file: Path) -> Iterator[None]:
    """Turn the system's refusal of a file into a sentence for the operator."""
    try:
        yield
    except OSError as error:
        raise OperatorError(
            f"{file} cannot be written: {error.strerror}", "free space, or name another file"
        ) from error


def _unjudged(row: Row) -> Verdict:
    return Verdict(
        run_id=row.run_id,
        decision=row.decision,
        reason=row.reason,
        claim=row.claim,
        supports_stage2_pass=False,
        admitted=None,
        model_grade=None,
        rulings=(),
        secrets=(),
        artifacts=(),
        gaps=(Gap(".", row.reason),),
        root_sha256=None,
        tool=Tool(row.basis.version, row.basis.ruleset_sha256, row.basis.policy_sha256),
    )
