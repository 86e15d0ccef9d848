"""Regular expressions that are compiled when something is first asked of them.

Most are there for evidence that most runs do not hold. Compiling all three hundred takes a tenth of the time in which a
small run is judged.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_QUESTIONS = ("fullmatch", "match", "search", "findall", "finditer", "split", "sub", "subn")


class _Expression:
    """Stands for an expression until it is asked; then its questions are the compiled expression's own."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled: re.Pattern[Any] = re.compile(self._pattern, self._flags)
        for question in _QUESTIONS:
            setattr(self, question, getattr(compiled, question))
        return getattr(compiled, name)


def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what can be used as ``re.compile(pattern, flags)`` can, and raises `re.error` only when it is first used.

    To call one costs some nanoseconds more, which matters where each record of a log is asked.
    """
    return cast("re.Pattern[AnyStr]", _Expression(pattern, flags))
