"""What supports a claim: the work item's own verdict, that of the run it names, or that of the work items it names."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from auditor import instants
from auditor.attest import Reason, Refused
from auditor.attest.envelope import MAX_BYTES as MAX_ATTESTATION_BYTES
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.instants import rfc3339
from auditor.workitems.admissions import Given, not_in_force
from auditor.workitems.block import Block
from auditor.workitems.claim_text import Claimed, runs_in
from auditor.workitems.decisions import Decision
from auditor.workitems.document import Document
from auditor.workitems.folder import opened
from auditor.workitems.gate import MAX_PROOF_BYTES, Gated, gate
from auditor.workitems.item import ids_in
from auditor.workitems.standing import KEYS, Standing
from auditor.workitems.stored import proof_name
from auditor.workitems.trust import Trust

Support: TypeAlias = Literal["supported", "unsupported", "unchecked"]

_WAITS = re.compile(r"\b(?:blocked|waits?|waiting|depends?)\s+(?:by|on|for|until)\b[^\n]*", re.IGNORECASE)
_WAITS_KEYS = ("blocked_by", "blocked_on", "depends_on", "waits_for", "waiting_for", "requires")
_NO_KEY = "give the signer's public key with --key, and it can be checked"
_NAME_IT = "name the run, or the work item that carries its verdict; or withdraw the claim"


class Found(msgspec.Struct, frozen=True):
    """One document: where it is, its text, its id if it is a work item, and what it claims and decides."""

    path: Path
    document: Document
    block: Block | None
    item: str | None
    claims: tuple[Claimed, ...]
    decisions: tuple[Decision, ...]


class Answer(msgspec.Struct, frozen=True):
    """Whether a claim is supported, why, and what to do if not. `unchecked`: nobody said whose signatures count."""

    support: Support
    because: str
    hint: str = ""


class Stored(msgspec.Struct, frozen=True):
    """A verified verdict and the attestation file that says it."""

    path: Path
    standing: Standing


class Judge:
    """Judges the claims of a set of documents by the verdicts among them."""

    def __init__(
        self,
        found: Sequence[Found],
        verdicts: Iterable[Stored],
        trust: Trust | None,
        admissions: Sequence[Given] | None,
    ) -> None:
        self._trust = trust
        self._admissions = admissions
        self._items: dict[str, list[Found]] = {}
        self._newest: dict[str, Stored] = {}
        self._gated: dict[Path, Gated] = {}
        self._lacks: dict[Path, tuple[Reason, ...]] = {}
        for each in found:
            if each.item is not None:
                self._items.setdefault(each.item, []).append(each)
        for stored in verdicts:
            known = self._newest.get(stored.standing.run_id)
            if known is None or stored.standing.judged > known.standing.judged:
                self._newest[stored.standing.run_id] = stored

    def support(self, found: Found, claim: Claimed) -> Answer:
        """Return whether a document's claim is supported."""
        others = [name for name in claim.items if name != found.item]
        if found.item is not None and not others:
            return self._by_its_verdict(found)
        runs, items = claim.runs, tuple(others)
        if not (runs or items):
            text = found.document.text
            runs, items = runs_in(text), tuple(sorted(ids_in(text) - {found.item}))
            if len(runs) + len(items) != 1:
                return Answer("unsupported", "it names neither a run nor a work item that could support it", _NAME_IT)
        if self._trust is None:
            return Answer("unchecked", "whether its support is genuine was not checked", _NO_KEY)
        return self._all([*map(self._by_run, runs), *map(self._by_item, items)])

    def arrived(self, found: Found) -> Answer | None:
        """Return what has arrived for a blocked work item, None if it is not blocked or still has to wait."""
        if self._trust is None or found.item is None or found.claims or not _is_blocked(found):
            return None
        history = found.block.history if found.block else ()
        last = history[0].judged if history else None
        for run in self._related(found):
            stored = self._newest[run]
            if self._by_run(run).support == "supported" and (last is None or stored.standing.judged > last):
                return Answer(
                    "supported",
                    f"the run {visible(run)} has a verified Stage 2 pass, judged {rfc3339(stored.standing.judged)}",
                    f"attach it: `cto-audit attach {visible(os.fspath(stored.path))} {visible(os.fspath(found.path))}`",
                )
        awaited = _awaited(found)
        if awaited and all(self._by_item(name).support == "supported" for name in awaited):
            return Answer(
                "supported",
                f"what it waits for has a verified Stage 2 pass: {', '.join(awaited)}",
                "take the work item up again",
            )
        return None

    def _by_its_verdict(self, found: Found) -> Answer:
        if found.block is None:
            line = found.claims[0].line if found.claims else 1
            return Answer(
                "unsupported",
                f"no verdict is attached to the work item that claims it (line {line})",
                "attach one with `cto-audit attach`, or withdraw the claim",
            )
        if self._trust is None:
            return Answer("unchecked", "a verdict is attached, and whether it is genuine was not checked", _NO_KEY)
        gated = self._gate(found, self._trust)
        if gated.status == "supported" and gated.standing is not None:
            return Answer("supported", f"run {visible(gated.standing.run_id)}, judged {rfc3339(gated.standing.judged)}")
        return Answer("unsupported", "; ".join(each.text for each in gated.reasons), gated.reasons[0].hint)

    def _gate(self, found: Found, trust: Trust) -> Gated:
        if found.path not in self._gated:
            self._gated[found.path] = gate(found.path, trust, self._admissions)
        return self._gated[found.path]

    def _by_run(self, run: str) -> Answer:
        stored = self._newest.get(run)
        if stored is None or self._trust is None:
            return Answer(
                "unsupported",
                f"no verified attestation of the run {visible(run)} lies among the documents",
                "keep it beside the work item, where `cto-audit attach` puts it, and name that folder as well",
            )
        standing = stored.standing
        if not standing.passes:
            return Answer(
                "unsupported", f"the verdict on the run {visible(run)} is {standing.decision}", "withdraw the claim"
            )
        now = instants.now() if self._trust.now is None else self._trust.now
        lapsed = not_in_force(standing, self._admissions, now)
        reasons = [*self._lacking(stored, self._trust), *([lapsed] if lapsed else [])]
        if reasons:
            return Answer("unsupported", "; ".join(each.text for each in reasons), reasons[0].hint)
        return Answer("supported", f"run {visible(run)}, judged {rfc3339(standing.judged)}")

    def _lacking(self, stored: Stored, trust: Trust) -> tuple[Reason, ...]:
        """Return what the operator demands of a verdict, its place in a log included, and this one does not have."""
        if stored.path not in self._lacks:
            self._lacks[stored.path] = tuple(_lacking(stored, trust))
        return self._lacks[stored.path]

    def _by_item(self, name: str) -> Answer:
        known = self._items.get(name, [])
        if len(known) != 1:
            many = "several documents call themselves" if known else "no document among these is"
            return Answer(
                "unsupported",
                f"{many} {visible(name)}",
                "name its folder as well, and keep every work item's id its own",
            )
        if not known[0].claims:
            return Answer("unsupported", f"{visible(name)} claims no Stage 2 pass itself", "see what it says")
        answer = self._by_its_verdict(known[0])
        return msgspec.structs.replace(answer, because=f"{visible(name)}: {answer.because}")

    def _all(self, answers: Sequence[Answer]) -> Answer:
        """Return the first answer that is no support, else all of them together."""
        for answer in answers:
            if answer.support != "supported":
                return answer
        return Answer("supported", "; ".join(answer.because for answer in answers))

    def _related(self, found: Found) -> list[str]:
        """Return the runs that a work item names, or whose verdicts lie beside it under its name; newest first."""
        prefix = f"{found.path.stem}."
        beside = [
            run
            for run, stored in self._newest.items()
            if stored.path.parent == found.path.parent and stored.path.name.startswith(prefix)
        ]
        named = [run for run in runs_in(found.document.text) if run in self._newest]
        runs = dict.fromkeys([*beside, *named])
        return sorted(runs, key=lambda run: self._newest[run].standing.judged, reverse=True)


def _lacking(stored: Stored, trust: Trust) -> Iterator[Reason]:
    try:
        with opened(stored.path.parent) as folder:
            attestation = folder.required(stored.path.name, MAX_ATTESTATION_BYTES).data
            proof = folder.read(proof_name(stored.path.name), MAX_PROOF_BYTES)
    except OperatorError as error:
        yield Reason(error.sentence, error.hint)
        return
    if hashlib.sha256(attestation).hexdigest() != stored.standing.sha256:
        yield Reason(f"{visible(stored.path.name)} was changed while it was being verified", "ask again")
        return
    for demand in (trust.sufficient, lambda line: trust.vouched(line, proof.data if proof else None)):
        try:
            demand(attestation)
        except Refused as refused:
            yield from refused.reasons
        except OperatorError as error:
            yield Reason(error.sentence, error.hint)


def _is_blocked(found: Found) -> bool:
    front = found.document.front
    if front is None:
        return False
    words = " ".join(front.text(key) or "" for key in ("status", "lifecycle_classification", KEYS[0])).lower()
    return "blocked" in words


def _awaited(found: Found) -> list[str]:
    """Return the work items that a work item says it waits for, in its front matter or in its text."""
    front = found.document.front
    keys = " ".join(str(front[key]) for key in _WAITS_KEYS if front[key]) if front else ""
    text = found.document.text[found.document.body :]
    said = " ".join(match[0] for match in _WAITS.finditer(text))
    return sorted(ids_in(f"{keys} {said}") - {found.item})
