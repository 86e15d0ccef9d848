"""Verdicts built by hand, for the tests of what is printed."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.facts import (
    Artifact,
    Claim,
    Exhibit,
    Fact,
    Gap,
    Naming,
    Pair,
    Ruling,
    Secret,
    Tool,
    Verdict,
    Where,
)

RUN_ID = "20260531T234205Z-r1-echo-fixture-4711"
ADMITTED = Pair("anthropic", "claude-sonnet-4-6")
CLAUSE = "Real Case Stage 2 cannot pass unless the report proves the admitted provider/model was used."


def naming(grade: Any, witness: Any, path: str, line: int, *, model: str = ADMITTED.model, count: int = 1) -> Fact:
    """Return the fact that a record names a model of the admitted provider."""
    value = Naming(ADMITTED.provider, model, "trace.model_response", agent="implementer")
    return Fact("model.named", value, witness, Where(path, line, "/model"), grade, None, count)


def sound() -> Verdict:
    """Return a supported Stage 2 pass."""
    return Verdict(
        run_id=RUN_ID,
        decision="pass",
        reason="Every rule holds: the admitted model did the work.",
        claim=Claim("case", 2, "pass"),
        supports_stage2_pass=True,
        admitted=ADMITTED,
        model_grade="corroborated",
        rulings=(
            Ruling("model.only-the-admitted", "holds", "fail", "5 namings, all of the admitted pair.", CLAUSE,
                   evidence=(Exhibit("trace.jsonl", 9, "/model", "served"),)),
            Ruling("gate.refusal-is-whole", "not_applicable", "fail", "The run was admitted."),
            Ruling("digest.all-match", "holds", "fail", "23 files match."),
        ),
        secrets=(),
        artifacts=(Artifact("report.json", "report", "harness", 1200, "a" * 64, "match"),),
        gaps=(),
        root_sha256="b" * 64,
        tool=Tool("0.1.0", "c" * 64, "d" * 64),
        namings=(
            naming("claimed", "harness", "report.json", 1),
            naming("configured", "harness", "backend/case-data/config.json", 1),
            naming("dispatched", "case", "backend/case.stderr", 3, count=5),
            naming("dispatched", "harness", "trace.jsonl", 8, count=5),
            naming("served", "harness", "trace.jsonl", 9, count=5),
            naming("corroborated", "gateway", "backend/provider-requests.jsonl", 1, count=5),
        ),
    )  # fmt: skip


def broken() -> Verdict:
    """Return a failed run: another model was served, a key leaked, a file could not be read."""
    stranger = naming("served", "harness", "trace.jsonl", 22, model="claude-haiku-4-5")
    return msgspec.structs.replace(
        sound(),
        decision="fail",
        reason="A model that was not admitted did part of the work.",
        supports_stage2_pass=False,
        root_sha256=None,
        rulings=(
            Ruling("secret.entropy", "violated", "warn", "A string looks random."),
            Ruling("timeline.nothing-torn", "unproven", "block", "backend/case.stderr could not be read.", "",
                   "Let the auditor read the file.", (Exhibit("backend/case.stderr"),)),
            Ruling("model.only-the-admitted", "violated", "fail",
                   "anthropic/claude-haiku-4-5 is not the admitted anthropic/claude-sonnet-4-6.", CLAUSE,
                   "Find out why another model answered, and run again with the admitted one.",
                   (Exhibit("trace.jsonl", 22, "/model", "served claude-haiku-4-5"),)),
            *sound().rulings[1:],
        ),
        secrets=(Secret("backend/case.stdout", 7, "rules.openrouter", "json+base64", "sk-o****", "0" * 32, "likely"),),
        gaps=(Gap("backend/case.stderr", "permission denied"), Gap("trace.jsonl", "the line is torn", 40)),
        namings=(*sound().namings, stranger),
    )  # fmt: skip


def scrawled(scrawl: str) -> Verdict:
    """Return a failed run in which every text that the run itself could have written is `scrawl`."""
    pair = Pair(scrawl, scrawl)
    exhibit = Exhibit(scrawl, 3, f"/{scrawl}", scrawl)
    return msgspec.structs.replace(
        broken(),
        run_id=scrawl,
        reason=f"Refused because of {scrawl}",
        claim=Claim(scrawl, 2, scrawl),
        admitted=pair,
        rulings=(
            Ruling("model.only-the-admitted", "violated", "fail", f"It names {scrawl}", CLAUSE, scrawl, (exhibit,)),
            Ruling("digest.all-match", "holds", "fail", f"It holds {scrawl}", CLAUSE, scrawl, (exhibit,)),
            Ruling("gate.refusal-is-whole", "not_applicable", "fail", f"Not here {scrawl}"),
        ),
        secrets=(Secret(scrawl, 1, "rules.openrouter", "raw", scrawl, "0" * 32, "likely"),),
        artifacts=(Artifact(scrawl, "other", "harness", 1, None, "unread"),),
        gaps=(Gap(scrawl, scrawl, 2),),
        namings=(
            Fact("model.named", Naming(scrawl, scrawl, "s", scrawl), "case", Where(scrawl, 1, f"/{scrawl}"), "served"),
        ),
    )
