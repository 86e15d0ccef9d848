"""``--allow`` and ``--secrets-baseline``: what an operator allows is left out of the count and never out of sight."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.engines import rules_engine
from auditor.secrets import fingerprint
from auditor.secrets.prefilter import WORTH_COMPILING
from tests.forgeries import kit
from tests.forgeries.kit import Scene
from tests.secrets.fakes import pick, with_crc

KEY = with_crc("ghp_", random.Random(21))
OTHER = with_crc("ghp_", random.Random(22))
VAGUE = f'password = "{pick("alnum", 24, random.Random(23))}"'
REASON = "a fake of the fixture"
MARK = fingerprint(b"site", KEY.encode())
RULES = ("secret.none-leaked", "secret.nothing-suspicious")

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that runs a command and returns its exit code and both outputs, which must tell no value."""

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in line])
        out, err = capsys.readouterr()
        assert all(value not in out + err for value in (KEY, OTHER))
        return code, out, err

    return run


@pytest.fixture
def site(tmp_path: Path) -> list[str]:
    """Return the options of a site that allows `KEY`, wherever it stands."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "key").write_text("site\n")
    (folder / "allow.toml").write_text(f'[[allow]]\nfingerprint = "{MARK}"\nreason = "{REASON}"\n')
    return ["--fingerprint-key", str(folder / "key"), "--allow", str(folder / "allow.toml")]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a sound run with `KEY` in Case's output."""
    (tmp_path / "runs").mkdir()
    scene = Scene(kit.HOSTED, tmp_path / "runs")
    kit.append(scene.path(kit.STDOUT), f"{KEY}\n")
    return scene


def rulings(out: str) -> dict[str, Any]:
    return {each["rule"]: each for each in json.loads(out)["rulings"] if each["rule"] in RULES}


def test_an_audit_leaves_out_what_is_allowed_and_shows_it(told: Told, scene: Scene, site: list[str]) -> None:
    _, out, _ = told(scene.run, "--json")
    assert rulings(out)[RULES[0]]["status"] == "violated"
    _, out, err = told(scene.run, "--json", *site)
    document, ruling = json.loads(out), rulings(out)[RULES[0]]
    assert (document["secrets"], ruling["status"], err) == ([], "holds", "")
    assert f"1 allowed: {MARK} ({REASON})" in ruling["because"]
    (exhibit,) = ruling["evidence"]
    assert exhibit["note"] == f"allowed: {REASON} {MARK}"
    assert exhibit["path"] == kit.STDOUT and exhibit["line"] is not None
    assert set(document) == set(json.loads(told(scene.run, "--json")[1])), "the published fields are the contract's"


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("how", [(), ("--quiet",), ("--verbose",)])
def test_every_format_tells_of_what_was_allowed(
    form: str, how: tuple[str, ...], told: Told, scene: Scene, site: list[str]
) -> None:
    _, out, _ = told(scene.run, "--format", form, *how, *site)
    words = " ".join(out.split())
    assert "1 secret finding is allowed" in words and MARK in words and REASON in words


def test_what_is_not_allowed_still_counts(told: Told, scene: Scene, site: list[str]) -> None:
    kit.append(scene.path(kit.STDOUT), f"{OTHER}\n")
    scene.path("notes.md").write_text(KEY)
    _, out, _ = told(scene.run, "--json", *site)
    ruling = rulings(out)[RULES[0]]
    assert ruling["status"] == "violated" and len(json.loads(out)["secrets"]) == 1
    assert "2 allowed" in ruling["because"]
    assert [each["note"].startswith("allowed: ") for each in ruling["evidence"]] == [False, True, True]
    assert "2 secret findings are allowed" in json.loads(out)["reason"]


def test_an_entry_fits_one_key_only(told: Told, scene: Scene, site: list[str], tmp_path: Path) -> None:
    (tmp_path / "site/key").write_text("another")
    _, out, _ = told(scene.run, "--json", *site)
    assert rulings(out)[RULES[0]]["status"] == "violated" and "allowed" not in json.loads(out)["reason"]


def test_a_suspicion_is_allowed_by_the_rule_that_holds_it(told: Told, scene: Scene, site: list[str]) -> None:
    kit.append(scene.path(kit.STDOUT), f"{VAGUE}\n")
    _, out, _ = told(scene.run, "--json", *site)
    (suspect,) = json.loads(out)["secrets"]
    assert suspect["confidence"] == "possible"
    Path(site[-1]).write_text(f'[[allow]]\nfingerprint = "{suspect["fingerprint"]}"\nreason = "{REASON}"\n')
    _, out, _ = told(scene.run, "--json", *site)
    asked = rulings(out)[RULES[1]]
    assert asked["status"] == "holds" and suspect["fingerprint"] in asked["because"] and len(asked["evidence"]) == 1
    assert "allowed" not in rulings(out)[RULES[0]]["because"]


def test_a_baseline_of_detect_secrets_allows_by_place_and_digest(told: Told, scene: Scene, tmp_path: Path) -> None:
    entry = {"type": "GitHub Token", "hashed_secret": hashlib.sha1(KEY.encode()).hexdigest(), "is_secret": False}
    baseline = tmp_path / ".secrets.baseline"
    for path, status in ((kit.STDOUT, "holds"), ("elsewhere", "violated")):
        baseline.write_text(json.dumps({"version": "1.5.0", "results": {path: [entry]}}))
        ruling = rulings(told(scene.run, "--json", "--secrets-baseline", baseline)[1])[RULES[0]]
        assert ruling["status"] == status
        assert ("reviewed in the detect-secrets baseline as GitHub Token" in ruling["because"]) is (status == "holds")


@pytest.mark.parametrize("option", ["--allow", "--secrets-baseline"])
@pytest.mark.parametrize("how", ["inside", "link", "folder", "hard link"])
def test_a_run_cannot_excuse_itself(option: str, how: str, told: Told, scene: Scene, tmp_path: Path) -> None:
    inside = scene.path("excuse")
    inside.write_text("" if option == "--allow" else '{"results": {}}')
    outside = tmp_path / "outside"
    if how == "link":
        outside.symlink_to(inside)
    elif how == "folder":
        (tmp_path / "door").symlink_to(scene.run)
        outside = tmp_path / "door" / "excuse"
    elif how == "hard link":
        outside.hardlink_to(inside)
    code, out, err = told(scene.run, option, inside if how == "inside" else outside)
    assert (code, out) == (2, "") and "inside the run directory" in err and len(err.splitlines()) == 2


@pytest.mark.parametrize("command", ["audit", "scan"])
@pytest.mark.parametrize("option", ["--allow", "--secrets-baseline"])
def test_a_list_that_cannot_be_used_is_a_usage_error(
    command: str, option: str, told: Told, scene: Scene, tmp_path: Path
) -> None:
    line = (scene.run,) if command == "audit" else ("scan", scene.run)
    code, out, err = told(*line, option, tmp_path / "absent")
    assert (code, out) == (2, "") and f"{option} {tmp_path / 'absent'} cannot be read" in err
    (tmp_path / "broken").write_text("[x")
    code, out, err = told(*line, option, tmp_path / "broken")
    assert (code, out) == (2, "") and "the allow-list cannot be used: broken: " in err


def test_a_scan_leaves_out_what_is_allowed_and_shows_it(told: Told, site: list[str], tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "a.md").write_text(f"one\n{KEY}\n")
    assert told("scan", place)[0] == 1
    code, out, err = told("scan", place, *site)
    assert code == 0 and err == "" and out.startswith("NOTHING FOUND; 1 finding allowed\n")
    assert all(word in out for word in (REASON, MARK, "a.md:2"))
    code, out, err = told("scan", place, "--json", *site)
    assert code == 0 and json.loads(out)["secrets"] == [] and "left out as allowed: 1" in err
    (place / f"{KEY}.md").write_text(OTHER)
    code, out, _ = told("scan", place, *site)
    assert code == 1 and out.startswith("FOUND 1 credential; 2 findings allowed\n")


@pytest.mark.parametrize("command", ["audit", "scan"])
def test_a_slow_search_is_told_once(command: str, told: Told, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.append(scene.path(kit.STDOUT), "a plain line of output\n" * (2 * WORTH_COMPILING // 23))
    line = (scene.run,) if command == "audit" else ("scan", scene.run)
    rules_engine.cache_clear()
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    slow = told(*line, "--json")
    monkeypatch.undo()
    rules_engine.cache_clear()
    fast = told(*line, "--json")
    assert slow[2].count("vectorscan is not installed") == 1 and fast[2] == ""
    assert slow[:2] == fast[:2]
