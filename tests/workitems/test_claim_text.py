"""Which words claim a Stage 2 pass, and which do not: no claim is missed, and no alarm is false."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.workitems.block import find_block
from auditor.workitems.claim_text import Claimed, claims_of, runs_in
from auditor.workitems.document import read_document
from auditor.workitems.phrases import claims_in
from tests.workitems.phrasings import CLAIMS, NOT_CLAIMS

RUN = "20260610T143811Z-r1-string-slugify-2101389"


def claims(text: str) -> list[Claimed]:
    """Return the claims in a document."""
    document = read_document(text.encode())
    return claims_of(document, find_block(document))


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_is_found_once(text: str) -> None:
    assert len(claims(text)) == 1


@pytest.mark.parametrize("text", NOT_CLAIMS)
def test_what_claims_nothing_raises_no_alarm(text: str) -> None:
    assert claims(text) == []


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_is_found_among_other_text_and_on_its_line(text: str) -> None:
    before = "# Work\n\nNo Stage 2 pass was claimed last week.\n\n"
    after = "\n\n## Next\n\nWhat a Stage 2 pass needs is in the PRD.\n"
    (found,) = claims(before + text + after)
    assert 5 <= found.line <= 5 + text.count("\n")


@pytest.mark.parametrize("name", ["README.md", "rules/README.md"])
def test_what_explains_the_product_claims_nothing(name: str) -> None:
    assert claims((Path(__file__).parents[2] / name).read_text("utf-8")) == []


@pytest.mark.parametrize("text", NOT_CLAIMS)
def test_line_ends_change_nothing(text: str) -> None:
    assert claims(text.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("front", "lines"),
    [
        ("stage2_verdict: pass", [2]),
        ("stage2_verdict: 'PASS'", [2]),
        ("stage2_verdict: blocked", []),
        ("stage2_verdict:", []),
        ("status: stage2_pass", [2]),
        ("status: Stage 2 pass  # since June", [2]),
        ("status: stage-2-passed", [2]),
        ("status: blocked", []),
        ("status: pass", []),
        ("lifecycle_classification: stage2_passed", [2]),
        ("supports_stage2_pass: true", [2]),
        ("supports_stage2_pass: false", []),
        ("stage: 2\nstatus: pass", [3]),
        ("stage: 1\nstatus: pass", []),
        ("title: Stage 2 passed", []),
        ("title: Real Case Stage 2 pass", []),
        ("summary: Stage 2 passed without a fallback.", [2]),
        ("summary: No Stage 2 pass is claimed.", []),
        ("results:\n  - real_case:\n      stage2: passed", [2]),
        ("notes:\n  - Stage 2 has passed.\n  - more", [2]),
        ("route: stage2-pass", []),
    ],
)
def test_front_matter_claims_too(front: str, lines: list[int]) -> None:
    assert [found.line for found in claims(f"---\n{front}\n---\n")] == lines


def test_front_matter_that_no_program_can_read_is_still_read_by_people() -> None:
    assert [found.line for found in claims("---\nstatus: Stage 2 pass\nno end")] == [2]


def test_a_claim_says_whom_it_is_about() -> None:
    (found,) = claims(f"CTO-WORK-018 passed Stage 2 in run {RUN}.\nSee LAB-WORK-7.")
    assert (found.runs, found.items) == ((RUN,), ("CTO-WORK-018", "LAB-WORK-7"))
    assert runs_in(f"`{RUN}`, {RUN}. and {RUN}-b") == (RUN, f"{RUN}-b")


def test_two_claims_are_two() -> None:
    text = "Stage 2 passed.\n\n- Status: Stage 2 pass\n- Stage 2: pass\n- Owner: jp\n\nMore. Stage 2 is green. Stage 2 passed!\n"
    assert [found.line for found in claims(text)] == [1, 3, 4, 7, 7]


def test_the_words_are_shown_fit_for_a_terminal() -> None:
    (found,) = claims("Stage 2 passed \x1b[31m\u202e" + "x" * 500)
    assert found.text.isascii()
    assert found.text.isprintable()
    assert len(found.text) <= 160


def test_private_characters_hide_no_claim() -> None:
    assert len(claims("\ue000Stage 2 passed.\ue001")) == len(claims("\ue002 Stage 2 passed.")) == 1


def test_a_section_of_examples_ends_where_the_next_begins() -> None:
    text = "# Plan\n\n## Template\n\nStage 2: pass\n\n### Deeper\n\nStage 2: pass\n\n## Now\n\nStage 2: pass\n"
    assert [found.line for found in claims(text)] == [13]


WORDS = st.sampled_from(
    [
        "Stage 2",
        "pass",
        "passed",
        "is",
        "not",
        "if",
        ":",
        ",",
        ".",
        "`",
        '"',
        "|",
        "**",
        "no",
        "a",
        "✅",
        "\n",
        "claims",
        "- ",
    ]
)


@given(st.lists(WORDS, max_size=14).map(" ".join), st.sampled_from(["text", "item", "heading", "row"]))
def test_any_words_are_judged(text: str, what: str) -> None:
    assert all(0 <= place <= len(text) for place in claims_in(text, what))


@given(st.sampled_from(CLAIMS))
def test_a_template_heading_silences_and_a_comment_hides(text: str) -> None:
    assert claims(f"# Template\n\n{text.replace('## ', '### ')}") == []
    assert claims(f"<!--\n{text}\n-->") == []
