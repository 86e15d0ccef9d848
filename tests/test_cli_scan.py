"""``cto-audit scan`` and ``cto-audit fingerprint``: files and commits, exit codes, and nothing that tells a value."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli, engines
from auditor.emit.safe import safe
from auditor.secrets.prefilter import Prefilter
from tests.forgeries import kit
from tests.forgeries.kit import Scene
from tests.secrets.fakes import pick, with_crc

KEY = "sk-ant-api03-" + pick("alnum", 93, random.Random(1)) + "AA"
OTHER = with_crc("ghp_", random.Random(2))
HOUSE = "correct-horse-" + pick("lower", 20, random.Random(3))
"""A credential in no known format: only who knows it can find it."""

Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that runs a command and returns its exit code and output, which must tell no value."""

    def run(*line: str | Path) -> tuple[int, str]:
        code = cli.main([str(word) for word in line])
        out, err = capsys.readouterr()
        assert all(value not in out + err for value in (KEY, OTHER, HOUSE, HOUSE[6:22]))
        assert bool(err) == (code == 2)
        return code, out + err

    return run


@pytest.fixture
def found(told: Told) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Return a function that scans and returns the exit code and the published object."""

    def run(*line: str | Path) -> tuple[int, dict[str, Any]]:
        code, out = told("scan", "--json", *line)
        document: dict[str, Any] = json.loads(out)
        assert list(document) == ["schema", "secrets", "gaps", "root_sha256"]
        assert document["schema"] == "cto-audit-scan/v1"
        return code, document

    return run


class Repository:
    """A git repository to plant in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git and return what it says."""
        identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", str(self.folder), *identity, *arguments],
            capture_output=True,
            check=True,
            env={**os.environ, **environment},
        )
        return done.stdout.decode().strip()

    def commit(self, message: str, **files: str | None) -> str:
        """Write or remove files, commit them, and return the commit's id. ``_md`` in a name stands for ``.md``."""
        for name, content in files.items():
            path = self.folder / name.replace("_md", ".md")
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty repository."""
    return Repository(tmp_path / "repository")


def test_a_folder_s_paths_and_root_are_those_of_an_audit(found: Any, tmp_path: Path) -> None:
    folder = tmp_path / "sot"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/plan.md").write_text(f"# Plan\n\nuse {KEY}\n")
    (folder / "clean.md").write_text("nothing\n")
    code, document = found(folder)
    (secret,) = document["secrets"]
    assert code == 1
    assert set(secret) == {"path", "line", "detector", "view", "masked", "fingerprint", "confidence"}
    assert (secret["path"], secret["line"], secret["view"]) == ("deep/plan.md", 3, "raw")
    lines = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n".encode()
        for path in (folder / "deep/plan.md", folder / "clean.md")
    )
    root = hashlib.sha256(b"".join(lines)).hexdigest()
    assert document["root_sha256"] == root
    assert secret["fingerprint"] == hmac.new(root.encode(), KEY.encode(), hashlib.sha256).hexdigest()[:32]


def test_several_paths_are_shown_as_they_were_given(found: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    Path("docs/a.md").write_text(KEY)
    Path("b.md").write_text(OTHER)
    code, document = found("docs", "b.md", "docs/a.md")
    assert code == 1
    assert sorted(secret["path"] for secret in document["secrets"]) == ["b.md", "docs/a.md"]
    assert [secret["path"] for secret in found("./b.md")[1]["secrets"]] == ["b.md"]


def test_a_clean_place_exits_0(told: Told, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("AWS_SECRET_ACCESS_KEY=<redacted>\n")
    code, text = told("scan", tmp_path)
    assert code == 0 and text.startswith("NOTHING FOUND\n") and "1 file, 33 bytes" in text


def test_a_place_without_files_is_not_called_clean(told: Told, tmp_path: Path) -> None:
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    code, text = told("scan", tmp_path / "empty")
    assert code == 0 and text.startswith("NOTHING TO LOOK AT: no file was read\n") and "0 files, 0 bytes" in text


def test_a_pipe_that_is_named_is_called_a_pipe(found: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for named in (tmp_path / "pipe", tmp_path):
        code, document = found(named)
        assert code == 3
        assert [gap["reason"] for gap in document["gaps"]] == ["a named pipe is not read"]


@pytest.mark.parametrize("known", [False, True])
def test_what_is_compiled_is_kept_only_where_no_secret_is_known(
    known: bool, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []
    build = Prefilter.__init__

    def noted(self: Prefilter, literals: Any, *, vector: bool = True, keep: bool = False) -> None:
        made.append(keep)
        build(self, literals, vector=vector, keep=keep)

    monkeypatch.setattr(Prefilter, "__init__", noted)
    engines.rules_engine.cache_clear()
    (tmp_path / "a.md").write_text("nothing\n")
    (tmp_path / "value").write_text(KEY)
    told("scan", tmp_path / "a.md", *(["--known-secret-file", tmp_path / "value"] if known else []))
    assert (True in made) == (not known) and made


def test_the_policy_says_what_fails(told: Told, found: Any, tmp_path: Path) -> None:
    place = tmp_path / "a.md"
    place.write_text("ghp_" + pick("alnum", 36, random.Random(4)))  # its checksum is wrong, so nothing confirms it
    policy = tmp_path / "policy.toml"
    default = (Path(__file__).parents[1] / "rules/policy.toml").read_text()
    policy.write_text(default.replace('["confirmed", "likely"]', '["confirmed"]'))
    assert [secret["confidence"] for secret in found(place)[1]["secrets"]] == ["likely"]
    assert told("scan", place)[0] == 1
    code, text = told("scan", place, "--policy", policy)
    assert code == 0 and text.startswith("FOUND 1 suspicion\n")


def test_what_cannot_be_read_exits_3_and_hides_no_finding(found: Any, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("clean")
    os.mkfifo(tmp_path / "pipe")
    code, document = found(tmp_path)
    assert code == 3
    assert document["gaps"] == [{"path": "pipe", "reason": "a named pipe is not read"}]
    (tmp_path / "a.md").write_text(KEY)
    code, document = found(tmp_path)
    assert code == 1 and document["gaps"] and document["secrets"]


def test_an_unreadable_file_leaves_no_root(found: Any, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "a.md").write_text("clean")
    real = os.open

    def refuse(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if path == "a.md":
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    code, document = found(tmp_path)
    assert code == 3 and document["root_sha256"] is None
    assert document["gaps"][0]["reason"] == "the file cannot be opened: Permission denied"


def test_links_are_not_followed_but_their_names_are_read(found: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(KEY)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    assert found(folder)[0] == 0
    (folder / "told").symlink_to(f"/srv/{OTHER}")
    code, document = found(folder)
    assert code == 1 and [(each["path"], each["line"]) for each in document["secrets"]] == [("told", None)]
    assert found(folder / "link")[0] == 1, "a link that the operator names is what was asked for"
    assert found(folder / "told")[0] in {1, 3}, "a link that leads nowhere cannot be read"


def test_file_names_are_scanned_and_masked(found: Any, told: Told, tmp_path: Path) -> None:
    (tmp_path / f"{OTHER}.md").write_text("clean")
    code, document = found(tmp_path)
    (secret,) = document["secrets"]
    assert code == 1 and secret["line"] is None and "ghp_" in secret["path"]
    assert told("scan", tmp_path)[0] == 1


def test_a_name_that_is_not_utf8_is_shown(told: Told, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[2J.md")).write_text(KEY)
    code, out = told("scan", "--json", tmp_path)
    assert code == 1 and json.loads(out)["secrets"][0]["path"] == "\\xff\x1b[2J.md"
    _, text = told("scan", tmp_path)
    assert all(line == safe(line) for line in text.splitlines()) and "\\xff\\u001b[2J.md:1" in text


def test_the_object_store_is_left_to_git(found: Any, told: Told, repository: Repository) -> None:
    repository.commit("leak", a_md=KEY)
    repository.commit("mend", a_md="clean")
    assert found(repository.folder)[0] == 0
    assert "git's object store left out" in told("scan", repository.folder)[1]
    with (repository.folder / ".git/config").open("a") as file:
        file.write(f'[remote "origin"]\n\turl = https://robot:{OTHER}@example.org/x.git\n')
    assert found(repository.folder)[0] == 1, "the rest of .git is read"


def test_a_key_that_was_committed_and_removed_is_found_in_its_commit(found: Any, repository: Repository) -> None:
    first = repository.commit("first", a_md="clean")
    leak = repository.commit("leak", b_md=f"one\ntwo {KEY}\n")
    last = repository.commit("mend", b_md="one\n")
    code, document = found(repository.folder, "--git", f"{first}..HEAD")
    (secret,) = document["secrets"]
    assert code == 1 and (secret["path"], secret["line"]) == (f"{leak}:b.md", 2)
    assert KEY in repository.git("cat-file", "-p", secret["path"])
    assert found(repository.folder, "--git", f"{leak}..{last}")[0] == 0
    assert found(repository.folder, "--git", "--all")[0] == 1
    assert found(repository.folder, "--git=--all")[0] == 1


def test_without_a_path_the_repository_is_here(found: Any, repository: Repository, monkeypatch: Any) -> None:
    repository.commit("leak", a_md=KEY)
    monkeypatch.chdir(repository.folder)
    assert found("--git", "HEAD")[0] == 1


def test_messages_authors_tags_and_names_are_scanned(found: Any, repository: Repository) -> None:
    base = repository.commit("first", a_md="clean")
    message = repository.commit(f"a message\n\nwith {KEY}")
    code, document = found(repository.folder, "--git", f"{base}..HEAD")
    assert code == 1 and [secret["path"] for secret in document["secrets"]] == [message]
    repository.git("tag", "-a", "v1", "-m", f"tagged {OTHER}", base)
    code, document = found(repository.folder, "--git", base)
    assert [secret["path"] for secret in document["secrets"]] == [repository.git("rev-parse", "v1")]
    named = repository.commit("a name", **{f"{OTHER}_md": "clean"})
    code, document = found(repository.folder, "--git", f"{message}..{named}")
    (secret,) = document["secrets"]
    assert code == 1 and secret["line"] is None and secret["path"].startswith(f"{named}:ghp_…")


def test_each_blob_is_read_once_and_each_path_named(found: Any, told: Told, repository: Repository) -> None:
    repository.commit("first", a_md=KEY, b_md=KEY)
    repository.commit("moved", c_md=KEY, b_md=None)
    code, document = found(repository.folder, "--git", "HEAD")
    assert code == 1 and len(document["secrets"]) == 1
    assert "2 commits, 3 messages, blobs and tags" in told("scan", repository.folder, "--git", "HEAD")[1]
    repository.commit("named", **{f"{OTHER}_md": KEY})
    assert len(found(repository.folder, "--git", "HEAD")[1]["secrets"]) == 2


def test_what_a_merge_itself_brings_is_found(found: Any, repository: Repository) -> None:
    repository.commit("first", a_md="one\n")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit("topic", b_md="two\n")
    repository.git("checkout", "-q", "main")
    before = repository.commit("main", c_md=f"three {OTHER}\n")
    repository.git("merge", "-q", "--no-commit", "topic")
    (repository.folder / "evil.md").write_text(KEY)
    merge = repository.commit("merge")
    code, document = found(repository.folder, "--git", f"{before}..HEAD")
    assert code == 1 and [secret["path"] for secret in document["secrets"]] == [f"{merge}:evil.md"]


def test_replacements_hide_nothing(found: Any, repository: Repository) -> None:
    leak = repository.commit("leak", a_md=KEY)
    blob = repository.git("rev-parse", f"{leak}:a.md")
    (repository.folder / "clean").write_text("clean")
    clean = repository.git("hash-object", "-w", "clean")
    repository.git("replace", blob, clean)
    assert repository.git("cat-file", "-p", blob) == "clean"
    assert found(repository.folder, "--git", leak)[0] == 1


def test_a_shallow_or_damaged_repository_is_not_clean(found: Any, repository: Repository, tmp_path: Path) -> None:
    repository.commit("leak", a_md=KEY)
    repository.commit("mend", a_md="clean")
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(shallow))
    code, document = found(shallow, "--git", "HEAD")
    assert code == 3 and "shallow" in document["gaps"][0]["reason"] and not document["secrets"]
    blob = repository.git("rev-parse", "HEAD:a.md")
    (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    code, document = found(repository.folder, "--git", "HEAD")
    assert code == 1 and document["root_sha256"] is None
    assert [gap["reason"] for gap in document["gaps"]] == ["git cannot read the object"]


def test_paths_of_a_repository_may_be_anything(found: Any, repository: Repository) -> None:
    name = os.fsdecode(b":100644 \xff\n\t.md")
    (repository.folder / name).write_text(KEY)
    commit = repository.commit("odd")
    (secret,) = found(repository.folder, "--git", "HEAD")[1]["secrets"]
    assert secret["path"] == f"{commit}:" + ":100644 \\xff\n\t.md"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ((), "nothing is named to be scanned"),
        (("absent",), "there is no file or folder absent"),
        (("--git", "HEAD", "FOLDER"), "git cannot read the commits of FOLDER"),
        (("--git", "nowhere..HEAD", "REPO"), "git cannot read the commits of REPO"),
        (("--git=--output=x", "REPO"), "--output=x is no range"),
        (("--git=HEAD --not", "REPO"), "--not is no range"),
        (("--git= ", "REPO"), "an empty text is no range"),
        (("FOLDER", "--fingerprint-key", "absent"), "cannot be read"),
        (("FOLDER", "--known-secret-env", "NO_SUCH_VARIABLE"), "there is no such variable"),
        (("FOLDER", "--known-secret-env", "SHORT"), "fewer than 6 bytes"),
        (("FOLDER", "--known-secret-file", "absent"), "--known-secret-file absent cannot be read"),
        (("FOLDER", "--known-secret-file", "HUGE"), "longer than"),
        (("FOLDER", "--known-fingerprint", "HUGE"), "is no fingerprint file"),
    ],
)
def test_a_usage_error_is_told(
    line: tuple[str, ...], sentence: str, told: Told, tmp_path: Path, monkeypatch: Any
) -> None:
    Repository(tmp_path / "REPO").commit("first", a_md="clean")
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "HUGE").write_bytes(b"x" * 70_000)
    monkeypatch.setenv("SHORT", " abc ")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    code, text = told("scan", *line)
    assert code == 2 and sentence in text and len(text.splitlines()) == 2


@pytest.mark.parametrize("disguise", ["{}", '{{"a":"{}"}}', "x{}y"])
@pytest.mark.parametrize("how", ["variable", "file", "fingerprint"])
def test_a_credential_of_no_known_format_is_found_by_who_knows_it(
    how: str, disguise: str, found: Any, told: Told, tmp_path: Path, monkeypatch: Any
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "a.txt").write_text(disguise.format(HOUSE))
    assert found(place)[0] == 0
    options = known(how, told, tmp_path, monkeypatch)
    code, document = found(place, *options)
    assert code == 1 and document["secrets"][0]["confidence"] == "confirmed"


def known(how: str, told: Told, folder: Path, monkeypatch: Any) -> list[str]:
    """Return the options that tell a command of `HOUSE`."""
    (folder / "secret").write_text(f"{HOUSE}\n")
    if how == "variable":
        monkeypatch.setenv("HOUSE", HOUSE)
        return ["--known-secret-env", "HOUSE"]
    if how == "file":
        return ["--known-secret-file", str(folder / "secret")]
    (folder / "key").write_text("a key\n")
    code, text = told("fingerprint", "--known-secret-file", folder / "secret", "--fingerprint-key", folder / "key")
    assert code == 0
    (folder / "prints").write_text(text)
    return ["--known-fingerprint", str(folder / "prints"), "--fingerprint-key", str(folder / "key")]


@pytest.mark.parametrize("how", ["variable", "file", "fingerprint"])
def test_an_audit_looks_for_known_credentials_too(how: str, told: Told, tmp_path: Path, monkeypatch: Any) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.append(scene.path(kit.STDOUT), base64.b64encode(f"login {HOUSE}".encode()) + b"\n")
    kit.append(scene.path(kit.STDOUT), f"{HOUSE}\n")
    assert not json.loads(told(scene.run, "--json")[1])["secrets"]
    code, out = told(scene.run, "--json", *known(how, told, tmp_path, monkeypatch))
    secrets = json.loads(out)["secrets"]
    assert code == 1 and {secret["path"] for secret in secrets} == {kit.STDOUT}
    assert {secret["view"] for secret in secrets} >= {"raw"}


def test_a_fingerprint_file_tells_no_value_and_is_salted(told: Told, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("HOUSE", HOUSE)
    monkeypatch.setenv("KEY", KEY)
    line = ("fingerprint", "--known-secret-env", "HOUSE", "--known-secret-env", "KEY")
    first, second = (json.loads(told(*line)[1]) for _ in range(2))
    assert first["salt"] != second["salt"] and first["entries"] != second["entries"]
    assert [entry["length"] for entry in first["entries"]] == [len(HOUSE), len(KEY)]


def test_a_fingerprint_needs_its_key(found: Any, told: Told, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "a").write_text(HOUSE)
    options = known("fingerprint", told, tmp_path, monkeypatch)
    assert found(tmp_path / "a", *options)[0] == 1
    assert found(tmp_path / "a", *options[:2])[0] == 0


def test_a_fingerprint_of_nothing_is_refused(told: Told) -> None:
    code, text = told("fingerprint")
    assert code == 2 and "no credential is named" in text
