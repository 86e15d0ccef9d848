"""Durations as an operator writes them."""

from __future__ import annotations

import pytest

from auditor.cli_attest import duration
from auditor.errors import OperatorError
from auditor.instants import SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("45s", 45), ("90m", 5400), ("12h", 43_200), ("30d", 2_592_000), ("2w", 1_209_600)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert duration(text, "--max-age") == seconds * SECOND


@pytest.mark.parametrize(
    "text", ["", "30", "d", "1.5h", "-1d", "+1d", "1 d", "1D", "1y", "1d\n", "\u0663d", "9" * 10 + "s"]
)
def test_whatever_else_is_a_mistake(text: str) -> None:
    with pytest.raises(OperatorError, match="--max-age"):
        duration(text, "--max-age")
