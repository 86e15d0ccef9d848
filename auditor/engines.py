"""The secret engine of the rules, one a process, and how a process that has much to search is made ready for it."""

from __future__ import annotations

import os
from functools import cache
from itertools import islice
from pathlib import Path

from auditor.places import rules_folder
from auditor.secrets import Engine

_LARGE = 8 << 20
_LOOKED_AT = 1000


@cache
def rules_engine() -> Engine:
    """Return the rules' own secret engine; one a process, because it grows faster with use."""
    return Engine.load(rules_folder() / "secrets")


def prepare_for(run_dir: Path) -> None:
    """Begin to make the rules' engine faster, in a thread, if `run_dir` holds a large file: everything else loads meanwhile.

    A guess from what lies directly in the directory; what is found never depends on it.
    """
    try:
        with os.scandir(run_dir) as entries:
            large = any(entry.stat(follow_symlinks=False).st_size > _LARGE for entry in islice(entries, _LOOKED_AT))
    except OSError:
        return  # whoever reads the directory will say so
    if large:
        rules_engine().prepare()
