"""What is recorded comes back, is kept, and is found again: on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from auditor.emit.published import publish
from auditor.errors import OperatorError
from auditor.facts import Claim
from auditor.store import Basis, Counts, Judged, MemoKey, Row, Store, Traits
from auditor.store.packing import pack
from tests.store.kit import BASIS, NIGHT, NOW, SAMPLES, judged, sample, sha

FULL = judged(
    "/runs/20260702T081500Z-r2-tide-clock-41003",
    decision="blocked",
    reason="the gate refused it",
    basis=Basis("0.2.0", "1" * 64, "2" * 64, "3" * 64, NOW + NIGHT, "4" * 64),
    stat_sha256="5" * 64,
    trust="stat",
    seconds=0.125,
    total_bytes=1 << 40,
    files=23,
    claim=Claim("case", 2, "blocked"),
    supports_stage2_pass=False,
    grade="dispatched",
    counts=Counts(1, 2, 3, 4, 5, 6, 7, 8),
    traits=Traits("mismatch", True, "sound", "6" * 64, (-5, 7), NOW - 3, NOW - 2, NOW - 1),
)
HIDDEN = {"shown", "document", "display"}


def same(row: Row, made: Judged) -> bool:
    """Tell whether a row says what was recorded."""
    traits = msgspec.structs.replace(made.traits, responses=())
    expected = msgspec.structs.replace(made, traits=traits)
    return all(getattr(row, name) == getattr(expected, name) for name in Judged.__struct_fields__ if name not in HIDDEN)


def test_what_is_recorded_comes_back_whole(store: Store) -> None:
    number = store.record(FULL)
    row = store.latest_of(FULL.place)
    assert row is not None and row.id == number
    assert same(row, FULL)
    assert (row.masked, row.whole, row.last_seen) == (False, False, FULL.judged_at)
    assert store.verdict(number) is None and store.display(number) is None
    assert store.row(number) == row and store.row(number + 1) is None


def test_history_is_kept_newest_first(store: Store) -> None:
    place, other = "/runs/a", "/runs/b"
    first = store.record(judged(place))
    store.record(judged(other))
    second = store.record(judged(place, decision="fail", judged_at=NOW + NIGHT))
    assert [row.id for row in store.history(place)] == [second, first]
    assert [row.id for row in store.history(place, 1)] == [second]
    assert [(row.place, row.decision) for row in store.latest()] == [(other, "pass"), (place, "fail")]
    assert [row.place for row in store.latest(order="place")] == [place, other]
    assert [row.id for row in store.recorded(since=NOW + 1)] == [second]
    assert store.latest_of_all([place, other, "/runs/c"]).keys() == {place, other}
    assert store.latest_of("/runs/c") is None


@pytest.mark.parametrize("table", ["verdict", "document"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {}_id = 0", "DELETE FROM {}"])
def test_the_database_itself_keeps_history(store: Store, table: str, verb: str) -> None:
    store.record(sample("killed-case")[1])
    statement = verb.format(table, "basis" if table == "verdict" else "verdict")
    with pytest.raises(OperatorError, match="cannot be used"), store._writing() as connection:
        connection.execute(text(statement))
    assert len(list(store.latest())) == 1


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()))
def test_a_stored_verdict_is_the_published_one(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    verdict, made = sample(name)
    with Store.open(str(tmp_path_factory.mktemp("store") / "s.sqlite3")) as store:
        number = store.record(made)
        assert store.verdict(number) == msgspec.json.encode(publish(verdict))
        row = store.latest_of(made.place)
        assert row is not None and same(row, made) and row.whole
    assert row.counts.violated == sum(each.status == "violated" for each in verdict.rulings)
    assert row.counts.confirmed == sum(each.confidence == "confirmed" for each in verdict.secrets)
    assert row.files == len(verdict.artifacts) and row.total_bytes > 0


def test_documents_go_with_their_verdicts_on_both_databases(store: Store) -> None:
    made = [sample("killed-case")[1], judged("/runs/a"), sample("leaked-key")[1]]
    numbers = store.record_all(made)
    documents = [store.verdict(number) for number in numbers]
    assert [document and pack(document) for document in documents] == [each.document for each in made]
    assert [row.id for row in store.latest()] == numbers


def test_all_of_a_batch_is_recorded_or_nothing(store: Store) -> None:
    wrong = judged("/runs/b", total_bytes=1 << 70)
    with pytest.raises(OperatorError):
        store.record_all([judged("/runs/a", basis=FULL.basis), wrong])
    assert list(store.latest()) == []
    store.record(judged("/runs/a", basis=FULL.basis))  # what was known of the lost batch is not relied upon
    assert [row.basis for row in store.latest()] == [FULL.basis]


def test_nothing_is_recorded_of_nothing(store: Store) -> None:
    assert store.record_all([]) == []
    store.seen([], at=NOW, sweep=None)
    assert list(store.latest()) == []


@given(
    run_id=st.text(max_size=30),
    reason=st.text(max_size=30),
    name=st.binary(min_size=1, max_size=20),
    stage=st.integers(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_hostile_texts_are_stored(store: Store, run_id: str, reason: str, name: bytes, stage: int) -> None:
    place = "/runs/" + name.decode("utf-8", "surrogateescape")
    made = judged(place, run_id=run_id, reason=reason, claim=Claim(reason, stage, run_id))
    store.record(made)
    row = store.latest_of(place)
    assert row is not None and row.place == place
    if "\0" not in run_id + reason:
        assert (row.run_id, row.reason, row.claim.engine) == (run_id, reason, reason)
    assert row.claim.stage == (stage if abs(stage) < 1 << 63 else None)


def test_lone_surrogates_of_json_are_stored(store: Store) -> None:
    store.record(judged("/runs/a", run_id="\ud800", reason="a\udcffb\0c"))
    (row,) = store.latest()
    assert row.reason == "a\\xffb\\u0000c" and row.run_id.isascii()


def test_places_that_were_met_again_are_known(store: Store) -> None:
    first = store.begin_sweep(["/runs"], started=NOW)
    store.record_all([judged("/runs/a", sweep=first), judged("/runs/b", sweep=first)])
    store.seen(["/runs/a", "/runs/unknown"], at=NOW + NIGHT, sweep=first + 1)
    assert {row.place: row.last_seen for row in store.latest()} == {"/runs/a": NOW + NIGHT, "/runs/b": NOW}
    store.seen(["/runs/a"], at=NOW, sweep=None)  # the clock was set back
    row = store.latest_of("/runs/a")
    assert row is not None and row.last_seen == NOW + NIGHT


def test_sweeps_are_listed_newest_first(store: Store) -> None:
    roots = ["/runs", "/\udcff"]
    first = store.begin_sweep(roots, started=NOW)
    second = store.begin_sweep(["/runs"], started=NOW + NIGHT)
    store.end_sweep(first, ended=NOW + 5, counts={"judged": 7}, interrupted=True)
    newest, oldest = store.sweeps()
    assert (oldest.id, oldest.roots, oldest.ended, oldest.interrupted) == (first, tuple(roots), NOW + 5, True)
    assert oldest.counts == {"judged": 7}
    assert (newest.id, newest.ended, newest.counts) == (second, None, {})
    assert [each.id for each in store.sweeps(1)] == [second]


def test_a_memo_is_found_by_content_kind_and_engine(store: Store) -> None:
    keys = [MemoKey(sha("x"), "trace", "e1"), MemoKey(sha("x"), "log", "e1"), MemoKey(sha("x"), "trace", "e2")]
    store.memo_put({key: bytes([number]) for number, key in enumerate(keys)})
    store.memo_put({keys[0]: b"later"})
    assert store.memo_get([*keys, MemoKey(sha("y"), "trace", "e1")]) == {k: bytes([n]) for n, k in enumerate(keys)}
    assert store.memo_trim("e1") == 1
    assert store.memo_get(keys).keys() == set(keys[:2])
    assert store.memo_get([]) == {}


def test_many_are_streamed_and_found(store: Store) -> None:
    places = [f"/runs/{number}" for number in range(1203)]
    store.record_all([judged(place) for place in places])
    assert [row.place for row in store.latest()] == places
    assert list(store.latest_of_all(places)) and len(store.latest_of_all(places)) == len(places)
    rows = store.latest()
    next(rows)
    store.record(judged("/runs/0", basis=BASIS))  # one who reads does not hinder the writer
    rows.close()  # type: ignore[attr-defined]
