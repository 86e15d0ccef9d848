"""``cto-audit evidence``: everything the artifacts say of the model, with its place, and no verdict."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor import cli
from auditor.emit.safe import safe
from auditor.evidence_view import View
from tests.forgeries import kit
from tests.forgeries.kit import Scene
from tests.secrets.fakes import pick

VERDICTS = ("PASS", "FAIL", "BLOCKED", "VIOLATED", "decision")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that examines a run and returns what was printed."""

    def run(scene: Scene, *options: str, admission: bool = True) -> str:
        record = ["--admission", str(scene.authority)] if admission and scene.authority else []
        assert cli.main(["evidence", str(scene.run), *record, *options]) == 0
        out, err = capsys.readouterr()
        assert not err
        return out

    return run


@pytest.mark.parametrize("base", [kit.GATEWAY, kit.FAKE, kit.REFUSED, "silent-fallback", "leaked-key", "quiet-case"])
@pytest.mark.parametrize("admission", [True, False])
def test_every_run_can_be_examined_and_none_is_judged(base: str, admission: bool, told: Any, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    text = told(scene, admission=admission)
    assert text.startswith(f"EVIDENCE {scene.run.name}, without a verdict\n")
    assert not [word for word in VERDICTS if word in text]
    document = told(scene, "--json", admission=admission)
    assert msgspec.json.decode(document, type=View, strict=True).run_id == scene.run.name
    assert document.count("\n") == 1
    assert "decision" not in document and "rulings" not in document


def test_each_observation_stands_where_it_says(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    seen = json.loads(told(scene, "--json"))["observations"]
    assert {each["kind"] for each in seen} == {"model.named", "dispatch", "model.response", "host.contacted"}
    checked = 0
    for each in seen:
        if each["line"] is None or each["pointer"] is None or each["kind"] == "host.contacted":
            continue
        record = json.loads(scene.path(each["path"]).read_text().splitlines()[each["line"] - 1])
        assert record[each["pointer"][1:]] == each["model"]
        checked += 1
    assert checked > 30


def test_the_matrix_counts_what_the_observations_say(told: Any, tmp_path: Path) -> None:
    document = json.loads(told(Scene(kit.RETRIED, tmp_path), "--json"))
    namings = [each for each in document["observations"] if each["kind"] == "model.named"]
    for cell in document["matrix"]:
        alike = [
            each
            for each in namings
            if all(each[key] == cell[key] for key in ("agent", "witness", "grade", "provider", "model"))
        ]
        assert sum(each["times"] for each in alike) == cell["times"]
        assert (alike[0]["path"], alike[0]["line"], alike[0]["pointer"]) == (
            cell["path"],
            cell["line"],
            cell["pointer"],
        )
    assert sum(cell["times"] for cell in document["matrix"]) == sum(each["times"] for each in namings)


def test_the_text_shows_every_observation_and_join(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    document, text = json.loads(told(scene, "--json")), told(scene)
    for each in document["observations"]:
        line = "" if each["line"] is None else f":{each['line']}"
        assert f"{each['path']}{line}{':' + each['pointer'] if each['pointer'] else ''}\n" in text
    rows = [line for line in text.splitlines() if " response " in line]
    assert len(rows) == sum(row["what"] == "response" for row in document["joins"]) == 16
    assert "0 rows of 21 with something left over" in text


def test_an_agent_that_no_witness_speaks_of_is_in_the_matrix(told: Any, tmp_path: Path) -> None:
    text = told(Scene("quiet-case", tmp_path))
    (row,) = [line for line in text.splitlines() if line.split()[:3] == ["reviewer", "(no", "witness)"]]
    assert row.split()[3:] == ["-"] * 5
    assert "!   reviewer" in text and "no dispatch in stderr" in text


def test_another_pair_than_the_admitted_stands_apart(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.set_event(scene, "model_response", model="claude-opus-4-1")
    rows = [line.split(maxsplit=2) for line in told(scene).splitlines() if line.startswith("  [")]
    assert {(row[1].partition("/")[2], row[2]) for row in rows} >= {("claude-opus-4-1", "another")}
    assert any(row[2] == "the admitted pair" for row in rows)
    assert "the admitted pair" not in told(scene, admission=False)


def test_without_an_authority_nothing_is_admitted(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    admission = json.loads(told(scene, "--json", admission=False))["admission"]
    assert admission == {"status": "missing_admission", "provider": None, "model": None}
    assert json.loads(told(scene, "--json"))["admission"]["status"] == "admitted"


def test_hostile_names_are_shown_and_obeyed_by_nobody(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    hostile = "claude\x1b[2J\u202e\u200b\n| sonnet"
    kit.set_event(scene, "model_response", model=hostile, agent=hostile, response_id=hostile, host=hostile)
    for text in (told(scene), told(scene, "--json")):
        assert all(line == safe(line) for line in text.splitlines())
    assert "\\u001b[2J\\u202e" in told(scene)


@pytest.mark.parametrize("place", ["model", "agent", "response_id", "host", "provider"])
def test_no_credential_is_shown(place: str, told: Any, tmp_path: Path) -> None:
    key = "ghp_" + pick("alnum", 36, random.Random(place))
    scene = Scene(kit.GATEWAY, tmp_path)
    fields: dict[str, Any] = {place: key}
    kit.set_event(scene, "model_response", **fields)
    for text in (told(scene), told(scene, "--json")):
        assert key not in text and key[8:20] not in text
        assert "ghp_…[40]" in text.replace(r"\u2026", "…")  # a name shows what is not ASCII as an escape


def test_what_could_not_be_read_is_listed(told: Any, tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.append(scene.path(kit.TRACE), '{"ts": torn')
    document = json.loads(told(scene, "--json"))
    assert "trace.jsonl" in {gap["path"] for gap in document["gaps"]}
    assert "trace.jsonl:" in told(scene).partition("Not read")[2]


def test_an_empty_directory_has_no_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evidence", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "No artifact names a provider or a model." in text and "No log tells of" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["absent"], "there is no directory absent"),
        (["FILE"], "there is no directory FILE"),
        ([".", "--admission", "absent"], "cannot be opened"),
        ([".", "--policy", "absent"], "cannot be read"),
        ([], "Missing argument"),
    ],
)
def test_a_usage_error_is_told(line: list[str], sentence: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    (tmp_path / "FILE").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["evidence", *line]) == 2
    out, err = capsys.readouterr()
    assert not out and sentence in err
