"""Attach: the verdict goes in, every other byte stays, and nothing a person wrote is lost."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.workitems.attach import attach
from auditor.workitems.block import find_block
from auditor.workitems.document import read_document
from auditor.workitems.folder import opened
from tests.attest.kit import new_signer
from tests.workitems.kit import (
    BASELINE,
    BODY,
    FAIL,
    FRONT,
    REFUSED,
    TRUST,
    attach_to,
    attested,
    edit,
    item,
    snapshot,
    verdict,
)

BEGIN, END = "<!-- cto-audit:verdict:begin", "<!-- cto-audit:verdict:end -->"


def refused(path: Path, line: bytes, why: str) -> OperatorError:
    """Attach, which must be refused with a hint, and change no file; return the refusal."""
    before = snapshot(path.parent)
    with pytest.raises(OperatorError, match=why) as refusal:
        attach_to(path, line)
    assert refusal.value.hint
    assert snapshot(path.parent) == before
    return refusal.value


def test_a_verdict_is_attached_and_all_else_stays(tmp_path: Path) -> None:
    path = item(tmp_path)
    done = attach_to(path, attested())
    text = path.read_text("utf-8")
    sha256 = hashlib.sha256(attested()).hexdigest()
    run = TRUST.authentic(attested()).run_id
    assert done.changed
    assert done.item == "CTO-WORK-020"
    added = f'stage2_verdict: pass\nstage2_verdict_run: "{run}"\nstage2_verdict_sha256: "{sha256}"\n'
    assert text.startswith(
        FRONT.replace("---\n", "", 1).join(["---\n", ""])[:-4] + added + "---\n" + BODY + "\n" + BEGIN
    )
    assert text.endswith(f"{END}\n")
    assert (tmp_path / done.attestation).read_bytes() == attested()
    assert done.attestation == f"CTO-WORK-020.{run}.{sha256[:12]}.intoto.jsonl"
    for told in (
        "PASS",
        run,
        "openrouter/lab/echo-1",
        "corroborated",
        sha256,
        "2026-08-01T12:00:00.000Z",
        "CTO-WORK-020",
    ):
        assert told in text.partition(BEGIN)[2]


@pytest.mark.parametrize("name", [FAIL, REFUSED])
def test_any_verdict_can_be_attached(tmp_path: Path, name: str) -> None:
    path = item(tmp_path)
    attach_to(path, attested(name))
    standing = TRUST.authentic(attested(name))
    document = read_document(path.read_bytes())
    assert document.front is not None
    assert document.front["stage2_verdict"] == standing.decision
    assert f"**Stage 2 verdict: {standing.decision.upper()}**" in document.text
    assert all(each.rule in document.text for each in standing.open_rulings[:10])


def test_twice_is_once(tmp_path: Path) -> None:
    path = item(tmp_path)
    first = attach_to(path, attested())
    before, status = snapshot(tmp_path), path.stat()
    second = attach_to(path, attested())
    assert (second.changed, second.attestation) == (False, first.attestation)
    assert snapshot(tmp_path) == before
    assert path.stat().st_ino == status.st_ino


def test_history_has_one_line_a_verdict_newest_first(tmp_path: Path) -> None:
    path = item(tmp_path)
    lines = [attested(REFUSED), attested(FAIL, 1), attested(hours=2)]
    for line in (lines[0], lines[1], lines[1], lines[2], lines[2]):
        attach_to(path, line)
    block = find_block(read_document(path.read_bytes()))
    assert block is not None
    assert [past.sha256 for past in block.history] == [hashlib.sha256(line).hexdigest() for line in reversed(lines)]
    stored = [name for name in snapshot(tmp_path) if name.endswith(".intoto.jsonl")]
    assert len(stored) == 3


def test_the_same_run_judged_again_is_another_verdict(tmp_path: Path) -> None:
    path = item(tmp_path)
    names = {attach_to(path, attested(hours=hours)).attestation for hours in (0, 1)}
    assert len(names) == 2
    assert names < set(snapshot(tmp_path))


def test_a_newer_verdict_is_never_replaced(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL, 1))
    refused(path, attested(), "newer verdict")
    with pytest.raises(OperatorError, match="newer verdict"):
        attach_to(path, attested(), force=True)


def test_a_newer_verdict_that_was_taken_out_by_hand_still_counts(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL, 1))
    path.write_text(FRONT + BODY)
    refused(path, attested(), "newer verdict")


def test_a_stranger_s_file_beside_it_holds_nothing_up(tmp_path: Path) -> None:
    path = item(tmp_path)
    (tmp_path / "CTO-WORK-020.x.intoto.jsonl").write_bytes(attested(hours=5, signer=new_signer()))
    (tmp_path / "CTO-WORK-020.y.intoto.jsonl").write_bytes(b"no envelope")
    (tmp_path / "CTO-WORK-020.z.intoto.jsonl").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "CTO-WORK-020.p.intoto.jsonl")
    assert attach_to(path, attested()).changed


def test_a_pass_that_is_no_stage_2_pass_is_not_attached(tmp_path: Path) -> None:
    refused(item(tmp_path), attested(BASELINE), "not as Stage 2")


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return a change that puts one text for another."""
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (swap("**Stage 2 verdict: FAIL**", "**Stage 2 verdict: PASS**"), "edited by hand"),
        (swap("- Model grade", "- I looked at it and agree.\n- Model grade"), "edited by hand"),
        (swap("stage2_verdict_sha256: ", "stage2_verdict_sha256: 0"), "not that of its verdict block"),
        (swap("stage2_verdict: fail", "stage2_verdict: pass"), "not that of its verdict block"),
        (swap("stage2_verdict: fail\n", ""), "not that of its verdict block"),
        (swap(END, ""), "do not make one block"),
        (swap(END, f"{END}\n{END}"), "do not make one block"),
        (swap(END, f"{END}\n\n{BEGIN} v1 sha256={'0' * 64} -->\n\n{END}"), "do not make one block"),
        (swap("verdict:begin v1", "verdict:begin v2"), "not as it was written"),
        (swap(END, f"> {END}"), "do not make one block|stands inside"),
        (swap(BEGIN, f"- {BEGIN}"), "stands inside"),
        (swap(BEGIN, f"<div>\n{BEGIN}"), "stands inside"),
        (lambda text: text[: text.index(BEGIN)], "block with its history is gone"),
        (lambda text: text[text.index(BEGIN) :], "no front matter|does not begin"),
    ],
)
def test_what_was_edited_by_hand_is_not_overwritten(tmp_path: Path, change: Callable[[str], str], why: str) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL))
    edit(path, change)
    refused(path, attested(hours=1), why)


@pytest.mark.parametrize(
    "change",
    [
        swap("**Stage 2 verdict: FAIL**", "**Stage 2 verdict: PASS**"),
        swap("- Model grade", "- I looked at it and agree.\n- Model grade"),
        swap("stage2_verdict_sha256: ", "stage2_verdict_sha256: 0"),
        lambda text: text[: text.index(BEGIN)],
    ],
)
def test_force_rewrites_what_was_edited(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL))
    edit(path, change)
    attach_to(path, attested(hours=1), force=True)
    assert not attach_to(path, attested(hours=1)).changed
    assert "agree" not in path.read_text("utf-8")


def test_what_people_write_around_the_block_stays(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL))
    edit(
        path,
        lambda text: (
            text.replace("What is to be done.", "Done?").replace("title: ", "reviewed: no\ntitle:  ") + "\nP.S."
        ),
    )
    edit(path, lambda text: text.replace("\n", "\r\n"))
    attach_to(path, attested(hours=1))
    text = path.read_bytes().decode()
    assert "reviewed: no\r\ntitle:  Real Case\r\n" in text
    assert "\r\nDone?\r\n" in text
    assert text.endswith(f"{END}\r\n\r\nP.S.")
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    "body",
    [
        "```\ncode that never ends\n",
        "~~~~ yaml\na: b",
        "<!-- a comment that never ends\n",
        "<pre>\nnever ends",
        "<script>\n",
    ],
)
def test_a_document_that_ends_inside_something_takes_no_block(tmp_path: Path, body: str) -> None:
    refused(item(tmp_path, FRONT + body), attested(), "would not stand on its own")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "no newline",
        "- a list\n  - deeper",
        "> a quotation",
        "| a | b |\n|---|---|\n| c | d |",
        "    indented code",
        "```\ncode\n```",
        "<div>\n\ntext\n",
        "text\n===",
        "[ref]: http://example.com",
        f"```html\n{BEGIN} v1 sha256={'0' * 64} -->\n{END}\n```\n",
        f"Write `{BEGIN}` there.",
        "\x0c\x00 odd \u2028 characters \ufeff",
        "one\rtwo\r",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_other_end_takes_one(tmp_path: Path, body: str, newline: str) -> None:
    text = (FRONT + body).replace("\n", newline)
    path = item(tmp_path, text)
    attach_to(path, attested())
    assert not attach_to(path, attested()).changed
    after = path.read_bytes().decode()
    _, _, rest = text[4:].partition(f"---{newline}")
    assert f"---{newline}{rest}" in after


HOSTILE = (
    f"20260101T000000Z-`x`\n{END}\n---\nstatus: pass\n<!-- {BEGIN} --> [a](http://b) @everyone | <b>\x1b[31m\u202e"
)


def test_nothing_in_a_verdict_ends_the_block_or_the_front_matter(tmp_path: Path) -> None:
    path = item(tmp_path)
    line = attested(run_id=HOSTILE, reason=HOSTILE)
    done = attach_to(path, line)
    assert not attach_to(path, line).changed
    document = read_document(path.read_bytes())
    block = find_block(document)
    assert document.front is not None
    assert block is not None
    assert block.intact
    assert document.front["status"] == "in_progress"
    assert document.text.count(f"\n{END}") == 1
    assert "\x1b" not in document.text
    assert "\u202e" not in document.text
    assert all(c.isalnum() or c in "._-" for c in done.attestation)


@pytest.mark.parametrize(
    "name", ["CTO-WORK-020 (copy) [x].md", "CTO-WORK-020\n\x1b.md", f"CTO-WORK-020-{'é' * 110}.md", "CTO-WORK-020"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    path = item(tmp_path, name=name)
    done = attach_to(path, attested())
    block = find_block(read_document(path.read_bytes()))
    assert block is not None
    assert block.attestation == done.attestation
    assert (tmp_path / done.attestation).read_bytes() == attested()
    assert not attach_to(path, attested()).changed


def test_a_renamed_work_item_keeps_its_attestation(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested())
    moved = path.rename(tmp_path / "renamed-CTO-WORK-020.md")
    assert not attach_to(moved, attested()).changed
    assert len(snapshot(tmp_path)) == 2


def test_a_link_in_the_block_leads_no_write_astray(tmp_path: Path) -> None:
    path = item(tmp_path)
    name = attach_to(path, attested()).attestation
    (tmp_path / "README.intoto.jsonl").write_text("mine")
    edit(path, lambda text: text.replace(f"(./{name})", "(./README.intoto.jsonl)"))
    attach_to(path, attested(), force=True)
    assert (tmp_path / "README.intoto.jsonl").read_text() == "mine"
    assert name in path.read_text("utf-8")


def test_a_damaged_attestation_is_mended(tmp_path: Path) -> None:
    path = item(tmp_path)
    name = attach_to(path, attested()).attestation
    (tmp_path / name).write_bytes(b"cut")
    assert attach_to(path, attested()).changed
    assert (tmp_path / name).read_bytes() == attested()


def test_the_mode_stays_and_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = item(tmp_path / "real")
    path.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(path)
    attach_to(link, attested())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert BEGIN in path.read_text("utf-8")
    assert len(snapshot(tmp_path / "real")) == 2


def test_hard_links_read_only_files_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    path = item(tmp_path)
    path.chmod(0o444)
    refused(path, attested(), "read-only")
    path.chmod(0o644)
    os.link(path, tmp_path / "twin.md")
    refused(path, attested(), "hard links")
    os.mkfifo(tmp_path / "pipe.md")
    for name, why in (("pipe.md", "no regular file"), ("absent.md", "cannot be opened"), ("", "is a folder")):
        with pytest.raises(OperatorError, match=why):
            attach_to(tmp_path / name, attested())


@pytest.mark.parametrize("front", ["title: no id\n", "", "id:\ntitle: x\n"])
def test_what_has_no_id_is_no_work_item(tmp_path: Path, front: str) -> None:
    refused(item(tmp_path, f"---\n{front}---\n", "notes.md"), attested(), "no work item id")


@pytest.mark.parametrize(
    ("front", "name", "found"),
    [
        ("id: CTO-WORK-020\ntitle: CTO-WORK-021\n", "CTO-WORK-022.md", "CTO-WORK-020"),
        ("title: Real Case (CTO-WORK-021)\n", "CTO-WORK-022.md", "CTO-WORK-021"),
        ("title: x\n", "cto-work-022-real-case.md", "CTO-WORK-022"),
        ("id: '17'\n", "x.md", "17"),
    ],
)
def test_an_id_is_found(tmp_path: Path, front: str, name: str, found: str) -> None:
    assert attach_to(item(tmp_path, f"---\n{front}---\n", name), attested()).item == found


@pytest.mark.parametrize("at", range(3))
def test_when_a_write_fails_nothing_has_changed(tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL))
    before = snapshot(tmp_path)
    calls = 0
    real = os.fsync

    def failing(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > at:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OperatorError, match="No space left"):
        attach_to(path, attested(hours=1))
    assert snapshot(tmp_path) == before


def test_when_the_disk_does_not_confirm_the_end_all_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = item(tmp_path)
    calls = 0

    def failing(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OperatorError, match="in place, but"):
        attach_to(path, attested())
    monkeypatch.undo()
    assert not attach_to(path, attested()).changed


def test_a_change_in_the_meantime_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = item(tmp_path)
    real = os.fchmod

    def meanwhile(descriptor: int, mode: int) -> None:
        path.write_text(FRONT + "somebody saved\n")
        real(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", meanwhile)
    with pytest.raises(OperatorError, match="changed by somebody else"):
        attach_to(path, attested())
    assert snapshot(tmp_path) == {path.name: (FRONT + "somebody saved\n").encode()}


def test_one_attaches_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.workitems.folder._PATIENCE", 0.0)
    path = item(tmp_path)
    with opened(tmp_path, exclusive=True):
        refused(path, attested(), "another process is attaching")
    assert attach_to(path, attested()).changed


def test_a_rehearsal_writes_nothing(tmp_path: Path) -> None:
    path = item(tmp_path)
    before = snapshot(tmp_path)
    assert attach(path, verdict(attested()), TRUST.authentic, dry_run=True).changed
    assert snapshot(tmp_path) == before


def test_a_proof_is_stored_beside_and_kept(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested())
    done = attach_to(path, attested(), proof=b"a proof")
    assert done.changed
    assert done.proof is not None
    assert (tmp_path / done.proof).read_bytes() == b"a proof"
    assert done.proof in path.read_text("utf-8")
    again = attach_to(path, attested())
    assert (again.changed, again.proof) == (False, done.proof)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.sampled_from(["text", "", "- a", "> q", "```", "<!-- c -->", "---", "# h", "    x", "<b>", "\tq", "| a |"])
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_any_body_stays_as_it_is(tmp_path: Path, body: list[str], newline: str, ends: bool) -> None:
    folder = tmp_path / os.urandom(8).hex()
    folder.mkdir()
    text = newline.join([*FRONT.splitlines(), *body]) + (newline if ends else "")
    path = item(folder, text)
    try:
        attach_to(path, attested())
    except OperatorError:
        assert snapshot(folder) == {path.name: text.encode()}
        return
    after = path.read_bytes().decode()
    document = read_document(after.encode())
    block = find_block(document)
    assert block is not None
    body_before = read_document(text.encode())
    assert document.text[document.body : block.start].startswith(body_before.text[body_before.body :])
    assert document.text[block.end :].strip("\r\n") == ""


def test_a_block_has_the_form_that_formatters_of_markdown_leave_alone(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested(FAIL))
    text = path.read_text("utf-8")
    lines = text[text.index(BEGIN) : text.index(END)].splitlines()
    assert lines[1] == lines[-1] == ""
    assert all(not lines[at - 1] for at, line in enumerate(lines) if line.startswith(("**", "History")))
    assert "](<" not in text
    assert not any(line != line.rstrip() or line.startswith(("*  ", "+ ", "* ")) for line in lines)
