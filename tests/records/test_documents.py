"""One document a file: read whole, bounded, and a fault is a gap unless nothing was expected of the file."""

from __future__ import annotations

import pytest

from auditor.records.documents import Document
from tests.records.kit import Memory, facts, gaps, notebook


def read(chunks: list[bytes], *, limit: int = 1000, evidence: bool = True) -> tuple[Memory, list[object], list[object]]:
    source = Memory()
    collector, notes = notebook("report")
    document = Document(source, notes, limit, evidence=evidence)
    for chunk in chunks:
        document.feed(chunk)
    document.close()
    return source, list(facts(collector, "json.repeated-key")), list(gaps(collector))


@pytest.mark.parametrize("size", [1, 3, 100])
def test_chunks_make_one_document(size: int) -> None:
    data = b'{"a": [1,\n 2]}\n'
    source, *noted = read([data[at : at + size] for at in range(0, len(data), size)])
    assert source.seen == [("document", None, {"a": [1, 2]})]
    assert noted == [[], []]


@pytest.mark.parametrize("data", [b"", b"\n", b"[]", b'{"a":1}{"b":2}', b'{"a":', b"\xff\xfe", b"[" * 100])
def test_what_is_no_object_is_a_gap(data: bytes) -> None:
    source, repeated, noted = read([data])
    assert (source.seen, repeated, len(noted)) == ([], [], 1)


def test_nothing_was_expected_of_a_foreign_file() -> None:
    source, _, noted = read([b"no json"], evidence=False)
    assert (source.seen, noted) == ([], [])


def test_a_repeated_key_is_noted_and_the_document_read() -> None:
    source, repeated, noted = read([b'{"a":{"b":1,"b":2}}'])
    assert source.seen == [("document", None, {"a": {"b": 2}})]
    assert repeated == [("report", None, "/a/b")]
    assert noted == []


def test_the_limit_is_exact_and_holds_no_more() -> None:
    data = b'{"a":1}'
    assert read([data], limit=len(data))[0].seen
    source, _, noted = read([data[:3], data[3:]], limit=len(data) - 1)
    assert (source.seen, len(noted)) == ([], 1)
    document = Document(Memory(), notebook()[1], 10)
    for _ in range(100):
        document.feed(b"x" * 9)
        assert sum(map(len, document._pieces)) <= 10
