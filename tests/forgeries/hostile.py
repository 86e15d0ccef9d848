"""Input that was made to break a reader: nothing here may crash the auditor or end in a pass.

Where the change also leaves a finding that a careful reader must make, the decision is exact.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

from tests.forgeries.kit import CONFIG, STDERR, TRACE, Scene, add, append, forge, swap
from tests.harness import seal

NEVER = ("blocked", "fail")
ANY = "report|timeline|digest|model|command|writes|admission|gate|baseline|network|secret"

TARGETS = (
    "report.json",
    "report.md",
    TRACE,
    STDERR,
    CONFIG,
    "backend/argv.json",
    "backend/env.json",
    "fixture/before.json",
    "fixture/after.json",
    "baseline/report.json",
    "baseline/trace.jsonl",
)
SPOILT = {
    "empty": b"",
    "utf-16": '{"status":"pass"}\n'.encode("utf-16"),
    "nul-bytes": b"\0" * 512,
    "invalid-utf-8": b'{"status":"\xff\xfe\xc0\xaf"}\n',
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "a-number": b"1e999\n",
    "not-a-number": b'{"status": NaN, "seq": -Infinity}\n',
    "huge-integer": b'{"stage": ' + b"9" * 5000 + b"}\n",
    "lone-surrogate": b'{"status":"\\ud800","run_id":"\\udfff\\ud83d"}\n',
    "one-long-line": b'{"a":"' + b"x" * 3_000_000,
}
for _target in TARGETS:
    for _name, _content in SPOILT.items():

        def _spoil(scene: Scene, target: str = _target, content: bytes = _content) -> None:
            scene.path(target).write_bytes(content)
            if (scene.path("digests.json")).exists():
                seal.write_digests(scene.run)

        _slug = _target.replace("/", "-").replace(".", "-")
        add(f"hostile-{_slug}-is-{_name}", ANY, _spoil, sealed=False, decision=NEVER)

    def _folder(scene: Scene, target: str = _target) -> None:
        scene.path(target).unlink()
        scene.path(target).mkdir()
        (scene.path(target) / "inner").write_bytes(b"x")

    def _pipe(scene: Scene, target: str = _target) -> None:
        scene.path(target).unlink()
        os.mkfifo(scene.path(target))

    def _link(scene: Scene, target: str = _target) -> None:
        outside = scene.run.parent / "outside"
        shutil.move(scene.path(target), outside)
        scene.path(target).symlink_to(outside)

    add(f"hostile-{_slug}-is-a-folder", ANY, _folder, sealed=False, decision=NEVER)
    add(f"hostile-{_slug}-is-a-pipe", ANY, _pipe, sealed=False, decision=NEVER)
    add(f"hostile-{_slug}-is-a-link", ANY, _link, sealed=False, decision="fail")


@forge("digest", sealed=False)
def hostile_socket(scene: Scene) -> None:
    here = Path.cwd()
    listener = socket.socket(socket.AF_UNIX)
    os.chdir(scene.path("backend"))
    try:
        listener.bind("s")
    finally:
        os.chdir(here)
        listener.close()


@forge("digest", sealed=False)
def hostile_link_out_of_the_run(scene: Scene) -> None:
    scene.path("backend/more").symlink_to("/etc", target_is_directory=True)


@forge("digest", sealed=False)
def hostile_link_within_the_run(scene: Scene) -> None:
    scene.path("backend/again.log").symlink_to("harness.log")


@forge("digest", sealed=False)
def hostile_link_to_itself(scene: Scene) -> None:
    scene.path("backend/loop").symlink_to("loop")


@forge("digest", sealed=False)
def hostile_link_to_a_parent(scene: Scene) -> None:
    scene.path("backend/up").symlink_to("..", target_is_directory=True)


@forge("digest", sealed=False)
def hostile_dangling_link(scene: Scene) -> None:
    scene.path("backend/nothing").symlink_to("does-not-exist")


NAMES = {
    "newline": b"two\nlines.txt",
    "escape-code": b"\x1b[2J\x1b[31mred.txt",
    "invalid-utf-8": b"bad-\xff-name.txt",
    "bidi-override": "txt.\u202eexe".encode(),
    "backslash": b"a\\b.txt",
    "leading-dash": b"-rf",
    "only-spaces": b"   ",
    "percent": b"%2e%2e%2fx",
}
for _name, _bytes in NAMES.items():

    def _named(scene: Scene, name: bytes = _bytes) -> None:
        Path(os.fsdecode(os.path.join(os.fsencode(scene.path("backend")), name))).write_bytes(b"x\n")  # noqa: PTH118

    add(f"hostile-name-{_name}", "digest", _named, sealed=False)


@forge(ANY, sealed=True, decision=NEVER)
def hostile_trace_line_is_deep(scene: Scene) -> None:
    append(scene.path(TRACE), b'{"event":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")


@forge(ANY, sealed=True, decision=NEVER)
def hostile_trace_line_is_not_json(scene: Scene) -> None:
    append(scene.path(TRACE), b"Traceback (most recent call last):\n")


@forge(ANY, sealed=True, decision=NEVER)
def hostile_trace_line_is_a_list(scene: Scene) -> None:
    append(scene.path(TRACE), b"[1,2,3]\n")


@forge(ANY, sealed=True, decision=NEVER)
def hostile_trace_line_has_wrong_types(scene: Scene) -> None:
    row = {"ts": 7, "seq": [], "run_id": {}, "event": None, "agent": 3, "model": {"a": 1}, "changed_files": 9}
    append(scene.path(TRACE), json.dumps(row) + "\n")


@forge(ANY, sealed=True, decision=NEVER)
def hostile_events_have_wrong_types(scene: Scene) -> None:
    row = {"event": ["phase_end"], "sequence": "x", "runId": 3, "ts": None, "args": {"path": 1}}
    append(scene.events, json.dumps(row) + "\n")


@forge("digest", sealed=False, decision=NEVER)
def hostile_manifest_is_deep(scene: Scene) -> None:
    scene.path("digests.json").write_bytes(b'{"files":' * 50_000)


@forge("report", sealed=False, decision=NEVER)
def hostile_run_is_empty(scene: Scene) -> None:
    shutil.rmtree(scene.run)
    scene.run.mkdir()


@forge(ANY, sealed=False, decision=NEVER)
def hostile_unreadable_trace(scene: Scene) -> None:
    scene.path(TRACE).chmod(0)
    if os.access(scene.path(TRACE), os.R_OK):  # a super-user reads it all the same: let it be changed instead
        scene.path(TRACE).chmod(0o644)
        append(scene.path(TRACE), b"\n{")


@forge("model", sealed=True)
def hostile_names_hide_behind_noise(scene: Scene) -> None:
    """A stranger's dispatch stays visible between lines that no parser takes."""
    dispatch = '{"msg":"spawning agent","agent":"closer","provider":"anthropic","model":"claude-opus-4-5"}\n'
    append(scene.path(STDERR), b"\0\xff\xfe" * 999 + b"\n" + dispatch.encode() + b"{" * 9999 + b"\n")


@forge("secret|digest", sealed=False)
def hostile_violation_beside_unreadable_input(scene: Scene) -> None:
    scene.path("backend/argv.json").write_bytes(b"[" * 99_999)
    swap(scene.path("report.md"), "Harness run", "Harness  run")
