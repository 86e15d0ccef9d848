"""Copies, clocks and absences, found in real stores on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from auditor.anomalies import Anomaly, find
from auditor.anomalies.series import Series, series
from auditor.instants import instant
from auditor.run_names import run_name
from auditor.store import Judged, Store, Traits
from auditor.store.traits import MAX_RESPONSES, response_hashes
from tests.store.kit import NIGHT, NOW, judged, sample, sha

HOUR = NIGHT // 24
MINUTE = HOUR // 60


def run_at(name: str, folder: str = "/runs", **changes: Any) -> Judged:
    """Return the judgement of a run whose times agree with its name."""
    parts = run_name(name)
    assert parts is not None
    own = {"started_at": parts.at, "finished_at": parts.at + MINUTE, "report_mtime": parts.at + MINUTE}
    traits = Traits(**own | {"trace_sha256": sha(f"trace {name}")} | changes.pop("traits", {}))
    return judged(f"{folder}/{name}", judged_at=NOW, traits=traits, **changes)


A = "20260702T010000Z-r1-tide-clock-101"
B = "20260702T020000Z-r2-tide-clock-102"
C = "20260702T030000Z-r3-tide-clock-103"
D = "20260702T040000Z-r4-tide-clock-104"


def swept(store: Store, made: Sequence[Judged], *, seen: Sequence[str] = (), roots: Sequence[str] = ("/runs",)) -> None:
    """Record one sweep that judged these and saw those unchanged."""
    number = store.begin_sweep(list(roots), started=NOW)
    store.record_all([_of(each, number) for each in made])
    store.seen(seen, at=NOW, sweep=number)
    store.end_sweep(number, ended=NOW, counts={}, interrupted=False)


def _of(made: Judged, sweep: int) -> Judged:
    fields = {name: getattr(made, name) for name in Judged.__struct_fields__}
    return Judged(**fields | {"sweep": sweep})


def told(store: Store, *kinds: str) -> list[Anomaly]:
    """Return what is found of these kinds. Places are not on this machine: for `gone` see its own tests."""
    return [each for each in find(store, now=NOW) if each.kind in kinds]


def test_a_healthy_store_has_none(store: Store) -> None:
    swept(store, [run_at(A), run_at(B), run_at(C), run_at(D)])
    assert list(find(store, now=NOW)) == []


def test_the_sample_runs_have_none_but_their_copies(tmp_path: Path, store: Store) -> None:
    names = ("stage2-pass-gateway", "refused-mismatch", "fake-baseline-only", "killed-case")
    made = []
    for name in names:
        source = Path(sample(name)[1].place)
        shutil.copytree(source, tmp_path / source.name)
        made.append(_moved(sample(name)[1], tmp_path / source.name))
    swept(store, made, roots=[str(tmp_path)])
    assert list(find(store, now=NOW + NIGHT)) == []


def _moved(made: Judged, place: Path) -> Judged:
    fields = {name: getattr(made, name) for name in Judged.__struct_fields__}
    return Judged(**fields | {"place": str(place), "judged_at": NOW + NIGHT})


def test_one_content_under_two_run_ids(store: Store) -> None:
    swept(store, [run_at(A, root_sha256=sha("x")), run_at(B, root_sha256=sha("x")), run_at(C)])
    (found,) = told(store, "same-content")
    assert found.runs == (A, B) and found.where == (f"/runs/{A}", f"/runs/{B}") and found.fresh
    assert found.sentence.startswith("2 runs with different names have the same content")
    assert told(store, "copied-evidence") == []


def test_one_content_in_two_folders_of_different_name_under_one_run_id(store: Store) -> None:
    swept(store, [run_at(A, root_sha256=sha("x")), run_at(B, root_sha256=sha("x"), run_id=A)])
    assert [each.runs for each in told(store, "same-content")] == [(A, A)]


def test_empty_directories_are_no_copies(store: Store) -> None:
    empty = sha("")
    swept(store, [run_at(A, root_sha256=empty, traits={"trace_sha256": empty}), run_at(B, root_sha256=empty)])
    swept(store, [run_at(C, root_sha256=None), run_at(D, root_sha256=None)])
    assert told(store, "same-content", "copied-evidence") == []


def test_one_run_id_in_two_places(tmp_path: Path, store: Store) -> None:
    places = [tmp_path / folder / A for folder in ("one", "two")]
    _standing(*places)
    made = [run_at(A, str(place.parent), root_sha256=sha(place.parent.name)) for place in places]
    swept(store, made)
    (found,) = told(store, "same-run-id")
    assert found.sentence == f"the run id {A} is in 2 places, with different contents"
    assert found.where == tuple(str(place) for place in places)
    shutil.rmtree(places[0])
    assert told(store, "same-run-id") == [], "it was moved"


def test_a_copied_trace(store: Store) -> None:
    same = {"trace_sha256": sha("trace")}
    swept(store, [run_at(A, traits=same), run_at(B, traits=same)])
    (found,) = told(store, "copied-evidence")
    assert found.sentence == f"2 different runs have the same trace to the last byte, such as {A} and {B}"


def test_copied_responses_are_paired_with_the_first(store: Store) -> None:
    own = [{"responses": response_hashes([f"resp_{n}_{name}" for n in range(3)])} for name in "AB"]
    both = {"responses": response_hashes(["resp_0_A", "resp_1_A", "resp_0_B", "resp_other"])}
    swept(store, [run_at(A, traits=own[0]), run_at(B, traits=own[1]), run_at(C, traits=both)])
    found = told(store, "copied-evidence")
    assert [each.runs for each in found] == [(A, C), (B, C)]
    assert found[0].sentence.startswith(f"{A} and {C} tell of 2 answers with the same id, and")
    assert found[1].sentence.startswith(f"{B} and {C} tell of one answer with the same id")


def test_many_copies_are_told_with_the_first(store: Store) -> None:
    same = {"responses": response_hashes(["resp_of_everyone"])}
    made = [run_at(f"20260702T0100{n % 60:02d}Z-case-{n}", traits=same) for n in range(450)]
    twin = run_at(made[0].run_id, "/copy", traits=same)
    swept(store, [*made, twin])
    (found,) = told(store, "copied-evidence")
    assert found.sentence.startswith(
        f"{made[0].run_id} and 449 other runs, such as {made[1].run_id}, tell of one answer"
    )
    assert len(found.runs) == 10 and found.runs[0] == made[0].run_id


def test_placeholders_are_no_response_ids() -> None:
    assert response_hashes(["", "n/a", None, "unknown"]) == ()
    many = [f"resp_{number:05d}" for number in range(3000)]
    assert len(response_hashes(many)) == MAX_RESPONSES
    assert response_hashes(many) == response_hashes(many[::-1] * 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"finished_at": NOW + HOUR}, "it says that it ran until 2026-07-02T09:00:00Z, 1 hour after it was judged"),
        (
            {"report_mtime": NOW - 20 * HOUR},
            "its report was last written at 2026-07-01T12:00:00Z, 14 hours before the end",
        ),
        ({"started_at": NOW - 8 * HOUR}, "it says that it started at 2026-07-02T00:00:00Z, 2 hours before the time in"),
    ],
)
def test_times_that_cannot_be(store: Store, changes: dict[str, int], sentence: str) -> None:
    swept(store, [run_at(A), run_at(B, traits=changes), run_at(C)])
    (found,) = told(store, "clock")
    assert found.sentence.startswith(f"{B}: {sentence}") and found.runs == (B,)


def test_a_judgement_in_the_future(store: Store) -> None:
    store.record(judged("/runs/x", judged_at=NOW + NIGHT))
    assert [each.sentence for each in told(store, "clock")] == [
        "x: it was judged 1 day from now, at 2026-07-03T08:00:00Z"
    ]


def test_a_report_that_was_written_again_alone(store: Store) -> None:
    late = {"report_mtime": NOW + 3 * NIGHT}
    swept(store, [run_at(A), run_at(B, traits=late), run_at(C)])
    (found,) = told(store, "clock")
    assert found.sentence.endswith("written again 3 days after the run ended; those of the runs beside it were not")
    swept(store, [run_at(A, traits=late), run_at(C, traits=late)])
    assert told(store, "clock") == [], "a copy of the folder gives every file a new time"


def test_a_clock_that_was_set_back_between_sweeps(store: Store) -> None:
    store.begin_sweep(["/runs"], started=NOW)
    store.begin_sweep(["/runs"], started=NOW - 2 * HOUR)
    (found,) = told(store, "clock")
    assert found.sentence.startswith("sweep 2 began 2 hours before sweep 1, which was earlier")


def test_a_run_that_is_gone(tmp_path: Path, store: Store) -> None:
    root = str(tmp_path)
    _standing(*(tmp_path / name for name in (A, B, C)))
    swept(store, [run_at(A, root), run_at(B, root, decision="fail"), run_at(C, root)], roots=[root])
    shutil.rmtree(tmp_path / B)
    kept = [f"{root}/{name}" for name in (A, C)]
    swept(store, [], seen=kept, roots=[root])
    (found,) = told(store, "gone")
    assert (
        found.runs == (B,) and "is gone: last seen at 2026-07-02T08:00:00Z, 6 hours after it started" in found.sentence
    )
    assert found.sentence.endswith("it had failed")
    assert told(store, "left-out") == [], "what is gone is told once"
    assert [each for each in find(store, now=NOW + 40 * NIGHT) if each.kind == "gone"] == []


@pytest.mark.parametrize("instead", ["nothing", "link", "file", "empty"])
def test_what_is_put_in_the_place_of_a_run_is_not_the_run(tmp_path: Path, store: Store, instead: str) -> None:
    root, place, moved = str(tmp_path), tmp_path / A, tmp_path / "elsewhere"
    _standing(place)
    swept(store, [run_at(A, root)], roots=[root])
    place.rename(moved)
    if instead == "link":
        place.symlink_to(moved)
    elif instead == "file":
        place.touch()
    elif instead == "empty":
        place.mkdir()
    swept(store, [], roots=[root])
    assert [each.runs for each in told(store, "gone")] == [(A,)]


def _standing(*places: Path) -> None:
    for place in places:
        place.mkdir(parents=True)
        (place / "report.json").touch()


def test_a_run_that_was_not_looked_at_or_was_moved_is_not_gone(tmp_path: Path, store: Store) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    _standing(one / A, one / B, two / B)
    swept(store, [run_at(A, str(one)), run_at(B, str(one)), run_at(C, "/elsewhere")], roots=[str(tmp_path)])
    shutil.rmtree(one / B)
    swept(store, [run_at(B, str(two))], roots=[str(tmp_path)])
    assert told(store, "gone") == []


def test_a_folder_that_was_tidied_is_told_once(tmp_path: Path, store: Store) -> None:
    names = [f"20260702T0100{n:02d}Z-case-x-{n}" for n in range(30)]
    made = [run_at(name, str(tmp_path), decision="fail" if n == 29 else "pass") for n, name in enumerate(names)]
    swept(store, made, roots=[str(tmp_path)])
    swept(store, [], roots=[str(tmp_path)])
    (found,) = told(store, "gone")
    assert found.sentence.startswith(f"30 runs are gone from {tmp_path}: 29 had passed, 1 had failed, 0 were blocked")
    assert len(found.runs) == 10 and found.runs[0] == names[29]


def test_roots_that_only_look_alike_are_others(store: Store) -> None:
    swept(store, [run_at(A, "/no-such/runs"), run_at(B, "/no-such/runs-old")])
    swept(store, [], roots=["/no-such/runs/"])
    assert [each.runs for each in told(store, "gone")] == [(A,)]


def test_a_number_that_was_left_out(store: Store) -> None:
    swept(store, [run_at(A), run_at(B), run_at(D)])
    (found,) = told(store, "left-out")
    assert found.sentence == "r3 is missing from a series of 3 that ran until 2026-07-02T04:00:00Z from r1 to r4"
    assert found.runs == (B, D)


def test_numbers_of_other_rounds_folders_and_few_imply_nothing(store: Store) -> None:
    later = "20260703T040000Z-r4-tide-clock-104"
    swept(store, [run_at(A), run_at(B), run_at(later)])
    swept(store, [run_at(A, "/f"), run_at(D, "/f"), run_at(C, "/f/sub"), run_at("20260702T010000Z-x-9", "/f")])
    assert told(store, "left-out") == []


def test_a_folder_between_two_runs_does_not_hide_what_is_missing(store: Store) -> None:
    inner = "/runs/20260702T015959Z-inner-1/deep"
    swept(store, [run_at(A), run_at(B, inner), run_at(B), run_at(D)])
    assert [each.runs for each in told(store, "left-out")] == [(B, D)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20260531T234205Z-r1-string-slugify-1834617", ("r1-string-slugify", Series("r#", 1))),
        ("20260531T234205Z-case-007-1", ("case-007", Series("case-#", 7))),
        ("20260531T234205Z-echo-1", ("echo", None)),
        ("20261331T234205Z-echo-1", None),
        ("20260531T234205Z-r1\n-\x1b-1", ("r1\n-\x1b", None)),
        ("run", None),
    ],
)
def test_the_parts_of_a_name(name: str, expected: tuple[str, Series | None] | None) -> None:
    parts = run_name(name)
    assert (parts and (parts.case_id, series(parts.case_id))) == expected


def test_hostile_names_are_quoted_harmlessly(store: Store) -> None:
    name = "\x1b[2J\n" + "x" * 5000
    swept(store, [judged(f"/runs/{name}", root_sha256=sha("x")), run_at(A, root_sha256=sha("x"))])
    swept(store, [], roots=["/runs"])
    for each in find(store, now=NOW):
        assert each.sentence.isprintable() and len(each.sentence) < 1000


def test_an_instant_is_what_a_name_says() -> None:
    parts = run_name(A)
    assert parts is not None and parts.at == instant("2026-07-02T01:00:00Z")
