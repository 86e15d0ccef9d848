"""The verdict as SARIF 2.1.0, for code scanning and for viewers of static analysis.

A violated rule is a result of kind `fail`; one that could not be proven is `open`; a secret that is only possible is for
`review`. What holds and what does not apply are left out unless the reader wants everything, because code scanning takes
every result for an alert. Gaps are notifications: what could not be read. The log never holds a secret, only its mask.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from auditor.emit.rulebook import RuleText, rulebook
from auditor.emit.safe import safe, short, terminal_safe_json
from auditor.emit.sarif_locations import BASE, Located, artifact_location, base_uri, location, plain
from auditor.emit.style import PLAIN, Style
from auditor.facts import Artifact, Exhibit, Ruling, Secret, Verdict

NAME = "sarif"
SCHEMA = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
FINGERPRINT = "ctoAudit/v1"
"""The name of our partial fingerprint: of the rule, the file and the place in its structure, never of a line number."""

MAX_NOTIFICATIONS = 1000
"""Gaps that the log of a sweep holds; its last notification says how many there were besides."""

_KINDS = {"holds": "pass", "violated": "fail", "unproven": "open", "not_applicable": "notApplicable"}
_LEVELS = {"fail": "error", "block": "warning", "warn": "note"}
_EXIT_CODES = {"pass": 0, "fail": 1, "blocked": 3}
_SECRET = "secret/"  # noqa: S105 - begins the ids of what the detectors find, apart from our rules' names
_SETTLED = ("holds", "not_applicable")


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return a log with one SARIF run; `style.verbose` adds what holds and what does not apply."""
    rules = _Rules(rulebook(), [verdict])
    body = {
        "tool": {"driver": _driver(rules, verdict.tool.version)},
        "automationDetails": {"id": f"cto-audit/{short(verdict.run_id, 200)}"},
        "originalUriBaseIds": {BASE: {"description": {"text": "The run directory."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": _EXIT_CODES[verdict.decision],
                "exitCodeDescription": verdict.decision,
                "toolExecutionNotifications": [_notification(gap, gap.reason, None) for gap in verdict.gaps],
            }
        ],
        "artifacts": [_artifact(artifact) for artifact in verdict.artifacts],
        "results": list(_results(verdict, rules, None, everything=style.verbose)),
        "columnKind": "unicodeCodePoints",
        "properties": _properties(verdict),
    }
    return _json({"$schema": SCHEMA, "version": VERSION, "runs": [body]}) + "\n"


def log(verdicts: Iterable[tuple[str, Verdict]], version: str, *, everything: bool = False) -> Iterator[str]:
    """Yield a log of many verdicts, each with the place of its run directory (a path or an address), in pieces.

    They are one SARIF run, so that the rules stand in it once; each result says of which run directory it is. Nothing is
    kept of a verdict that has been written but its gaps, of which at most `MAX_NOTIFICATIONS`.
    """
    rules = _Rules(rulebook(), ())
    notifications: list[dict[str, Any]] = []
    gaps = count = 0
    yield f'{{"$schema":{_json(SCHEMA)},"version":{_json(VERSION)},"runs":[{{"columnKind":"unicodeCodePoints","results":['
    comma = ""
    for place, verdict in verdicts:
        base = base_uri(place)
        for result in _results(verdict, rules, base, everything=everything):
            yield f"{comma}\n{_json(result)}"
            comma = ","
        room = max(0, MAX_NOTIFICATIONS - len(notifications))
        notifications += [_notification(gap, gap.reason, base) for gap in verdict.gaps[:room]]
        gaps += len(verdict.gaps)
        count += 1
    if gaps > len(notifications):
        more = f"{gaps - len(notifications):,} more could not be read; see the verdicts of their runs"
        notifications.append({"level": "warning", "message": {"text": more}})
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notifications}
    rest = {
        "invocations": [invocation],
        "tool": {"driver": _driver(rules, version)},
        "properties": {"runDirectories": count},
    }
    yield f"],{_json(rest)[1:]}]}}\n"


class _Rules:
    """The rules of a log, each with its index; what a verdict names and nobody knows any more is added as it comes."""

    def __init__(self, books: dict[str, RuleText], verdicts: Iterable[Verdict]) -> None:
        self.descriptors = [_descriptor(text) for text in books.values()]
        self._index = {name: at for at, name in enumerate(books)}
        for verdict in verdicts:
            for ruling in verdict.rulings:
                self.of(ruling)
            for secret in verdict.secrets:
                self.of_secret(secret)

    def of(self, ruling: Ruling) -> dict[str, Any]:
        """Return the reference of a result to its rule."""
        remedies = ("", safe(ruling.remedy)) if ruling.status == "unproven" else (safe(ruling.remedy), "")
        text = RuleText(ruling.rule, ruling.effect, safe(ruling.rule), "", safe(ruling.clause), *remedies)
        return self._known(safe(ruling.rule), lambda: _descriptor(text))

    def of_secret(self, secret: Secret) -> dict[str, Any]:
        """Return the reference of a secret to its detector, which is a rule of the log as well."""
        return self._known(f"{_SECRET}{safe(secret.detector)}", lambda: _detector(secret))

    def _known(self, name: str, make: Any) -> dict[str, Any]:
        if name not in self._index:
            self._index[name] = len(self.descriptors)
            self.descriptors.append(make())
        return {"ruleId": name, "ruleIndex": self._index[name]}


def _driver(rules: _Rules, version: str) -> dict[str, Any]:
    return {"name": "cto-audit", "version": safe(version), "rules": rules.descriptors}


def _descriptor(text: RuleText) -> dict[str, Any]:
    parts = [
        ("", text.summary),
        ("Why: ", text.why),
        ("Requirement: ", text.clause),
        ("If it is violated: ", text.remedy),
        ("If it is unproven: ", text.missing),
    ]
    parts = [(title, said) for title, said in parts if said]
    return {
        "id": text.name,
        "shortDescription": {"text": text.summary},
        "help": {
            "text": "\n".join(f"{title}{said}" for title, said in parts),
            "markdown": "\n\n".join(f"**{title[:-2]}:** {said}" if title else said for title, said in parts),
        },
        "defaultConfiguration": {"level": _LEVELS[text.effect]},
        "properties": {"tags": [text.name.partition(".")[0]], "effect": text.effect},
    }


def _detector(secret: Secret) -> dict[str, Any]:
    name = safe(secret.detector)
    advice = "Revoke the credential, then find the step that wrote it. The log holds no value, only a mask."
    return {
        "id": f"{_SECRET}{name}",
        "shortDescription": {"text": f"A credential, as the detector {name} knows it."},
        "help": {"text": advice, "markdown": advice},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["secret", "security"]},
    }


def _results(verdict: Verdict, rules: _Rules, base: str | None, *, everything: bool) -> Iterator[dict[str, Any]]:
    of_run = {} if base is None else {"run": short(verdict.run_id, 200), "decision": verdict.decision}
    for ruling in verdict.rulings:
        if everything or ruling.status not in _SETTLED:
            yield _ruling(verdict, ruling, rules, base, of_run)
    twins: Counter[tuple[str, ...]] = Counter()
    for secret in verdict.secrets:
        same = (secret.detector, secret.path, secret.view, secret.masked)
        twins[same] += 1
        yield _secret(verdict, secret, twins[same], rules, base, of_run)


def _ruling(
    verdict: Verdict, ruling: Ruling, rules: _Rules, base: str | None, of_run: dict[str, str]
) -> dict[str, Any]:
    places: Sequence[Exhibit] = ruling.evidence or (Exhibit(""),)
    kind = _KINDS[ruling.status]
    return {
        **rules.of(ruling),
        "kind": kind,
        "level": _LEVELS[ruling.effect] if kind == "fail" else "none",
        "message": {"text": plain(short(ruling.because))},
        "locations": [location(places[0], base)],
        "relatedLocations": [location(each, base) | {"id": at} for at, each in enumerate(places[1:], start=1)],
        "partialFingerprints": {
            FINGERPRINT: _digest(verdict.run_id, ruling.rule, places[0].path, places[0].pointer or "")
        },
        "properties": {"effect": ruling.effect, "status": ruling.status, **of_run},
    }


def _secret(
    verdict: Verdict, secret: Secret, twin: int, rules: _Rules, base: str | None, of_run: dict[str, str]
) -> dict[str, Any]:
    sure = secret.confidence != "possible"
    text = f"{secret.detector} ({secret.confidence}, seen as {secret.view}): {short(secret.masked, 80)}"
    told = (verdict.run_id, secret.detector, secret.path, secret.view, secret.masked, str(twin))
    return {
        **rules.of_secret(secret),
        "kind": "fail" if sure else "review",
        "level": "error" if sure else "none",
        "message": {"text": plain(text)},
        "locations": [location(secret, base)],
        "partialFingerprints": {FINGERPRINT: _digest(*told)},
        "properties": {"confidence": secret.confidence, "fingerprint": secret.fingerprint, **of_run},
    }


def _artifact(artifact: Artifact) -> dict[str, Any]:
    told: dict[str, Any] = {
        "location": artifact_location(artifact.path, None),
        "length": artifact.bytes,
        "roles": ["analysisTarget"],
        "properties": {"kind": artifact.kind, "witness": artifact.witness, "digest": artifact.digest},
    }
    return told if artifact.sha256 is None else told | {"hashes": {"sha-256": artifact.sha256}}


def _notification(gap: Located, reason: str, base: str | None) -> dict[str, Any]:
    return {"level": "warning", "message": {"text": plain(short(reason))}, "locations": [location(gap, base)]}


def _properties(verdict: Verdict) -> dict[str, Any]:
    return {
        "run": short(verdict.run_id, 200),
        "decision": verdict.decision,
        "reason": short(verdict.reason),
        "supportsStage2Pass": verdict.supports_stage2_pass,
        "modelGrade": verdict.model_grade,
        "rootSha256": verdict.root_sha256,
        "rulesetSha256": verdict.tool.ruleset_sha256,
        "policySha256": verdict.tool.policy_sha256,
    }


def _digest(*parts: str) -> str:
    told = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()


def _json(value: Any) -> str:
    return terminal_safe_json(msgspec.json.encode(value).decode())
