"""Each format shows what its reader needs, and nothing of the run can break out of it."""

from __future__ import annotations

import re
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.emit import Style, find, formats
from auditor.facts import Fact, Gap, Naming, Ruling, Where
from tests.emit.verdicts import ADMITTED, RUN_ID, broken, naming, scrawled, sound

STYLES = [Style(), Style(verbose=True), Style(quiet=True), Style(width=80)]


def text(verdict: object = None, **wishes: object) -> str:
    """Return the text format of a verdict, by default of the broken run."""
    return formats()["text"].emit(verdict or broken(), Style(**wishes))  # type: ignore[arg-type]


def markdown(verdict: object = None, **wishes: object) -> str:
    """Return the Markdown format of a verdict, by default of the broken run."""
    return formats()["markdown"].emit(verdict or broken(), Style(**wishes))  # type: ignore[arg-type]


def test_the_formats_are_found_by_name() -> None:
    assert {"json", "markdown", "text"} <= set(formats())
    assert list(formats()) == sorted(formats())


def test_one_format_is_found_by_its_name() -> None:
    for name, format_ in formats().items():
        assert find(name) is format_
    assert find("text_") is find("style") is find("") is None


@pytest.mark.parametrize("style", STYLES)
@given(scrawl=st.text(st.characters(), max_size=30))
def test_no_format_prints_what_a_terminal_obeys(style: Style, scrawl: str) -> None:
    for format_ in formats().values():
        shown = format_.emit(scrawled(scrawl), style)
        shown.encode()
        assert shown.endswith("\n")
        assert {unicodedata.category(c) for c in shown if c != "\n"}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@given(st.text(st.characters(), max_size=30))
def test_no_name_adds_a_line(scrawl: str) -> None:
    for format_ in formats().values():
        style = Style(verbose=True, width=10_000)
        plain, scrawly = (format_.emit(scrawled(name), style) for name in ("x", scrawl))
        assert len(scrawly.split("\n")) == len(plain.split("\n")) or not scrawl.strip()


def test_the_headline_comes_first_and_alone_when_quiet() -> None:
    headline = f"FAIL {RUN_ID}: A model that was not admitted did part of the work."
    assert text().startswith(headline + "\n")
    assert text(quiet=True) == headline + "\n"
    assert text(sound(), quiet=True).startswith(f"PASS {RUN_ID}: ")


def test_the_matrix_has_a_row_a_witness_and_a_column_a_grade() -> None:
    lines = text().splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("  witness"))
    assert lines[head].split() == ["witness", "claimed", "configured", "dispatched", "served", "corroborated"]
    rows = {line.split()[0]: re.split(r"  +", line.strip())[1:] for line in lines[head + 2 : head + 5]}
    assert rows == {
        "harness": ["[1] x1", "[1] x1", "[1] x5", "[2]! x1, [1] x5", "-"],
        "case": ["-", "-", "[1] x5", "-", "-"],
        "gateway": ["-", "-", "-", "-", "[1] x5"],
    }
    assert "  [2]!  anthropic/claude-haiku-4-5   differs from the admitted pair" in lines


def test_the_matrix_says_where_each_name_was_first_read() -> None:
    assert re.search(r"served +harness +\[2]! +1 +implementer +trace\.jsonl:22:/model\n", text())


def test_equal_namings_are_one_entry_that_counts_them() -> None:
    twice = (naming("served", "harness", "trace.jsonl", 9, count=2), naming("served", "harness", "trace.jsonl", 4))
    assert "[1] x3" in text(msgspec.structs.replace(sound(), namings=twice))


def test_a_record_that_names_half_a_pair_is_shown_as_half() -> None:
    half = Fact("model.named", Naming(None, ADMITTED.model, "otel"), "harness", Where("o.jsonl", 1), "served")
    shown = text(msgspec.structs.replace(sound(), namings=(half,)))
    assert "(no provider)/claude-sonnet-4-6  agrees with the admitted pair in what it names" in shown
    refused = text(msgspec.structs.replace(sound(), admitted=None))
    assert "no provider/model pair" in refused and "no pair is admitted" in refused


def test_a_run_that_names_no_model_says_so() -> None:
    bare = msgspec.structs.replace(sound(), namings=())
    assert "No artifact names a provider or a model." in text(bare)
    assert "No artifact names a provider or a model." in markdown(bare)


def test_what_does_not_hold_comes_heaviest_first_with_place_and_remedy() -> None:
    shown = text()
    order = [shown.index(rule) for rule in ("model.only-the-admitted", "timeline.nothing-torn", "secret.entropy")]
    assert order == sorted(order)
    assert "    at  trace.jsonl:22:/model  served claude-haiku-4-5\n" in shown
    assert "    do  Find out why another model answered, and run again with the admitted one.\n" in shown


def test_rules_that_lack_the_same_evidence_are_told_once_unless_verbose() -> None:
    lacking = [Ruling(f"gate.rule-{n}", "unproven", "fail", "the run has no report", remedy="Look.") for n in range(30)]
    other = Ruling("gate.other", "unproven", "fail", "the run has no trace", remedy="Look.")
    run = msgspec.structs.replace(broken(), rulings=(*lacking, other))
    assert "What does not hold: 31 rules\n" in text(run)
    for shown in (text(run), markdown(run)):
        assert shown.count("the run has no report") == 1 and "30 rules" in shown
        assert all(ruling.rule in shown for ruling in lacking)
        assert "the run has no trace" in shown
    assert text(run, verbose=True).count("the run has no report") == 30
    assert markdown(run, verbose=True).count("the run has no report") == 30


def test_an_unproven_rule_blocks_and_a_warning_does_neither() -> None:
    shown = text()
    assert "VIOLATED  model.only-the-admitted  (fails the run)" in shown
    assert "UNPROVEN  timeline.nothing-torn  (blocks a pass)" in shown
    assert "VIOLATED  secret.entropy  (a warning)" in shown


def test_secrets_and_gaps_are_listed_with_their_places() -> None:
    assert re.search(r"likely +rules\.openrouter +sk-o\*{4} +0{12} +json\+base64 +backend/case\.stdout:7\n", text())
    assert re.search(r"trace\.jsonl:40 +the line is torn\n", text())
    assert "Secrets" not in text(sound()) and "Not read" not in text(sound())


def test_what_holds_is_summed_up_and_shown_in_full_when_verbose() -> None:
    assert "What holds: 2 of 3 rules\n  holds: digest 1, model 1\n  does not apply: gate 1\n" in text(sound())
    full = text(sound(), verbose=True)
    assert "  HOLDS  model.only-the-admitted\n    5 namings, all of the admitted pair.\n" in full
    assert "    at  trace.jsonl:9:/model  served\n" in full
    assert re.search(r"does not apply +gate\.refusal-is-whole +The run was admitted\.\n", full)


def test_long_lists_are_cut_and_say_so_unless_verbose() -> None:
    many = tuple(Gap(f"file-{number}", "permission denied") for number in range(500))
    exhibits = broken().rulings[2].evidence * 30
    long = msgspec.structs.replace(
        broken(),
        gaps=many,
        rulings=(Ruling("model.only-the-admitted", "violated", "fail", "No.", evidence=exhibits),),
        namings=tuple(naming("served", "harness", "t", n, model=f"model-{n}") for n in range(100)),
    )
    for shown, full in ((text(long), text(long, verbose=True)), (markdown(long), markdown(long, verbose=True))):
        assert len(shown.splitlines()) < 200 and "more" in shown
        assert "file-499" in full and full.count("trace.jsonl:22:/model") == 30


def test_lines_of_sentences_keep_to_the_width() -> None:
    rulings = (Ruling("a.b", "violated", "fail", "word " * 99, "clause " * 99, "remedy " * 99),)
    wordy = msgspec.structs.replace(broken(), rulings=rulings, reason="reason " * 80)
    assert max(map(len, text(wordy, width=80).splitlines())) <= 100
    assert all(len(line) <= 80 for line in text(wordy, width=80).splitlines() if "word " in line or "clause" in line)


def test_colour_is_only_paint() -> None:
    plain, painted = text(), text(colour=True)
    assert "\x1b[1;31mFAIL" in painted and "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_markdown_shows_the_same_in_its_own_tables() -> None:
    shown = markdown()
    assert shown.startswith(f"## FAIL `{RUN_ID}`\n\nA model that was not admitted did part of the work.\n")
    assert "| served | harness | `anthropic/claude-haiku-4-5` | differs from the admitted pair | 1 |" in shown
    assert "- **VIOLATED** `model.only-the-admitted` (fails the run): " in shown
    assert "  - What to do: Find out why another model answered" in shown
    assert "| `trace.jsonl:40` | the line is torn |" in shown
    assert markdown(quiet=True) == "\n".join(shown.splitlines()[:3]) + "\n"
    assert "**HOLDS** `model.only-the-admitted`" in markdown(sound(), verbose=True)


@pytest.mark.parametrize("scrawl", ["| a | b |", "<img src=x>", "[x](http://e.org)", "@octocat", "# h", "`x`", "\n- x"])
def test_markdown_grows_nothing_out_of_a_name(scrawl: str) -> None:
    shown = markdown(scrawled(scrawl), verbose=True)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", shown)
    assert not re.search(r"<img|\[x]|@octocat|http|^# h", outside, re.MULTILINE)
    tables = [line for line in outside.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {3, 7}
