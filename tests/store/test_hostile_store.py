"""A store is a file that anybody may have changed, or a server that may refuse: a sentence comes of it, never a crash."""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import sys
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from auditor.anomalies import find
from auditor.coverage import coverage
from auditor.errors import OperatorError
from auditor.store import MemoKey, Store, connect, packing
from auditor.store.lookup import find_run
from auditor.store.packing import DamagedDocumentError, pack, unpack
from auditor.store.tables import metadata
from tests.store.kit import NOW, judged, sample, sha
from tests.store.server import new_database

KEY = MemoKey(sha("x"), "trace", "e")


def filled(path: Path) -> Path:
    """Make a store at the path with a few of everything in it."""
    with Store.open(str(path)) as store:
        sweep = store.begin_sweep(["/runs"], started=NOW)
        store.record_all([sample("leaked-key")[1], judged("/runs/a"), judged("/runs/b"), judged("/runs/a")])
        store.memo_put({KEY: b"value"})
        store.end_sweep(sweep, ended=NOW, counts={"judged": 4}, interrupted=False)
    return path


def everything(path: Path) -> None:
    """Read all that can be read of a store."""
    with Store.open(str(path), create=False) as store:
        rows = list(store.latest(order="place"))
        coverage(rows, now=NOW)
        for row in rows:
            store.verdict(row.id)
            store.display(row.id)
        list(store.sweeps())
        list(find(store, now=NOW))
        store.memo_get([KEY])
        store.before(rows)
        find_run(store, "/runs/a")


def refused(path: str | Path, *, create: bool = False) -> str:
    """Return the sentence with which the store at the path is refused."""
    with pytest.raises(OperatorError) as caught:
        Store.open(str(path), create=create).close()
    assert "\n" not in caught.value.sentence and caught.value.hint
    return caught.value.sentence


def test_a_whole_store_is_read(tmp_path: Path) -> None:
    everything(filled(tmp_path / "s"))


@pytest.mark.parametrize("kept", [1, 99, 100, 512, 4096, 5000, 9000, 20000])
def test_a_truncated_file_is_damaged(tmp_path: Path, kept: int) -> None:
    path = filled(tmp_path / "s")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(OperatorError, match=r"not an SQLite file|damaged|incomplete|does not read|no verdict store"):
        everything(path)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_never_crash(tmp_path: Path, seed: int) -> None:
    path = filled(tmp_path / "s")
    content = bytearray(path.read_bytes())
    dice = random.Random(seed)
    for _ in range(dice.choice((1, 10, 200))):
        content[dice.randrange(len(content))] = dice.randrange(256)
    path.write_bytes(content)
    try:
        everything(path)
    except OperatorError as error:
        assert str(path) in error.sentence or "knows no run" in error.sentence


CELLS = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if table.name not in {"response", "memo"} and not (column.primary_key and table.name != "document")
]
VALUES = ["1 << 62", "-1", "0.5", "'text'", "x'ff00'", "''", "zeroblob(0)", "NULL", "'[1e999]'", "char(0)", "9e999"]


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_cell_of_any_other_kind_never_crashes(tmp_path: Path, table: str, column: str) -> None:
    path = filled(tmp_path / "s")
    whole = path.read_bytes()
    for value in VALUES:
        path.write_bytes(whole)
        connection = sqlite3.connect(path)
        connection.executescript(
            "".join(f"DROP TRIGGER {t}_no_{v};" for t in ("verdict", "document") for v in ("update", "delete"))
        )
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
        except sqlite3.IntegrityError:
            continue
        finally:
            connection.commit()
            connection.close()
        try:
            everything(path)
        except OperatorError as error:
            assert error.hint


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_bytes(b"x")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for create in (True, False):
            for name in ("pipe", "folder", "socket"):
                assert "is not a file" in refused(tmp_path / name, create=create)
            assert "is not a file" in refused("/dev/null", create=create)
            assert "Too many levels" in refused(tmp_path / "loop", create=create)
            assert "Not a directory" in refused(tmp_path / "file/s", create=create)
            assert "cannot be used" in refused("x" * 5000, create=create)
            assert "the path is not valid" in refused("a\0b", create=create)
            assert "names no file" in refused("", create=create)
            assert "there is no kind of store 'mysql'" in refused("mysql://h/d", create=create)


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    text, empty, other = tmp_path / "text", tmp_path / "empty", tmp_path / "other"
    text.write_bytes(b"no database at all, but long enough for a header of one hundred bytes\n" * 3)
    empty.touch()
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE verdict (x)")
    connection.close()
    before = {path: path.read_bytes() for path in (text, empty, other)}
    assert "is not an SQLite file" in refused(text) and "is not an SQLite file" in refused(text, create=True)
    assert "holds no verdict store" in refused(empty)
    assert "tables of another program" in refused(other) and "tables of another program" in refused(other, create=True)
    with closing(sqlite3.connect(other)) as again:
        tables = again.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("verdict",)]
    assert {path: path.read_bytes() for path in (text, empty)} == {path: before[path] for path in (text, empty)}


@pytest.mark.parametrize(
    ("version", "sentence"),
    [("2", "was made by a later cto-audit (schema 2; this one knows 1)"), ("x", "does not say"), ("0", "does not say")],
)
def test_another_version_is_refused(url: str, version: str, sentence: str) -> None:
    with Store.open(url) as store, store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE store_meta SET value = '{version}'")
    assert sentence in refused(url) and sentence in refused(url, create=True)


def test_a_lost_table_is_told(url: str) -> None:
    with Store.open(url) as store:
        store.record(judged("/runs/a"))
        with store._writing() as connection:
            connection.exec_driver_sql("DROP TABLE response")
        with pytest.raises(OperatorError, match="its tables are incomplete"):
            list(find(store, now=NOW))


def test_a_full_disk_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    made = sample("leaked-key")[1]
    with Store.open(str(tmp_path / "s")) as store:
        with store._writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
        recorded: list[int] = []
        with pytest.raises(OperatorError, match="its disk is full") as caught:
            while len(recorded) < 100:
                recorded.append(store.record(made))
        assert "what was recorded is kept" in caught.value.hint
        assert recorded and [row.id for row in store.recorded()] == recorded[::-1]
        with store._writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        assert store.record(made) > recorded[-1]
        assert store.verdict(recorded[-1]) is not None


def test_a_file_that_another_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "s")
    monkeypatch.setattr(connect, "_BUSY_MILLISECONDS", 20)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        assert "another process is writing to it" in refused(path, create=True)
        everything(path)
    finally:
        other.close()


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "s")
    with (
        Store.open(str(path), create=False) as store,
        pytest.raises(OperatorError, match="may not be written"),
    ):
        store.record(judged("/runs/a"))


def test_a_store_on_a_medium_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "s")
    really = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: really(place, mode) and mode != os.W_OK)
    everything(path)
    assert [each.name for each in tmp_path.iterdir()] == ["s"]


def test_a_home_that_is_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(OperatorError, match="no home folder"):
        Store.open()


def test_odd_names_of_files_are_names(tmp_path: Path) -> None:
    for name in (
        "a?mode=memory",
        "b#c",
        "d%41",
        "e f",
        "ü",
        "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    ):
        with Store.open(str(tmp_path / name)) as store:
            store.record(judged("/runs/a"))
        assert (tmp_path / name).is_file()
        everything(tmp_path / name)


def test_a_document_is_unpacked_with_suspicion(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack(b"x" * 5000)
    assert unpack(packed) == b"x" * 5000
    for wrong in (b"", packed[:-1], packed[:9], b"no", zlib.compress(b"")[:-1]):
        with pytest.raises(DamagedDocumentError):
            unpack(wrong)
    monkeypatch.setattr(packing, "MAX_DOCUMENT_BYTES", 4999)
    with pytest.raises(DamagedDocumentError, match="longer than any document"):
        unpack(packed)


PASSWORD = "hunter2-and-more"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"postgresql://u:{PASSWORD}@127.0.0.1:1/d", "postgresql://127.0.0.1:1/d cannot be used: "),
        (f"postgresql://u:{PASSWORD}@more@127.0.0.1:1/d", "the URL is ambiguous"),
        (f"postgresql://u:{PASSWORD}:/@[::1/d", "the URL is ambiguous"),
        (f"postgresql://127.0.0.1:{PASSWORD}/d", ""),
        (f"postgres://127.0.0.1:1/d?password={PASSWORD}&nonsense=1", "no URL that PostgreSQL's client understands"),
        (f"postgresql://127.0.0.1:1/d?password={PASSWORD}&application_name=x", "127.0.0.1:1/d cannot be used: "),
        (f"nonsense+{PASSWORD}://", ""),
    ],
)
def test_a_password_is_never_told(url: str, sentence: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(OperatorError) as caught:
        Store.open(url)
    said = f"{caught.value.sentence} {caught.value.hint}"
    assert sentence in said
    if not url.startswith("nonsense"):
        assert PASSWORD not in said and "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://u:p@h.example:5433/d?sslmode=require", "postgresql://h.example:5433/d"),
        ("postgres://u@[::1]/d", "postgresql://[::1]/d"),
        ("postgresql:///d?host=/run/pg&port=5433&user=u&password=p", "postgresql://:5433/d?host=/run/pg"),
        ("postgresql+psycopg://h/a%20b", "postgresql://h/a%20b"),
    ],
)
def test_a_server_is_named_by_a_url_that_works(url: str, name: str) -> None:
    pytest.importorskip("psycopg")
    reached = connect.target(url, create=False)
    assert (reached.name, reached.path) == (name, None)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(OperatorError, match="the driver for it is not installed") as caught:
        Store.open("postgresql://127.0.0.1/d")
    assert "cto-audit[postgres]" in caught.value.hint


def test_a_server_that_refuses_is_told(postgres: str) -> None:
    assert "there is no such user" in refused(postgres.replace("auditor@", f"nobody:{PASSWORD}@"))
    assert "there is no such database" in refused(postgres.replace("/postgres?", "/absent?"))
    assert "no server answers there" in refused("postgresql://127.0.0.1:1/d")
    assert "no server answers there" in refused("postgresql:///d?host=/nowhere")
    assert "no server answers" in (said := refused("postgresql://host.invalid/d")) or "no such host" in said
    assert "its encoding is SQL_ASCII" in refused(new_database(postgres, encoding="SQL_ASCII"), create=True)
    assert "holds no verdict store" in refused(new_database(postgres))


def test_tables_of_another_program_on_a_server_are_left_alone(database: str) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE memo (x int)")
    assert "tables of another program" in refused(database, create=True)
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE memo")
        connection.execute("CREATE TABLE theirs (x int)")
    with Store.open(database) as store:  # a database may be shared, if no name is
        assert list(store.latest()) == []


def test_a_lost_connection_is_told_and_the_next_call_works(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    def cut() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cto-audit'"
            )

    with Store.open(database) as store:
        store.record(judged("/runs/a"))
        cut()
        store.record(judged("/runs/b"))  # between calls, nothing is lost
        rows = store.latest()
        with pytest.raises(OperatorError, match=r"shut down|lost"), store._writing() as connection:
            cut()
            connection.exec_driver_sql("SELECT 1")
        assert len(list(rows)) == 2
