"""What must hold of every audit, whatever stands in the directory: tried on the samples with chance as the forger."""

from __future__ import annotations

import base64
import json
import random
import shutil
import string
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audit import audit
from auditor.emit import Style, formats
from auditor.facts import Decision, Verdict, visible
from tests.forgeries.kit import (
    GATEWAY,
    HOSTED,
    REFUSED,
    SAMPLES,
    STDERR,
    TRACE,
    Scene,
    add_event,
    append,
    edit_json,
    set_event,
    set_report,
)
from tests.harness import seal
from tests.secrets.fakes import fill, pick

NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
ORDER: dict[Decision, int] = {"pass": 0, "blocked": 1, "fail": 2}


def judged(scene: Scene, **options: int) -> Verdict:
    return audit(scene.run, admission=scene.authority, **options)  # type: ignore[arg-type]


@cache
def as_it_is(name: str) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        return judged(Scene(name, Path(folder)))


@settings(max_examples=12)
@given(name=st.sampled_from(NAMES), chunk=st.integers(1, 3000) | st.sampled_from([1, 2, 1 << 16]))
def test_the_read_size_never_changes_the_verdict(name: str, chunk: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert judged(Scene(name, Path(folder)), chunk=chunk) == as_it_is(name)


ARTIFACTS = [(name, artifact.path) for name in NAMES for artifact in as_it_is(name).artifacts]
DAMAGES: dict[str, Callable[[Path], object]] = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "spoilt": lambda path: path.write_bytes(b"\xff{\x00" * 9),
    "doubled": lambda path: path.write_bytes(path.read_bytes() * 2),
    "an empty object": lambda path: path.write_bytes(b"{}\n"),
}


@settings(max_examples=30)
@given(which=st.sampled_from(ARTIFACTS), damage=st.sampled_from(sorted(DAMAGES)))
def test_damage_never_makes_a_verdict_better(which: tuple[str, str], damage: str) -> None:
    name, path = which
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(name, Path(folder))
        DAMAGES[damage](scene.path(path))
        after = judged(scene).decision
    before = as_it_is(name).decision
    if path == "digests.json":
        # The report carries a manifest of its own, and one is enough; but no damage to the other mends a verdict.
        assert after != "pass" or before == "pass"
    else:
        assert after != "pass"
        assert ORDER[after] >= ORDER[before]


@settings(max_examples=15)
@given(name=st.sampled_from([HOSTED, GATEWAY]), data=st.data())
def test_without_any_line_of_its_logs_a_pass_is_none(name: str, data: st.DataObject) -> None:
    logs = [a.path for a in as_it_is(name).artifacts if a.path.endswith((".jsonl", ".stderr")) and a.bytes]
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(name, Path(folder))
        path = scene.path(data.draw(st.sampled_from(logs)))
        lines = path.read_bytes().splitlines(keepends=True)
        del lines[data.draw(st.integers(0, len(lines) - 1))]
        path.write_bytes(b"".join(lines))
        assert judged(scene).decision != "pass"


RNG = random.Random(23)
SECRETS = (
    fill("ghp_<<alnum:36>>", RNG),
    fill("sk-ant-api03-<<b64url:93>>AA", RNG),
    fill("https://robot:<<alnum:18>>@example.org/x", RNG).split("@")[0].split(":")[-1],
)
"""Two values in providers' formats, and one that only the address around it gives away."""


def spelt(secret: str) -> str:
    return f"https://robot:{secret}@example.org/x" if secret == SECRETS[2] else secret


def plant_in_name(scene: Scene, text: str) -> None:
    append(scene.path("work") / text, "x")


def plant_as_key(scene: Scene, text: str) -> None:
    edit_json(scene.path("backend/env.json"), lambda env: env | {text: "x"})


PLACES: dict[str, Callable[[Scene, str], None]] = {
    "reported model": lambda scene, text: set_report(scene, case_model=text),
    "run id": lambda scene, text: set_report(scene, run_id=text),
    "status": lambda scene, text: set_report(scene, status=text),
    "blockers": lambda scene, text: set_report(scene, blockers=[text]),
    "allowed writes": lambda scene, text: set_report(scene, allowed_writes=["../" + text]),
    "changed files": lambda scene, text: set_report(scene, changed_files=[text]),
    "repeated key": lambda scene, text: append(scene.path(TRACE), json.dumps({text: {"a": 1}})[:-2] + ',"a":2}}\n'),
    "tool path": lambda scene, text: add_event(scene, "tool_call", agent="a", tool="Read", path="/" + text),
    "tool command": lambda scene, text: add_event(
        scene, "tool_call", agent="a", tool="Bash", command="cat /etc/" + text
    ),
    "tool name": lambda scene, text: add_event(scene, "tool_call", agent="a", tool=text, path="/etc/x"),
    "host": lambda scene, text: add_event(scene, "network_request", host=text, port=1),
    "dispatched agent": lambda scene, text: set_event(scene, "model_dispatched", agent=text),
    "response id": lambda scene, text: set_event(scene, "model_response", response_id=text),
    "crash text": lambda scene, text: append(scene.path(STDERR), f"Model not found: openai/{text}\n"),
    "digest line": lambda scene, text: append(scene.path("SHA256SUMS"), f"{'0' * 64}  {text}\n"),
    "markdown": lambda scene, text: append(scene.path("report.md"), f"- `case_model`: {text}\n"),
    "file name": plant_in_name,
    "variable name": plant_as_key,
    "in base64": lambda scene, text: append(scene.path("backend/x.txt"), base64.b64encode(text.encode())),
    "in JSON in JSON": lambda scene, text: append(scene.path("x.jsonl"), json.dumps({"a": json.dumps({"b": text})})),
}


def shown(verdict: Verdict) -> list[str]:
    styles = (Style(verbose=True), Style(), Style(quiet=True))
    return [format_.emit(verdict, style) for format_ in formats().values() for style in styles]


def pieces(secret: str) -> set[str]:
    """Return every run of the secret's last characters that would tell some of it, in each spelling."""
    body = secret[-24:]
    parts = {body[at : at + 8] for at in range(len(body) - 7)}
    return parts | {json.dumps(part)[1:-1] for part in parts} | {visible(part) for part in parts}


PLANTINGS = [(place, secret) for place in PLACES for secret in SECRETS if (place, secret) != ("file name", SECRETS[2])]
"""A name cannot hold the address that gives the third away: its slashes make folders."""


@settings(max_examples=30)
@given(planting=st.sampled_from(PLANTINGS), sealed=st.booleans())
def test_no_output_holds_a_planted_secret(planting: tuple[str, str], sealed: bool) -> None:
    place, secret = planting
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(HOSTED, Path(folder))
        PLACES[place](scene, spelt(secret))
        if sealed and place not in {"run id", "digest line"}:
            seal.reseal(scene.run)
        verdict = judged(scene)
    assert verdict.decision == "fail"
    for text in shown(verdict):
        told = [piece for piece in pieces(secret) if piece in text]
        assert told == []


@settings(max_examples=10)
@given(length=st.integers(8, 40), seed=st.integers(0, 99))
def test_no_output_holds_the_value_of_a_credential_variable(length: int, seed: int) -> None:
    secret = pick("password", length, random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(HOSTED, Path(folder))
        edit_json(scene.path("backend/env.json"), lambda env: env | {"OPENAI_API_KEY": secret})
        verdict = judged(scene)
    assert verdict.decision == "fail"
    assert not [text for text in shown(verdict) if secret in text]


def test_the_command_shows_no_planted_secret_on_either_stream(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from auditor.cli import main  # noqa: PLC0415 - what a user runs

    scene = Scene(REFUSED, tmp_path)
    named = scene.run.with_name(f"{scene.run.name}-{SECRETS[0]}")
    shutil.move(scene.run, named)
    append(named / "backend" / SECRETS[0], f"token={SECRETS[1]}\n")
    for option in ([], ["--json"], ["--verbose"], ["--format", "markdown", "--verbose"], ["--quiet"]):
        assert scene.authority is not None
        code = main([str(named), "--admission", str(scene.authority), *option])
        told = "".join(capfd.readouterr())
        assert code == 1
        assert told
        assert not [piece for secret in SECRETS[:2] for piece in pieces(secret) if piece in told]


@settings(max_examples=15)
@given(
    name=st.text(st.sampled_from(string.printable + "\u202e\x00é\u2028"), min_size=1, max_size=20).filter(
        lambda text: "/" not in text and "\0" not in text and text not in {".", ".."}
    )
)
def test_no_name_of_a_file_commands_a_terminal(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(REFUSED, Path(folder))
        append(scene.path("backend") / f"x{name}", "x")
        for text in shown(judged(scene)):
            assert all(character == "\n" or character.isprintable() for character in text)
