"""The secret engine of the rules, one a process, and how a process that has much to search is made ready for it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING

from auditor.errors import OperatorError
from auditor.places import rules_folder

if TYPE_CHECKING:
    from auditor.secrets import Engine

_OTHER_ENGINE = "--known"
"""Begins the options with which a command makes an engine of its own."""
_LARGE = 8 << 20
_LOOKED_AT = 1000


@cache
def rules_engine() -> Engine:
    """Return the rules' own secret engine; one a process, because it grows faster with use."""
    from auditor.secrets import Engine  # noqa: PLC0415 - most commands need none, and it takes a while to load

    return Engine.load(rules_folder() / "secrets", keep=True)


def lacks_vectorscan() -> bool:
    """Tell whether vectorscan cannot be loaded here, without loading it: the secret engine is slower then, and finds the same."""
    return find_spec("hyperscan") is None


def prepare_for(words: Iterable[str]) -> None:
    """Begin to make the rules' engine faster, in a thread, if a command's `words` name a directory with a large file.

    Everything else loads meanwhile. It is a guess, by what lies directly in the directory; what is found never depends
    on it. Whatever is wrong with a word, or with the rules, is told by who needs them.
    """
    words = list(words)
    if any(word.startswith(_OTHER_ENGINE) for word in words):
        return
    try:
        if any(map(_holds_large_file, words)):
            rules_engine().prepare()
    except (OperatorError, OSError, ValueError):
        return


def _holds_large_file(word: str) -> bool:
    try:
        with os.scandir(word) as entries:
            return any(entry.stat(follow_symlinks=False).st_size > _LARGE for entry in islice(entries, _LOOKED_AT))
    except (OSError, ValueError):
        return False
