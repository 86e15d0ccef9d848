"""What a forgery is, and the tools of the trade.

A forgery is one change to a sound run directory, with the verdict it deserves. Most are `sealed`: after the change
every digest in the run is made to agree again, so that only the change itself can give it away.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from tests.harness import seal
from tests.harness.run import markdown

SAMPLES = Path(__file__).parents[2] / "sample_runs"

HOSTED = "stage2-pass-no-gateway"
GATEWAY = "stage2-pass-gateway"
DISPATCHED = "stage2-pass-dispatched-only"
RETRIED = "retries-and-revision"
REFUSED = "refused-mismatch"
KILLED = "killed-case"
FAKE = "fake-baseline-only"

TRACE = "trace.jsonl"
STDERR = "backend/case.stderr"
STDOUT = "backend/case.stdout"
CONFIG = "backend/case-data/config.json"
GATEWAY_LOG = "backend/provider-requests.jsonl"
RUN_LOG = "backend/run-log.jsonl"

Row: TypeAlias = dict[str, Any]


class Scene:
    """A copy of a sound run that may be spoilt, and the authority's record that goes with it."""

    def __init__(self, base: str, folder: Path) -> None:
        (source,) = (path for path in (SAMPLES / base).iterdir() if path.is_dir())
        self.run = folder / "runs" / source.name
        shutil.copytree(source, self.run)
        record = SAMPLES / base / "admission.json"
        self.authority: Path | None = None
        if record.exists():
            self.authority = Path(shutil.copy(record, folder / "authority.json"))

    def path(self, name: str) -> Path:
        """Return a file of the run."""
        return self.run / name

    @property
    def events(self) -> Path:
        """The run's only file of Case events."""
        (found,) = (self.run / "backend/case-events").glob("*.jsonl")
        return found

    @property
    def root(self) -> str:
        """The run's root as the evidence names it."""
        return f"/srv/harness/runs/{self.run.name}"

    @property
    def copy(self) -> str:
        """The fixture copy as the evidence names it."""
        return f"{self.root}/work/repo"


Change: TypeAlias = Callable[[Scene], None]


class Forgery(msgspec.Struct, frozen=True, kw_only=True):
    """One change and what it deserves.

    `topic` is where the ruling that tells must stand (None: nowhere, the run stays sound); a few changes may rightly
    be told by one of several topics, separated by ``|``. More than one decision is listed only where the contract
    leaves the choice between contradicted and unproven open.
    """

    id: str
    topic: str | None
    base: str
    decisions: tuple[str, ...]
    change: Change
    sealed: bool


FORGERIES: dict[str, Forgery] = {}


def add(
    name: str,
    topic: str | None,
    change: Change,
    *,
    base: str = HOSTED,
    decision: str | tuple[str, ...] = "fail",
    sealed: bool = True,
) -> None:
    """Enter one forgery into the library; its id is ``topic/name``."""
    decisions = (decision,) if isinstance(decision, str) else decision
    identity = f"{(topic or 'clean').partition('|')[0]}/{name}"
    assert identity not in FORGERIES, identity
    FORGERIES[identity] = Forgery(
        id=identity, topic=topic, base=base, decisions=decisions, change=change, sealed=sealed
    )


def forge(topic: str | None, **options: Any) -> Callable[[Change], Change]:
    """Enter the decorated function, under its own name, into the library."""

    def enter(change: Change) -> Change:
        add(change.__name__.replace("_", "-"), topic, change, **options)
        return change

    return enter


def rows(path: Path) -> list[Row]:
    """Return the JSON objects of a file of JSON lines; lines that are none are left out."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")]


def write_rows(path: Path, lines: Iterable[Row | str]) -> None:
    """Write JSON lines as the harness does; strings are written as they are."""
    shown = (
        row if isinstance(row, str) else json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in lines
    )
    path.write_bytes("".join(line + "\n" for line in shown).encode())


def retrace(scene: Scene, edit: Callable[[list[Row]], list[Row]], *, renumber: bool = True) -> None:
    """Rewrite the trace; `seq` is made whole again unless that is the point."""
    edited = edit(rows(scene.path(TRACE)))
    if renumber:
        edited = [row | {"seq": number} for number, row in enumerate(edited, 1)]
    write_rows(scene.path(TRACE), edited)


def set_event(scene: Scene, event: str, *, nth: int = 0, **fields: Any) -> None:
    """Overwrite fields of the nth trace event of a kind."""

    def edit(found: list[Row]) -> list[Row]:
        index = [n for n, row in enumerate(found) if row["event"] == event][nth]
        found[index] |= fields
        return found

    retrace(scene, edit, renumber="seq" not in fields)


def drop_events(scene: Scene, event: str, *, nth: int | None = None) -> None:
    """Take trace events of a kind out, all or the nth, and renumber."""

    def edit(found: list[Row]) -> list[Row]:
        at = [n for n, row in enumerate(found) if row["event"] == event]
        gone = set(at) if nth is None else {at[nth]}
        assert gone
        return [row for n, row in enumerate(found) if n not in gone]

    retrace(scene, edit)


def add_event(scene: Scene, event: str, *, after: str = "case_process_started", **fields: Any) -> None:
    """Put a trace event right after the first one of another kind, at the same time, and renumber."""

    def edit(found: list[Row]) -> list[Row]:
        index = next(n for n, row in enumerate(found) if row["event"] == after)
        new = {"ts": found[index]["ts"], "seq": 0, "run_id": found[index]["run_id"], "event": event, **fields}
        return [*found[: index + 1], new, *found[index + 1 :]]

    retrace(scene, edit)


def edit_json(path: Path, edit: Callable[[Any], Any]) -> None:
    """Rewrite a JSON file; `edit` changes the value in place or returns another."""
    value = json.loads(path.read_bytes())
    changed = edit(value)
    seal.dump(path, value if changed is None else changed)


def set_report(scene: Scene, *, agree: bool = True, **fields: Any) -> None:
    """Overwrite fields of report.json, and of report.md too if it shall agree."""
    told = json.loads(scene.path("report.json").read_bytes()) | fields
    seal.write_report(scene.run, told, artifacts=False)
    if agree:
        scene.path("report.md").write_bytes(markdown(told).encode())


def get_report(scene: Scene) -> Row:
    """Return report.json."""
    told: Row = json.loads(scene.path("report.json").read_bytes())
    return told


def set_env(scene: Scene, **variables: str | None) -> None:
    """Set variables in env.json; None takes one out."""

    def edit(env: Row) -> Row:
        return {name: value for name, value in (env | variables).items() if value is not None}

    edit_json(scene.path("backend/env.json"), edit)


def swap(path: Path, old: str, new: str, count: int = 1) -> None:
    """Replace text in a file, which must be there."""
    text = path.read_bytes()
    assert old.encode() in text, old
    path.write_bytes(text.replace(old.encode(), new.encode(), count))


def append(path: Path, text: str | bytes) -> None:
    """Add to the end of a file, which is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def admit(scene: Scene, content: Row | bytes | None = None, **changes: Any) -> None:
    """Let the authority say something else, and the run's copy and digests of it agree."""
    assert scene.authority is not None
    if not isinstance(content, bytes):
        record = content if content is not None else json.loads(scene.authority.read_bytes())
        content = (json.dumps(record | changes, indent=2) + "\n").encode()
    scene.authority.write_bytes(content)
    scene.path("admission.json").write_bytes(content)
    digest = seal.sha256(scene.path("admission.json"))
    set_report(scene, admission_sha256=digest)
    set_event(scene, "admission_checked", admission_sha256=digest)
