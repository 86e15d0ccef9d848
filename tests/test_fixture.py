"""Fixture manifests: what makes one unusable, what differs, and the contract's root digest."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from auditor.fixture import difference, fault, forbidden, relative, root_sha256
from auditor.records.record import Record

A, B = "a" * 64, "b" * 64


def manifest(**files: object) -> Record:
    return Record("fixture/before.json", None, dict(files))


@pytest.mark.parametrize("digest", [None, 1, "", A[:-1], A.upper(), A + "\n", [A], {"sha256": A}])
def test_a_value_that_is_no_digest_is_a_fault(digest: object) -> None:
    assert fault(manifest(x=digest)) == "has an entry whose value is no SHA-256"


@pytest.mark.parametrize("path", ["", "/x", "../x", "a/../x", "./x", "a//x", "x/", "~/x", "a\\x", "..", "."])
def test_a_path_that_leads_out_is_a_fault(path: str) -> None:
    assert not relative(path)
    assert fault(Record("f", None, {path: A})) == "has a path that leads out of the copy"


@pytest.mark.parametrize("path", ["x", "a/b.c", "..x", "a..b", "...", ".hidden", "a b", "ü", "-rf"])
def test_a_path_that_stays_is_none(path: str) -> None:
    assert relative(path)
    assert fault(Record("f", None, {path: A})) is None


def test_the_difference_is_what_was_added_removed_or_changed() -> None:
    assert difference(manifest(same=A, gone=A, changed=A), manifest(same=A, new=A, changed=B)) == {
        "gone",
        "new",
        "changed",
    }
    assert difference(manifest(), manifest()) == set()


def test_the_root_digest_is_that_of_coreutils(tmp_path: Path) -> None:
    files = {"b": b"1", "a/z": b"2", "a.x": b"", "Ä": b"3", "a/é b": b"4"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    command = "find . -type f | cut -c3- | LC_ALL=C tr '\\n' '\\0' | xargs -0 sha256sum | LC_ALL=C sort | sha256sum"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True, env=dict(os.environ))
    found = root_sha256(Record("f", None, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}))
    assert found == done.stdout.decode().split()[0]


def test_the_root_digest_of_nothing_is_that_of_no_bytes() -> None:
    assert root_sha256(manifest()) == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("allowed", "bad"),
    [
        (["src/*.py"], ["docs/a.md", "src/deep/b.py"]),
        (["src/**"], ["docs/a.md"]),
        (["src/**", "docs/*"], []),
        (["**"], []),
        ([], ["docs/a.md", "src/a.py", "src/deep/b.py"]),
        (["src"], ["docs/a.md", "src/a.py", "src/deep/b.py"]),
        (["SRC/**", "/src/**", "./src/**"], ["docs/a.md", "src/a.py", "src/deep/b.py"]),
    ],
)
def test_a_path_that_no_glob_matches_is_forbidden(allowed: list[str], bad: list[str]) -> None:
    assert forbidden(["src/deep/b.py", "src/a.py", "docs/a.md"], allowed) == bad
