"""Packed artifacts are read to their end or leave a gap: nothing in them can hide, crash or take for ever."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.secrets import Engine, archives
from auditor.secrets.archives import packing, unpacker
from tests.secrets.fakes import pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
KEY = "ghp_" + pick("alnum", 36, random.Random(4))
PLAIN = f"first\n{KEY}\nlast\n".encode()

Pack = Callable[[bytes], bytes]
STREAMS: dict[str, Pack] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
SAMPLES = [pack(PLAIN) * 2 for pack in STREAMS.values()] + [zipped({"a": PLAIN, "b": PLAIN}, way) for way in METHODS]


def scan(data: bytes, size: int = 1 << 20) -> tuple[set[str], list[str]]:
    """The values found and the reasons of the gaps, of `data` fed in chunks of `size`."""
    run = ENGINE.scan("a.bin")
    for at in range(0, len(data), size):
        run.feed(data[at : at + size])
    hits, gaps = run.close()
    return {hit.value for hit in hits}, [gap.reason for gap in gaps]


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_every_member_is_read_also_after_padding(name: str, size: int) -> None:
    pack = STREAMS[name]
    data = pack(b"nothing") + b"\0" * 5000 + pack(b"") + pack(b"x" * 3_000_000 + b"\n" + PLAIN) + b"\0" * 9
    assert scan(data, size) == ({KEY}, [])


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_begins_empty_hides_nothing(name: str) -> None:
    assert scan(STREAMS[name](b"") + STREAMS[name](PLAIN)) == ({KEY}, [])


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_is_cut_off_is_a_gap(name: str) -> None:
    whole = STREAMS[name](random.Random(1).randbytes(5000))
    assert f"the {name} stream is cut off before its end" in scan(whole[:-20])[1]


@pytest.mark.parametrize("name", STREAMS)
def test_what_follows_a_stream_and_is_none_is_a_gap(name: str) -> None:
    [reason] = scan(STREAMS[name](PLAIN) + b"more of it, in plain")[1]
    assert "no sound" in reason


@pytest.mark.parametrize("name", STREAMS)
def test_parts_without_number_are_a_gap(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 50)
    assert scan(STREAMS[name](b"") * 50)[1] == []
    assert scan(STREAMS[name](b"") * 51)[1] == ["it is packed in more than 50 parts; the others were not read"]


def test_members_of_a_zip_without_number_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    members = {f"n{number}": PLAIN for number in range(4)}
    assert scan(zipped(members))[1] == ["the zip archive has more than 3 members and was not opened"]
    members.popitem()
    assert scan(zipped(members)) == ({KEY}, [])


@pytest.mark.parametrize("name", [*STREAMS, "zip"])
def test_what_grows_without_end_is_a_gap(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_INFLATED", 1 << 21)
    plain = bytes(1 << 22)
    packed = zipped({"a": plain}) if name == "zip" else STREAMS[name](plain)
    assert scan(packed)[1] == ["it unpacks to more than 2097152 bytes; the rest was not read"]


def test_a_member_that_is_broken_does_not_hide_the_next() -> None:
    data = bytearray(zipped({"a": b"y" * 400, "b": PLAIN}, zipfile.ZIP_STORED))
    data[data.index(b"yyy") + 9] ^= 1
    found, [reason] = scan(bytes(data))
    assert found == {KEY}
    assert reason == "a member of the zip archive is not sound (BadZipFile)"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_no_damage_crashes(sample: bytes, data: st.DataObject) -> None:
    broken = bytearray(sample)
    for place in data.draw(st.lists(st.integers(6, len(sample) - 1), max_size=4)):
        broken[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(6, len(sample)))
    form = packing(bytes(broken[:cut]))
    if form is None:
        return
    got: list[bytes] = []
    opened = unpacker(form, got.append)
    assert not isinstance(opened, str)
    opened.feed(bytes(broken[:cut]))
    fault = opened.close()
    assert fault or b"last" in b"".join(got)
