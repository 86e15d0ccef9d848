"""Checking the whole log: nothing in it can be changed, dropped, added or put in another order unseen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from auditor.attest import PublicKey, Refused, Signer
from auditor.tlog import append, check, create, prove, verify_proof
from auditor.tlog.check import MAX_PROBLEMS
from auditor.tlog.checkpoint import sign_checkpoint
from auditor.tlog.merkle import leaf_hash
from auditor.tlog.tiles import Edge, Tile, pack

from .conftest import ORIGIN, new_signer

SIZE = 519


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Path:
    """A log with full and unfinished tiles, and with earlier forms of the unfinished ones."""
    log: Path = tmp_path_factory.mktemp("check") / "log"
    create(log, ORIGIN, signer)
    for end in (513, 515, SIZE):
        append(log, [b"leaf %d" % number for number in range(end)], signer)
    return log


@pytest.fixture
def log(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to tamper with."""
    shutil.copytree(sound, tmp_path / "log")
    return tmp_path / "log"


def rejected(log: Path, key: PublicKey) -> bool:
    """Tell whether the log is found not to stand."""
    try:
        return bool(check(log, [key]).problems)
    except Refused:
        return True


def test_a_sound_log_stands(log: Path, key: PublicKey) -> None:
    found = check(log, [key], origin=ORIGIN)
    assert (found.problems, found.unsigned, found.decisions) == ((), (), {"foreign": SIZE})


def test_a_flipped_bit_in_any_file_is_found(log: Path, key: PublicKey) -> None:
    files = sorted(path for path in log.rglob("*") if path.is_file())
    assert len(files) == 12
    for file in files:
        content = file.read_bytes()
        for at in {0, 1, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[at] ^= 1
            file.write_bytes(changed)
            assert rejected(log, key), (file, at)
        file.write_bytes(content)
    assert not rejected(log, key)


def test_a_file_that_is_cut_emptied_or_longer_is_found(log: Path, key: PublicKey) -> None:
    for file in sorted(path for path in log.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for changed in (b"", content[:-1], content + b"\0", content + content):
            file.write_bytes(changed)
            assert rejected(log, key), (file, len(changed))
        file.write_bytes(content)


def test_a_file_that_is_gone_is_found(log: Path, key: PublicKey) -> None:
    earlier = {"tile/0/002.p/1", "tile/0/002.p/3", "tile/entries/002.p/1", "tile/entries/002.p/3"}
    for file in sorted(path for path in log.rglob("*") if path.is_file()):
        file.rename(log / "aside")
        assert rejected(log, key) != (file.relative_to(log).as_posix() in earlier), file
        (log / "aside").rename(file)


def test_each_problem_names_its_place(log: Path, key: PublicKey) -> None:
    bundle = log / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b"leaf 300", b"leaf 999"))
    assert check(log, [key]).problems == (
        "entry 300 does not agree with tile/0/001",
        "hash 1 does not agree with tile/1/000.p/2",
        "the entries do not hash to the signed root",
    )


def test_problems_have_a_bound(log: Path, key: PublicKey) -> None:
    (log / "tile/0/000").write_bytes(bytes(256 * 32))
    assert len(check(log, [key]).problems) == MAX_PROBLEMS


def rewritten(log: Path, entries: list[bytes]) -> Edge:
    """Put other entries and the tiles that go with them in the place of the log's, all but the checkpoint."""
    shutil.rmtree(log / "tile")
    edge = Edge()
    files = [(Tile("entries", at, len(entries[at * 256 :][:256])), pack(entries[at * 256 :][:256])) for at in range(3)]
    for entry in entries:
        files += edge.add(leaf_hash(entry))
    for tile, content in [*files, *edge.unfinished()]:
        (log / tile.path).parent.mkdir(parents=True, exist_ok=True)
        (log / tile.path).write_bytes(content)
    return edge


def test_reordered_dropped_and_exchanged_entries_are_found(log: Path, key: PublicKey) -> None:
    entries = [b"leaf %d" % number for number in range(SIZE)]
    rewritten(log, entries)
    assert not rejected(log, key)
    for changed in (
        [entries[1], entries[0], *entries[2:]],
        [*entries[:-2], entries[-1], entries[-2]],
        [*entries[:-1], b"another"],
        entries[:-1],
        entries[1:],
    ):
        rewritten(log, changed)
        assert rejected(log, key)


def test_a_log_whose_own_key_rewrote_it_is_found_by_who_kept_a_checkpoint(
    log: Path, signer: Signer, key: PublicKey
) -> None:
    kept = (log / "checkpoint").read_bytes()
    proof = prove(log, b"leaf 300")
    entries = [b"leaf %d" % number for number in range(SIZE)]
    edge = rewritten(log, [*entries[:300], *entries[301:], b"another", b"one more"])
    (log / "checkpoint").write_bytes(sign_checkpoint(ORIGIN, edge.size, edge.root(), signer).note)
    assert not rejected(log, key)
    found = check(log, [key], since=kept)
    assert found.problems == (f"the log forked: its first {SIZE} entries are not those of the earlier checkpoint",)
    with pytest.raises(Refused, match="the log forked"):
        verify_proof(proof, b"leaf 300", [key], log=log)


def test_an_earlier_checkpoint_that_does_not_stand_is_told_apart(log: Path, signer: Signer, key: PublicKey) -> None:
    other = sign_checkpoint("example.com/other", 0, check(log, [key]).checkpoint.root, new_signer())
    for since in (b"", b"junk", other.note, sign_checkpoint(ORIGIN, 3, leaf_hash(b""), new_signer()).note):
        with pytest.raises(Refused, match="earlier checkpoint"):
            check(log, [key], since=since)
    empty = sign_checkpoint(ORIGIN, 0, Edge().root(), signer)
    assert not check(log, [key], since=empty.note).problems


def test_another_key_and_another_origin(log: Path, key: PublicKey) -> None:
    with pytest.raises(Refused, match="no key that you trust"):
        check(log, [new_signer().public_key])
    with pytest.raises(Refused, match="is of the log"):
        check(log, [key], origin="example.com/other")


@pytest.mark.parametrize(
    "name",
    ["tile/entries/003", "tile/entries/002.p/8", "tile/0/002.p/8", "tile/1/000.p/3", "tile/odd", "tile/0/x/\x1b[2J"],
)
def test_files_that_no_checkpoint_covers_are_told(name: str, log: Path, key: PublicKey) -> None:
    (log / name).parent.mkdir(parents=True, exist_ok=True)
    (log / name).write_bytes(b"\0\1x")
    found = check(log, [key])
    assert (found.problems, found.unsigned) == ((), (name,))


def test_what_is_no_file_is_no_answer(log: Path, key: PublicKey) -> None:
    for name in ("checkpoint", "tile/0/000", "tile/entries/002.p/7"):
        content = (log / name).read_bytes()
        (log / name).unlink()
        for make in (os.mkfifo, os.mkdir):
            make(log / name)
            assert rejected(log, key)
            Path.rmdir(log / name) if make is os.mkdir else (log / name).unlink()
        (log / name).symlink_to(log / name)
        assert rejected(log, key)
        (log / name).unlink()
        (log / name).write_bytes(content)
    assert not rejected(log, key)


@pytest.mark.parametrize("name", ["tile/0/002.p/7", "tile/1/000.p/2", "tile/entries/002.p/7"])
def test_a_log_that_was_tampered_with_at_its_edge_is_not_signed_anew(name: str, log: Path, signer: Signer) -> None:
    before = (log / "checkpoint").read_bytes()
    content = bytearray((log / name).read_bytes())
    content[-1] ^= 1
    (log / name).write_bytes(content)
    with pytest.raises(Refused, match=r"does not hash|do not hash"):
        append(log, [b"new"], signer)
    assert (log / "checkpoint").read_bytes() == before
    assert not (log / "tile/entries/002.p/8").exists()


def test_a_leaf_that_was_smuggled_into_a_tile_is_not_proved(log: Path, signer: Signer) -> None:
    tile = log / "tile/0/000"
    tile.write_bytes(leaf_hash(b"smuggled") + tile.read_bytes()[32:])
    for act in (lambda: prove(log, b"smuggled"), lambda: append(log, [b"smuggled"], signer)):
        with pytest.raises(Refused, match="does not hash to the signed root"):
            act()
