"""``cto-audit history`` and ``cto-audit show``: what a person reads out of a store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor import cli
from auditor.emit import formats
from auditor.emit.published import Published
from auditor.facts import Verdict
from auditor.store import Basis, Judged, Store
from auditor.store.display import restore
from auditor.store.judged import unjudged
from auditor.store.packing import unpack
from tests.store.kit import BASIS, NIGHT, NOW, SAMPLES, judged, sample

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return a function that runs a command line and returns its exit code, its output and its complaints."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CTO_AUDIT_STORE", raising=False)

    def run(*line: str) -> tuple[int, str, str]:
        code = cli.main(line)
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return the path of a store that holds every sample run, judged once."""
    path = str(tmp_path / "verdicts.sqlite3")
    with Store.open(path) as store:
        store.record_all([sample(name)[1] for name in NAMES])
    return path


NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())


def again(made: Judged, **changes: Any) -> Judged:
    """Return the same judgement with some fields changed."""
    return Judged(**{name: getattr(made, name) for name in Judged.__struct_fields__} | changes)


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_is_shown_as_the_audit_gave_it(told: Told, file: str, name: str) -> None:
    verdict, made = sample(name)
    all_formats = formats()
    assert told("show", made.place, "--store", file, "--json")[1] == all_formats["json"].emit(verdict)
    _, text, err = told("show", made.place, "--store", file)
    assert not err
    head, _, body = text.partition("\n\n")
    assert head.startswith("Verdict ") and made.place in head
    assert body == all_formats["text"].emit(verdict)
    restored = _restored(made)
    for each in all_formats.values():
        assert each.emit(restored) == each.emit(verdict), each.NAME
    code, markdown, _ = told("show", made.run_id, "--store", file, "--format", "markdown")
    assert code == 0 and markdown == all_formats["markdown"].emit(verdict)


def _restored(made: Judged) -> Verdict:
    assert made.document is not None and made.display is not None
    return restore(unpack(made.document), unpack(made.display))


def test_show_reads_what_an_older_store_does_not_say(told: Told, tmp_path: Path) -> None:
    verdict, made = sample("stage2-pass-gateway")
    path = str(tmp_path / "s")
    with Store.open(path) as store:
        store.record(again(made, display=None))
    code, text, _ = told("show", made.run_id, "--store", path)
    assert code == 0 and "No artifact names a provider or a model." in text and verdict.reason in text


@pytest.mark.parametrize("way", ["--json", "--format=json"])
def test_show_prints_the_published_document(told: Told, file: str, way: str) -> None:
    verdict, made = sample("leaked-key")
    code, out, _ = told("show", made.run_id, "--store", file, way)
    document = msgspec.json.decode(out, type=Published)
    assert code == 0 and (document.decision, document.root_sha256) == (verdict.decision, verdict.root_sha256)


def test_a_run_is_found_by_directory_id_and_ending(told: Told, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, made = sample("killed-case")
    folder, _, name = made.place.rpartition("/")
    monkeypatch.chdir(folder)
    asked = (
        made.place,
        made.place + "/",
        name,
        f"../{Path(folder).name}/{name}",
        made.run_id,
        name[-5:],
        f"killed-case/{name}/",
    )
    shown = {told("show", wanted, "--store", file, "--json")[1] for wanted in asked}
    assert len(shown) == 1 and made.run_id in shown.pop()


@pytest.mark.parametrize("wanted", ["/", "no-such-run", "a\0b", "\udcff", "%", "_____", "2" * 5000, "-", "\x1b[2J"])
@pytest.mark.parametrize("command", ["show", "history"])
def test_a_run_that_is_not_known_is_said_to_be_unknown(told: Told, file: str, command: str, wanted: str) -> None:
    code, out, err = told(command, "--store", file, "--", wanted)
    assert (code, out) == (2, "")
    assert err.startswith("cto-audit: the store ") and err.count("\n") == 2 and "\x1b" not in err


@pytest.mark.parametrize("command", ["show", "history"])
def test_several_runs_are_named(told: Told, tmp_path: Path, command: str) -> None:
    path = str(tmp_path / "s")
    with Store.open(path) as store:
        store.record_all([judged(f"/{folder}/run-41003") for folder in range(10)])
    code, out, err = told(command, "41003", "--store", path)
    assert (code, out) == (2, "")
    assert "41003 may be any of 10 runs: /0/run-41003, /1/run-41003" in err and ", ..." in err
    assert told(command, "/3/run-41003", "--store", path)[0] in {0, 3}
    assert told(command, "3/run-41003", "--store", path)[0] in {0, 3}


def test_history_says_what_had_changed(told: Told, tmp_path: Path) -> None:
    path, place = str(tmp_path / "s"), "/runs/a"
    admitted = Basis("0.1.0", "c" * 64, "d" * 64, "e" * 64, NOW + 5 * NIGHT)
    whole = sample("stage2-pass-gateway")[1]
    first = again(whole, place=place, run_id="a", basis=BASIS, judged_at=NOW, shown="")
    steps = [
        first,
        again(first, root_sha256="f" * 64, decision="fail"),
        again(first, basis=Basis("0.1.0", "0" * 64, "1" * 64)),
        again(first, basis=admitted),
        again(first, basis=admitted, judged_at=NOW + 6 * NIGHT),
        again(first, basis=admitted, judged_at=NOW + 7 * NIGHT, root_sha256=None, document=None, display=None),
        again(first, basis=admitted, judged_at=NOW + 7 * NIGHT),
        again(
            first,
            basis=msgspec.structs.replace(admitted, version="9", options_sha256="2" * 64),
            judged_at=NOW + 8 * NIGHT,
        ),
    ]
    with Store.open(path) as store:
        for step in steps:
            store.record(step)
            store.record(judged("/runs/other"))
    code, out, _ = told("history", "a", "--store", path, "--json")
    listed = json.loads(out)
    assert code == 0 and (listed["schema"], listed["run"], listed["more"]) == ("cto-audit-history/v1", place, False)
    assert [entry["changed"] for entry in reversed(listed["verdicts"])] == [
        ["first"],
        ["content"],
        ["content", "rules", "policy"],
        ["admission", "rules", "policy"],
        ["expiry"],
        [],
        ["retried"],
        ["options", "version"],
    ]
    assert [entry["decision_before"] for entry in listed["verdicts"]][-3:] == ["fail", "pass", None]
    _, text, _ = told("history", "a", "--store", path)
    assert text.startswith("a: /runs/a\n\nid ")
    assert "fail (was pass)  content" in text and "expiry" in text and "There are older ones" not in text


def test_history_of_all_runs_is_cut_and_says_so(told: Told, file: str) -> None:
    _, out, _ = told("history", "--store", file, "--json", "--limit", "3")
    listed = json.loads(out)
    assert listed["run"] is None and listed["more"] and len(listed["verdicts"]) == 3
    assert [entry["id"] for entry in listed["verdicts"]] == sorted((e["id"] for e in listed["verdicts"]), reverse=True)
    assert {tuple(entry["changed"]) for entry in listed["verdicts"]} == {("first",)}
    _, text, _ = told("history", "--store", file, "--limit", "3")
    assert text.endswith("\n\nThere are older ones: see --limit.\n")
    assert all(len(line) <= 160 for line in text.splitlines())
    assert told("history", "--store", file, "--limit", "0")[0] == 2
    assert told("history", "--store", file, "--limit", "9" * 30, "--json")[0] == 0


def test_an_earlier_verdict_is_shown_as_earlier(told: Told, tmp_path: Path) -> None:
    made = sample("stage2-pass-gateway")[1]
    path = str(tmp_path / "s")
    with Store.open(path) as store:
        old = store.record(made)
        other = store.record(sample("killed-case")[1])
        new = store.record(again(made, judged_at=NOW + NIGHT))
    _, text, _ = told("show", made.run_id, "--store", path, "--at", str(old))
    assert f"A newer one stands: {new} of 2026-07-03T08:00:00Z, pass" in text
    for wrong in (other, 999, -1, 1 << 70):
        code, out, err = told("show", made.run_id, "--store", path, f"--at={wrong}")
        assert (code, out) == (2, "") and err.startswith(f"cto-audit: verdict {wrong} is none on this run")


def test_a_run_that_could_not_be_judged_has_a_reason_and_no_verdict(told: Told, tmp_path: Path) -> None:
    from auditor.engines import rules_engine  # noqa: PLC0415

    path = str(tmp_path / "s")
    row = unjudged("/runs/a", "it took longer than 300 s", engine=rules_engine(), basis=BASIS, judged_at=NOW)
    with Store.open(path) as store:
        store.record(row)
    for way in ((), ("--json",), ("--format", "markdown")):
        code, out, err = told("show", "/runs/a", "--store", path, *way)
        assert (code, out) == (3, "") and "it took longer than 300 s" in err
    _, out, _ = told("history", "--store", path, "--json")
    assert [(e["decision"], e["whole"], e["run_id"]) for e in json.loads(out)["verdicts"]] == [("blocked", False, "a")]


@pytest.mark.parametrize("column", ["decision", "root_sha256"])
def test_a_row_and_a_document_that_differ_are_damage(told: Told, file: str, column: str) -> None:
    value = {"decision": "'pass'", "root_sha256": "zeroblob(32)"}[column]
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER verdict_no_update")
        connection.execute(f"UPDATE verdict SET {column} = {value}")
    connection.close()
    code, out, err = told("show", sample("leaked-key")[1].run_id, "--store", file)
    assert (code, out) == (2, "") and "is not the one that was recorded with it" in err


def test_hostile_rows_are_printed_harmlessly(told: Told, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    scrawl = "\x1b[2J\u202e\n|" + "x" * 3000
    with Store.open(path) as store:
        store.record(judged(f"/runs/{scrawl}", run_id=scrawl, reason=scrawl))
        store.record(judged("/runs/\udcff\ud800".replace("\ud800", ""), run_id="b"))
    for line in (("history",), ("history", scrawl), ("history", "/runs/\udcff"), ("show", scrawl), ("show", "b")):
        _, out, err = told(*line, "--store", path)
        assert (out + err).replace("\n", "").isprintable()
    _, out, _ = told("history", "--store", path, "--json")
    assert out.replace("\n", "").isprintable()
    assert json.loads(out)["verdicts"][1]["run_id"] == scrawl


def test_formats_and_options_that_contradict(told: Told, file: str) -> None:
    run = sample("leaked-key")[1].run_id
    assert told("show", run, "--store", file, "--format", "nonsense")[0] == 2
    assert told("show", run, "--store", file, "--format", "text", "--json")[0] == 2


def test_nothing_is_made_where_there_is_no_store(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    code, _, err = told("history")
    assert code == 2 and "there is no verdict store" in err and "cto-audit sweep" in err
    assert list(tmp_path.iterdir()) == []
    with Store.open() as store:
        assert store.path == tmp_path / "state/cto-audit/verdicts.sqlite3"
        store.record(judged("/runs/a"))
    assert not any(place.stat().st_mode & 0o077 for place in (store.path, store.path.parent))
    assert told("history")[0] == 0
    monkeypatch.setenv("CTO_AUDIT_STORE", str(tmp_path / "other"))
    assert told("history")[0] == 2


def test_what_is_restored_is_the_verdict(file: str) -> None:
    with Store.open(file, create=False) as store:
        for row in store.latest():
            published, display = store.verdict(row.id), store.display(row.id)
            assert published is not None
            restored = restore(published, display)
            verdict = next(v for v, made in map(sample, NAMES) if made.place == row.place)
            for name in set(Verdict.__struct_fields__) - {"rulings", "gaps", "namings"}:
                assert getattr(restored, name) == getattr(verdict, name), name
            assert [(r.rule, r.evidence) for r in restored.rulings] == [(r.rule, r.evidence) for r in verdict.rulings]
            assert [(f.value, f.where, f.count) for f in restored.namings] == [
                (f.value, f.where, f.count) for f in verdict.namings
            ]
