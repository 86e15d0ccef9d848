"""The fixture copy where a run kept it, and the copy of its baseline."""

from __future__ import annotations

import json
import shutil
from typing import Any

from tests.forgeries.kit import (
    DISPATCHED,
    GATEWAY,
    RUN_LOG,
    TRACE,
    Row,
    Scene,
    add,
    edit_json,
    forge,
    get_report,
    rows,
    set_event,
    set_report,
    write_rows,
)
from tests.harness import fixture

COPY = "work/repo"


def keep(scene: Scene, **other: str) -> None:
    """Keep the copy as it was after the run, but for files that are `other`."""
    files = fixture.FILES | {"src/clock.sh": fixture.FILES["src/clock.sh"].replace(fixture.BROKEN, fixture.PADDED)}
    after = json.loads(scene.path("fixture/after.json").read_bytes())
    for name, text in (files | other).items():
        path = scene.path(f"{COPY}/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert fixture.manifest(scene.path(COPY)).keys() >= after.keys()


add("the-copy-is-kept", None, keep, decision="pass")


@forge(None, decision="pass")
def case_keeps_its_files_in_the_kept_copy(scene: Scene) -> None:
    """The contract's own places for Case's events and run log lie in the repository that Case works on."""
    keep(scene)
    for source, target in ((scene.events, "t/events"), (scene.path(RUN_LOG), ".")):
        folder = scene.path(f"{COPY}/.case/{target}")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(source, folder / source.name)


@forge("writes")
def the_kept_copy_holds_another_text(scene: Scene) -> None:
    keep(scene, **{"src/clock.sh": "#!/bin/sh\necho 12:34\n"})


@forge("writes")
def the_kept_copy_holds_a_file_that_no_manifest_names(scene: Scene) -> None:
    keep(scene, **{"src/more.sh": "#!/bin/sh\n"})


@forge("writes")
def the_copy_is_the_run_itself(scene: Scene) -> None:
    """A folder called like Case's own excuses nothing but what lies in it."""
    edit_json(scene.path("backend/argv.json"), lambda argv: argv | {"cwd": scene.root})
    set_event(scene, "fixture_copied", copy=scene.root)
    set_report(scene, fixture=get_report(scene)["fixture"] | {"copy": scene.root})


BASELINES: dict[str, Any] = {
    "wrote-what-it-may-not": lambda told, _: told | {"changed_files": ["Makefile"]},
    "changed-files-but-no-digest": lambda told, _: (
        told | {"fixture": told["fixture"] | {"sha256_after": told["fixture"]["sha256_before"]}}
    ),
    "changed-a-digest-but-no-file": lambda told, _: told | {"changed_files": []},
    "worked-in-the-runs-copy": lambda told, copy: told | {"fixture": told["fixture"] | {"copy": copy}},
    "worked-inside-the-runs-copy": lambda told, copy: told | {"fixture": told["fixture"] | {"copy": f"{copy}/base"}},
}
for _name, _change in BASELINES.items():

    def _rebase(scene: Scene, change: Any = _change) -> None:
        """Let the baseline, its trace and all that the run says of it tell the same."""
        files: list[str] = []

        def edit(told: Row) -> Row:
            changed: Row = change(told, scene.copy)
            files[:] = changed["changed_files"]
            return changed

        edit_json(scene.path("baseline/report.json"), edit)
        for trace, event in (("baseline/trace.jsonl", "fixture_compared"), (TRACE, "baseline_compared")):
            told = rows(scene.path(trace))
            write_rows(
                scene.path(trace), [row | ({"changed_files": files} if row["event"] == event else {}) for row in told]
            )
        set_report(scene, fake_baseline=get_report(scene)["fake_baseline"] | {"changed_files": files})

    add(f"baseline-{_name}", "baseline", _rebase, base=GATEWAY)


def _named_days_before(scene: Scene) -> None:
    """All that names the baseline's run id names one of another day."""
    told = json.loads(scene.path("baseline/report.json").read_bytes())
    old = told["run_id"]
    new = old.replace("20260702T", "20260629T")
    assert new != old
    for path in ("baseline/report.json", "baseline/trace.jsonl", "trace.jsonl", "report.json", "report.md"):
        text = scene.path(path).read_text(encoding="utf-8")
        scene.path(path).write_text(text.replace(old, new), encoding="utf-8")


add("baseline-is-named-for-another-day", "baseline", _named_days_before, base=DISPATCHED)
