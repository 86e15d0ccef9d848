"""Front-matter keys set in place: these keys change, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.workitems.document import BOM, MAX_BYTES, read_document
from auditor.workitems.splice import set_keys

SHA256 = "1e5" + "0" * 61
"""A digest that a careless YAML reader takes for a number."""

VALUES = {"stage2_verdict": "pass", "stage2_verdict_run": "20260531T234205Z-r1", "stage2_verdict_sha256": SHA256}
ADDED = f'stage2_verdict: pass\nstage2_verdict_run: "20260531T234205Z-r1"\nstage2_verdict_sha256: "{SHA256}"\n'


def spliced(text: str) -> str:
    """Return the document's text with the three keys set; setting them again must change nothing."""
    once = set_keys(read_document(text.encode()), VALUES)
    assert set_keys(once, VALUES).text == once.text
    assert once.front is not None
    assert {key: once.front[key] for key in VALUES} == VALUES
    return once.text


@pytest.mark.parametrize(
    "before",
    [
        "title: 'Real Case'  # a comment\n",
        "",
        "# a comment alone\n",
        "a: |\n  literal\n\n  text\n",
        "a: |+\n  kept\n\n",
        "a: >-\n  folded\n  text\n",
        "a:\n- x\n-\n- y: z\n",
        "a: 'over\n\n  lines'\n",
        "a:\n",
        "a: b\n\n\n",
        'a: "q\\"uote"\nb: 2026-01-01\nc: 0x10\nd: yes\n',
        "a: é\u200b\n",
        "a: {b: [c, d]}   \n",
    ],
)
def test_absent_keys_come_last_and_all_else_stays(before: str) -> None:
    assert spliced(f"---\n{before}---\nbody") == f"---\n{before}{ADDED}---\nbody"


def test_a_value_is_exchanged_where_it_stands() -> None:
    text = "---\na: 1\nstage2_verdict:   blocked   # last night\nz: 1\n---\n"
    rest = ADDED.split("\n", 1)[1]
    assert spliced(text) == f"---\na: 1\nstage2_verdict:   pass   # last night\n{rest}z: 1\n---\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stage2_verdict:\n", "stage2_verdict: pass\n"),
        ("stage2_verdict:   # none yet\n", "stage2_verdict: pass   # none yet\n"),
        ("stage2_verdict: ~\n", "stage2_verdict: pass\n"),
        ("stage2_verdict: ''\n", "stage2_verdict: pass\n"),
        ("'stage2_verdict' : \"fail\"\n", "'stage2_verdict' : pass\n"),
        ("stage2_verdict: 'pass'  # so quoted\n", "stage2_verdict: 'pass'  # so quoted\n"),
    ],
)
def test_any_way_to_write_one_value_is_exchanged(before: str, after: str) -> None:
    rest = ADDED.split("\n", 1)[1]
    assert spliced(f"---\n{before}---\n") == f"---\n{after}{rest}---\n"


def test_line_ends_indentation_and_byte_order_mark_stay() -> None:
    text = f"{BOM}---\r\n  a: 1\r\n---\r\nmixed\nends\r"
    added = "".join(f"  {line}\r\n" for line in ADDED.splitlines())
    assert spliced(text) == f"{BOM}---\r\n  a: 1\r\n{added}---\r\nmixed\nends\r"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# no front matter\n", "does not begin"),
        ("\n---\na: b\n---\n", "does not begin"),
        ("--- a: b\n---\n", "does not begin"),
        ("---\na: b\n", "never closed"),
        ("---", "does not begin"),
        ("---\na: b\n...\nc: d\n---\n", '"..." line'),
        ("---\n{a: b}\n---\n", "in braces"),
        ("---\na: b\na: c\n---\n", "repeats the key a"),
        ("---\nstage2_verdict: [pass]\n---\n", "more than one value"),
        ("---\nstage2_verdict: {a: b}\n---\n", "more than one value"),
        ("---\nstage2_verdict: >\n  blocked\n---\n", "more than one value"),
        ("---\nstage2_verdict: 'bl\n  ocked'\n---\n", "more than one value"),
        ("---\nstage2_verdict: bl\n  ocked\n---\n", "more than one value"),
        ("---\na: &x b\n---\n", "anchor"),
    ],
)
def test_what_cannot_be_edited_without_loss_is_refused(text: str, why: str) -> None:
    with pytest.raises(OperatorError, match=why) as refused:
        set_keys(read_document(text.encode()), VALUES)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"---\na: \xff\n---\n", "not UTF-8"), (b"---\na: b\n---\n" + b"x" * MAX_BYTES, "larger than")],
)
def test_what_is_no_text_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(OperatorError, match=why):
        read_document(data)


KEYS = st.sampled_from(["a", "title", "b c", "stage2_verdict", "stage2_verdict_run", "zeta"])
SCALARS = st.sampled_from(
    ["", "x", "'q'", '"d"', "1", "[a, b]", "{a: b}", "|\n  t", "|+\n  t\n", "- x", "\n  k: v", "x # c"]
)
LINES = st.one_of(
    st.builds(lambda key, value: f"{key}: {value}", KEYS, SCALARS),
    st.sampled_from(["# c", "", "  ", "---", "...", "\t", "x"]),
)


@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "body", "\nbody\n"]))
def test_the_keys_alone_change_or_nothing_does(lines: list[str], newline: str, body: str) -> None:
    text = newline.join(["---", *"\n".join(lines).split("\n"), "---", body])
    document = read_document(text.encode())
    try:
        changed = set_keys(document, VALUES)
    except OperatorError:
        return
    before, after = document.front, changed.front
    assert before is not None
    assert after is not None
    kept = {entry.key: entry.value for entry in before.entries if entry.key not in VALUES}
    assert {entry.key: entry.value for entry in after.entries} == kept | VALUES
    assert changed.text[changed.body :] == document.text[document.body :]
    ours = [line for line in changed.text.split(newline) if not any(key in line for key in VALUES)]
    assert ours == [line for line in text.split(newline) if not any(key in line for key in VALUES)]
