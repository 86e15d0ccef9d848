"""Forgeries of the seal: none of these is resealed as a whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable

from tests.forgeries.kit import (
    STDERR,
    TRACE,
    Row,
    Scene,
    add,
    append,
    edit_json,
    forge,
    get_report,
    set_report,
    swap,
)
from tests.harness import seal

DIGESTS = "digests.json"

for _path in (TRACE, STDERR, "report.md", "backend/argv.json", "fixture/after.json", "task/tide-clock-1-padding.md"):

    def _touch(scene: Scene, path: str = _path) -> None:
        append(scene.path(path), b"\n")

    def _remove(scene: Scene, path: str = _path) -> None:
        scene.path(path).unlink()

    _short = _path.rpartition("/")[2].replace(".", "-")
    add(f"changed-{_short}", "digest", _touch, sealed=False)
    add(f"removed-{_short}", "digest", _remove, sealed=False)

for _path in ("extra.txt", ".hidden", "backend/deep/er/extra.log", "baseline/notes.md"):

    def _extra(scene: Scene, path: str = _path) -> None:
        append(scene.path(path), "nothing to see\n")

    add(f"unlisted-{_path.rpartition('/')[2].strip('.').replace('.', '-')}", "digest", _extra, sealed=False)


def _listed(name: str, edit: Callable[[Row], None], decision: str | tuple[str, ...] = "fail") -> None:
    def change(scene: Scene) -> None:
        def inner(manifest: Row) -> None:
            edit(manifest["files"])

        edit_json(scene.path(DIGESTS), inner)

    add(name, "digest", change, sealed=False, decision=decision)


_listed("manifest-lists-a-missing-file", lambda files: files.update({"ghost.txt": "0" * 64}))
_listed("manifest-escapes", lambda files: files.update({"../outside.txt": "0" * 64}))
_listed("manifest-escapes-from-within", lambda files: files.update({"backend/../../x": "0" * 64}))
_listed("manifest-names-an-absolute-path", lambda files: files.update({"/etc/hostname": "0" * 64}))
_listed("manifest-digest-is-another", lambda files: files.update({TRACE: "0" * 64}))
_listed("manifest-digest-is-cut", lambda files: files.update({TRACE: files[TRACE][:32]}))
_listed("manifest-digest-is-no-hex", lambda files: files.update({TRACE: "z" * 64}))
_listed("manifest-digest-is-a-number", lambda files: files.update({TRACE: 7}), ("fail", "blocked"))
_listed("manifest-leaves-the-report-out", lambda files: files.pop("report.json"))


@forge("digest", sealed=False)
def manifest_repeats_a_path(scene: Scene) -> None:
    swap(scene.path(DIGESTS), f'"{TRACE}":', f'"{TRACE}": "{"0" * 64}",\n    "{TRACE}":')


@forge("digest", sealed=False, decision="blocked")
def no_manifest_at_all(scene: Scene) -> None:
    scene.path(DIGESTS).unlink()
    set_report(scene, artifacts=[])


@forge("digest", sealed=False, decision=("blocked", "fail"))
def manifests_list_nothing(scene: Scene) -> None:
    set_report(scene, artifacts=[])
    seal.dump(scene.path(DIGESTS), {"schema": "cto-harness-digests/v1", "algorithm": "sha256", "files": {}})


def _weak(scene: Scene, algorithm: str) -> None:
    set_report(scene, artifacts=[])
    names = [name for name in seal.files(scene.run) if name != DIGESTS]
    files = {name: hashlib.new(algorithm, scene.path(name).read_bytes()).hexdigest() for name in names}
    seal.dump(scene.path(DIGESTS), {"schema": "cto-harness-digests/v1", "algorithm": algorithm, "files": files})


for _algorithm in ("md5", "sha1"):

    def _sealed_weakly(scene: Scene, algorithm: str = _algorithm) -> None:
        _weak(scene, algorithm)

    add(f"sealed-with-{_algorithm}", "digest", _sealed_weakly, sealed=False, decision=("blocked", "fail"))


@forge("digest", sealed=False, decision=("blocked", "fail"))
def manifest_is_not_json(scene: Scene) -> None:
    append(scene.path(DIGESTS), "}")


@forge("digest", sealed=False)
def artifacts_list_another_digest(scene: Scene) -> None:
    told = get_report(scene)
    told["artifacts"][0]["sha256"] = "0" * 64
    seal.write_report(scene.run, told, artifacts=False)
    seal.write_digests(scene.run)


@forge("digest", sealed=False)
def artifacts_list_another_size(scene: Scene) -> None:
    told = get_report(scene)
    told["artifacts"][0]["bytes"] += 1
    seal.write_report(scene.run, told, artifacts=False)
    seal.write_digests(scene.run)


@forge("digest", sealed=False)
def artifacts_list_a_missing_file(scene: Scene) -> None:
    told = get_report(scene)
    told["artifacts"].append({"path": "ghost.txt", "sha256": "0" * 64, "bytes": 1})
    seal.write_report(scene.run, told, artifacts=False)
    seal.write_digests(scene.run)


@forge("digest", sealed=False)
def sums_contradict_the_digests(scene: Scene) -> None:
    seal.write_sums(scene.run)
    seal.write_digests(scene.run)
    swap(scene.path("SHA256SUMS"), seal.sha256(scene.path(TRACE)), "0" * 64)


@forge("digest", sealed=False)
def sums_escape(scene: Scene) -> None:
    scene.path(DIGESTS).unlink()
    seal.write_sums(scene.run)
    append(scene.path("SHA256SUMS"), f"{'0' * 64}  ../outside.txt\n")


@forge("digest", sealed=False, decision=("fail", "blocked"))
def sums_hold_a_line_that_is_none(scene: Scene) -> None:
    scene.path(DIGESTS).unlink()
    seal.write_sums(scene.run)
    append(scene.path("SHA256SUMS"), "all is well\n")


@forge("digest", sealed=False)
def two_files_change_places(scene: Scene) -> None:
    first, second = scene.path("fixture/before.json"), scene.path("fixture/after.json")
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


@forge("digest", sealed=False)
def listed_file_is_a_link_outside(scene: Scene) -> None:
    outside = scene.run.parent / "outside.md"
    shutil.move(scene.path("report.md"), outside)
    scene.path("report.md").symlink_to(outside)


@forge("digest", sealed=False)
def listed_file_is_a_link_inside(scene: Scene) -> None:
    scene.path("backend/kept.json").write_bytes(scene.path("backend/argv.json").read_bytes())
    scene.path("backend/argv.json").unlink()
    scene.path("backend/argv.json").symlink_to("kept.json")
    told = json.loads(scene.path(DIGESTS).read_bytes())
    told["files"]["backend/kept.json"] = seal.sha256(scene.path("backend/kept.json"))
    seal.dump(scene.path(DIGESTS), told)


@forge("digest", sealed=False)
def unlisted_pipe(scene: Scene) -> None:
    os.mkfifo(scene.path("backend/pipe"))
