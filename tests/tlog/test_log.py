"""The log as a folder: what goes in comes out with a proof, once, in order, and only as long as nobody touched it."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.attest import PublicKey, Refused, Signer
from auditor.errors import OperatorError
from auditor.tlog import append, check, create, entries, prove, verify_proof
from auditor.tlog.checkpoint import sign_checkpoint
from auditor.tlog.merkle import EMPTY_ROOT
from auditor.tlog.proof import read_proof

from .conftest import ORIGIN, new_signer


def leaves(start: int, end: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(start, end)]


def grown(log: Path, signer: Signer, *sizes: int) -> list[bytes]:
    """Grow the log to each of the sizes in turn, and return the signed checkpoints."""
    notes, size = [], 0
    for each in sizes:
        notes.append(append(log, leaves(size, each), signer).checkpoint.note)
        size = each
    return notes


def test_an_empty_log(log: Path, key: PublicKey) -> None:
    found = check(log, [key])
    assert (found.checkpoint.origin, found.checkpoint.size, found.checkpoint.root) == (ORIGIN, 0, EMPTY_ROOT)
    assert not found.problems and not found.unsigned
    assert (
        (log / "checkpoint").read_text().startswith(f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— ")
    )
    with pytest.raises(Refused, match="not in the log"):
        prove(log, b"leaf 0")


@pytest.mark.parametrize("sizes", [(1, 2, 3), (256, 257), (255, 256, 300), (1000,), (5, 260, 515, 520)])
def test_what_was_appended_is_proved_at_every_size(
    sizes: tuple[int, ...], log: Path, signer: Signer, key: PublicKey
) -> None:
    size = 0
    for each in sizes:
        added = append(log, leaves(size, each), signer)
        assert [entry.index for entry in added.entries] == list(range(size, each))
        assert not any(entry.already for entry in added.entries)
        size = each
        found = check(log, [key])
        assert (found.problems, found.unsigned, found.checkpoint) == ((), (), added.checkpoint)
        for index in {0, size // 2, size - 1}:
            proof = prove(log, b"leaf %d" % index, [key])
            included = verify_proof(proof, b"leaf %d" % index, [key], origin=ORIGIN, log=log)
            assert (included.index, included.checkpoint) == (index, added.checkpoint)
            assert included.current == added.checkpoint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(batches=st.lists(st.lists(st.integers(0, 30), max_size=12), max_size=6))
def test_each_leaf_once_in_the_order_of_its_first_coming(
    batches: list[list[int]], tmp_path: Path, signer: Signer, key: PublicKey
) -> None:
    log = tmp_path / os.urandom(8).hex()
    create(log, ORIGIN, signer)
    order: list[int] = []
    for batch in batches:
        before = len(order)
        order += [number for number in dict.fromkeys(batch) if number not in order]
        added = append(log, [b"leaf %d" % number for number in batch], signer)
        assert [entry.index for entry in added.entries] == [order.index(number) for number in batch]
        assert [entry.already for entry in added.entries] == [order.index(number) < before for number in batch]
        assert added.checkpoint.size == len(order)
    assert not check(log, [key]).problems


def test_a_proof_stays_good_as_the_log_grows(log: Path, signer: Signer, key: PublicKey) -> None:
    grown(log, signer, 3)
    proof = prove(log, b"leaf 1")
    grown_ = append(log, leaves(3, 700), signer)
    included = verify_proof(proof, b"leaf 1", [key], log=log)
    assert (included.index, included.checkpoint.size, included.current) == (1, 3, grown_.checkpoint)


def test_the_narrow_tiles_go_once_the_full_one_is_there(log: Path, signer: Signer, key: PublicKey) -> None:
    notes = grown(log, signer, 1, 2, 255)
    assert sorted(path.name for path in (log / "tile/0/000.p").iterdir()) == ["1", "2", "255"]
    append(log, leaves(255, 257), signer)
    assert {path.relative_to(log).as_posix() for path in log.rglob("*") if path.is_file()} == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
    }
    assert not check(log, [key], since=notes[0]).problems
    assert not (log / "tile/0/000.p").exists()


def test_the_files_are_readable_as_the_umask_has_it(log: Path, signer: Signer) -> None:
    grown(log, signer, 1)
    mask = os.umask(0)
    os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in log.rglob("*") if path.is_file()} == {0o666 & ~mask}


def test_a_log_is_made_in_an_empty_folder_only(tmp_path: Path, log: Path, signer: Signer) -> None:
    with pytest.raises(OperatorError, match="is not empty"):
        create(log, ORIGIN, signer)
    (log / "checkpoint").unlink()
    create(log, ORIGIN, signer)
    append(log, leaves(0, 1), signer)
    (log / "checkpoint").unlink()
    with pytest.raises(OperatorError, match="is not empty"):
        create(log, ORIGIN, signer)
    with pytest.raises(OperatorError, match="origin"):
        create(tmp_path / "new", "two words", signer)
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    with pytest.raises(OperatorError, match="cannot be made"):
        create(tmp_path / "file", ORIGIN, signer)


def test_an_append_makes_no_log(tmp_path: Path, log: Path, signer: Signer) -> None:
    with pytest.raises(OperatorError, match="cannot be opened"):
        append(tmp_path / "none", leaves(0, 1), signer)
    (log / "checkpoint").unlink()
    with pytest.raises(Refused, match="no checkpoint"):
        append(log, leaves(0, 1), signer)
    assert not any(log.iterdir())


def test_an_entry_has_a_bound(log: Path, signer: Signer) -> None:
    append(log, [b"x" * 0xFFFF], signer)
    with pytest.raises(OperatorError, match="does not fit"):
        append(log, [b"x" * 0x10000], signer)


def test_another_key_cannot_append(log: Path, signer: Signer) -> None:
    before = (log / "checkpoint").read_bytes()
    with pytest.raises(Refused, match="no key that you trust"):
        append(log, leaves(0, 1), new_signer())
    assert (log / "checkpoint").read_bytes() == before
    assert not (log / "tile").exists()


def test_appends_at_the_same_time_take_turns(log: Path, signer: Signer, key: PublicKey) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for each in range(5):
                append(log, [b"%d" % each, b"%d-%d" % (number, each)], signer)
                assert not check(log, [key]).problems
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    found = check(log, [key])
    assert (found.checkpoint.size, found.problems, found.unsigned) == (5 + 30, (), ())


def test_what_was_seen_earlier_must_still_be_there(log: Path, signer: Signer, tmp_path: Path) -> None:
    early, late = grown(log, signer, 3, 9)
    append(log, leaves(9, 10), signer, since=early)
    append(log, leaves(10, 11), signer, since=late)
    other = tmp_path / "other"
    create(other, ORIGIN, signer)
    (fork,) = grown(other, signer, 2)
    append(other, [b"another", *leaves(2, 20)], signer)
    with pytest.raises(Refused, match="the log forked: its first 9 entries"):
        append(other, leaves(20, 21), signer, since=late)
    append(other, leaves(20, 21), signer, since=fork)
    append(log, leaves(11, 12), signer, since=fork)  # both begin with the same two entries
    shutil.copyfile(tmp_path / "log/checkpoint", tmp_path / "kept")
    (log / "checkpoint").write_bytes(early)
    with pytest.raises(Refused, match="the log shrank: it had 12 entries and has 3"):
        append(log, leaves(12, 13), signer, since=(tmp_path / "kept").read_bytes())


def test_an_old_checkpoint_that_was_put_back_is_not_built_upon(log: Path, signer: Signer, key: PublicKey) -> None:
    early, late = grown(log, signer, 3, 9)
    (log / "checkpoint").write_bytes(early)
    assert check(log, [key]).unsigned
    with pytest.raises(Refused, match=r"does not cover all entries \(there are 6 more\)"):
        append(log, [b"another"], signer)
    assert (log / "checkpoint").read_bytes() == early
    append(log, [b"another"], signer, discard_unsigned=True)
    found = check(log, [key])
    assert (found.checkpoint.size, found.problems, found.unsigned) == (4, (), ())
    assert check(log, [key], since=late).problems == ("the log shrank: it had 9 entries and has 4",)


def test_a_proof_of_a_log_that_shrank_or_forked_is_refused(log: Path, signer: Signer, key: PublicKey) -> None:
    early, late = grown(log, signer, 3, 9)
    proof = prove(log, b"leaf 5", [key])
    (log / "checkpoint").write_bytes(early)
    with pytest.raises(Refused, match="the log shrank: it had 9 entries and has 3"):
        verify_proof(proof, b"leaf 5", [key], log=log)
    append(log, [b"other %d" % number for number in range(20)], signer, discard_unsigned=True)
    with pytest.raises(Refused, match="the log forked: its first 9 entries"):
        verify_proof(proof, b"leaf 5", [key], log=log)
    assert verify_proof(proof, b"leaf 5", [key], since=late).index == 5
    forked = sign_checkpoint(ORIGIN, 9, read_proof(proof).hashes[0], signer).note
    with pytest.raises(Refused, match="two different heads for its first 9"):
        verify_proof(proof, b"leaf 5", [key], since=forked)
    with pytest.raises(Refused, match="only the log can tell"):
        verify_proof(proof, b"leaf 5", [key], since=early)


def test_a_log_of_another_name_does_not_vouch(log: Path, signer: Signer, key: PublicKey, tmp_path: Path) -> None:
    grown(log, signer, 3)
    proof = prove(log, b"leaf 1")
    create(tmp_path / "other", "example.com/other", signer)
    append(tmp_path / "other", leaves(0, 3), signer)
    with pytest.raises(Refused, match="two logs"):
        verify_proof(proof, b"leaf 1", [key], log=tmp_path / "other")
    with pytest.raises(Refused, match="is of the log"):
        verify_proof(proof, b"leaf 1", [key], origin="example.com/other")


def test_a_log_that_is_not_there_vouches_for_nothing(log: Path, signer: Signer, key: PublicKey, tmp_path: Path) -> None:
    grown(log, signer, 3)
    proof = prove(log, b"leaf 1")
    with pytest.raises(OperatorError, match="cannot be opened"):
        verify_proof(proof, b"leaf 1", [key], log=tmp_path / "none")
    (log / "checkpoint").unlink()
    with pytest.raises(Refused, match="no checkpoint"):
        verify_proof(proof, b"leaf 1", [key], log=log)


def test_all_entries_are_read_as_they_were_signed_or_not_at_all(log: Path, signer: Signer, key: PublicKey) -> None:
    assert entries(log, [key]) == []
    grown(log, signer, 3, 300)
    assert entries(log, [key], origin=ORIGIN) == leaves(0, 300)
    bundle = log / "tile/entries/000"
    content = bundle.read_bytes()
    bundle.write_bytes(content.replace(b"leaf 77", b"leaf 78"))
    with pytest.raises(Refused, match="do not hash to the signed root"):
        entries(log, [key])
    bundle.write_bytes(content[:-10])
    with pytest.raises(Refused, match="does not hold 256 entries"):
        entries(log, [key])
    bundle.write_bytes(content)
    for keys, origin in (([new_signer().public_key], None), ([key], "example.com/other")):
        with pytest.raises(Refused):
            entries(log, keys, origin=origin)
