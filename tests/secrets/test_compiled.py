"""A compiled database is kept for later processes: it finds the same, and nobody else can put another in its place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from auditor.secrets import Engine, compiled
from auditor.secrets.compiled import Literal, compile_all, kept
from auditor.secrets.prefilter import Prefilter, plain_finder

pytest.importorskip("hyperscan")

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
LITERALS = (Literal(b"needle"), Literal(b"bone", caseless=True), Literal(b"pin", then="[0-9]", count=2))
TEXT = b"a needle, a BONE, a pin and pin42"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "__pycache__" / "kept.hsdb"
    monkeypatch.setattr(compiled, "_place", lambda: path)
    return path


def test_a_later_process_begins_with_what_an_earlier_one_kept(place: Path) -> None:
    first = Prefilter(LITERALS, keep=True)
    assert first.vectorised is None
    first.accelerate()
    assert place.stat().st_mode & 0o777 == 0o644
    later = Prefilter(LITERALS, keep=True)
    assert later.vectorised is True
    assert later.find(TEXT) == first.find(TEXT) == plain_finder(LITERALS)(TEXT) != []


def test_a_single_byte_is_found_with_whatever_may_follow_it() -> None:
    singles = (
        Literal(b"\r", then=r"[A-Za-z0-9 .\[\x1b-]", count=1),
        Literal(b"\x08", then=r"[a-z\x08]", count=2),
        Literal(b"q", caseless=True, then="[a-z]", count=1),
        Literal(b"\x1e"),
    )
    vector = Prefilter(singles, keep=False)
    vector.accelerate()
    for text in (bytes((code, after, last)) for code in b"\r\x08qQ\x1e" for after in range(256) for last in b"a\x08\n"):
        assert vector.find(text) == plain_finder(singles)(text)


@pytest.mark.parametrize("text", [b"A" * 40, b"AA", b"bAAA1", b"AAA" * 9 + b"bAAAA\nAAA2AA1", b"aaaAAA", b""])
def test_a_run_of_a_letter_is_found_where_it_begins(text: bytes) -> None:
    runs = (Literal(b"AAA", leading=True), Literal(b"AA", then="[A-Z0-9]", count=1, leading=True))
    vector = Prefilter(runs, keep=False)
    vector.accelerate()
    begins = [at for at in range(len(text)) if text[at - 1 : at] != b"A"]
    wanted = [(at + 3, 0) for at in begins if text[at : at + 3] == b"AAA"]
    wanted += [(at + 3, 1) for at in begins if re.match(b"AA[A-Z0-9]", text[at:])]
    assert vector.find(text) == plain_finder(runs)(text) == sorted(wanted)


def test_an_engine_that_begins_with_what_was_kept_finds_the_same(place: Path) -> None:
    first = Engine.load(FOLDER, keep=True)
    first.accelerate()
    later = Engine.load(FOLDER, keep=True)
    assert (later.accelerated, place.exists()) == (True, True)
    text = "token=ghp_" + "a1B2" * 9
    assert [hit.value for hit in later.scan_text(text)] == [hit.value for hit in first.scan_text(text)] != []


def test_only_what_was_made_from_the_same_literals_is_loaded(place: Path) -> None:
    compile_all(LITERALS, keep=True)
    assert kept(LITERALS) is not None
    for others in (LITERALS[:2], LITERALS[::-1], (*LITERALS[:2], Literal(b"pin", then="[0-9]", count=3))):
        assert kept(others) is None
    assert place.exists()


@pytest.mark.parametrize("size", [0, 1, 40, 64, 65, 1000, -1])
def test_what_was_cut_short_is_not_loaded(place: Path, size: int) -> None:
    compile_all(LITERALS, keep=True)
    place.write_bytes(place.read_bytes()[:size])
    assert kept(LITERALS) is None


def test_what_was_damaged_anywhere_is_not_loaded(place: Path) -> None:
    compile_all(LITERALS, keep=True)
    whole = place.read_bytes()
    for at in (0, 31, 32, 63, *range(64, len(whole), len(whole) // 40)):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert kept(LITERALS) is None, at
    place.write_bytes(whole)
    assert kept(LITERALS) is not None


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_what_others_may_write_is_not_loaded_but_made_anew(place: Path, mode: int) -> None:
    compile_all(LITERALS, keep=True)
    place.chmod(mode)
    assert kept(LITERALS) is None
    compile_all(LITERALS, keep=True)
    assert kept(LITERALS) is not None


def test_what_somebody_else_owns_is_not_loaded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_all(LITERALS, keep=True)
    owner = place.stat().st_uid
    real = os.fstat

    def of_another(descriptor: int) -> os.stat_result:
        values = list(real(descriptor))
        values[4] = owner + 1
        return os.stat_result(values)

    monkeypatch.setattr(os, "fstat", of_another)
    assert kept(LITERALS) is None


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "nothing"])
def test_what_is_no_plain_file_is_not_loaded(place: Path, what: str) -> None:
    compile_all(LITERALS, keep=True)
    real = place.rename(place.with_name("real"))
    if what == "link":
        place.symlink_to(real)
    elif what == "pipe":
        os.mkfifo(place)
    elif what == "folder":
        place.mkdir()
    assert kept(LITERALS) is None


def test_where_nothing_can_be_written_all_goes_on_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(compiled, "_place", lambda: tmp_path / "file" / "kept.hsdb")
    prefilter = Prefilter(LITERALS, keep=True)
    prefilter.accelerate()
    assert prefilter.find(TEXT) == plain_finder(LITERALS)(TEXT)


def test_nothing_that_was_made_from_a_secret_is_kept(place: Path) -> None:
    rules = Engine.load(FOLDER, keep=True)
    rules.accelerate()
    place.unlink()
    known = rules.with_known([b"correct-horse-battery-staple"])
    known.accelerate()
    assert known.accelerated is True
    assert [*place.parent.iterdir()] == []
