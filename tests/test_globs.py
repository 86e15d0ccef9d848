"""Both ways to match a glob have one meaning, and the one for untrusted globs takes bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.globs import _follow, _tokens, glob, matches


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("src/**", "src/a/b.js", True),
        ("src/**", "src", False),
        ("src/*", "src/a/b.js", False),
        ("**/x", "x", True),
        ("**/x", "a/b/x", True),
        ("**/x", "a/bx", False),
        ("a/**/b/**/c*d", "a/b/cd", True),
        ("a/**/b/**/c*d", "a/1/2/b/3/cxd", True),
        ("a/**/b/**/c*d", "a/1/2/b/3/cx/d", False),
        ("?/?.js", "a/b.js", True),
        ("?", "/", False),
        ("[ab]", "a", False),
    ],
)
def test_what_a_glob_matches(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


@given(st.text("ab/*?", max_size=10), st.text("ab/", max_size=12))
def test_both_ways_agree(pattern: str, path: str) -> None:
    assert _follow(_tokens(pattern), path) is (glob(pattern).fullmatch(path) is not None)


def test_many_wildcards_on_a_long_path_are_matched_at_all() -> None:
    assert not matches("*a" * 30 + "b", "a" * 4000)
