"""Packed artifacts: read as if unpacked, placed by member, bounded, and every cut, seal or damage is a gap."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.records import archives, packed
from auditor.records.archives import GzipStream, ZipArchive
from auditor.records.collector import Collector, Notes
from auditor.records.lines import LineReader
from auditor.records.packed import PackedDocument, Reader, inner_format
from tests.records.kit import Memory, facts, gaps, notebook

LIMIT = 1 << 20


class Echo:
    """A source that notes each document as a fact at its key ``/a``."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Note it, equal ones once."""
        self._notes.once("seen", data.get("a"), None, "/a")


class Kept:
    """A reader that keeps the bytes it is given."""

    def __init__(self) -> None:
        self.text = b""
        self.closed = 0

    def feed(self, chunk: bytes) -> None:
        """Keep the chunk."""
        self.text += chunk

    def close(self) -> None:
        """Count how often the end is told."""
        self.closed += 1


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def unzip(data: bytes, *, limit: int = LIMIT, chunk: int = 1000) -> Collector:
    """Read an archive in chunks, each ``.json`` member as a document."""
    collector, notes = notebook("other")

    def open_member(name: str, inside: Notes) -> Reader | None:
        if inner_format(name) != "json":
            return None
        return PackedDocument(Echo(inside), inside, limit, promised=True)

    archive = ZipArchive(notes, open_member, limit)
    for start in range(0, len(data), chunk):
        archive.feed(data[start : start + chunk])
    archive.close()
    notes.settle()
    return collector


def gunzip(data: bytes, *, chunk: int = 1000) -> tuple[bytes, list[tuple[int | None, str]]]:
    """Unpack a gzip stream in chunks; return the text and the gaps."""
    collector, notes = notebook("other")
    kept = Kept()
    stream = GzipStream(kept, notes)
    for start in range(0, len(data), chunk):
        stream.feed(data[start : start + chunk])
    stream.close()
    assert kept.closed <= 1
    return kept.text, gaps(collector)


def reasons(collector: Collector) -> str:
    """Return all gaps' reasons as one text."""
    return "; ".join(reason for _, reason in gaps(collector))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("samples/1.json", "json"),
        ("a.json.gz", "json"),
        ("a.jsonl.gz", "mixed"),
        ("b.ndjson", "mixed"),
        ("c.log", "mixed"),
        ("d.sse.gz", "mixed"),
        ("json", None),
        ("picture.png", None),
        ("", None),
    ],
)
def test_a_name_says_how_the_text_is_written(name: str, form: str | None) -> None:
    assert inner_format(name) == form


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_each_member_is_read_and_placed_under_its_name(method: int, chunk: int) -> None:
    data = zipped({"samples/1~a.json": b'{"a": 1}', "header.json": b'{"a": 2}', "notes.txt": b"x"}, method)
    collector = unzip(data, chunk=chunk)
    assert facts(collector, "seen") == [(1, None, "/samples~11~0a.json/a"), (2, None, "/header.json/a")]
    assert {fact.where.path for fact in collector.facts["seen"]} == {"a.jsonl"}
    assert gaps(collector) == []


def test_equal_facts_of_two_members_are_counted() -> None:
    (fact,) = unzip(zipped({"a.json": b'{"a": 1}', "b.json": b'{"a": 1}'})).facts["seen"]
    assert (fact.count, fact.where.pointer) == (2, "/a.json/a")


def test_an_archive_without_members_is_sound() -> None:
    assert gaps(unzip(zipped({}))) == []


def test_a_list_holds_no_record_and_is_no_damage() -> None:
    assert gaps(unzip(zipped({"summaries.json": b'[{"id": 1}]'}))) == []


@pytest.mark.parametrize("text", [b"", b"{", b"not json", b'{"a": NaN}', b"\xff"])
def test_a_member_that_is_no_json_is_a_gap(text: bytes) -> None:
    assert "cannot be read" in reasons(unzip(zipped({"header.json": text, "b.json": b'{"a": 1}'})))


def test_a_repeated_key_is_placed_in_its_member() -> None:
    collector = unzip(zipped({"s/1.json": b'{"a": 1, "a": 2}'}))
    assert facts(collector, "json.repeated-key") == [("other", None, "/s~11.json/a")]
    assert facts(collector, "seen") == [(2, None, "/s~11.json/a"), (1, None, "/s~11.json/a")]


def test_what_is_not_promised_to_be_json_is_no_gap() -> None:
    collector, notes = notebook("other")
    source = Memory()
    document = PackedDocument(source, notes, LIMIT, promised=False)
    document.feed(b"prose")
    document.close()
    assert (source.seen, gaps(collector)) == ([], [])


@pytest.mark.parametrize("promised", [True, False])
def test_a_document_over_the_limit_is_a_gap(promised: bool) -> None:
    collector, notes = notebook("other")
    source = Memory()
    document = PackedDocument(source, notes, 10, promised=promised)
    for piece in (b'{"a":', b" 1234567", b"}"):
        document.feed(piece)
    document.close()
    assert source.seen == []
    assert "larger than 10 bytes" in reasons(collector)


def test_an_archive_over_the_limit_is_a_gap() -> None:
    data = zipped({"a.json": b'{"a": 1}'})
    assert facts(unzip(data, limit=len(data), chunk=50), "seen")
    collector = unzip(data, limit=len(data) - 1, chunk=50)
    assert "was not opened" in reasons(collector)
    assert facts(collector, "seen") == []


def test_an_encrypted_member_is_a_gap_and_the_others_are_read() -> None:
    data = bytearray(zipped({"a.json": b'{"a": 1}', "b.json": b'{"a": 2}'}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    collector = unzip(bytes(data))
    assert gaps(collector) == [(None, "member 1 of the archive: it is encrypted")]
    assert facts(collector, "seen") == [(2, None, "/b.json/a")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_method_is_a_gap(method: int) -> None:
    assert f"method {method}" in reasons(unzip(zipped({"a.json": b'{"a": 1}'}, method)))


def test_a_damaged_member_is_a_gap_and_the_others_are_read() -> None:
    data = zipped({"a.json": b'{"a": 1}', "b.json": b'{"a": 2}'}, zipfile.ZIP_STORED)
    collector = unzip(data.replace(b'{"a": 1}', b'{"a": 3}'))
    assert "member 1 of the archive: it is damaged" in reasons(collector)
    assert (2, None, "/b.json/a") in facts(collector, "seen")


@pytest.mark.parametrize("content", [zipped({"a.json": b"{}"}), zipped({}), gzip.compress(b"{}", mtime=0)])
@pytest.mark.parametrize("name", ["a.json", "a.txt", "a.gz", "a.zip", "a.eval"])
def test_nothing_is_unpacked_twice(name: str, content: bytes) -> None:
    assert reasons(unzip(zipped({name: content}))) == f"member 1 of the archive: {packed.NESTED}"
    assert gunzip(gzip.compress(content)) == (b"", [(None, packed.NESTED)])


def test_two_members_of_one_name_are_a_gap_and_both_are_read() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.json", b'{"a": 1}')
            archive.writestr("a.json", b'{"a": 2}')
    collector = unzip(out.getvalue())
    assert "one name" in reasons(collector)
    assert [value for value, *_ in facts(collector, "seen")] == [1, 2]


def test_a_name_too_long_to_place_facts_by_is_a_gap() -> None:
    longest = "x" * (archives.MAX_NAME - 5) + ".json"
    assert gaps(unzip(zipped({longest: b'{"a": 1}'}))) == []
    assert "longer than" in reasons(unzip(zipped({"x" + longest: b'{"a": 1}'})))


def test_no_gap_quotes_a_name() -> None:
    assert "hidden" not in reasons(unzip(zipped({"hidden.json": b"{", "hidden.gz": b"", "hidden" * 99: b""})))


def test_what_stands_before_an_archive_is_a_gap_and_the_archive_is_read() -> None:
    collector = unzip(b"#!/bin/sh\n" + zipped({"a.json": b'{"a": 1}'}))
    assert "does not begin like" in reasons(collector)
    assert len(facts(collector, "seen")) == 1


def test_too_many_members_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    members = {f"{number}.json": b'{"a": 1}' for number in range(3)}
    assert "more than 2 members" in reasons(unzip(zipped(members)))
    members.popitem()
    assert gaps(unzip(zipped(members))) == []
    assert gunzip(gzip.compress(b"a") * 2) == (b"aa", [])
    assert "more than 2 gzip streams" in gunzip(gzip.compress(b"a") * 3)[1][0][1]


def test_a_bomb_is_cut_by_its_ratio() -> None:
    bomb = bytes(1 << 24)
    assert "times its size" in reasons(unzip(zipped({"a.txt": bomb})))
    text, noted = gunzip(gzip.compress(bomb))
    assert len(text) < 1 << 22
    assert "times its size" in noted[0][1]


def test_the_members_of_an_archive_share_one_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MAX_UNPACKED", 20)
    collector = unzip(zipped({"a.json": b'{"a":       1}', "b.json": b'{"a":       2}', "c.json": b'{"a": 3}'}))
    assert (1, None, "/a.json/a") in facts(collector, "seen")
    assert "member 2 of the archive: it unpacks to more than 20 bytes" in reasons(collector)
    assert (3, None, "/c.json/a") not in facts(collector, "seen")
    assert "member 3" not in reasons(collector)
    assert "more than 20 bytes" in gunzip(gzip.compress(bytes(21)))[1][0][1]


@pytest.mark.parametrize("chunk", [1, 13, 1 << 20])
def test_a_gzip_stream_is_read_whatever_its_parts(chunk: int) -> None:
    parts = [b"".join(b'{"n": %d}\n' % number for number in range(9000)), b"", b"last"]
    data = b"".join(map(gzip.compress, parts)) + bytes(700)
    assert gunzip(data, chunk=chunk) == (b"".join(parts), [])


def test_all_that_waits_in_the_inflater_is_had() -> None:
    text = (b"a" * 300 + b"\n") * 2000
    assert gunzip(gzip.compress(text), chunk=1 << 20) == (text, [])


@pytest.mark.parametrize("data", [b"", b"\x1f", b"plain text", bytes(20), b"\0" + gzip.compress(b"a", mtime=0)])
def test_what_is_no_gzip_stream_is_a_gap(data: bytes) -> None:
    text, noted = gunzip(data)
    assert (text, len(noted)) == (b"", 1)


@given(text=st.binary(max_size=400), data=st.data())
def test_every_cut_of_a_gzip_stream_is_a_gap(text: bytes, data: st.DataObject) -> None:
    whole = gzip.compress(text)
    cut = data.draw(st.integers(0, len(whole) - 1))
    got, noted = gunzip(whole[:cut])
    assert len(noted) == 1
    assert text.startswith(got)


@given(data=st.data())
def test_every_cut_of_an_archive_is_a_gap(data: st.DataObject) -> None:
    whole = zipped({"header.json": b'{"a": 1}', "s/1.json": b'{"a": 2}'})
    assert gaps(unzip(whole[: data.draw(st.integers(0, len(whole) - 1))]))


WHOLE = zipped({"header.json": json.dumps({"a": "x" * 50}).encode(), "s/1.json": b'{"a": 2}'})


@given(places=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_spoilt_archive_crashes(places: list[tuple[int, int]]) -> None:
    spoilt = bytearray(WHOLE)
    for place, value in places:
        spoilt[place] = value
    collector = unzip(bytes(spoilt))
    if zlib.crc32(spoilt) == zlib.crc32(WHOLE):
        assert gaps(collector) == []
    assert all(fact.where.pointer for fact in collector.facts.get("seen", []))


@given(data=st.binary(max_size=300))
def test_no_bytes_crash_the_readers(data: bytes) -> None:
    assert gaps(unzip(data))
    assert gaps(unzip(WHOLE[:60] + data))
    assert gunzip(b"\x1f\x8b\x08" + data)[1]


def test_lines_are_counted_in_the_member() -> None:
    collector, notes = notebook("other")

    class Lines:
        """A line sink that notes where each block begins."""

        def block(self, first: int, data: bytes) -> int:
            inside.fact("line", data, first, "/x")
            return first + data.count(b"\n")

        def rest(self, number: int, data: bytes) -> None:
            inside.gap("no newline", number)

        def too_long(self, number: int) -> None:
            inside.gap("too long", number)

    inside = packed.MemberNotes(notes, "j/1.jsonl")
    reader = LineReader(Lines(), 100)
    reader.feed(b"{}\n{}\n{")
    reader.close()
    inside.settle()
    assert facts(collector, "line") == [(b"{}\n{}\n", 1, "/j~11.jsonl/x")]
    assert gaps(collector) == [(3, "no newline")]
