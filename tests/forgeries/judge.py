"""Audits a forgery once a process, however many tests ask."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from auditor.audit import audit
from auditor.facts import Verdict
from tests.forgeries import FORGERIES, Forgery, Scene
from tests.harness import seal


def stage(forgery: Forgery, folder: Path) -> Scene:
    """Copy the forgery's base, change it, and seal it again if that is part of the forgery."""
    scene = Scene(forgery.base, folder)
    forgery.change(scene)
    if forgery.sealed:
        seal.reseal(scene.run)
    return scene


@functools.cache
def judge(identity: str) -> Verdict:
    """Return the verdict of one forgery."""
    with tempfile.TemporaryDirectory() as folder:
        scene = stage(FORGERIES[identity], Path(folder))
        return audit(scene.run, admission=scene.authority)
