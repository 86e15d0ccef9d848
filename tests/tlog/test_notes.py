"""Signed notes: the vectors that Go's ``sumdb`` and the specification publish, and everything that must not verify."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.attest import PublicKey, Refused, Signer
from auditor.tlog.checkpoint import open_checkpoint, open_earlier, parse_checkpoint, read_checkpoint, sign_checkpoint
from auditor.tlog.merkle import EMPTY_ROOT, leaf_hash
from auditor.tlog.notes import MAX_NOTE_BYTES, NoteKey, is_name, note_key, open_note, read_key, sign_note, split_note

from .conftest import ORIGIN, new_signer

PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The Go checksum database as it was on 2024-09-23. Its key has another name than its tree.
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTE = (
    "go.sum database tree\n"
    "30055305\n"
    "mXfgRcJ0bG0j3CPdKwgGWtUzBUbX67saZGRmFuJGGsM=\n"
    "\n"
    "— sum.golang.org Az3grpgEild5qw7+5dtV13Kf1C2Xurm8q4fhdxvcsDHnqNTaxL2AFjBY+2TyGKevucFcAAlWFJJYle3EJlDCrQ+y3A8=\n"
)


@pytest.mark.parametrize(
    ("key", "note"),
    [(PETER_KEY, PETER_NOTE), (ENOCH_KEY, PETER_NOTE + ENOCH_LINE), (FOO_KEY, FOO_NOTE), (SUMDB_KEY, SUMDB_NOTE)],
)
def test_published_notes_verify(key: str, note: str) -> None:
    assert read_key(key).text == key
    assert open_note(note.encode(), [read_key(key)]) == note.rpartition("\n\n")[0] + "\n"


def test_the_head_of_the_go_checksum_database() -> None:
    text = open_note(SUMDB_NOTE.encode(), [read_key(SUMDB_KEY)])
    head = parse_checkpoint(text, SUMDB_NOTE.encode())
    assert (head.origin, head.size) == ("go.sum database tree", 30055305)
    assert head.root.hex() == "9977e045c2746c6d23dc23dd2b08065ad5330546d7ebbb1a64646616e2461ac3"


def test_signatures_of_others_count_for_nothing() -> None:
    both = (PETER_NOTE + ENOCH_LINE).encode()
    assert open_note(both, [read_key(PETER_KEY)]) == open_note(both, [read_key(ENOCH_KEY), read_key(PETER_KEY)])
    with pytest.raises(Refused, match="no key that you trust"):
        open_note(both, [read_key(FOO_KEY)])
    with pytest.raises(Refused, match="no key that you trust"):
        open_note(both, [])


def test_a_known_key_s_false_signature_spoils_the_note() -> None:
    false = PETER_NOTE.rpartition("— ")[0] + PETER_NOTE.rpartition("— ")[2]
    name, signature = PETER_NOTE.rpartition("— ")[2].split()
    false = f"another text\n\n{ENOCH_LINE}— {name} {signature}\n"
    with pytest.raises(Refused, match="PeterNeumann does not belong to the note"):
        open_note(false.encode(), [read_key(PETER_KEY)])


@given(at=st.integers(0, len(SUMDB_NOTE.encode()) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_verifies(at: int, bit: int) -> None:
    note = bytearray(SUMDB_NOTE.encode())
    note[at] ^= 1 << bit
    with pytest.raises(Refused):
        open_note(bytes(note), [read_key(SUMDB_KEY)])


@given(cut=st.integers(0, len(SUMDB_NOTE.encode()) - 1))
def test_no_part_of_a_note_verifies(cut: int) -> None:
    for part in (SUMDB_NOTE.encode()[:cut], SUMDB_NOTE.encode()[cut + 1 :]):
        with pytest.raises(Refused):
            open_note(part, [read_key(SUMDB_KEY)])


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_else(junk: bytes) -> None:
    with pytest.raises(Refused):
        open_checkpoint(junk, [])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        "text\n\n",
        "text\n",
        "text\n\n\n",
        "te\rxt\n\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n— a b AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a AAAAAA==\n",
        "text\n\n— a AAAAAAB=\n",
        "text\n\n— a AAAAAAA\n",
        "text\n\n— a AAAAAA_=\n",
        "text\n\n— \u2003 AAAAAAA=\n",
        "text\n\n— a\u202eb AAAAAAA=\n",
    ],
)
def test_what_is_no_note(note: str) -> None:
    with pytest.raises(Refused):
        open_note(note.encode(), [read_key(PETER_KEY)])


def test_bounds() -> None:
    many = "text\n\n" + "— a AAAAAAA=\n" * 101
    with pytest.raises(Refused, match="more than 100 signatures"):
        split_note(many.encode())
    with pytest.raises(Refused, match="bytes is not read"):
        split_note(b"x" * (MAX_NOTE_BYTES + 1))
    with pytest.raises(Refused, match="UTF-8"):
        split_note(b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "a+b+c",
        PETER_KEY[:-4],
        PETER_KEY.replace("c74f20a3", "c74f20a4"),
        PETER_KEY.replace("Peter", "Pater"),
        PETER_KEY.replace("+AR", "+BR"),
        PETER_KEY + "=",
        f" {PETER_KEY}",
    ],
)
def test_what_is_no_verifier_key(key: str) -> None:
    with pytest.raises(Refused):
        read_key(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x1bb", "a\u200bb"])
def test_names_that_a_key_cannot_have(name: str, signer: Signer) -> None:
    assert not is_name(name)
    with pytest.raises(ValueError, match="origin"):
        sign_checkpoint(name, 0, EMPTY_ROOT, signer)


def test_what_is_signed_here_verifies_here(signer: Signer, key: PublicKey) -> None:
    made = sign_checkpoint(ORIGIN, 1, leaf_hash(b"x"), signer)
    assert open_checkpoint(made.note, [key]) == made == read_checkpoint(made.note)
    assert open_checkpoint(made.note, [new_signer().public_key, key], origin=ORIGIN) == made
    assert (
        open_note(sign_note("a text\n\nwith a gap\n", "me", signer), [note_key("me", key)]) == "a text\n\nwith a gap\n"
    )


def test_another_key_another_name_another_log(signer: Signer, key: PublicKey) -> None:
    made = sign_checkpoint(ORIGIN, 1, leaf_hash(b"x"), signer)
    with pytest.raises(Refused, match=f"no key that you trust has signed the checkpoint of {ORIGIN}"):
        open_checkpoint(made.note, [new_signer().public_key])
    with pytest.raises(Refused, match="is of the log"):
        open_checkpoint(made.note, [key], origin="example.com/other")
    with pytest.raises(Refused, match="no key that you trust"):
        open_note(made.note, [note_key("other", key)])
    with pytest.raises(Refused, match="earlier checkpoint does not stand: the checkpoint is of the log"):
        open_earlier(made.note, [key], "example.com/other")


def test_a_key_that_is_none_verifies_nothing() -> None:
    assert not NoteKey("a", b"short").verifies(b"\0" * 64, b"")
    assert not read_key(PETER_KEY).verifies(b"", b"")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("example.com/a\n1\n", "no checkpoint"),
        ("\n1\nAAAA\n", "no checkpoint"),
        ("a\n01\n{root}\n", "no checkpoint"),
        ("a\n-1\n{root}\n", "no checkpoint"),
        ("a\n+1\n{root}\n", "no checkpoint"),
        ("a\n１\n{root}\n", "no checkpoint"),
        ("a\n9999999999999999999\n{root}\n", "no checkpoint"),
        ("a\n1\n{root}\n\nx\n", "no checkpoint"),
        ("a\n1\nAAAA\n", "no base64 of 32 bytes"),
        ("a\n1\n{root}=\n", "no base64 of 32 bytes"),
        ("a\n0\n{root}\n", "has no entries"),
    ],
)
def test_what_is_no_checkpoint_though_signed(text: str, why: str, signer: Signer, key: PublicKey) -> None:
    root = "mXfgRcJ0bG0j3CPdKwgGWtUzBUbX67saZGRmFuJGGsM="
    note = sign_note(text.format(root=root), "a", signer)
    with pytest.raises(Refused, match=why):
        open_checkpoint(note, [key])


def test_extension_lines_are_the_log_s_own(signer: Signer, key: PublicKey) -> None:
    note = sign_note("a\n1\nmXfgRcJ0bG0j3CPdKwgGWtUzBUbX67saZGRmFuJGGsM=\nmore\n", "a", signer)
    assert open_checkpoint(note, [key]).size == 1
