"""Flip, drop, reorder, truncate, sign again: what was signed opens, and nothing that differs from it in a byte."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from auditor.attest import Refused, verify
from auditor.attest.canonical import encode
from auditor.attest.envelope import read_envelope, seal, unseal
from auditor.errors import OperatorError
from tests.attest.kit import KEY, NOON, SIGNER, attested, changed, check, envelope, new_signer, statement, why_not

OTHER = new_signer()
LINE = attested()
PAYLOAD = base64.b64decode(json.loads(LINE)["payload"])


@given(st.integers(0, len(LINE) - 1), st.integers(1, 255))
@example(len(LINE) - 1, ord("\n") ^ ord(" "))
def test_no_byte_can_be_flipped(position: int, mask: int) -> None:
    spoilt = bytearray(LINE)
    spoilt[position] ^= mask
    with pytest.raises(Refused):
        check(bytes(spoilt))


@given(st.integers(0, len(LINE)), st.integers(0, len(LINE)))
def test_no_part_can_be_dropped(start: int, end: int) -> None:
    assume(start < end)
    with pytest.raises(Refused):
        check(LINE[:start] + LINE[end:])


@given(st.integers(0, len(LINE)), st.binary(min_size=1, max_size=40))
@example(len(LINE), b"\n")
@example(len(LINE), LINE)
@example(0, b"\xef\xbb\xbf")
@example(len(LINE) - 2, b',"payload":""')
@example(1, b" ")
def test_nothing_can_be_added(position: int, more: bytes) -> None:
    with pytest.raises(Refused):
        check(LINE[:position] + more + LINE[position:])


@given(st.integers(0, len(PAYLOAD) - 1), st.integers(1, 255))
def test_no_byte_of_what_is_signed_can_be_flipped(position: int, mask: int) -> None:
    spoilt = bytearray(PAYLOAD)
    spoilt[position] ^= mask
    line = envelope(lambda told: told.update(payload=base64.b64encode(spoilt).decode()))
    assert "the signature does not verify" in why_not(line)


@given(st.binary(max_size=300))
def test_whatever_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        check(data)
    with pytest.raises(Refused):
        check(data + b"\n")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=9,
    )
)
@example({"payload": "", "payloadType": "application/vnd.in-toto+json", "signatures": []})
@example({"payload": "e30=", "payloadType": "", "signatures": [{"keyid": KEY.keyid, "sig": ""}]})
@example([[[]]])
def test_whatever_is_signed_but_no_statement_is_refused(value: Any) -> None:
    with pytest.raises(Refused):
        check(encode(value) + b"\n")
    with pytest.raises(Refused, match=r"statement|JSON|predicate"):
        check(seal(encode(value), SIGNER))


def _sig(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told["signatures"][0]
    return found


REFUSALS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no signature": (lambda told: told.update(signatures=[]), "not signed"),
    "no list of signatures": (lambda told: told.pop("signatures"), "no signed envelope"),
    "an empty signature": (lambda told: _sig(told).update(sig=""), "does not verify"),
    "a signature of zeros": (
        lambda told: _sig(told).update(sig=base64.b64encode(bytes(64)).decode()),
        "does not verify",
    ),
    "another key's id": (lambda told: _sig(told).update(keyid=OTHER.public_key.keyid), "no key that you trust"),
    "no key id": (lambda told: _sig(told).update(keyid=""), "no key that you trust"),
    "a key id left out": (lambda told: _sig(told).pop("keyid"), "no signed envelope"),
    "a key id that is no text": (lambda told: _sig(told).update(keyid=1), "no signed envelope"),
    "one signature twice": (lambda told: told["signatures"].append(_sig(told)), "two signatures under one key"),
    "another type": (lambda told: told.update(payloadType="application/json"), "of type 'application/json'"),
    "a type in capitals": (lambda told: told.update(payloadType="Application/vnd.in-toto+json"), "of type"),
    "an unknown field": (lambda told: told.update(payload2=told["payload"]), "no signed envelope"),
    "base64 for URLs": (lambda told: told.update(payload="-_" + told["payload"][2:]), "no signed envelope"),
    "base64 in lines": (lambda told: told.update(payload=told["payload"][:76] + "\n" + told["payload"][76:]), "base64"),
    "base64 with more padding": (lambda told: told.update(payload=told["payload"] + "="), "base64"),
    "no payload": (lambda told: told.update(payload=""), "does not verify"),
    "a payload that is no text": (lambda told: told.update(payload={"a": 1}), "no signed envelope"),
    "a bundle of another tool": (lambda told: told.update(mediaType="application/vnd.dev.sigstore.bundle"), "envelope"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_envelope_with(name: str) -> None:
    change, because = REFUSALS[name]
    assert because in why_not(envelope(change))


def test_base64_has_one_spelling() -> None:
    line = seal(b'{"a":1}', SIGNER)  # ends in "fQ==", whose last digit carries four bits that nobody reads
    told = json.loads(line)
    assert told["payload"].endswith("fQ==")
    assert base64.b64decode(told["payload"][:-3] + "R==") == b'{"a":1}'
    assert "canonical base64" in why_not(envelope(lambda e: e.update(payload=e["payload"][:-3] + "R=="), line))


@pytest.mark.parametrize(
    "respelt",
    [
        LINE[:-1],
        LINE[:-1] + b"\r\n",
        LINE + LINE,
        b" " + LINE,
        json.dumps(json.loads(LINE)).encode() + b"\n",
        json.dumps(json.loads(LINE), indent=1).encode() + b"\n",
        LINE.replace(b'{"payload"', b'{"payload":"e30=","payload"', 1),
        LINE.replace(b'"payload"', b'"p\\u0061yload"', 1),
        LINE.replace(b'"keyid"', b'"keyid":"x","keyid"', 1),
        b'{"payloadType"' + LINE[1:].replace(b'"payloadType"', b'"payload"').replace(b'"payload"', b"", 1),
        LINE.decode().encode("utf-16"),
        b"",
        b"\n",
        b"null\n",
        b"[" * 200_000 + b"\n",
        b'{"a":' * 200_000 + b"\n",
    ],
    ids=range(16),
)
def test_the_same_content_in_another_form_is_another_file(respelt: bytes) -> None:
    assert why_not(respelt)


PAYLOADS = {
    "a repeated key": PAYLOAD.replace(b'{"_type"', b'{"_type":"x","_type"', 1),
    "a key repeated deep down": PAYLOAD.replace(b'"decision":"pass"', b'"decision":"fail","decision":"pass"', 1),
    "white space": PAYLOAD.replace(b'":', b'": ', 1),
    "text after its end": PAYLOAD + b"\n",
    "a second value": PAYLOAD + PAYLOAD,
    "an escape that is not needed": PAYLOAD.replace(b'"pass"', b'"\\u0070ass"', 1),
    "a float": PAYLOAD.replace(b'"stage":2', b'"stage":2.0', 1),
    "a number with an exponent": PAYLOAD.replace(b'"stage":2', b'"stage":2e0', 1),
    "not a number": PAYLOAD.replace(b'"stage":2', b'"stage":NaN', 1),
    "a byte that is not UTF-8": PAYLOAD.replace(b'"pass"', b'"p\xffss"', 1),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_two_programs_could_read_differently_is_refused_though_signed(name: str) -> None:
    assert PAYLOADS[name] != PAYLOAD
    assert "payload" in why_not(seal(PAYLOADS[name], SIGNER))


def test_who_is_not_trusted_cannot_sign() -> None:
    line = seal(PAYLOAD, OTHER)
    assert "no key that you trust" in why_not(line)
    assert OTHER.public_key.keyid in why_not(line)
    assert check(line, keys=[OTHER.public_key]).key_id == OTHER.public_key.keyid


def test_whose_id_is_stolen_did_not_sign() -> None:
    line = envelope(lambda told: _sig(told).update(keyid=KEY.keyid), seal(PAYLOAD, OTHER))
    assert "does not verify" in why_not(line)


def _both(line: bytes, second: bytes) -> bytes:
    return envelope(lambda told: told["signatures"].append(json.loads(second)["signatures"][0]), line)


def test_one_trusted_signature_is_enough_and_the_others_are_told() -> None:
    other = OTHER.public_key.keyid
    line = _both(LINE, seal(PAYLOAD, OTHER))
    assert check(line).other_signers == (other,)
    assert check(line, keys=[KEY, OTHER.public_key]).other_signers == ()
    stranger = _both(LINE, seal(b"something else", OTHER))
    assert check(stranger).key_id == KEY.keyid


def test_a_trusted_signature_that_is_wrong_is_never_passed_over() -> None:
    line = _both(LINE, seal(b"something else", OTHER))
    assert f"does not verify under key {OTHER.public_key.keyid}" in why_not(line, keys=[KEY, OTHER.public_key])


def test_nobody_trusted_is_nobody_believed() -> None:
    assert "--key" in why_not_hint(LINE)


def why_not_hint(line: bytes) -> str:
    """Return the hint of the refusal where no key is given at all."""
    with pytest.raises(Refused) as caught:
        verify(line, keys=[], now=NOON)
    return caught.value.hint


def test_unsigned_passes_only_where_it_is_asked_for() -> None:
    line = seal(PAYLOAD, None)
    assert json.loads(line)["signatures"] == []
    assert "not signed" in why_not(line)
    assert check(line, allow_unsigned=True).key_id is None
    assert "does not verify" in why_not(envelope(lambda told: _sig(told).update(sig="")), allow_unsigned=True)
    assert "no key that you trust" in why_not(LINE, allow_unsigned=True, keys=[])


def test_hostile_key_ids_are_told_short() -> None:
    line = envelope(lambda told: told.update(signatures=[{"keyid": "\x1b[31m" * 9999, "sig": "AA=="}]))
    assert len(why_not(line)) < 2000


def test_signing_again_makes_the_same_bytes() -> None:
    assert changed(lambda told: None) == LINE
    assert statement(LINE) == json.loads(PAYLOAD)


def test_a_file_larger_than_any_attestation_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.attest.envelope.MAX_BYTES", len(LINE))
    assert unseal(LINE, [KEY]).key_id == KEY.keyid
    assert seal(PAYLOAD, SIGNER) == LINE
    monkeypatch.setattr("auditor.attest.envelope.MAX_BYTES", len(LINE) - 1)
    with pytest.raises(Refused, match="larger"):
        unseal(LINE, [KEY])
    with pytest.raises(OperatorError, match="larger"):
        seal(PAYLOAD, SIGNER)


def test_two_attestations_in_a_file_are_told_apart_from_a_spoilt_one() -> None:
    assert "more than one line" in why_not(LINE + LINE)
    assert "more than one line" in why_not(LINE + b"\n")


@pytest.mark.parametrize("kind", ["absent", "folder", "pipe", "nul"])
def test_what_is_no_file_is_the_operators_mistake(kind: str, tmp_path: Path) -> None:
    file = tmp_path / ("a\0b" if kind == "nul" else "a")
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    with pytest.raises(OperatorError, match="attestation"):
        read_envelope(file)


def _as(**changes: Any) -> bytes:
    return json.dumps(json.loads(LINE) | changes).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xef\xbb\xbf" + LINE, "rewritten by an editor or a checkout"),
        (LINE.replace(b"\n", b"\r\n"), "rewritten by an editor or a checkout"),
        (_as(), "not in the one form that cto-audit writes"),
        (json.dumps(json.loads(LINE), indent=2).encode(), "not in the one form that cto-audit writes"),
        (_as(signatures="none", more=1.5), "not in the one form that cto-audit writes"),
        (encode(json.loads(LINE) | {"more": 1}) + b"\n", "no signed envelope"),
        (b'{"mediaType":"x","dsseEnvelope":{},"verificationMaterial":{}}', "a Sigstore bundle"),
        (b'{"signed":{"_type":"link"},"signatures":[]}\n', "link or layout in the old form"),
        (PAYLOAD, "a statement without its envelope"),
        (b'{"schema":"cto-audit-verdict/v1"}', "a verdict as --json prints it"),
        (b'{"another":1}\n', "no signed envelope"),
        (LINE[:-1], "cut short"),
        (LINE[:900], "cut short"),
    ],
)
def test_a_refusal_says_what_the_file_is(content: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        check(content)
    assert why in refused.value.reason
    assert refused.value.hint
