"""Patience: ever longer pauses while something is in vain."""

from __future__ import annotations

from auditor.records.patience import Patience


def waits(patience: Patience) -> int:
    """Count how often it is not ready, and disappoint it then."""
    waited = 0
    while not patience.is_ready():
        waited += 1
    patience.disappointed()
    return waited


def test_pauses_double_up_to_a_bound_and_end_with_a_success() -> None:
    patience = Patience()
    assert [waits(patience) for _ in range(9)] == [0, 1, 3, 7, 15, 31, 63, 64, 64]
    patience.rewarded()
    assert patience.is_ready()
    assert [waits(patience) for _ in range(2)] == [0, 1]
