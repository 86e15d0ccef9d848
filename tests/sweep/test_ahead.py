"""How many runs a sweep will meet is known before it has met them, and only where somebody looks at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.sweep.ahead import Ahead
from auditor.sweep.drive import sweep
from auditor.sweep.summary import Tally
from tests.sweep.kit import LAYOUTS, Log, Tree

SOUND = "stage2-pass-no-gateway"


class Watching(Log):
    """Keeps how many runs were expected at last."""

    tells_time_left = True

    def moved(self, tally: Tally, *, all_found: bool, expected: int | None) -> None:
        """Keep the number."""
        self.expected = expected


def test_the_runs_below_all_roots_are_counted(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, "refused-mismatch")
    (tree.runs / "no-run").mkdir()
    with Ahead([str(tree.runs)], LAYOUTS) as ahead:
        ahead._thread.join()
    assert ahead.total == 2


@pytest.mark.parametrize("gone", [True, False])
def test_what_cannot_be_counted_is_not_guessed(tmp_path: Path, gone: bool) -> None:
    tree = Tree(tmp_path, SOUND)
    roots = [str(tree.runs)] if gone else [str(tree.runs), "memory://runs"]
    if gone:
        shutil.rmtree(tree.runs)
    with Ahead(roots, LAYOUTS) as ahead:
        if gone:
            ahead._thread.join()
    assert ahead.total is None


def test_a_second_sweep_expects_what_the_first_one_met(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, "refused-mismatch")
    first, again = Watching(), Watching()
    sweep(tree.plan(), first)
    assert first.expected in (2, None)
    sweep(tree.plan(), again)
    assert again.expected == 2
