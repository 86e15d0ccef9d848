"""A worker judges for a sweep only where its verdicts are the coordinator's, and what it must not see is not sent to it."""

from __future__ import annotations

import pickle
import sys
from functools import partial
from pathlib import Path

import msgspec
import pytest

from auditor.cli import main
from auditor.errors import OperatorError
from auditor.sweep import cluster_fit
from auditor.sweep.cluster_client import connected, is_private
from auditor.sweep.cluster_fit import equip, equipping, installed
from auditor.sweep.worker import Job, Setup
from tests.sweep.kit import Tree

SOUND = "stage2-pass-no-gateway"


def setup_of(tree: Tree) -> Setup:
    """Return what the tree's runs are judged with."""
    return tree.plan().setup


def test_what_is_sent_judges_as_here_and_knows_nothing_of_the_store(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    setup = msgspec.structs.replace(setup_of(tree), url="postgresql://me:hunter2@host/db", shares=True)
    packed = pickle.dumps(equipping(setup, [str(tree.runs)]))
    assert b"hunter2" not in packed
    judge = pickle.loads(packed)()()
    outcome = judge(Job(str(tree.run[SOUND])))
    assert outcome.judged is not None
    assert outcome.judged.decision == "pass"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("version", "0.0.1", "has cto-audit"),
        ("ruleset_sha256", "0" * 64, "has other rules than the sweep"),
        ("code_sha256", "0" * 64, "has another build"),
        ("python", "cpython 3.2", "runs "),
    ],
)
def test_another_installation_is_refused(tmp_path: Path, field: str, value: str, sentence: str) -> None:
    tree = Tree(tmp_path, SOUND)
    equip(setup_of(tree), (str(tree.runs),), installed())
    with pytest.raises(OperatorError, match=sentence):
        equip(setup_of(tree), (str(tree.runs),), msgspec.structs.replace(installed(), **{field: value}))


def test_a_root_that_a_worker_does_not_see(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    with pytest.raises(OperatorError, match="does not see the root"):
        equip(setup_of(tree), (str(tmp_path / "elsewhere"),), installed())
    equip(setup_of(tree), ("s3://bucket/runs",), installed())


def test_a_record_that_a_worker_reads_otherwise(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    setup = setup_of(tree)
    record = tree.records / f"{SOUND}.json"
    record.write_bytes(record.read_bytes() + b"\n")
    with pytest.raises(OperatorError, match="reads another admission record"):
        equip(setup, (str(tree.runs),), installed())
    record.unlink()
    with pytest.raises(OperatorError, match="on the worker on "):
        equip(setup, (str(tree.runs),), installed())


def test_a_record_is_known_by_the_inode_that_it_has_on_the_worker(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    setup = setup_of(tree)
    (one,) = setup.authorities.records
    elsewhere = msgspec.structs.replace(one, identity=(7, 7))
    setup = msgspec.structs.replace(setup, authorities=msgspec.structs.replace(setup.authorities, records=(elsewhere,)))
    prepare = equip(setup, (str(tree.runs),), installed())
    assert isinstance(prepare, partial)
    assert prepare.args[0].authorities.records == (one,)


def digest_of(path: Path) -> str | None:
    """Stand in for the digest of the operator's files."""
    return path.read_text()


def test_files_of_the_operator_that_a_worker_reads_otherwise(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    listed = tmp_path / "allow"
    listed.write_text("a" * 64)
    plain = setup_of(tree)
    basis = msgspec.structs.replace(plain.basis, options_sha256="a" * 64)
    setup = msgspec.structs.replace(plain, basis=basis, options=partial(digest_of, listed))
    equip(setup, (str(tree.runs),), installed())
    listed.write_text("b" * 64)
    with pytest.raises(OperatorError, match="does not read the known credentials or the allow-list"):
        equip(setup, (str(tree.runs),), installed())
    listed.unlink()
    with pytest.raises(OperatorError, match="does not read the known credentials or the allow-list"):
        equip(setup, (str(tree.runs),), installed())


def test_relative_paths_are_sent_as_absolute_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree(tmp_path, SOUND)
    setup = setup_of(tree)
    (one,) = setup.authorities.records
    monkeypatch.chdir(tree.records)
    near = msgspec.structs.replace(one, path=Path(one.path).name)
    setup = msgspec.structs.replace(setup, authorities=msgspec.structs.replace(setup.authorities, records=(near,)))
    sent = equipping(setup, [])
    monkeypatch.chdir(tmp_path)
    sent()
    assert cluster_fit.installed() == installed()


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("tls://host:8786", True),
        ("wss://host:8786", True),
        ("tcp://127.0.0.1:8786", True),
        ("tcp://[::1]:8786", True),
        ("localhost:8786", True),
        ("tcp://10.0.0.1:8786", False),
        ("host:8786", False),
        ("tls:8786", False),
        ("tcp://127.0.0.1.example.org:8786", False),
    ],
)
def test_who_could_listen(address: str, private: bool) -> None:
    assert is_private(address) == private


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--jobs", "2"], "--jobs is for processes of this machine"),
        (["--known-secret-env", "HOME"], "names a variable of this machine"),
        (["--fingerprint-key", "KEY"], "the fingerprint key would cross the network unencrypted"),
        (["ftp://me:hunter2@host/runs"], "the credentials in a root's URL would cross the network unencrypted"),
    ],
)
def test_what_a_cluster_cannot_have_is_refused_before_anything_is_sent(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    key.write_text("a key of the operator's")
    given = [str(key) if argument == "KEY" else argument for argument in arguments]
    code = main(["sweep", str(tmp_path), "--store", str(tmp_path / "s"), "--cluster", "tcp://192.0.2.1:8786", *given])
    told = capsys.readouterr().err
    assert code == 2
    assert sentence in told
    assert "hunter2" not in told


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(OperatorError, match=r"needs dask\.distributed") as caught,
        connected("tcp://127.0.0.1:1"),
    ):
        pass
    assert "cto-audit[cluster]" in caught.value.hint
