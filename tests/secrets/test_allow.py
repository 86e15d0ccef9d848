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
    "text", ["[[allow]]\nfingerprint = 1", "[[allow]]\nfingerprint='a'\nreason=' '", "[x", "[[x]]\na=1"]
)
def test_a_broken_list_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "allow.toml").write_text(text)
    with pytest.raises(ValueError, match=r"allow\.toml"):
        AllowList.load(tmp_path / "allow.toml")
    (tmp_path / "baseline").write_text(text)
    with pytest.raises(ValueError, match="baseline"):
        AllowList.load(baseline=tmp_path / "baseline")


def test_no_list_allows_nothing(tmp_path: Path) -> None:
    counted, suppressed = AllowList.load(tmp_path / "none.toml").split(ENGINE.scan_text(TOKEN, "a.txt"), KEY)
    assert (len(counted), suppressed) == (1, [])
