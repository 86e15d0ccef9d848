"""All that a rule author imports: `Evidence`, the `rule` decorator, and the four rulings.

A rule is a function of the evidence and the policy that returns `holds`, `violated`, `unproven` or `not_applicable`.
The machinery around it fails closed: a fact kind in `needs` that is absent makes the ruling unproven before the function
is asked; a gap in an artifact kind in `reads` turns `holds` into unproven; a crash is unproven and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeAlias

import msgspec

from auditor.admission import Judgement
from auditor.facts import Artifact, Claim, Effect, Exhibit, Fact, Gap, Pair, Secret, Status, Where, visible
from auditor.manifest import Comparison
from auditor.policy import Policy
from auditor.records.record import Record

SAME = ""
"""The `missing` of a rule whose remedy accuses nobody, and helps as well where evidence is missing."""
SUPPLY = "Nothing is shown to be wrong here: evidence is missing or cannot be read. Supply it, and audit again."
"""What to do about an unproven ruling whose rule has no words of its own for it: the remedy of a violation would accuse."""

MAX_EXHIBITS = 25
"""Exhibits shown per ruling; the sentence carries the whole number."""


class Authority(msgspec.Struct, frozen=True):
    """The admission file that was given from outside: its digest, and whether it leads into the run directory."""

    sha256: str
    inside_run: bool


class Special(msgspec.Struct, frozen=True):
    """An entry that is no regular file (fact kind `entry.special`); `what` says which: a link, a pipe, a device."""

    path: str
    what: str


class Evidence(msgspec.Struct, frozen=True, dict=True):
    """Everything that is known of one run when the rules are asked.

    `name` is the run directory's name; `judgement` the admission recomputed from the authority for the report's pair at
    the run's start; `copy_judgement` the same from the harness's copy, which by itself admits nothing.
    """

    name: str
    facts: dict[str, list[Fact]]
    artifacts: tuple[Artifact, ...]
    gaps: tuple[Gap, ...]
    secrets: tuple[Secret, ...]
    manifest: Comparison
    authority: Authority | None
    judgement: Judgement
    copy_judgement: Judgement

    def __getitem__(self, kind: str) -> list[Fact]:
        """Return the facts of a kind; an unknown kind was refused when the rule was loaded."""
        return self.facts.get(kind, [])

    def document(self, kind: str) -> Record | None:
        """Return the JSON document of an artifact kind, None where absent, unreadable or not the only one."""
        found = self[f"document.{kind}"]
        return found[0].value if len(found) == 1 else None

    @cached_property
    def report(self) -> Record:
        """The report; an empty record where there is none, so that every field reads as absent."""
        return self.document("report") or Record("report.json", None, {})

    @cached_property
    def claim(self) -> Claim:
        """What the run says of itself."""
        report = self.report
        return Claim(report.text("engine"), report.integer("stage"), report.text("status"))

    @cached_property
    def requested(self) -> Pair | None:
        """The pair that the report says was requested."""
        return self.pair_of(self.report, "case_model_provider", "case_model")

    @property
    def admitted(self) -> Pair | None:
        """The one admitted pair, None unless the authority admits it."""
        return self.judgement.pair if self.judgement.status == "admitted" else None

    @cached_property
    def started(self) -> int | None:
        """When the run started, by its report."""
        return self.report.time("started_at")

    @staticmethod
    def pair_of(record: Record, provider: str, model: str) -> Pair | None:
        """Return the pair in two text fields of a record, None unless both are there."""
        first, second = record.text(provider), record.text(model)
        return Pair(first, second) if first is not None and second is not None else None

    def events(self, name: str, kind: str = "trace.event") -> list[Fact]:
        """Return the log events of one name, in the log's order."""
        return [fact for fact in self[kind] if fact.value.name == name]

    def of_kind(self, *kinds: str) -> list[Artifact]:
        """Return the artifacts of these kinds that are present."""
        return [artifact for artifact in self.artifacts if artifact.kind in kinds]

    def artifact(self, path: str) -> Artifact | None:
        """Return the artifact at a path."""
        return next((artifact for artifact in self.artifacts if artifact.path == path), None)

    def gaps_in(self, *kinds: str) -> list[Gap]:
        """Return the gaps in artifacts of these kinds; without kinds, all gaps."""
        if not kinds:
            return list(self.gaps)
        paths = {artifact.path for artifact in self.of_kind(*kinds)}
        return [gap for gap in self.gaps if gap.path in paths]

    def case_ran(self) -> bool:
        """Tell whether anything in evidence says that the Case process was started."""
        return (
            self.report.boolean("case_process_started") is True
            or bool(self.events("case_process_started"))
            or bool(self.of_kind("case_stdout", "case_stderr", "case_events", "case_run_log"))
        )


Shown: TypeAlias = Fact | Where | Exhibit | Gap | Artifact | Secret


class Outcome(msgspec.Struct, frozen=True):
    """What a rule function returns; the machinery makes a `Ruling` of it."""

    status: Status
    because: str
    evidence: tuple[Exhibit, ...] = ()


def holds(because: str, evidence: Iterable[Shown] = ()) -> Outcome:
    """The rule holds, and this is what shows it."""
    return Outcome("holds", because, exhibits(evidence))


def violated(because: str, evidence: Iterable[Shown] = ()) -> Outcome:
    """The evidence contradicts the rule."""
    return Outcome("violated", because, exhibits(evidence))


def unproven(because: str, evidence: Iterable[Shown] = ()) -> Outcome:
    """What the rule needs is absent or unreadable."""
    return Outcome("unproven", because, exhibits(evidence))


def not_applicable(because: str) -> Outcome:
    """The rule does not speak of such a run."""
    return Outcome("not_applicable", because)


def exhibits(shown: Iterable[Shown]) -> tuple[Exhibit, ...]:
    """Return the published form of facts, places, gaps, artifacts and secrets, at most `MAX_EXHIBITS`."""
    found: list[Exhibit] = []
    for item in shown:
        if len(found) == MAX_EXHIBITS:
            break
        found.append(_exhibit(item))
    return tuple(found)


def noted(where: Where, note: str) -> Exhibit:
    """Return a place with a note of what stands there. Untrusted text in the note must go through `visible`."""
    return Exhibit(where.path, where.line, where.pointer, note)


def _exhibit(item: Shown) -> Exhibit:
    match item:
        case Exhibit():
            return item
        case Where(path, line, pointer):
            return Exhibit(path, line, pointer)
        case Gap(path, reason, line):
            return Exhibit(path, line, None, reason)
        case Artifact():
            return Exhibit(item.path, note=f"{item.kind}, {item.bytes} bytes")
        case Secret():
            return Exhibit(
                item.path, item.line, None, f"{item.detector} ({item.confidence}, {item.view}): {item.masked}"
            )
        case Fact():
            return Exhibit(item.where.path, item.where.line, item.where.pointer, _note(item))


def _note(fact: Fact) -> str:
    value = fact.value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Record):
        return fact.kind
    parts: list[str] = []
    for name in getattr(value, "__struct_fields__", ()):
        content = getattr(value, name)
        if isinstance(content, Record) or content is None or content is False:
            continue
        parts.append(f"{name}={visible(str(content))}")
    text = " ".join(parts) or (visible(str(value)) if not hasattr(value, "__struct_fields__") else fact.kind)
    return f"{text} (x{fact.count})" if fact.count > 1 else text


Judge: TypeAlias = Callable[[Evidence, Policy], Outcome]
Applies: TypeAlias = Callable[[Evidence], str | None]


class Rule(msgspec.Struct, frozen=True):
    """One rule: what must hold, why, what its violation does, and what to do then.

    `name` is `topic.kebab-name`; `clause` the requirement in the PRD's words; `needs` fact kinds without which nothing
    can be said; `reads` artifact kinds that must have been read whole for `holds`; `applies` returns the reason why the
    rule does not speak of a run, or None. `remedy` says what to do about a violation; `missing` what to do where the rule
    is unproven, which accuses nobody (`SAME`: the remedy itself).
    """

    name: str
    clause: str
    effect: Effect
    remedy: str
    judge: Judge
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    applies: Applies = lambda _: None
    missing: str = SUPPLY

    @property
    def topic(self) -> str:
        """The part of the name before the dot; the rule's file has the same name."""
        return self.name.split(".")[0]

    @property
    def doc(self) -> str:
        """The rule's documentation: what and why."""
        return self.judge.__doc__ or ""


def rule(
    name: str,
    *,
    clause: str,
    remedy: str,
    missing: str = SUPPLY,
    effect: Effect = "fail",
    needs: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    applies: Applies = lambda _: None,
) -> Callable[[Judge], Rule]:
    """Make a rule of a function; `auditor.ruleset` finds it by its type. See `Rule` for the arguments."""

    def make(judge: Judge) -> Rule:
        return Rule(name, clause, effect, remedy, judge, needs, reads, applies, missing or remedy)

    return make
