"""Where the rules lie: inside the installed package, or at the top of a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.errors import OperatorError


@cache
def rules_folder() -> Path:
    """Return the folder of rules, policy, layouts and secret patterns: the installed copy first."""
    package = Path(__file__).resolve().parent
    for folder in (package / "rules", package.parent / "rules"):
        if (folder / "policy.toml").is_file():
            return folder
    raise OperatorError("the rules folder is missing", "reinstall cto-audit")
