"""An allow-list takes findings out of the count, by fingerprint and with a reason, and never silently."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from auditor.secrets import AllowList, Engine, fingerprint
from tests.secrets.fakes import pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
TOKEN = "ghp_" + pick("alnum", 36, random.Random(4))
OTHER = "ghp_" + pick("alnum", 36, random.Random(5))
KEY = b"site key"


def test_an_allowed_fingerprint_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    mark = fingerprint(KEY, TOKEN.encode())
    (tmp_path / "allow.toml").write_text(f'[[allow]]\nfingerprint = "{mark}"\nreason = "a fake of the tests"\n')
    allow = AllowList.load(tmp_path / "allow.toml")
    counted, suppressed = allow.split(ENGINE.scan_text(f"{TOKEN} {OTHER}", "a.txt"), KEY)
    assert [hit.value for hit in counted] == [OTHER]
    assert [(entry.fingerprint, entry.reason) for entry in suppressed] == [(mark, "a fake of the tests")]
    assert TOKEN not in repr(suppressed)


@pytest.mark.parametrize(("field", "value"), [("path", "b.txt"), ("detector", "jwt")])
def test_an_entry_for_elsewhere_allows_nothing_here(tmp_path: Path, field: str, value: str) -> None:
    mark = fingerprint(KEY, TOKEN.encode())
    (tmp_path / "allow.toml").write_text(f'[[allow]]\nfingerprint = "{mark}"\nreason = "r"\n{field} = "{value}"\n')
    counted, suppressed = AllowList.load(tmp_path / "allow.toml").split(ENGINE.scan_text(TOKEN, "a.txt"), KEY)
    assert (len(counted), suppressed) == (1, [])


@pytest.mark.parametrize(("reviewed", "left"), [(False, 1), (None, 1), (True, 2)])
def test_a_detect_secrets_baseline_allows_what_was_reviewed(tmp_path: Path, reviewed: bool | None, left: int) -> None:
    entry = {"type": "GitHub Token", "hashed_secret": hashlib.sha1(TOKEN.encode()).hexdigest(), "line_number": 1}
    if reviewed is not None:
        entry["is_secret"] = reviewed
    path = tmp_path / ".secrets.baseline"
    path.write_text(json.dumps({"version": "1.5.0", "results": {"a.txt": [entry]}}))
    counted, suppressed = AllowList.load(baseline=path).split(ENGINE.scan_text(f"{TOKEN} {OTHER}", "a.txt"), KEY)
    assert (len(counted), len(suppressed)) == (left, 2 - left)


@pytest.mark.parametrize(
    "text",
    [
        "[[allow]]\nfingerprint = 1",
        f"[[allow]]\nfingerprint='{'a' * 32}'\nreason=' '",
        "[[allow]]\nfingerprint='a'\nreason='r'",
        "[x",
        "[[x]]\na=1",
        "a = " + "[" * 100_000,
        "a." * 100_000 + "a = 1",
        "a = " + "9" * 5_000,
        "\udcff",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_broken_list_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "allow.toml").write_text(text, errors="surrogateescape")
    with pytest.raises(ValueError, match=r"allow\.toml"):
        AllowList.load(tmp_path / "allow.toml")
    (tmp_path / "baseline").write_text(text, errors="surrogateescape")
    with pytest.raises(ValueError, match="baseline"):
        AllowList.load(baseline=tmp_path / "baseline")


def test_a_deep_baseline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "baseline").write_text('{"results": ' + "[" * 200_000)
    with pytest.raises(ValueError, match="baseline"):
        AllowList.load(baseline=tmp_path / "baseline")


def test_a_value_in_the_place_of_its_fingerprint_is_refused_and_not_told(tmp_path: Path) -> None:
    (tmp_path / "allow.toml").write_text(f'[[allow]]\nfingerprint = "{TOKEN}"\nreason = "r"\n')
    with pytest.raises(ValueError, match="entry 1") as refused:
        AllowList.load(tmp_path / "allow.toml")
    assert TOKEN not in str(refused.value)


def test_a_list_longer_than_any_that_was_reviewed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.secrets.allow.MAX_LIST_BYTES", 100)
    (tmp_path / "allow.toml").write_text("#" * 101)
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        AllowList.load(tmp_path / "allow.toml")


def test_no_list_allows_nothing_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    counted, suppressed = AllowList.load().split(ENGINE.scan_text(TOKEN, "a.txt"), KEY)
    assert (len(counted), suppressed) == (1, [])
    with pytest.raises(FileNotFoundError):
        AllowList.load(tmp_path / "none.toml")


def test_two_lists_allow_what_either_does_and_the_first_s_reason_is_given(tmp_path: Path) -> None:
    marks = [fingerprint(KEY, value.encode()) for value in (TOKEN, OTHER)]
    for name, allowed in (("a", marks[:1]), ("b", marks)):
        text = "".join(f'[[allow]]\nfingerprint = "{mark}"\nreason = "by {name}"\n' for mark in allowed)
        (tmp_path / name).write_text(text)
    both = AllowList.load(tmp_path / "a") | AllowList.load(tmp_path / "b")
    counted, suppressed = both.split(ENGINE.scan_text(f"{TOKEN} {OTHER}", "a.txt"), KEY)
    assert counted == [] and [entry.reason for entry in suppressed] == ["by a", "by b"]


def test_a_list_knows_the_folder_that_it_came_from(tmp_path: Path) -> None:
    for folder in ("run", "other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "run/allow.toml").write_text("")
    (tmp_path / "other/link").symlink_to(tmp_path / "run/allow.toml")
    (tmp_path / "other/twin").hardlink_to(tmp_path / "run/allow.toml")
    (tmp_path / "other/own").write_text("")
    (tmp_path / "door").symlink_to(tmp_path / "run")
    status = (tmp_path / "run/allow.toml").stat()
    inodes = {(status.st_dev, status.st_ino)}
    inside = {
        name: [AllowList.load(tmp_path / name).lies_in(tmp_path / run, inodes) for run in ("run", "door")]
        for name in ("run/allow.toml", "other/link", "door/allow.toml", "other/twin", "other/own")
    }
    assert inside.pop("other/own") == [False, False]
    assert all(all(each) for each in inside.values())
    assert (AllowList() | AllowList.load(tmp_path / "other/link")).lies_in(tmp_path / "run")


def test_the_rules_own_list_allows_nothing() -> None:
    own = AllowList.load(Path(__file__).parents[2] / "rules" / "secrets" / "allow.toml")
    assert own.split(ENGINE.scan_text(TOKEN, "a.txt"), KEY)[1] == []
